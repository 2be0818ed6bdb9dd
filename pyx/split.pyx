"""Splitting: views of the parts of a tensor."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.storage cimport kernel_capsule
from mltensor._core.shapes cimport normalize_axis
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, new_view, shape_tuple
from mltensor._core.view cimport section

import operator

from mltensor.errors import AllocationError, ShapeError


cdef object split_at(Tensor x, object cuts, int axis):
    """Views between cut points, which count and clip as the bounds of slices do."""
    cdef int64_t length = x.view.shape[axis], begin = 0, end
    cdef list parts = []
    for cut in (*cuts, length):
        end, begin_here = slice(None, operator.index(cut)).indices(length)[1], begin
        end = max(end, begin)
        parts.append(section(x, axis, begin_here, end))
        begin = slice(operator.index(cut), None).indices(length)[0]
    return tuple(parts)


cdef object split_into(str name, Tensor x, object sections, int axis, bint equal):
    cdef int64_t n, length = x.view.shape[axis], begin = 0, end, k
    cdef list parts = []
    try:
        n = operator.index(sections)
    except TypeError:
        if isinstance(sections, Tensor):
            sections = sections.tolist()
        return split_at(x, sections, axis)
    if n < 1:
        raise ValueError(f"{name}: the number of sections must be at least 1, not {n}")
    if equal and length % n:
        raise ShapeError(
            f"{name}: axis {axis} of length {length} (shape {shape_tuple(x)}) does not divide into {n} equal "
            "sections; use array_split, or give the cut points")
    if n >= 1 << 32:
        raise AllocationError(f"{name}: there is no memory for {n} tensors")
    for k in range(n):
        end = begin + length // n + (1 if k < length % n else 0)
        parts.append(section(x, axis, begin, end))
        begin = end
    return tuple(parts)


cdef int split_axis(str name, Tensor x, object axis) except -1:
    if x.view.ndim == 0:
        raise ShapeError(f"{name}: a 0-d tensor has no axis to split")
    return normalize_axis(axis, x.view.ndim)


cdef object split_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    return split_into("split", x, <object> a[1], split_axis("split", x, <object> a[2]), True)


cdef object array_split_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    return split_into("array_split", x, <object> a[1], split_axis("array_split", x, <object> a[2]), False)


cdef object unstack_kernel(PyObject** a):
    cdef Tensor x = <Tensor> a[0]
    cdef int axis = split_axis("unstack", x, <object> a[1]), d, n = 0
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int64_t strides[MLT_MAX_DIMS]
    cdef int64_t i
    cdef list parts = []
    for d in range(x.view.ndim):
        if d != axis:
            shape[n] = x.view.shape[d]
            strides[n] = x.view.strides[d]
            n += 1
    for i in range(x.view.shape[axis]):
        parts.append(new_view(x, x.view.data + i * x.view.strides[axis], n, shape, strides, x.view.dtype))
    return tuple(parts)


KERNELS = {
    "split": kernel_capsule(split_kernel),
    "array_split": kernel_capsule(array_split_kernel),
    "unstack": kernel_capsule(unstack_kernel),
}
