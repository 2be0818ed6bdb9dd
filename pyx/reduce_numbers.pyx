"""Reductions that pass over NaN: sums, products, extremes, counts, means and variances of real floats.

Elements that `where=` leaves out become NaN first, so that there is one rule.
"""

from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from mltensor._core.dtypes cimport code_of
from mltensor._core.elementwise cimport cast
from mltensor._core.reduce cimport (
    MLT_REDUCE_NANMAX_OP, MLT_REDUCE_NANMIN_OP, MLT_REDUCE_NANPROD_OP, MLT_REDUCE_NANSQUARES_OP, MLT_REDUCE_NANSUM_OP,
    MLT_REDUCE_NUMBERS_OP, counted_by, divide_counts, extreme, in_double, masked, reduced_count)
from mltensor._core.shapes cimport reduced_axes
from mltensor._core.storage cimport kernel_capsule
from mltensor._core.tensor cimport Tensor, shape_tuple

from mltensor.errors import ShapeError

cdef extern from "Python.h":
    PyObject* Py_True
    PyObject* Py_None


cdef inline Tensor chosen(Tensor x, PyObject* where):
    return x if where == Py_True else masked(x, <object> where, float("nan"))


cdef inline int wanted(Tensor x, PyObject* dtype) except -1:
    return x.view.dtype if dtype == Py_None else code_of(<object> dtype)


cdef object sum_numbers_kernel(PyObject** a):
    cdef Tensor x = chosen(<Tensor> a[0], a[4])
    return cast(in_double(MLT_REDUCE_NANSUM_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[3]), None),
                wanted(x, a[2]))


cdef object prod_numbers_kernel(PyObject** a):
    cdef Tensor x = chosen(<Tensor> a[0], a[4])
    return cast(in_double(MLT_REDUCE_NANPROD_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[3]),
                          None), wanted(x, a[2]))


cdef object extreme_of_numbers(int op, str name, PyObject** a):
    cdef Tensor x = chosen(<Tensor> a[0], a[3])
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    if reduced_count(x, mask) == 0:
        over = "all axes" if a[1] == Py_None else f"axis {<object> a[1]}"
        raise ShapeError(f"{name} over {over} of a tensor of shape {shape_tuple(x)}: there are no elements and the "
                         "operation has no identity; give initial=")
    return extreme(op, x, mask, bool(<object> a[2]))


cdef object max_numbers_kernel(PyObject** a):
    return extreme_of_numbers(MLT_REDUCE_NANMAX_OP, "nanmax", a)


cdef object min_numbers_kernel(PyObject** a):
    return extreme_of_numbers(MLT_REDUCE_NANMIN_OP, "nanmin", a)


cdef object count_numbers_kernel(PyObject** a):
    cdef Tensor x = chosen(<Tensor> a[0], a[3])
    return counted_by(MLT_REDUCE_NUMBERS_OP, x, reduced_axes(<object> a[1], x.view.ndim), bool(<object> a[2]))


cdef Tensor means_of(Tensor x, uint64_t mask, bint keepdims, Tensor counted):
    cdef Tensor means = in_double(MLT_REDUCE_NANSUM_OP, x, mask, keepdims, None)
    divide_counts(means, counted, 0.0, False)
    return means


cdef object mean_numbers_kernel(PyObject** a):
    cdef Tensor x = chosen(<Tensor> a[0], a[4])
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef bint keepdims = bool(<object> a[3])
    return cast(means_of(x, mask, keepdims, counted_by(MLT_REDUCE_NUMBERS_OP, x, mask, keepdims)), wanted(x, a[2]))


cdef object var_numbers_kernel(PyObject** a):
    """The means are kept in double, one per result; the next pass takes the deviations from them."""
    cdef Tensor x = chosen(<Tensor> a[0], a[6]), counted, result
    cdef uint64_t mask = reduced_axes(<object> a[1], x.view.ndim)
    cdef bint keepdims = bool(<object> a[5])
    counted = counted_by(MLT_REDUCE_NUMBERS_OP, x, mask, keepdims)
    result = in_double(MLT_REDUCE_NANSQUARES_OP, x, mask, keepdims, means_of(x, mask, keepdims, counted))
    divide_counts(result, counted, <object> a[3], bool(<object> a[4]))
    return cast(result, wanted(x, a[2]))


KERNELS = {
    "sum_numbers": kernel_capsule(sum_numbers_kernel),
    "prod_numbers": kernel_capsule(prod_numbers_kernel),
    "max_numbers": kernel_capsule(max_numbers_kernel),
    "min_numbers": kernel_capsule(min_numbers_kernel),
    "count_numbers": kernel_capsule(count_numbers_kernel),
    "mean_numbers": kernel_capsule(mean_numbers_kernel),
    "var_numbers": kernel_capsule(var_numbers_kernel),
}
