"""The table as the tests read it: records by kind, the dtypes a record takes, numbers to try it on.

The rules of dtypes are written down here once more, independently of the dispatch they check.
"""

import ast

import numpy

import mltensor as np
from mltensor._ops import CATEGORIES, TABLE

DTYPES = [
    numpy.dtype(name)
    for name in (
        "bool",
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
        "float64",
        "complex64",
        "complex128",
    )
]
ELEMENTWISE = [record for record in TABLE.values() if record.expr is not None]
STRUCTURED = [record for record in TABLE.values() if record.expr is None]
SHAPES = [(), (0,), (1,), (7,), (3, 4), (2, 3, 4), (40_009,)]
FLOAT_OF = {"b": {1: "float16"}, "i": {1: "float16", 2: "float32", 4: "float64", 8: "float64"}}
FLOAT_OF["u"] = FLOAT_OF["i"]
# Operations that make float64 of every integer dtype.
IN_DOUBLE = {"divide", "i0", "sinc"}
# What an operation returns whatever it computes in.
FIXED = {"BOOL": "bool", "UINT8": "uint8", "INT32": "int32"}


def name_of(value):
    """Name of a record or dtype in a test's identifier."""
    return value.name


def computed_dtype(record, dtype):
    """The dtype in which an elementwise record computes an input of a dtype, or None where it refuses it."""
    kinds = CATEGORIES[record.accepts]
    if dtype.kind in kinds:
        return dtype
    if record.name in IN_DOUBLE and dtype.kind in "biu":
        return numpy.dtype("float64")
    if "FLOATING" in record.accepts and dtype.kind in "biu":
        return numpy.dtype(FLOAT_OF[dtype.kind][dtype.itemsize])
    if dtype.kind == "b" and record.accepts in ("NUMERIC", "REAL", "INTEGER"):
        return numpy.dtype("int8")
    return None


def result_dtype(record, computed):
    """The dtype of the result of an elementwise record that computes in `computed`."""
    if record.returns in FIXED:
        return numpy.dtype(FIXED[record.returns])
    if record.returns == "REAL_OF" and computed.kind == "c":
        return numpy.dtype("float32" if computed.itemsize == 8 else "float64")
    return computed


def accepted_dtypes(record):
    """The dtypes an elementwise record takes."""
    return [dtype for dtype in DTYPES if computed_dtype(record, dtype) is not None]


def main_dtypes(record):
    """One accepted dtype of each kind: for tests of what does not depend on the width."""
    wanted = ("bool", "int64", "uint8", "float32", "float64", "complex128")
    return [dtype for dtype in accepted_dtypes(record) if dtype.name in wanted]


def domain(record, which):
    """The (low, high) from which input number `which` is drawn."""
    parts = record.sample.split(";")
    return ast.literal_eval(parts[min(which, len(parts) - 1)].strip())


def integers(record, which, dtype, shape, generator):
    """Integers of a dtype for an operation that computes in integers: small ones and the extremes."""
    if record.name == "power" and which == 1:
        return generator.integers(0, 6, shape).astype(dtype)
    if record.name.endswith("shift") and which == 1:
        return generator.integers(0, 8 * dtype.itemsize + 3, shape).astype(dtype)
    limits = numpy.iinfo(dtype)
    values = numpy.asarray(generator.integers(max(limits.min, -12), 13, shape)).astype(dtype)
    edges = numpy.array([limits.min, limits.max, 0], dtype)
    flat = values.reshape(-1)
    places = generator.integers(0, max(flat.size, 1), flat.size // 4)
    flat[places] = generator.choice(edges, places.size)
    return values


def sample(record, which, dtype, shape, generator):
    """Numbers of a dtype from the domain of one input, as a NumPy array."""
    dtype = numpy.dtype(dtype)
    computed = computed_dtype(record, dtype)
    if dtype.kind == "b":
        return numpy.asarray(generator.integers(0, 2, shape)).astype(bool)
    if dtype.kind in "iu" and computed.kind in "iu":
        return integers(record, which, dtype, shape, generator)
    low, high = domain(record, which)
    if dtype.kind in "iu":
        low, high = int(numpy.ceil(low)), max(int(numpy.floor(high)), int(numpy.ceil(low)))
        return numpy.asarray(generator.integers(max(low, 0) if dtype.kind == "u" else low, high + 1, shape)).astype(
            dtype
        )
    values = generator.uniform(low, high, shape)
    if dtype.kind == "c":
        values = values + 1j * generator.uniform(-2, 2, shape)
    return numpy.asarray(values, dtype=dtype)


def samples(record, dtype, shape, generator):
    """One array per input of an elementwise record."""
    return [sample(record, which, dtype, shape, generator) for which in range(len(record.inputs))]


def tensors(arrays):
    """Tensors with memory of their own."""
    return [np.array(array) for array in arrays]


def layouts(array):
    """Pairs of a name and a function that makes a view of an array or a tensor, for a 2-d array."""
    return {
        "transposed": lambda x: x.T,
        "every second": lambda x: x[::2],
        "every second column": lambda x: x[:, ::2],
        "backwards": lambda x: x[::-1],
        "both backwards": lambda x: x[::-1, ::-2],
        "inner part": lambda x: x[1:-1, 1:3],
        "one row": lambda x: x[1],
        "one column": lambda x: x[:, 1],
        "no rows": lambda x: x[2:2],
        "more dimensions": lambda x: x[None, :, None],
    }
