"""Single elements: between Python numbers and memory."""

from cpython.complex cimport PyComplex_AsCComplex, PyComplex_FromDoubles, Py_complex
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_AsDouble, PyFloat_CheckExact
from cpython.list cimport PyList_New, PyList_SET_ITEM
from cpython.long cimport PyLong_CheckExact
from cpython.ref cimport Py_INCREF
from libc.math cimport fabs, isfinite
from libc.stdint cimport (
    int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t)

from mltensor._core.dtypes cimport (
    BOOL, COMPLEX64, COMPLEX128, FLOAT16, FLOAT32, FLOAT64, INT8, INT16, INT32, INT64,
    UINT8, UINT16, UINT32, UINT64, code_of_number, is_inexact, objects, promotion, real_of)
from mltensor._core.tensor cimport (
    ABSOLUTE, ADD, DIVIDE, EQUAL, FLOOR_DIVIDE, LESS, LESS_EQUAL, GREATER, MULTIPLY, NEGATIVE, NOT_EQUAL, REMAINDER,
    SUBTRACT, Tensor, empty, requires_grad, shape_tuple)

from mltensor.errors import DTypeError, IndexingError, ShapeError

cdef extern from "mltensor/half.h" nogil:
    ctypedef struct mlt_half:
        uint16_t bits
    float mlt_half_to_float(mlt_half h)
    mlt_half mlt_double_to_half(double value)

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object value, int* overflow) except? -1
    unsigned long long PyLong_AsUnsignedLongLong(object value) except? -1

# Least and greatest value of the integer dtypes, by code; uint64 has its own way.
cdef int64_t lowest[9]
cdef int64_t highest[9]
lowest[:] = [0, -2**7, -2**15, -2**31, 0, 0, 0, 0, 0]
highest[:] = [1, 2**7 - 1, 2**15 - 1, 2**31 - 1, 2**63 - 1, 2**8 - 1, 2**16 - 1, 2**32 - 1, 2**63 - 1]
lowest[INT64] = -highest[INT64] - 1


cdef object read_scalar(const char* p, int dtype):
    if dtype == FLOAT64:
        return (<const double*> p)[0]
    if dtype == FLOAT32:
        return <double> (<const float*> p)[0]
    if dtype == INT64:
        return (<const int64_t*> p)[0]
    if dtype == BOOL:
        return p[0] != 0
    if dtype == INT32:
        return (<const int32_t*> p)[0]
    if dtype == INT16:
        return (<const int16_t*> p)[0]
    if dtype == INT8:
        return <int> (<const int8_t*> p)[0]
    if dtype == UINT8:
        return <int> (<const uint8_t*> p)[0]
    if dtype == UINT16:
        return <int> (<const uint16_t*> p)[0]
    if dtype == UINT32:
        return (<const uint32_t*> p)[0]
    if dtype == UINT64:
        return (<const uint64_t*> p)[0]
    if dtype == FLOAT16:
        return <double> mlt_half_to_float((<const mlt_half*> p)[0])
    if dtype == COMPLEX64:
        return PyComplex_FromDoubles((<const float*> p)[0], (<const float*> p)[1])
    if dtype == COMPLEX128:
        return PyComplex_FromDoubles((<const double*> p)[0], (<const double*> p)[1])
    raise DTypeError(f"elements of dtype code {dtype} have no Python number")


cdef int write_integer(char* p, int dtype, object value) except -1:
    cdef int overflow = 0
    cdef int64_t number
    cdef uint64_t big
    if isinstance(value, float):
        if not isfinite(<double> value):
            raise ValueError(f"cannot convert {value} to {objects[dtype]}; integers have no NaN or infinity")
        value = int(value)
    elif isinstance(value, complex):
        raise DTypeError(f"cannot store the complex number {value} as {objects[dtype]}; take its .real first")
    elif not isinstance(value, int):
        value = int(value)
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if dtype == UINT64:
        if overflow < 0 or (overflow == 0 and number < 0) or (overflow > 0 and value > 0xFFFFFFFFFFFFFFFF):
            raise OverflowError(f"Python integer {value} out of bounds for uint64")
        big = PyLong_AsUnsignedLongLong(value) if overflow else <uint64_t> number
        (<uint64_t*> p)[0] = big
        return 0
    if overflow or number < lowest[dtype] or number > highest[dtype]:
        raise OverflowError(f"Python integer {value} out of bounds for {objects[dtype]}")
    if dtype == INT64:
        (<int64_t*> p)[0] = number
    elif dtype == INT32 or dtype == UINT32:
        (<uint32_t*> p)[0] = <uint32_t> number
    elif dtype == INT16 or dtype == UINT16:
        (<uint16_t*> p)[0] = <uint16_t> number
    else:
        (<uint8_t*> p)[0] = <uint8_t> number
    return 0


cdef bint keeps(int dtype, object value) noexcept:
    """Whether a Python float or integer becomes a number of a dtype exactly, or as floats are rounded; or NumPy's does.

    Beside a tensor of that dtype it then changes neither the dtype nor what a comparison says.
    """
    cdef int overflow = 0, code
    cdef int64_t number, most
    if PyFloat_CheckExact(value):
        return is_inexact(dtype)
    if not PyLong_CheckExact(value):
        code = code_of_number(value)
        return code >= 0 and promotion[dtype][code] == dtype
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if overflow or dtype == BOOL:
        return False
    if dtype == UINT64:
        return number >= 0
    if dtype < UINT64:
        return lowest[dtype] <= number <= highest[dtype]
    most = 2048 if dtype == FLOAT16 else 1 << 24 if real_of[dtype] == FLOAT32 else 1 << 53
    return -most <= number <= most


cdef int write_scalar(char* p, int dtype, object value) except -1:
    cdef double number
    cdef Py_complex z
    if dtype == FLOAT64 or dtype == FLOAT32 or dtype == FLOAT16:
        if PyFloat_CheckExact(value):
            number = <double> value
        elif isinstance(value, complex):
            raise DTypeError(
                f"cannot store the complex number {value} as {objects[dtype]}; take its .real first")
        else:
            number = PyFloat_AsDouble(value)
        if dtype == FLOAT64:
            (<double*> p)[0] = number
        elif dtype == FLOAT32:
            (<float*> p)[0] = <float> number
        else:
            (<mlt_half*> p)[0] = mlt_double_to_half(number)
    elif dtype == BOOL:
        p[0] = <bint> bool(value)
    elif dtype <= UINT64:
        write_integer(p, dtype, value)
    elif dtype == COMPLEX64 or dtype == COMPLEX128:
        z = PyComplex_AsCComplex(complex(value))
        if dtype == COMPLEX64:
            (<float*> p)[0] = <float> z.real
            (<float*> p)[1] = <float> z.imag
        else:
            (<double*> p)[0] = z.real
            (<double*> p)[1] = z.imag
    else:
        raise DTypeError(f"Python numbers cannot be stored with dtype code {dtype}")
    return 0


cdef object item(Tensor t):
    if t.view.size != 1:
        raise ShapeError(
            f"item() needs a tensor of one element, not of shape {shape_tuple(t)}; index it or use .tolist()")
    return read_scalar(t.view.data, t.view.dtype)


cdef object item_at(Tensor t, tuple index):
    """The Python number of the only element, at a position in C order, or at a position per dimension."""
    cdef Py_ssize_t n = len(index), at
    cdef int64_t length
    cdef const char* p = t.view.data
    cdef int d
    if n == 1 and isinstance(index[0], tuple):
        index = index[0]
        n = len(index)
    if n == 0:
        return item(t)
    if n == 1:
        at = index[0]
        if at < -t.view.size or at >= t.view.size:
            raise IndexingError(f"item(): index {at} is out of bounds for the {t.view.size} elements of shape "
                                f"{shape_tuple(t)}")
        at += t.view.size if at < 0 else 0
        for d in range(t.view.ndim - 1, -1, -1):
            length = t.view.shape[d]
            p += (at % length if d else at) * t.view.strides[d]
            at //= length
        return read_scalar(p, t.view.dtype)
    if n != t.view.ndim:
        raise ShapeError(f"item() takes a position or one per dimension; {n} are not the {t.view.ndim} of shape "
                         f"{shape_tuple(t)}")
    for d in range(t.view.ndim):
        at = index[d]
        length = t.view.shape[d]
        if at < -length or at >= length:
            raise IndexingError(f"index {at} is out of bounds for axis {d} with size {length}")
        p += (at + length if at < 0 else at) * t.view.strides[d]
    return read_scalar(p, t.view.dtype)


cdef object list_of(const char* p, Tensor t, int dimension):
    cdef int64_t i, n
    cdef int64_t step
    cdef object one
    cdef list result
    if dimension == t.view.ndim:
        return read_scalar(p, t.view.dtype)
    n = t.view.shape[dimension]
    step = t.view.strides[dimension]
    result = PyList_New(n)
    for i in range(n):
        if dimension + 1 == t.view.ndim:
            one = read_scalar(p + i * step, t.view.dtype)
        else:
            one = list_of(p + i * step, t, dimension + 1)
        Py_INCREF(one)
        PyList_SET_ITEM(result, i, one)
    return result


cdef object to_list(Tensor t):
    return list_of(t.view.data, t, 0)


# --- arithmetic of single elements -----------------------------------------------------------------

ctypedef fused Number:
    double
    float
    int64_t


cdef inline bint is_single(Tensor t) noexcept:
    """A 0-d tensor of the class itself, on the host, with nothing on the tape, of a dtype that has arithmetic here."""
    cdef int dtype = t.view.dtype
    return (t.view.ndim == 0 and (dtype == FLOAT64 or dtype == INT64 or dtype == FLOAT32) and type(t) is Tensor
            and t.storage.device == 0 and not requires_grad(t))


cdef inline bint compared(int operator, Number a, Number b) noexcept:
    if operator == LESS:
        return a < b
    if operator == LESS_EQUAL:
        return a <= b
    if operator == EQUAL:
        return a == b
    if operator == NOT_EQUAL:
        return a != b
    if operator == GREATER:
        return a > b
    return a >= b


cdef inline Number calculated(int operator, Number a, Number b) noexcept:
    """Integers wrap around, as those of arrays do."""
    if Number is int64_t:
        if operator == ADD:
            return <int64_t> (<uint64_t> a + <uint64_t> b)
        if operator == SUBTRACT:
            return <int64_t> (<uint64_t> a - <uint64_t> b)
        if operator == MULTIPLY:
            return <int64_t> (<uint64_t> a * <uint64_t> b)
        return floored(operator, a, b)
    else:
        if operator == ADD:
            return a + b
        if operator == SUBTRACT:
            return a - b
        if operator == MULTIPLY:
            return a * b
        return a / b


cdef inline int64_t floored(int operator, int64_t a, int64_t b) noexcept:
    """Quotient and remainder of integers, rounded down; the divisor is above 0."""
    cdef int64_t remainder = a % b
    if operator == REMAINDER:
        return remainder + b if remainder < 0 else remainder
    return a / b - (remainder < 0)


cdef inline Tensor result_of(int operator, const char* x, const char* y, Number* typed, int dtype):
    cdef Number a = (<const Number*> x)[0]
    cdef Number b = (<const Number*> y)[0]
    cdef Tensor result
    if operator >= LESS:  # the comparisons, which are the last operators
        result = empty(0, NULL, BOOL, 0)
        result.view.data[0] = compared(operator, a, b)
        return result
    result = empty(0, NULL, dtype, 0)
    (<Number*> result.view.data)[0] = calculated(operator, a, b)
    return result


cdef inline bint read_number(object value, int dtype, char* buffer) noexcept:
    """Whether a Python float or integer was stored as a number of a dtype; see `keeps`."""
    cdef int overflow = 0
    cdef int64_t number
    if PyFloat_CheckExact(value):
        if dtype == FLOAT64:
            (<double*> buffer)[0] = PyFloat_AS_DOUBLE(value)
        elif dtype == FLOAT32:
            (<float*> buffer)[0] = <float> PyFloat_AS_DOUBLE(value)
        else:
            return False
        return True
    if not PyLong_CheckExact(value):
        if dtype != FLOAT64 or code_of_number(value) != FLOAT64:
            return False
        (<double*> buffer)[0] = PyFloat_AS_DOUBLE(value)
        return True
    if dtype != INT64 and not keeps(dtype, value):
        return False
    number = PyLong_AsLongLongAndOverflow(value, &overflow)
    if dtype == INT64:
        (<int64_t*> buffer)[0] = number
    elif dtype == FLOAT64:
        (<double*> buffer)[0] = <double> number
    else:
        (<float*> buffer)[0] = <float> number
    return not overflow


cdef object combined(int operator, object x, object y):
    cdef Tensor t
    cdef int64_t buffer
    cdef char* a
    cdef char* b
    cdef int dtype
    if type(x) is Tensor:
        t = <Tensor> x
        dtype = t.view.dtype
        if not is_single(t):
            return None
        a = t.view.data
        if type(y) is Tensor:
            t = <Tensor> y
            if t.view.dtype != dtype or not is_single(t):
                return None
            b = t.view.data
        else:
            b = <char*> &buffer
            if not read_number(y, dtype, b):
                return None
    elif type(y) is Tensor:
        t = <Tensor> y
        dtype = t.view.dtype
        a = <char*> &buffer
        if not is_single(t) or not read_number(x, dtype, a):
            return None
        b = t.view.data
    else:
        return None
    if operator > MULTIPLY and operator < LESS:
        if dtype != INT64 and operator != DIVIDE:
            return None
        if dtype == INT64 and (operator != FLOOR_DIVIDE and operator != REMAINDER or (<int64_t*> b)[0] <= 0):
            return None
    if dtype == FLOAT64:
        return result_of(operator, a, b, <double*> NULL, dtype)
    if dtype == INT64:
        return result_of(operator, a, b, <int64_t*> NULL, dtype)
    return result_of(operator, a, b, <float*> NULL, dtype)


cdef object negated(int operator, Tensor x):
    cdef Tensor result
    cdef double number
    if x.view.ndim > 0 or x.view.dtype != FLOAT64 or not is_single(x) or operator != NEGATIVE and operator != ABSOLUTE:
        return None
    number = (<double*> x.view.data)[0]
    result = empty(0, NULL, FLOAT64, 0)
    (<double*> result.view.data)[0] = -number if operator == NEGATIVE else fabs(number)
    return result
