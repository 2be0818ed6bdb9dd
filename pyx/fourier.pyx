"""Fourier transforms along one axis, computed by the loops of NumPy's pocketfft.

NumPy offers pocketfft as generalised ufuncs (``numpy.fft._pocketfft_umath``). Their loops are C functions over
strided lines that touch no Python object, so they run without the interpreter on the threads of our own pool.
"""

from cpython.object cimport PyObject
from libc.math cimport sqrt, sqrtf
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from mltensor._core.dtypes cimport (
    BFLOAT16, COMPLEX128, FLOAT16, FLOAT32, FLOAT64, complex_of, is_complex, mlt_itemsize, objects)
from mltensor._core.elementwise cimport cast
from mltensor._core.shapes cimport normalize_axis
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, shape_tuple

import importlib
import operator

import numpy

from mltensor.errors import AllocationError, DTypeError, ShapeError, UnsupportedError

cdef extern from "Python.h":
    PyObject* PyErr_Occurred()
    void PyErr_Clear()

cdef extern from *:
    """
    #include "mltensor/fourier.h"

    static void mlt_enter_interpreter(mlt_visit *visit) {
      visit->state[1] = (void *)(intptr_t)PyGILState_Ensure();
      visit->state[0] = PyEval_SaveThread();
    }

    static int mlt_leave_interpreter(mlt_visit *visit) {
      PyEval_RestoreThread(visit->state[0]);
      int reported = PyErr_Occurred() != NULL;
      PyErr_Clear();
      PyGILState_Release((PyGILState_STATE)(intptr_t)visit->state[1]);
      return reported;
    }

    /* The beginning of NumPy's PyUFuncObject, part of its binary interface since 1.0. */
    typedef struct {
      PyObject_HEAD
      int nin, nout, nargs, identity;
      void **functions;
      void *const *data;
      int ntypes, reserved;
      const char *name;
      const char *types;
    } mlt_ufunc;
    """
    ctypedef struct mlt_visit:
        pass
    void mlt_enter_interpreter(mlt_visit* visit) noexcept nogil
    int mlt_leave_interpreter(mlt_visit* visit) noexcept nogil
    ctypedef struct mlt_ufunc:
        int nin
        int nout
        int nargs
        void** functions
        void** data
        int ntypes
        const char* types

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer

cdef extern from "mltensor/fourier.h" nogil:
    enum:
        MLT_FOURIER_SERIAL
    ctypedef void (*mlt_line_loop)(char** args, const Py_ssize_t* dimensions, const Py_ssize_t* steps, void* data)
    ctypedef struct mlt_fourier:
        mlt_line_loop loop
        void* data
        const char* source
        char* result
        void* factor
        int itemsize
        int64_t n_in
        int64_t n_out
        int64_t points
        Py_ssize_t step_in
        Py_ssize_t step_out
        int ndim
        void (*enter)(mlt_visit* visit) noexcept nogil
        int (*leave)(mlt_visit* visit) noexcept nogil
    void mlt_fourier_add_dimension(mlt_fourier* f, int64_t length, int64_t source, int64_t result)
    int mlt_fourier_run(mlt_fourier* f, int64_t lines)

mlt_runtime_pointer = runtime()

cdef enum Direction:
    FORWARD
    INVERSE
    REAL_FORWARD
    REAL_INVERSE

cdef struct Loop:
    mlt_line_loop function
    void* data

cdef enum Kind:
    FFT
    IFFT
    RFFT_EVEN
    RFFT_ODD
    IRFFT
    KIND_COUNT

# By kind, then float64 and float32.
cdef Loop loops[5][2]
cdef bint loaded = False
# What each loop takes and gives, in the letters of `ufunc.types`, and the core dimensions.
WANTED = (("fft", "Dd->D", "Ff->F"), ("ifft", "Dd->D", "Ff->F"), ("rfft_n_even", "dd->D", "ff->F"),
          ("rfft_n_odd", "dd->D", "ff->F"), ("irfft", "Dd->d", "Ff->f"))
SIGNATURES = ("(n),()->(m)", "(m),()->(n)")


cdef int take_loop(object ufunc, str types, Loop* loop) except -1:
    """The C function for some dtypes; whether the memory is what the Python attributes say is checked first."""
    cdef mlt_ufunc* u = <mlt_ufunc*> <PyObject*> ufunc
    cdef int row, k
    if not isinstance(ufunc, numpy.ufunc) or ufunc.signature not in SIGNATURES or types not in ufunc.types:
        raise UnsupportedError(f"it is not the ufunc of signature {SIGNATURES[0]} and types {types}")
    row = ufunc.types.index(types)
    if u.nin != 2 or u.nout != 1 or u.nargs != 3 or u.ntypes != ufunc.ntypes:
        raise UnsupportedError("its object in memory has another layout")
    for k, letter in enumerate(types.replace("->", "")):
        if u.types[3 * row + k] != numpy.dtype(letter).num:
            raise UnsupportedError("its object in memory has other types")
    loop.function = <mlt_line_loop> u.functions[row]
    loop.data = u.data[row] if u.data != NULL else NULL
    return 0


def load(umath=None):
    """Find the loops of NumPy's pocketfft.

    Parameters
    ----------
    umath : module, optional
        ``numpy.fft._pocketfft_umath``, which is imported when it is not given.

    Raises
    ------
    UnsupportedError
        If this NumPy does not have them in the form that 2.0 brought.
    """
    global loaded
    cdef Loop found[5][2]
    cdef int kind, precision
    name = "numpy.fft._pocketfft_umath"
    try:
        if umath is None:
            umath = importlib.import_module(name)
        for kind, (name, *both) in enumerate(WANTED):
            for precision in range(2):
                take_loop(getattr(umath, name), both[precision], &found[kind][precision])
    except (ImportError, AttributeError, UnsupportedError) as error:
        raise UnsupportedError(
            f"mltensor.fft computes with the pocketfft of NumPy 2.0 and later, but in this NumPy ({numpy.__version__}) "
            f"{name} cannot be used: {error}. Install another NumPy, or use numpy.fft on x.numpy()") from None
    memcpy(loops, found, sizeof(loops))
    loaded = True


cdef double scale(object norm, int64_t n, bint forward, int real_dtype, str name) except? -1.0:
    """What a transform is multiplied with, rounded as NumPy rounds it."""
    if norm is None or norm == "backward":
        divided = not forward
    elif norm == "forward":
        divided = forward
    elif norm == "ortho":
        if real_dtype == FLOAT32:
            return <float> 1.0 / sqrtf(<float> n)
        return 1.0 / sqrt(<double> n)
    else:
        raise ValueError(f"{name}: norm must be 'backward', 'ortho' or 'forward', not {norm!r}")
    if not divided:
        return 1.0
    return <float> 1.0 / <float> n if real_dtype == FLOAT32 else 1.0 / <double> n


cdef int64_t count_points(Tensor x, object n, int axis, Direction direction, str name) except -1:
    """Length of the transform."""
    cdef int64_t length = x.view.shape[axis]
    points = operator.index(n) if n is not None else 2 * (length - 1) if direction == REAL_INVERSE else length
    if points < 1 or points >= <int64_t> 1 << 48:
        raise ShapeError(
            f"{name}: invalid number of data points ({points}) along axis {axis} of the input of shape "
            f"{shape_tuple(x)}; give n=, at least 1")
    return points


cdef Tensor transform(PyObject** a, Direction direction, str name):
    """Arguments x, n, axis, norm, out: the last one is dispatch's."""
    cdef Tensor x = <Tensor> a[0], result
    cdef int given = x.view.dtype, axis, real_dtype, result_dtype, kind, k, ndim = x.view.ndim, status
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t lines = 1
    cdef double wide
    cdef float narrow
    cdef mlt_fourier f
    if not loaded:
        load()
    axis = normalize_axis(<object> a[2], ndim)
    f.points = count_points(x, <object> a[1], axis, direction, name)
    if given == BFLOAT16 or (direction == REAL_FORWARD and is_complex(given)):
        raise DTypeError(f"{name} takes {'real numbers' if direction == REAL_FORWARD else 'numbers'}, not dtype "
                         f"{objects[given]}" + ("; fft takes complex ones" if direction == REAL_FORWARD else ""))
    result_dtype = complex_of[given]
    real_dtype = FLOAT64 if result_dtype == COMPLEX128 else FLOAT32
    wide = scale(<object> a[3], f.points, direction == FORWARD or direction == REAL_FORWARD, real_dtype, name)
    narrow = <float> wide
    f.n_out = f.points
    if direction == REAL_FORWARD:
        kind = RFFT_ODD if f.points % 2 else RFFT_EVEN
        x = cast(x, real_dtype)
        f.n_out = f.points // 2 + 1
    else:
        x = cast(x, result_dtype)
        kind = FFT if direction == FORWARD else IFFT
        if direction == REAL_INVERSE:
            kind = IRFFT
            result_dtype = real_dtype
    for k in range(ndim):
        shape[k] = x.view.shape[k]
    shape[axis] = f.n_out
    result = empty(ndim, shape, result_dtype, x.storage.device)
    f.n_in = x.view.shape[axis]
    if f.n_in == 0 or result.view.size == 0:
        # Nothing but the zeros it is filled up with; the loop of irfft would read a first element.
        memset(result.view.data, 0, result.view.size * mlt_itemsize[result_dtype])
    else:
        f.loop = loops[kind][real_dtype == FLOAT32].function
        f.data = loops[kind][real_dtype == FLOAT32].data
        f.source = x.view.data
        f.result = result.view.data
        f.itemsize = mlt_itemsize[real_dtype]
        f.factor = <void*> &wide if real_dtype == FLOAT64 else <void*> &narrow
        f.step_in = x.view.strides[axis]
        f.step_out = result.view.strides[axis]
        f.enter = mlt_enter_interpreter
        f.leave = mlt_leave_interpreter
        f.ndim = 0
        for k in range(ndim):
            if k != axis:
                lines *= x.view.shape[k]
                mlt_fourier_add_dimension(&f, x.view.shape[k], x.view.strides[k], result.view.strides[k])
        if lines * f.points <= MLT_FOURIER_SERIAL:
            status = mlt_fourier_run(&f, lines)
        else:
            with nogil:
                status = mlt_fourier_run(&f, lines)
        check_interrupt(status)
        if status < 0 or PyErr_Occurred() != NULL:
            PyErr_Clear()
            raise AllocationError(f"{name}: no memory for transforming lines of {f.points} points")
    # NumPy's inverse real transforms keep float16.
    return cast(result, FLOAT16) if direction == REAL_INVERSE and given == FLOAT16 else result


cdef object fft_kernel(PyObject** a):
    return transform(a, FORWARD, "fft.fft")


cdef object ifft_kernel(PyObject** a):
    return transform(a, INVERSE, "fft.ifft")


cdef object rfft_kernel(PyObject** a):
    return transform(a, REAL_FORWARD, "fft.rfft")


cdef object irfft_kernel(PyObject** a):
    return transform(a, REAL_INVERSE, "fft.irfft")


KERNELS = {
    "fft": kernel_capsule(fft_kernel),
    "ifft": kernel_capsule(ifft_kernel),
    "rfft": kernel_capsule(rfft_kernel),
    "irfft": kernel_capsule(irfft_kernel),
}
