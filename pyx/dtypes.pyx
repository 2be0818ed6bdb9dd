"""dtype codes, the numpy.dtype objects behind them, and NumPy 2's promotion as tables."""


import numpy

from mltensor.errors import DTypeError

NAMES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
         "float16", "bfloat16", "float32", "float64", "complex64", "complex128")

# bfloat16 has a code but no numpy.dtype before ml_dtypes is wired in.
objects = tuple(None if name == "bfloat16" else numpy.dtype(name) for name in NAMES)

cdef dict codes = {}
cdef dict codes_of_classes = {}  # of NumPy's numbers
cdef int default_float_value = FLOAT64


cdef void fill_tables() except *:
    cdef int a, b
    for a in range(DTYPE_COUNT):
        dtype = objects[a]
        real_of[a] = complex_of[a] = float_of[a] = a
        if dtype is None:
            kind_of[a] = c"f"
            continue
        for name in (dtype, dtype.type, NAMES[a], dtype.char, dtype.str, dtype.str[1:], "=" + dtype.str[1:]):
            codes[name] = a
        codes_of_classes[dtype.type] = a
        kind_of[a] = ord(dtype.kind)
    # 'l' and 'q' are both int64 where a C long has 64 bits; numpy.dtype('q') is a distinct object.
    for alias, name in (("longlong", "int64"), ("ulonglong", "uint64"), ("intp", "int64"),
                        ("uintp", "uint64"), ("long", "int64"), ("ulong", "uint64")):
        if numpy.dtype(alias).itemsize == numpy.dtype(name).itemsize:
            codes[numpy.dtype(alias)] = codes[numpy.dtype(alias).type] = codes[name]
    codes[bool] = BOOL
    codes[int] = INT64
    codes[complex] = COMPLEX128
    for a in range(DTYPE_COUNT):
        for b in range(DTYPE_COUNT):
            if a == BFLOAT16 or b == BFLOAT16:
                promotion[a][b] = -1
            else:
                promotion[a][b] = codes[numpy.promote_types(objects[a], objects[b])]
    real_of[COMPLEX64] = FLOAT32
    real_of[COMPLEX128] = FLOAT64
    for a in range(COMPLEX64):
        complex_of[a] = COMPLEX64 if a in (FLOAT16, FLOAT32) else COMPLEX128
    for a, b in ((BOOL, FLOAT16), (INT8, FLOAT16), (UINT8, FLOAT16), (INT16, FLOAT32),
                 (UINT16, FLOAT32), (INT32, FLOAT64), (UINT32, FLOAT64), (INT64, FLOAT64),
                 (UINT64, FLOAT64)):
        float_of[a] = b


fill_tables()


cdef int code_of(object dtype) except -1:
    """Code of anything that names a dtype: a numpy.dtype, its type, its name, a Python type."""
    if dtype is float:
        return default_float_value
    try:
        found = codes.get(dtype)
    except TypeError:
        found = None
    if found is not None:
        return found
    if not isinstance(dtype, type) and hasattr(dtype, "__array_interface__"):
        raise DTypeError(f"an array of type {type(dtype).__name__} does not name a dtype; give its .dtype")
    try:
        converted = numpy.dtype(dtype)
    except TypeError as error:
        raise DTypeError(f"{dtype!r} does not name a dtype ({error})") from None
    found = codes.get(converted.newbyteorder("="))
    if found is None or not converted.isnative:
        raise DTypeError(
            f"dtype {converted!r} is not supported; the dtypes are "
            f"{', '.join(name for name in NAMES if name != 'bfloat16')}, in native byte order")
    return found


cdef int code_of_number(object value) noexcept:
    found = codes_of_classes.get(type(value))
    return -1 if found is None else <int> found


cdef object default_float():
    return objects[default_float_value]


cdef int default_float_code() noexcept:
    return default_float_value


def dtype_code(dtype):
    """Code of a dtype, as the C interface numbers it."""
    return code_of(dtype)


def dtype_object(dtype):
    """The numpy.dtype that anything naming a dtype stands for."""
    return objects[code_of(dtype)]


def get_default_dtype():
    """The dtype that Python floats get at creation."""
    return default_float()


def set_default_dtype(dtype):
    """Set the dtype that Python floats get at creation: float32 or float64.

    Parameters
    ----------
    dtype : dtype
        A real floating dtype.
    """
    global default_float_value
    cdef int code = code_of(dtype)
    if code not in (FLOAT16, FLOAT32, FLOAT64):
        raise DTypeError(f"the default dtype must be a real floating one, not {objects[code]}")
    default_float_value = code
