"""Keys of integers, slices, None and an ellipsis: the views they select."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport is_integer
from mltensor._core.foreign cimport has_dimensions
from mltensor._core.scalars cimport read_scalar
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, new_view, shape_tuple

import numpy

from mltensor.errors import IndexingError

cdef extern from "Python.h":
    int PyLong_CheckExact(object o)
    int PySlice_Check(object o)
    int PyTuple_Check(object o)
    int PyIndex_Check(object o)
    object PyNumber_Index(object o)
    Py_ssize_t PyLong_AsSsize_t(object o) except? -1
    int PySlice_Unpack(object slice, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t* step) except -1
    Py_ssize_t PySlice_AdjustIndices(Py_ssize_t length, Py_ssize_t* start, Py_ssize_t* stop, Py_ssize_t step)
    Py_ssize_t PyTuple_GET_SIZE(object t)
    PyObject* PyTuple_GET_ITEM(object t, Py_ssize_t i)

# Most slices are [a:b] with plain integers or nothing: reading the slice object itself saves half of the time
# that the general way takes. Other slices, and integers beyond the machine's, give -1.
cdef extern from *:
    """
    static inline Py_ssize_t mlt_bound(PyObject *bound, Py_ssize_t missing, Py_ssize_t length) {
      if (bound == Py_None) return missing;
      if (!PyLong_CheckExact(bound)) return -1;
      Py_ssize_t at = PyLong_AsSsize_t(bound);
      if (at == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        return -1;
      }
      if (at < 0) return at + length < 0 ? 0 : at + length;
      return at > length ? length : at;
    }

    static inline Py_ssize_t mlt_plain_slice(PyObject *key, Py_ssize_t length, Py_ssize_t *start) {
      PySliceObject *slice = (PySliceObject *)key;
      if (slice->step != Py_None) return -1;
      Py_ssize_t stop = mlt_bound(slice->stop, length, length);
      *start = mlt_bound(slice->start, 0, length);
      if (stop < 0 || *start < 0) return -1;
      return stop > *start ? stop - *start : 0;
    }

    /* A plain integer; one that does not fit the machine's is outside of any dimension. */
    static inline Py_ssize_t mlt_position(PyObject *position) {
      const Py_ssize_t at = PyLong_AsSsize_t(position);
      if (at != -1 || !PyErr_Occurred()) return at;
      PyErr_Clear();
      return PY_SSIZE_T_MAX;
    }
    """
    Py_ssize_t mlt_plain_slice(object key, Py_ssize_t length, Py_ssize_t* start)
    Py_ssize_t mlt_position(object position)

cdef object array_type = numpy.ndarray
cdef object numpy_bool = numpy.bool_


cdef int out_of_bounds(Py_ssize_t at, int axis, int64_t length) except -1:
    raise IndexingError(f"index {at} is out of bounds for axis {axis} with size {length}")


cdef int too_many(Tensor t, Py_ssize_t consumed) except -1:
    raise IndexingError(
        f"too many indices for tensor: it is {t.view.ndim}-dimensional, but {consumed} were indexed "
        f"(shape {shape_tuple(t)})")


cdef int one_integer(Tensor t, Geometry* g, Py_ssize_t at) except -1:
    cdef int64_t length = t.view.shape[g.axis]
    if at < 0:
        if at < -length:
            out_of_bounds(at, g.axis, length)
        at += length
    elif at >= length:
        out_of_bounds(at, g.axis, length)
    g.data += at * t.view.strides[g.axis]
    g.axis += 1
    return 0


cdef int keep_axes(Tensor t, Geometry* g, int count) except -1:
    if g.ndim + count > MLT_MAX_DIMS:
        raise IndexingError(f"the result would have more than {MLT_MAX_DIMS} dimensions")
    while count > 0:
        g.shape[g.ndim] = t.view.shape[g.axis]
        g.strides[g.ndim] = t.view.strides[g.axis]
        g.ndim += 1
        g.axis += 1
        count -= 1
    return 0


cdef int new_axis(Geometry* g) except -1:
    if g.ndim >= MLT_MAX_DIMS:
        raise IndexingError(f"the result would have more than {MLT_MAX_DIMS} dimensions")
    g.shape[g.ndim] = 1
    g.strides[g.ndim] = 0
    g.ndim += 1
    return 0


cdef int one_slice(Tensor t, Geometry* g, object key) except -1:
    cdef Py_ssize_t start, stop, step = 1
    cdef int64_t length = mlt_plain_slice(key, t.view.shape[g.axis], &start)
    if length < 0:
        PySlice_Unpack(key, &start, &stop, &step)
        length = PySlice_AdjustIndices(t.view.shape[g.axis], &start, &stop, step)
    if length > 0:
        g.data += start * t.view.strides[g.axis]
    if g.ndim >= MLT_MAX_DIMS:
        raise IndexingError(f"the result would have more than {MLT_MAX_DIMS} dimensions")
    g.shape[g.ndim] = length
    g.strides[g.ndim] = t.view.strides[g.axis] * step
    g.ndim += 1
    g.axis += 1
    return 0


cdef int scalar_integer(object item, Py_ssize_t* at) except -1:
    """1 and the value when an item of a key is a single integer of any kind."""
    if PyLong_CheckExact(item):
        pass
    elif isinstance(item, Tensor):
        if (<Tensor> item).view.ndim != 0 or not is_integer((<Tensor> item).view.dtype):
            return 0
        item = read_scalar((<Tensor> item).view.data, (<Tensor> item).view.dtype)
    elif isinstance(item, array_type):
        if has_dimensions(item) or item.dtype.kind not in "iu":
            return 0
        item = int(item)
    elif isinstance(item, bool) or isinstance(item, numpy_bool) or not PyIndex_Check(item):
        return 0
    else:
        item = PyNumber_Index(item)
    try:
        at[0] = PyLong_AsSsize_t(item)
    except OverflowError:
        raise IndexingError(f"index {item} does not fit an integer of the machine") from None
    return 1


cdef inline int one_item(Tensor t, Geometry* g, object item) except -1:
    """Applies a basic item that takes one dimension; 0 when it is of another kind."""
    cdef Py_ssize_t at
    if PySlice_Check(item):
        one_slice(t, g, item)
        return 1
    if scalar_integer(item, &at):
        one_integer(t, g, at)
        return 1
    return 0


cdef object basic_tuple(Tensor t, tuple key):
    cdef Geometry g
    cdef Py_ssize_t i, n = PyTuple_GET_SIZE(key), at, consumed = 0
    cdef bint ellipsis = False
    cdef object item
    for i in range(n):
        item = <object> PyTuple_GET_ITEM(key, i)
        if item is None:
            continue
        if item is Ellipsis:
            if ellipsis:
                raise IndexingError("an index can have one ellipsis ('...') only")
            ellipsis = True
            continue
        if not (PyLong_CheckExact(item) or PySlice_Check(item)) and not scalar_integer(item, &at):
            return None
        consumed += 1
    if consumed > t.view.ndim:
        too_many(t, consumed)
    g.data = t.view.data
    g.ndim = g.axis = 0
    for i in range(n):
        item = <object> PyTuple_GET_ITEM(key, i)
        if item is None:
            new_axis(&g)
        elif item is Ellipsis:
            keep_axes(t, &g, <int> (t.view.ndim - consumed))
        else:
            one_item(t, &g, item)
    keep_axes(t, &g, t.view.ndim - g.axis)
    return new_view(t, g.data, g.ndim, g.shape, g.strides, t.view.dtype)


cdef inline bint step_to(Tensor t, int axis, object position, char** data) except -1:
    cdef Py_ssize_t at
    if not PyLong_CheckExact(position):
        if PySlice_Check(position) or not scalar_integer(position, &at):
            return False
    else:
        at = mlt_position(position)
    if at < 0:
        at += t.view.shape[axis]
    if at < 0 or at >= t.view.shape[axis]:
        return False
    data[0] += at * t.view.strides[axis]
    return True


cdef char* element_address(Tensor t, object key) except? NULL:
    cdef char* data = t.view.data
    cdef Py_ssize_t axis
    if not PyTuple_Check(key):
        return data if t.view.ndim == 1 and step_to(t, 0, key, &data) else NULL
    if PyTuple_GET_SIZE(key) != t.view.ndim or t.view.ndim == 0:
        return NULL
    for axis in range(t.view.ndim):
        if not step_to(t, axis, <object> PyTuple_GET_ITEM(key, axis), &data):
            return NULL
    return data


cdef object basic_index(Tensor t, object key):
    cdef Geometry g
    if PyTuple_Check(key):
        return basic_tuple(t, key)
    g.data = t.view.data
    g.ndim = g.axis = 0
    if key is None:
        new_axis(&g)
    elif key is not Ellipsis:
        if t.view.ndim == 0:
            return basic_tuple(t, (key,))
        if not one_item(t, &g, key):
            return None
    if t.view.ndim != g.axis:
        keep_axes(t, &g, t.view.ndim - g.axis)
    return new_view(t, g.data, g.ndim, g.shape, g.strides, t.view.dtype)
