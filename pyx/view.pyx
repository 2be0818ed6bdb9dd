"""Views: other shapes and strides over the same memory. Nothing here moves an element, but for a
reshape that strides cannot express."""

from cpython.exc cimport PyErr_Clear, PyErr_Occurred
from cpython.long cimport PyLong_AsLongLong, PyLong_CheckExact
from cpython.object cimport PyObject
from cpython.tuple cimport PyTuple_CheckExact, PyTuple_GET_SIZE
from libc.stdint cimport int64_t, uint64_t

from mltensor._core.dtypes cimport code_of_number, is_complex, is_integer, mlt_itemsize, real_of
from mltensor._core.elementwise cimport broadcast_view, copy
from mltensor._core.storage cimport kernel_capsule, shortcut_capsule
from mltensor._core.shapes cimport axis_mask, normalize_axis, read_shape
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, new_view, reshaped, shape_tuple

import operator

from mltensor.errors import AxisError, ShapeError

cdef extern from *:
    bint mul_overflows "__builtin_mul_overflow"(int64_t a, int64_t b, int64_t* product) nogil

cdef extern from *:
    """
    #define mlt_tuple_items(o) (((PyTupleObject *)(o))->ob_item)
    """
    PyObject** PyTuple_items "mlt_tuple_items"(PyObject* o)


cdef bint view_strides(Tensor t, int ndim, const int64_t* shape, int64_t* strides) noexcept nogil:
    """Strides that show `t` with a new shape of equal size; False when no strides do.

    Runs of old dimensions are matched with runs of new ones of equal product; a run of old
    dimensions must be walkable with one stride.
    """
    cdef int old = 0, new = 0, old_end, new_end, k, n = 0
    cdef int64_t old_shape[64]
    cdef int64_t old_strides[64]
    cdef int64_t old_count, new_count, step
    for k in range(t.view.ndim):
        if t.view.shape[k] != 1:
            old_shape[n] = t.view.shape[k]
            old_strides[n] = t.view.strides[k]
            n += 1
    while new < ndim and old < n:
        old_count, new_count = old_shape[old], shape[new]
        old_end, new_end = old + 1, new + 1
        while old_count != new_count:
            if new_count < old_count:
                new_count *= shape[new_end]
                new_end += 1
            else:
                old_count *= old_shape[old_end]
                old_end += 1
        for k in range(old, old_end - 1):
            if old_strides[k] != old_strides[k + 1] * old_shape[k + 1]:
                return False
        step = old_strides[old_end - 1]
        for k in range(new_end - 1, new - 1, -1):
            strides[k] = step
            step *= shape[k]
        old, new = old_end, new_end
    for k in range(new, ndim):
        strides[k] = mlt_itemsize[t.view.dtype]
    return True


cdef Tensor reshape(Tensor t, int ndim, const int64_t* shape):
    cdef int64_t full[64]
    cdef int64_t strides[64]
    cdef int64_t known = 1
    cdef int i, unknown = -1
    for i in range(ndim):
        full[i] = shape[i]
        if shape[i] >= 0:
            if mul_overflows(known, shape[i], &known):
                raise impossible(t, ndim, shape)
        elif shape[i] == -1 and unknown < 0:
            unknown = i
        elif shape[i] == -1:
            raise ShapeError("reshape: only one dimension can be -1")
        else:
            raise impossible(t, ndim, shape)
    if unknown >= 0:
        if known == 0 or t.view.size % known:
            raise impossible(t, ndim, shape)
        full[unknown] = t.view.size // known
    elif known != t.view.size:
        raise impossible(t, ndim, shape)
    if t.view.contiguous:
        return reshaped(t, ndim, full)
    if not view_strides(t, ndim, full, strides):
        return reshape(copy(t), ndim, full)
    return new_view(t, t.view.data, ndim, full, strides, t.view.dtype)


cdef Tensor flat(Tensor t):
    cdef int64_t size = t.view.size
    return reshape(t, 1, &size)


cdef Tensor section(Tensor x, int axis, int64_t begin, int64_t end):
    """The view of x[begin:end] along an axis."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int d
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[d]
    shape[axis] = end - begin
    return new_view(x, x.view.data + (begin * x.view.strides[axis] if end > begin else 0), x.view.ndim, shape,
                    x.view.strides, x.view.dtype)


cdef object impossible(Tensor t, int ndim, const int64_t* shape):
    return ShapeError(
        f"reshape: a tensor of shape {shape_tuple(t)} has {t.view.size} elements and cannot be given the "
        f"shape {tuple([shape[i] for i in range(ndim)])}")


cdef Tensor permute(Tensor t, const int* axes):
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int i
    for i in range(t.view.ndim):
        shape[i] = t.view.shape[axes[i]]
        strides[i] = t.view.strides[axes[i]]
    return new_view(t, t.view.data, t.view.ndim, shape, strides, t.view.dtype)


cdef Tensor transpose_last(Tensor t):
    cdef int axes[64]
    cdef int i, n = t.view.ndim
    if n < 2:
        raise ShapeError(f"matrix_transpose: at least 2 dimensions are needed, the shape is {shape_tuple(t)}")
    for i in range(n):
        axes[i] = i
    axes[n - 1], axes[n - 2] = n - 2, n - 1
    return permute(t, axes)


# --- kernels ----------------------------------------------------------------------------------

cdef str BY_ROWS = "C"
cdef str BY_COLUMNS = "F"


cdef bint by_columns(Tensor x) noexcept:
    """Whether the elements lie in memory by columns and not by rows."""
    cdef int64_t expected = mlt_itemsize[x.view.dtype]
    cdef int d
    if x.view.contiguous:
        return False
    for d in range(x.view.ndim):
        if x.view.shape[d] != 1 and x.view.strides[d] != expected:
            return False
        expected *= x.view.shape[d]
    return True


cdef object reshape_kernel(PyObject** a):
    """reshape(x, shape, order, copy)"""
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor result
    cdef int64_t shape[64]
    cdef int ndim = read_shape(<object> a[1], shape)
    order = <object> a[2]
    wanted = <object> a[3]
    if order == "A":
        # What the tape keeps is what was done: the gradient lies otherwise in memory.
        order = BY_COLUMNS if by_columns(x) else BY_ROWS
        a[2] = <PyObject*> order
    if order is None or order == "C":
        result = reshape(x, ndim, shape)
    elif order == "F":
        result = fortran_reshape(x, ndim, shape)
    else:
        raise ValueError(f"reshape: order must be 'C', 'F' or 'A', not {order!r}")
    if wanted is None:
        return result
    if wanted and result.storage is x.storage:
        return copy(result)
    if not wanted and result.storage is not x.storage:
        raise ValueError(
            f"reshape: the shape {tuple(<object> a[1])} needs a copy of these strides and copy=False forbids it")
    return result


cdef int plain_shape(PyObject** a, Py_ssize_t count, int64_t* shape) except -2:
    """Reads a shape of Python's or NumPy's integers, one tuple or several arguments; -1 when it is anything else."""
    cdef PyObject** given = a + 1
    cdef int code
    cdef Py_ssize_t i, n = count - 1
    if n == 1 and PyTuple_CheckExact(<object> a[1]):
        n = PyTuple_GET_SIZE(<object> a[1])
        given = PyTuple_items(a[1])
    if n > MLT_MAX_DIMS or count < 2:
        return -1
    for i in range(n):
        if not PyLong_CheckExact(<object> given[i]):
            code = code_of_number(<object> given[i])
            if code < 0 or not is_integer(code):
                return -1
        shape[i] = PyLong_AsLongLong(<object> given[i])
        if shape[i] == -1 and PyErr_Occurred() != NULL:
            PyErr_Clear()
            return -1
    return <int> n


cdef object reshape_shortcut(PyObject** a, Py_ssize_t count):
    """x.reshape(2, 5) and x.reshape((2, 5)) with plain integers."""
    cdef int64_t shape[64]
    cdef int n = plain_shape(a, count, shape)
    return reshape(<Tensor> a[0], n, shape) if n >= 0 else None


cdef object broadcast_to_shortcut(PyObject** a, Py_ssize_t count):
    """broadcast_to(x, (2, 5)) with plain integers, none of them negative."""
    cdef int64_t shape[64]
    cdef int i, n = plain_shape(a, count, shape)
    for i in range(n):
        if shape[i] < 0:
            return None
    return broadcast_view(<Tensor> a[0], n, shape) if n >= 0 else None


cdef object fortran_reshape(Tensor x, int ndim, const int64_t* shape):
    """Elements in Fortran order: reverse the dimensions, reshape, reverse them again."""
    cdef int64_t reversed_shape[64]
    cdef int i
    for i in range(ndim):
        reversed_shape[i] = shape[ndim - 1 - i]
    cdef Tensor result = reshape(reversed_view(x), ndim, reversed_shape)
    return reversed_view(result)


cdef Tensor reversed_view(Tensor x):
    cdef int axes[64]
    cdef int i
    for i in range(x.view.ndim):
        axes[i] = x.view.ndim - 1 - i
    return permute(x, axes)


cdef object permute_dims_shortcut(PyObject** a, Py_ssize_t count):
    """x.T, transpose(x), permute_dims(x, (1, 0)) with plain integers, each once."""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t order[64]
    cdef int axes[64]
    cdef uint64_t seen = 0
    cdef int i, n
    if count == 1:
        return reversed_view(x)
    n = plain_shape(a, count, order)
    if n != x.view.ndim:
        return None
    for i in range(n):
        if not -n <= order[i] < n:
            return None
        axes[i] = <int> (order[i] + n if order[i] < 0 else order[i])
        if seen >> axes[i] & 1:
            return None
        seen |= <uint64_t> 1 << axes[i]
    return permute(x, axes)


cdef object swapaxes_shortcut(PyObject** a, Py_ssize_t count):
    """swapaxes(x, 0, 1) with plain integers."""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t pair[64]
    cdef int axes[64]
    cdef int i, first, second, n = x.view.ndim
    if count != 3 or plain_shape(a, count, pair) != 2 or not (-n <= pair[0] < n and -n <= pair[1] < n):
        return None
    for i in range(n):
        axes[i] = i
    first, second = <int> pair[0], <int> pair[1]
    first += n if first < 0 else 0
    second += n if second < 0 else 0
    axes[first], axes[second] = second, first
    return permute(x, axes)


cdef object ravel_shortcut(PyObject** a, Py_ssize_t count):
    """ravel(x) of what lies in order."""
    cdef Tensor x = <Tensor> a[0]
    return flat(x) if count == 1 and x.view.contiguous else None


cdef Tensor part(Tensor z, int imaginary):
    """The real or the imaginary parts of complex numbers where they lie."""
    cdef int dtype = real_of[z.view.dtype]
    return new_view(z, z.view.data + imaginary * mlt_itemsize[dtype], z.view.ndim, z.view.shape, z.view.strides, dtype)


cdef object real_shortcut(PyObject** a, Py_ssize_t count):
    """Real parts as a view; of what is real, itself: both as in NumPy."""
    if count != 1:
        return None
    return part(<Tensor> a[0], 0) if is_complex((<Tensor> a[0]).view.dtype) else <object> a[0]


cdef object imag_shortcut(PyObject** a, Py_ssize_t count):
    return part(<Tensor> a[0], 1) if count == 1 and is_complex((<Tensor> a[0]).view.dtype) else None


cdef object permute_dims_kernel(PyObject** a):
    """permute_dims(x, axes)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int axes[64]
    cdef int i = 0
    order = <object> a[1]
    if order is None or (isinstance(order, tuple) and len(order) == 1 and order[0] is None):
        return reversed_view(x)
    if not isinstance(order, (tuple, list)):
        order = (order,)
    if len(order) != x.view.ndim:
        raise ShapeError(
            f"permute_dims: {len(order)} axes {tuple(order)} given for a tensor of shape {shape_tuple(x)} with "
            f"{x.view.ndim} dimensions")
    axis_mask(tuple(order), x.view.ndim) if x.view.ndim else None
    for axis in order:
        axes[i] = normalize_axis(axis, x.view.ndim)
        i += 1
    return permute(x, axes)


cdef object matrix_transpose_kernel(PyObject** a):
    """matrix_transpose(x)"""
    return transpose_last(<Tensor> a[0])


cdef object broadcast_to_kernel(PyObject** a):
    """broadcast_to(x, shape)"""
    cdef int64_t shape[64]
    cdef Tensor x = <Tensor> a[0]
    cdef int i, ndim = read_shape(<object> a[1], shape)
    for i in range(ndim):
        if shape[i] == -1 and i >= ndim - x.view.ndim:      # torch's expand: keep this dimension
            shape[i] = x.view.shape[i - ndim + x.view.ndim]
        if shape[i] < 0:
            raise ShapeError(
                f"broadcast_to: lengths must not be negative, as in {tuple([shape[k] for k in range(ndim)])}")
    return broadcast_view(x, ndim, shape)


cdef object squeeze_kernel(PyObject** a):
    """squeeze(x, axis)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int i, n = 0
    cdef bint all_axes = <object> a[1] is None
    cdef uint64_t mask = 0 if all_axes else axis_mask(<object> a[1], x.view.ndim) if <object> a[1] != () else 0
    for i in range(x.view.ndim):
        if x.view.shape[i] == 1 and (all_axes or mask >> i & 1):
            continue
        if mask >> i & 1:
            raise ShapeError(
                f"squeeze: axis {i} of shape {shape_tuple(x)} has length {x.view.shape[i]}; only axes of "
                "length 1 can be squeezed")
        shape[n] = x.view.shape[i]
        strides[n] = x.view.strides[i]
        n += 1
    return new_view(x, x.view.data, n, shape, strides, x.view.dtype)


cdef object expand_dims_kernel(PyObject** a):
    """expand_dims(x, axis)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int i, old = 0, n
    axis = <object> a[1]
    if not isinstance(axis, (tuple, list)):
        axis = (axis,)
    n = x.view.ndim + len(axis)
    if n > MLT_MAX_DIMS:
        raise ShapeError(f"a tensor has at most {MLT_MAX_DIMS} dimensions, not {n}")
    cdef uint64_t mask = axis_mask(tuple(axis), n) if len(axis) else 0
    for i in range(n):
        if mask >> i & 1:
            shape[i] = 1
            strides[i] = 0
        else:
            shape[i] = x.view.shape[old]
            strides[i] = x.view.strides[old]
            old += 1
    return new_view(x, x.view.data, n, shape, strides, x.view.dtype)


cdef object flip_kernel(PyObject** a):
    """flip(x, axis)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t strides[64]
    cdef char* data = x.view.data
    cdef int i
    cdef uint64_t mask = 0
    if x.view.ndim and <object> a[1] != ():
        mask = axis_mask(<object> a[1], x.view.ndim)
    elif <object> a[1] is not None and <object> a[1] != ():
        raise AxisError(0, 0)
    for i in range(x.view.ndim):
        strides[i] = x.view.strides[i]
        if mask >> i & 1 and x.view.shape[i] > 0:
            data += strides[i] * (x.view.shape[i] - 1)
            strides[i] = -strides[i]
    return new_view(x, data, x.view.ndim, x.view.shape, strides, x.view.dtype)


cdef object diagonal_kernel(PyObject** a):
    """diagonal(x, offset, axis1, axis2)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int64_t offset = operator.index(<object> a[1])
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int i, n = 0
    if x.view.ndim < 2:
        raise ShapeError(f"diagonal: at least 2 dimensions are needed, the shape is {shape_tuple(x)}")
    cdef int row = normalize_axis(<object> a[2], x.view.ndim, "axis1")
    cdef int column = normalize_axis(<object> a[3], x.view.ndim, "axis2")
    if row == column:
        raise ShapeError("diagonal: axis1 and axis2 must differ")
    cdef int64_t rows = x.view.shape[row], columns = x.view.shape[column], length
    cdef char* data = x.view.data
    length = min(rows, columns - offset) if offset >= 0 else min(rows + offset, columns)
    length = max(length, <int64_t> 0)
    if length > 0:
        data += offset * x.view.strides[column] if offset >= 0 else -offset * x.view.strides[row]
    for i in range(x.view.ndim):
        if i != row and i != column:
            shape[n] = x.view.shape[i]
            strides[n] = x.view.strides[i]
            n += 1
    shape[n] = length
    strides[n] = x.view.strides[row] + x.view.strides[column]
    return new_view(x, data, n + 1, shape, strides, x.view.dtype)


cdef Tensor strided_view(Tensor x, object new_shape, object new_strides, object offset):
    cdef int64_t shape[64]
    cdef int64_t strides[64]
    cdef int ndim = read_shape(new_shape, shape)
    cdef char* data = x.view.data + <int64_t> operator.index(offset)
    if read_strides(new_strides, strides) != ndim:
        raise ShapeError(f"as_strided: shape {tuple(new_shape)} and strides {tuple(new_strides)} differ in length")
    check_inside(x, data, ndim, shape, strides)
    return new_view(x, data, ndim, shape, strides, x.view.dtype)


cdef object as_strided_kernel(PyObject** a):
    """as_strided(x, shape, strides, offset)"""
    return strided_view(<Tensor> a[0], <object> a[1], <object> a[2], <object> a[3])


cdef int read_strides(object values, int64_t* out) except -1:
    cdef int n = 0
    if len(values) > MLT_MAX_DIMS:
        raise ShapeError(f"a tensor has at most {MLT_MAX_DIMS} dimensions, not {len(values)}")
    for value in values:
        out[n] = operator.index(value)
        n += 1
    return n


cdef int check_inside(Tensor x, char* data, int ndim, const int64_t* shape, const int64_t* strides) except -1:
    """Every element of the geometry lies inside the storage of x; otherwise ValueError.

    The sums run in Python integers: no stride is big enough to wrap around.
    """
    for i in range(ndim):
        if shape[i] < 0:
            raise ShapeError(f"negative dimensions are not allowed: {[shape[k] for k in range(ndim)]}")
    low = <size_t> data
    high = low + mlt_itemsize[x.view.dtype]
    for i in range(ndim):
        if shape[i] == 0:
            return 0
        reach = (<object> strides[i]) * (<object> shape[i] - 1)
        if reach < 0:
            low = low + reach
        else:
            high = high + reach
    first = <size_t> x.storage.data
    last = first + <object> x.storage.nbytes
    if low < first or high > last:
        raise ShapeError(
            f"as_strided: shape {tuple([shape[k] for k in range(ndim)])} with strides "
            f"{tuple([strides[k] for k in range(ndim)])} reaches from byte {low - first} to {high - first}, "
            f"outside its memory of {last - first} bytes")
    return 0


SHORTCUTS = {
    "permute_dims": shortcut_capsule(permute_dims_shortcut),
    "reshape": shortcut_capsule(reshape_shortcut),
    "ravel": shortcut_capsule(ravel_shortcut),
    "real": shortcut_capsule(real_shortcut),
    "imag": shortcut_capsule(imag_shortcut),
    "swapaxes": shortcut_capsule(swapaxes_shortcut),
    "broadcast_to": shortcut_capsule(broadcast_to_shortcut),
}

KERNELS = {
    "reshape": kernel_capsule(reshape_kernel),
    "permute_dims": kernel_capsule(permute_dims_kernel),
    "matrix_transpose": kernel_capsule(matrix_transpose_kernel),
    "broadcast_to": kernel_capsule(broadcast_to_kernel),
    "squeeze": kernel_capsule(squeeze_kernel),
    "expand_dims": kernel_capsule(expand_dims_kernel),
    "flip": kernel_capsule(flip_kernel),
    "diagonal": kernel_capsule(diagonal_kernel),
    "as_strided": kernel_capsule(as_strided_kernel),
}
