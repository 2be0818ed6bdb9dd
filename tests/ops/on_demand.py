"""Arguments for the functions whose rooms are loaded when asked for: what the claims about them are tried on."""

import io

import numpy

import mltensor as np

FIRST, SECOND = numpy.array([True, False, False]), numpy.array([False, True, False])
CHECKERED = numpy.array([[1, 0, 1], [0, 1, 1]])


def changed(function):
    """A function that writes into its first argument as a function of what it writes to."""

    def call(x, *values):
        result = x * 1
        function(result, *values)
        return result

    return call


# A function of tensors and their shapes, for every function whose arguments have gradients.
SAMPLES = {
    "append": (lambda a, b: (np.append(a, b), np.append(a, b[0])), [(2,), (2, 2)]),
    "insert": (lambda a, v: (np.insert(a, [0, 2], v, axis=1), np.insert(a, 1, v[0])), [(2, 3), (2,)]),
    "delete": (lambda a: (np.delete(a, 1, axis=1), np.delete(a, [0, 4])), [(2, 3)]),
    "resize": (lambda a: np.resize(a, (2, 4)), [(3,)]),
    "rollaxis": (lambda a: np.rollaxis(a, 2), [(2, 1, 3)]),
    "sort_complex": (lambda a: abs(np.sort_complex(a)), [(3,)]),
    "trim_zeros": (lambda filt: np.trim_zeros(np.append(filt, 0)), [(3,)]),
    "atleast_1d": (np.atleast_1d, [(), (2,)]),
    "atleast_2d": (np.atleast_2d, [(), (2,)]),
    "atleast_3d": (np.atleast_3d, [(2,), (2, 3)]),
    "block": (lambda a, b: np.block([[a, b], [b, a]]), [(2, 1), (2, 1)]),
    "row_stack": (lambda a, b: np.vstack([a, b]), [(2,), (2,)]),
    "fliplr": (np.fliplr, [(2, 3)]),
    "flipud": (np.flipud, [(2, 3)]),
    "rot90": (lambda m: [np.rot90(m, k) for k in range(4)], [(2, 3)]),
    "select": (lambda a, b: np.select([FIRST, SECOND], [a, b], b * 2), [(3,), ()]),
    "choose": (lambda a, b: np.choose([0, 1, 1], [a, b]), [(3,), ()]),
    "piecewise": (lambda x, y: np.piecewise(x, [FIRST, SECOND], [lambda v: v * v, lambda v: v * y]), [(3,), ()]),
    "apply_along_axis": (lambda arr: np.apply_along_axis(lambda v: v * v.prod(), 0, arr), [(2, 3)]),
    "apply_over_axes": (lambda a: np.apply_over_axes(np.prod, a, [0, 1]), [(2, 3)]),
    "frompyfunc": (lambda a, b: np.frompyfunc(lambda x, y: x * y * y, 2, 1)(a, b), [(2, 3), (3,)]),
    "put": (changed(lambda a, v: np.put(a, [0, 3, -1], v)), [(2, 3), (2,)]),
    "place": (changed(lambda arr, vals: np.place(arr, CHECKERED, vals)), [(2, 3), (2,)]),
    "putmask": (changed(lambda a, values: np.putmask(a, CHECKERED, values)), [(2, 3), (2,)]),
    "copyto": (changed(lambda dst, src: np.copyto(dst, src, where=FIRST, casting="unsafe")), [(2, 3), (3,)]),
    "fill_diagonal": (changed(np.fill_diagonal), [(3, 3), (2,)]),
    "intersect1d": (lambda a: np.intersect1d(a, a.detach()), [(3,)]),
    "union1d": (np.union1d, [(2,), (2,)]),
    "setdiff1d": (np.setdiff1d, [(3,), (2,)]),
    "setxor1d": (np.setxor1d, [(3,), (2,)]),
    "matvec": (np.matvec, [(2, 3, 2), (2,)]),
    "vecmat": (np.vecmat, [(3,), (2, 3, 2)]),
    "polyadd": (np.polyadd, [(3,), (2,)]),
    "polysub": (np.polysub, [(3,), (2,)]),
    "polymul": (np.polymul, [(3,), (2,)]),
    "polydiv": (np.polydiv, [(4,), (2,)]),
    "polyval": (np.polyval, [(3,), (2,)]),
    "polyder": (lambda p: np.polyder(p, 2), [(4,)]),
    "polyint": (lambda p, k: np.polyint(p, 2, k), [(3,), ()]),
    "poly": (np.poly, [(3,)]),
    "roots": (lambda p: np.roots(np.array([1.0, -6.0, 5.0]) + p * 0.01), [(3,)]),
    "polyfit": (lambda x, y, w: np.polyfit(x, y, 2, w=w + 5), [(5,), (5,), (5,)]),
    "asarray_chkfinite": (np.asarray_chkfinite, [(2,)]),
    "require": (lambda a: np.require(a, requirements="FO"), [(2, 3)]),
    "kaiser": (lambda beta: np.kaiser(5, beta * beta + 3), [()]),
}


def small(shape, dtype):
    """A tensor of numbers that all dtypes have."""
    return np.array((numpy.arange(1, 1 + numpy.prod(shape, dtype=int)).reshape(shape) % 4).astype(dtype))


def saved(function, **named):
    """A call that writes a tensor into memory."""
    return lambda dtype: function(io.BytesIO(), small((2,), dtype), **named)


# Calls with a dtype, where those above do not suit all of them and for functions without a gradient.
CALLS = {
    "array_equiv": lambda dtype: np.array_equiv(small((2,), dtype), small((1, 2), dtype)),
    "lexsort": lambda dtype: np.lexsort((small((3,), dtype), small((3,), dtype))),
    "packbits": lambda dtype: np.packbits(small((9,), dtype)),
    "ix_": lambda dtype: np.ix_(small((2,), dtype)),
    "unravel_index": lambda dtype: np.unravel_index(small((2,), dtype), (3, 4)),
    "ravel_multi_index": lambda dtype: np.ravel_multi_index((small((2,), dtype), small((2,), dtype)), (3, 4)),
    "isfortran": lambda dtype: np.isfortran(small((2, 3), dtype)),
    "iterable": lambda dtype: np.iterable(small((2,), dtype)),
    "einsum_path": lambda dtype: np.einsum_path("i,i", small((2,), dtype), small((2,), dtype)),
    "common_type": lambda dtype: np.common_type(small((2,), dtype)),
    "min_scalar_type": lambda dtype: np.min_scalar_type(small((2,), dtype)),
    "array2string": lambda dtype: np.array2string(small((2,), dtype)),
    "format_float_positional": lambda dtype: np.format_float_positional(small((), dtype)),
    "format_float_scientific": lambda dtype: np.format_float_scientific(small((), dtype)),
    "save": saved(np.save),
    "savez": saved(np.savez),
    "savez_compressed": saved(np.savez_compressed),
    "savetxt": saved(np.savetxt, fmt="%s"),
    "roots": lambda dtype: np.roots(small((3,), dtype)),
    "polyfit": lambda dtype: np.polyfit(small((3,), dtype), small((3,), dtype), 0),
} | {f"{name}_indices_from": (lambda dtype, name=name: getattr(np, f"{name}_indices_from")(small((2, 2), dtype)))
     for name in ("diag", "tril", "triu")}
