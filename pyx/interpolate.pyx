"""The piecewise linear function through points; the loop is in `interpolate.h`."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport COMPLEX128, FLOAT64, is_complex, objects
from mltensor._core.elementwise cimport cast, contiguous
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport Tensor, empty, shape_tuple

from mltensor.errors import DTypeError, ShapeError

cdef extern from "Python.h":
    PyObject* Py_None

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer
    enum:
        MLT_PARALLEL_THRESHOLD

cdef extern from "mltensor/interpolate.h" nogil:
    ctypedef struct mlt_interpolation:
        const double* x
        const double* xp
        const double* fp
        double* y
        int64_t n
        int64_t points
        int parts
        double left[2]
        double right[2]
    int mlt_interpolation_run(mlt_interpolation* c)

mlt_runtime_pointer = runtime()


cdef int end_value(double* to, PyObject* given, const double* otherwise, int parts) except -1:
    cdef double complex value
    if given == Py_None:
        to[0] = otherwise[0]
        to[1] = otherwise[parts - 1]
    elif parts == 1:
        to[0] = float(<object> given)
    else:
        value = complex(<object> given)
        to[0] = value.real
        to[1] = value.imag
    return 0


cdef object interp_values_kernel(PyObject** a):
    """Arguments x, xp, fp, left, right."""
    cdef Tensor x = <Tensor> a[0], xp = <Tensor> a[1], fp = <Tensor> a[2], result
    cdef int dtype = COMPLEX128 if is_complex(fp.view.dtype) else FLOAT64, status
    cdef mlt_interpolation c
    if xp.view.ndim != 1 or fp.view.ndim != 1:
        raise ShapeError(f"interp: Data points must be 1-D sequences, not of shapes {shape_tuple(xp)} and "
                         f"{shape_tuple(fp)}")
    if xp.view.size != fp.view.size:
        raise ShapeError(f"interp: fp and xp are not of the same length: {fp.view.size} and {xp.view.size}")
    if xp.view.size == 0:
        raise ShapeError("interp: array of sample points is empty")
    if is_complex(x.view.dtype) or is_complex(xp.view.dtype):
        raise DTypeError(f"interp: x of dtype {objects[x.view.dtype]} and xp of {objects[xp.view.dtype]} must be real")
    x, xp, fp = contiguous(cast(x, FLOAT64)), contiguous(cast(xp, FLOAT64)), contiguous(cast(fp, dtype))
    result = empty(x.view.ndim, x.view.shape, dtype, x.storage.device)
    c.parts = 2 if dtype == COMPLEX128 else 1
    c.x = <const double*> x.view.data
    c.xp = <const double*> xp.view.data
    c.fp = <const double*> fp.view.data
    c.y = <double*> result.view.data
    c.n = x.view.size
    c.points = xp.view.size
    end_value(c.left, a[3], c.fp, c.parts)
    end_value(c.right, a[4], c.fp + (c.points - 1) * c.parts, c.parts)
    if c.n <= MLT_PARALLEL_THRESHOLD // 8:
        status = mlt_interpolation_run(&c)
    else:
        with nogil:
            status = mlt_interpolation_run(&c)
    check_interrupt(status)
    return result


KERNELS = {"interp_values": kernel_capsule(interp_values_kernel)}
