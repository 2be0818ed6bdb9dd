"""Arguments for what has no gradient, and for functions written in Python: what the claims about them are tried on."""

import numpy

import mltensor as np
from ops.on_demand import CALLS, SAMPLES
from ops.structured import CLASSES, MASK, OPTIONS, Leaf, Sample

# Operations with structure whose results have no gradient.
CONSTANTS = {
    "all": Sample(Leaf(2, 3), axis=0),
    "any": Sample(Leaf(2, 3), axis=0),
    "argmax": Sample(Leaf(2, 3), axis=0),
    "argmin": Sample(Leaf(2, 3), axis=0),
    "argpartition": Sample(Leaf(4), 2),
    "argsort": Sample(Leaf(2, 3)),
    "argwhere": Sample(Leaf(2, 3)),
    "bin_counts": Sample(Leaf(4), numpy.array([0.0, 1.0, 3.0])),
    "bin_places": Sample(Leaf(2, 3), numpy.array([0.0, 1.0, 3.0])),
    "count_nonzero": Sample(Leaf(2, 3)),
    "count_numbers": Sample(Leaf(2, 3), axis=0),
    "nanargmax": Sample(Leaf(2, 3), axis=0),
    "nanargmin": Sample(Leaf(2, 3), axis=0),
    "flatnonzero": Sample(Leaf(2, 3)),
    "interp_values": Sample(Leaf(3), Leaf(2), Leaf(2)),
    "isin": Sample(Leaf(4), Leaf(3)),
    "linalg.eig_values": Sample(Leaf(2, 2)),
    "linalg.eigh_values": Sample(Leaf(2, 2)),
    "linalg.matrix_rank": Sample(Leaf(2, 2)),
    "linalg.qr_triangle": Sample(Leaf(3, 2)),
    "linalg.singular_values": Sample(Leaf(3, 2)),
    "nonzero": Sample(Leaf(2, 3)),
    "one_hot": Sample(Leaf(3), 4),
    "searchsorted": Sample(Leaf(4), Leaf(2)),
    "softmax_cross_entropy_coefficients": Sample(Leaf(2, 3), CLASSES, options=OPTIONS),
}

# Arguments that suit every dtype, where those for gradients do not.
FOR_ALL_DTYPES = {
    "as_strided": Sample(Leaf(40), (2,), (16,)),
    "as_strided_scatter": Sample(Leaf(2), (40,), (2,), (16,)),
    "as_strided_assign": Sample(Leaf(40), Leaf(2), (2,), (16,)),
    "bincount": Sample(Leaf(4)),
}


def put(arr, values):
    """`put_along_axis` as a function of what it changes."""
    result = arr * 1
    np.put_along_axis(result, numpy.array([1, 0]), values, 0)
    return result


def slope(x):
    """A gradient as a function of where it is taken."""
    with np.enable_grad():
        x = x if x.requires_grad else x.detach().requires_grad_()
        return np.grad((x ** 3).sum(), x, create_graph=True)


# A function of tensors and their shapes, for every Python function whose arguments have gradients.
PYTHON_SAMPLES = {
    "array": (lambda x: np.array([x, x * 2]), [(2,)]),
    "asarray": (lambda x: np.asarray([x[0], 1.0, x[1]]), [(2,)]),
    "asanyarray": (np.asanyarray, [(2,)]),
    "ascontiguousarray": (lambda x: np.ascontiguousarray(x.T), [(2, 3)]),
    "asfortranarray": (np.asfortranarray, [(2, 3)]),
    "from_dlpack": (lambda x: np.from_dlpack(x, copy=True), [(2,)]),
    "full": (lambda x: np.full((2, 2), x), [()]),
    "full_like": (lambda x: np.full_like(np.ones(3), x), [()]),
    "fromfunction": (lambda x: np.fromfunction(lambda i: x * i, (3,)), [()]),
    "linspace": (lambda a, b: np.linspace(a, b, 4), [(), (2,)]),
    "geomspace": (lambda a, b: np.geomspace(a + 4, b + 5, 4), [(), ()]),
    "logspace": (lambda a, b, base: np.logspace(a, b, 4, base=base + 4), [(), (), ()]),
    "broadcast_arrays": (np.broadcast_arrays, [(2, 1), (3,)]),
    "meshgrid": (np.meshgrid, [(2,), (3,)]),
    "diag": (lambda v: (np.diag(v), np.diag(np.outer(v, v))), [(3,)]),
    "diagflat": (np.diagflat, [(2,)]),
    "vander": (np.vander, [(3,)]),
    "histogram": (lambda w: np.histogram([1, 2, 2, 5], 3, weights=w, density=True)[0], [(4,)]),
    "histogram2d": (lambda w: np.histogram2d([1, 2, 2], [0, 1, 5], 2, weights=w)[0], [(3,)]),
    "histogramdd": (lambda w: np.histogramdd(numpy.eye(3), 2, weights=w)[0], [(3,)]),
    "put_along_axis": (put, [(3,), (2,)]),
    "linalg.cross": (np.linalg.cross, [(2, 3), (3,)]),
    "linalg.outer": (np.linalg.outer, [(2,), (3,)]),
    "linalg.diagonal": (np.linalg.diagonal, [(2, 3)]),
    "linalg.trace": (np.linalg.trace, [(2, 2, 3)]),
    "grad": (slope, [(2,)]),
    **SAMPLES,
    "modf": (lambda x: np.modf(x * 0.2 + 0.5), [(3,)]),
    "frexp": (lambda x: np.frexp(x * 0.05 + 0.75)[0], [(3,)]),
    "divmod": (lambda x, y: np.divmod(x + 10, y * 0.1 + 7), [(3,), (3,)]),
    "ldexp": (lambda x: np.ldexp(x, [2, -1]), [(2,)]),
    "real_if_close": (np.real_if_close, [(2,)]),
    "gradient": (lambda f, x: np.gradient(f, np.cumsum(x * x + 0.1), axis=1, edge_order=2), [(2, 4), (4,)]),
}

# Calls of Python functions of values without a gradient.
PYTHON_CONSTANTS = {
    "arange": lambda x: np.arange(0.0, x[0]),
    "empty_like": np.empty_like,
    "ones_like": np.ones_like,
    "zeros_like": np.zeros_like,
    "fromiter": lambda x: np.fromiter(x, "float64"),
    "isclose": lambda x: np.isclose(x, x),
    "histogram": lambda x: np.histogram(x, 3)[0],
    "histogram_bin_edges": lambda x: np.histogram_bin_edges(x, 3),
    "digitize": lambda x: np.digitize(x, [0, 1]),
    "where": lambda x: np.where(x, MASK[0, :2], 1.0),
}


def small(shape, dtype):
    """A tensor of numbers that all dtypes have."""
    return np.array((numpy.arange(1, 1 + numpy.prod(shape, dtype=int)).reshape(shape) % 4).astype(dtype))


def gradient_of_itself(dtype):
    """A gradient of a dtype."""
    x = small((2,), dtype).requires_grad_()
    return np.grad(x, x, small((2,), dtype))


def calls_by_dtype():
    """For every Python function of values a call with a dtype."""
    calls = {name: (lambda dtype, function=function, shapes=shapes: function(*(small(one, dtype) for one in shapes)))
             for name, (function, shapes) in PYTHON_SAMPLES.items()}
    for name in ("linspace", "logspace", "geomspace"):
        calls[name] = lambda dtype, name=name: getattr(np, name)(small((), dtype), small((), dtype), 4)
    calls["digitize"] = lambda dtype: np.digitize(small((2,), dtype), [0, 1])
    calls["put_along_axis"] = lambda dtype: np.put_along_axis(
        small((3,), dtype), numpy.array([1, 0]), small((2,), dtype), 0)
    calls["grad"] = gradient_of_itself
    for name in ("empty", "eye", "identity", "indices", "ones", "tri", "zeros", "arange"):
        size = (2,) if name == "indices" else 2
        calls[name] = lambda dtype, name=name, size=size: getattr(np, name)(size, dtype=dtype)
    for name in ("fftfreq", "rfftfreq"):
        calls[f"fft.{name}"] = lambda dtype, name=name: getattr(np.fft, name)(4, dtype=dtype)
    for name in ("empty_like", "ones_like", "zeros_like", "ndim", "shape", "size", "array_repr", "array_str"):
        calls[name] = lambda dtype, name=name: getattr(np, name)(small((2,), dtype))
    for name in ("iscomplexobj", "isrealobj", "isscalar", "modf", "frexp", "gradient"):
        calls[name] = lambda dtype, name=name: getattr(np, name)(small((3,), dtype))
    calls["divmod"] = lambda dtype: np.divmod(small((2,), dtype), small((2,), dtype))
    calls["ldexp"] = lambda dtype: np.ldexp(small((2,), dtype), 2)
    for name in ("isclose", "allclose", "array_equal", "shares_memory", "may_share_memory"):
        calls[name] = lambda dtype, name=name: getattr(np, name)(small((2,), dtype), small((2,), dtype))
    calls["from_numpy"] = lambda dtype: np.from_numpy(numpy.ones(2, dtype))
    calls["frombuffer"] = lambda dtype: np.frombuffer(numpy.ones(2, dtype).tobytes(), dtype)
    calls["fromiter"] = lambda dtype: np.fromiter([1, 0], dtype)
    return calls | CALLS


CALLS_BY_DTYPE = calls_by_dtype()
