"""Kernels that the gradients of views need: reading and adding through arbitrary strides, casting."""

from cpython.object cimport PyObject
from libc.stdint cimport int64_t

from mltensor._core.dtypes cimport code_of
from mltensor._core.elementwise cimport Loops, copy, copy_into, fill, find_loops, run_serial
from mltensor._core.elementwise cimport cast as cast_tensor
from mltensor._core.storage cimport device_code, kernel_capsule
from mltensor._core.shapes cimport read_shape
from mltensor._core.tensor cimport Tensor, empty, mlt_view, same_shape, shape_tuple
from mltensor._core.view cimport strided_view

from mltensor.errors import ShapeError

cdef Loops add = find_loops("add")


cdef Tensor zeros(object shape, Tensor like):
    cdef int64_t dims[64]
    cdef int ndim = read_shape(shape, dims)
    cdef Tensor result = empty(ndim, dims, like.view.dtype, like.storage.device)
    fill(result, 0)
    return result


cdef object as_strided_scatter(PyObject** a):
    """as_strided_scatter(x, shape_of_result, shape, strides, offset)"""
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor result = zeros(<object> a[1], x)
    cdef Tensor region = strided_view(result, <object> a[2], <object> a[3], <object> a[4])
    cdef mlt_view* operands[3]
    if not same_shape(region, x):
        raise ShapeError(f"as_strided_scatter: values of shape {shape_tuple(x)} do not fit {shape_tuple(region)}")
    operands[0] = &region.view
    operands[1] = &x.view
    operands[2] = &region.view
    # One thread: places that the view shows twice collect both gradients.
    run_serial(add.by_dtype[x.view.dtype].loop, 3, operands)
    return result


cdef object as_strided_assign(PyObject** a):
    """as_strided_assign(x, value, shape, strides, offset)"""
    cdef Tensor result = copy(<Tensor> a[0])
    copy_into(strided_view(result, <object> a[2], <object> a[3], <object> a[4]), <Tensor> a[1])
    return result


cdef object cast(PyObject** a):
    """cast(x, dtype)"""
    cdef Tensor x = <Tensor> a[0]
    cdef int dtype = code_of(<object> a[1])
    return copy(x) if x.view.dtype == dtype else cast_tensor(x, dtype)


cdef object to_device(PyObject** a):
    """to_device(x, device)"""
    cdef Tensor x = <Tensor> a[0]
    cdef Tensor result = empty(x.view.ndim, x.view.shape, x.view.dtype, device_code(<object> a[1]))
    copy_into(result, x)
    return result


KERNELS = {
    "as_strided_scatter": kernel_capsule(as_strided_scatter),
    "as_strided_assign": kernel_capsule(as_strided_assign),
    "cast": kernel_capsule(cast),
    "transfer": kernel_capsule(to_device),
}
