"""Sums, products, averages, variances, extremes and their positions, truth values, running sums.

The signatures are the Array API's, with NumPy's order of positional arguments. Reductions take
``axis`` as None (all), an integer or a tuple of integers; `where=` says which elements count.
"""

from math import prod as product

from .record import F, family

op = family("statistics")


# --- what the gradient rules share --------------------------------------------------------------


def kept_shape(x_shape, axis):
    """The shape that a reduction over `axis` gives with ``keepdims=True``."""
    axes = range(len(x_shape)) if axis is None or not x_shape else F.checked_axes(axis, len(x_shape))
    return tuple(1 if i in axes else n for i, n in enumerate(x_shape))


def spread(g, x_shape, axis, where=True):
    """What arrives at a result, handed to every element that went into it."""
    # The result over all axes is one number, which broadcasts as it is.
    g = F.broadcast_to(g if axis is None else F.reshape(g, kept_shape(x_shape, axis)), x_shape)
    return g if where is True else F.where(where, g, 0)


def length(x_shape, axis, where=True):
    """How many elements went into a result: a number, or with a mask a tensor to divide by."""
    if where is True:
        return product(n for n, kept in zip(x_shape, kept_shape(x_shape, axis), strict=True) if kept == 1)
    return F.sum(F.broadcast_to(F.logical_and(where, True), x_shape), axis, keepdims=True)


def divided(g, x_shape, axis, where, correction=0):
    """`spread` divided by the number of elements less a correction."""
    if where is True:
        return spread(g * (1 / max(length(x_shape, axis) - correction, 0) if g.size else 0), x_shape, axis)
    count = F.cast(F.maximum(length(x_shape, axis, where) - correction, 0), F.real(g).dtype)
    return spread(F.reshape(g, kept_shape(x_shape, axis)) / count, x_shape, axis, where)


def deviations(x, axis, where, mean=None):
    """x less its mean, or a given one; complex x arrives conjugated and is turned back: no analytic function."""
    x = F.conj(x) if x.dtype.kind == "c" else x
    if mean is not None:
        return x - (F.conj(mean) if mean.dtype.kind == "c" else mean)
    return x - F.mean(x, axis, keepdims=True, where=where)


# --- gradient rules -----------------------------------------------------------------------------


def sum_gradient(g, x_shape, axis, where):
    return spread(g, x_shape, axis, where)


def mean_gradient(g, x_shape, axis, where):
    return divided(g, x_shape, axis, where)


def var_gradient(g, x, axis, ddof, correction, where, mean):
    """``2 (x - mean) / (n - correction)``."""
    shared = divided(2 * g, x.shape, axis, where, ddof if correction is None else correction)
    return deviations(x, axis, where, mean) * shared


def var_mean_gradient(g, x, axis, ddof, correction, where, mean):
    """The gradient of a given mean, which all elements share."""
    return -F.sum_to(var_gradient(g, x, axis, ddof, correction, where, mean), mean.shape)


def of_std(rule):
    """A rule of the variance for its root: over ``2 std``; zero where the deviation is zero."""
    def gradient(g, x, y, axis, ddof, correction, where, mean):
        safe = F.where(y == 0, 1, y)
        return rule(F.where(y == 0, 0, g / (2 * safe)), x, axis, ddof, correction, where, mean)

    return gradient


def prod_gradient(g, x, axis, initial, where):
    """``g`` times the product of the other elements, from running products of both sides: no division by zero."""
    shape = x.shape
    axes = tuple(range(x.ndim)) if axis is None else F.checked_axes(axis, x.ndim)
    if not axes:
        return g if initial is None else g * initial
    factors = x if where is True else F.where(where, x, 1)
    order = tuple(i for i in range(x.ndim) if i not in axes) + tuple(axes)
    moved = F.permute_dims(factors, order)
    flat = F.reshape(moved, (*moved.shape[:x.ndim - len(axes)], product(shape[i] for i in axes)))
    before = F.cumulative_prod(flat, axis=-1, include_initial=True)[..., :-1]
    after = F.flip(F.cumulative_prod(F.flip(flat, -1), axis=-1, include_initial=True)[..., :-1], -1)
    others = F.reshape(before * after, moved.shape)
    others = F.permute_dims(others, tuple(sorted(range(x.ndim), key=order.__getitem__)))
    others = others if initial is None else others * initial
    return spread(g, shape, axis, where) * others


def extreme_gradient(g, x, y, axis, where):
    """Equal extremes share equally, and so do the NaN that are the result where there is one."""
    chosen = F.logical_or(x == F.reshape(y, kept_shape(x.shape, axis)), x != x)
    chosen = chosen if where is True else F.logical_and(chosen, where)
    count = F.maximum(F.sum(chosen, axis, keepdims=True), 1)
    shared = F.reshape(g, kept_shape(x.shape, axis)) / F.cast(count, g.dtype)
    return F.where(chosen, shared, 0)


def logsumexp_gradient(g, x, y, axis):
    """``g softmax(x)``; a sum of nothing but ``exp(-inf)`` has the gradient zero."""
    y = F.where(F.isfinite(y), y, 0)
    return spread(g, x.shape, axis) * F.exp(x - F.reshape(y, kept_shape(x.shape, axis)))


def checked(x, axis):
    """One axis of a tensor as a non-negative integer."""
    return F.checked_axes(axis, x.ndim)[0]


def along(axis, start, stop):
    """The index of a range of one non-negative axis."""
    return (slice(None),) * axis + (slice(start, stop),)


def running_axis(x_shape, axis):
    """The axis of a running sum as a non-negative integer; only one dimension may leave it out."""
    return 0 if axis is None else F.checked_axes(axis, len(x_shape))[0]


def cumulative_sum_gradient(g, x_shape, axis, include_initial):
    """The running sum from the end."""
    axis = running_axis(x_shape, axis)
    g = g[along(axis, 1, None)] if include_initial else g
    return F.flip(F.cumulative_sum(F.flip(g, axis), axis=axis), axis)


def cumulative_prod_gradient(g, x, axis, include_initial):
    """``before_j R_j`` with ``R_j = g_j + x_{j+1} R_{j+1}`` and ``before`` the product of the earlier elements."""
    axis = running_axis(x.shape, axis)
    g = g[along(axis, 1, None)] if include_initial else g
    before = F.cumulative_prod(x, axis=axis, include_initial=True)[along(axis, None, -1)]
    return before * F.flip(F.linear_recurrence(F.roll(F.flip(x, axis), 1, axis), F.flip(g, axis), axis=axis), axis)


def flattened(rule):
    """A rule of `cumulative_sum` or `cumulative_prod` for cumsum and cumprod, which flatten without an axis."""
    def gradient(g, x, axis):
        if axis is None:
            return F.reshape(rule(g, F.reshape(x, (-1,)), 0), x.shape)
        return rule(g, x, axis)

    return gradient


def earlier(x, axis):
    """The elements one place further along an axis, the first place zero."""
    first = F.zeros_like(x[along(axis, None, 1)])
    return F.concat([first, x[along(axis, None, -1)]], axis=axis)


def recurrence_back(g, a, axis):
    """The gradient of `b`: the recurrence from the end, with each factor one place earlier."""
    return F.flip(F.linear_recurrence(F.roll(F.flip(a, axis), 1, axis), F.flip(g, axis), axis=axis), axis)


# --- reductions ---------------------------------------------------------------------------------

op("sum", kernel="sum", returns="PROMOTED",
   signature="x: Tensor, /, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True",
   vjp=sum_gradient, gpu="sum",
   doc="Sum over axes. Integers are summed in 64 bits, float16 and float32 in double.\n\n"
       ">>> np.sum([[1, 2], [3, 4]], axis=0).tolist()\n[4, 6]")
op("prod", kernel="prod", returns="PROMOTED",
   signature="x: Tensor, /, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True",
   vjp=prod_gradient, gpu="prod", sample="(-2, 2)",
   doc="Product over axes, in the dtype of `sum`. The gradient is right with zeros among the factors.\n\n"
       ">>> np.prod([1, 2, 3, 4]).item()\n24")
op("mean", kernel="mean", returns="FLOAT_OF",
   signature="x: Tensor, /, axis=None, dtype=None, out=None, keepdims=False, *, where=True",
   vjp=mean_gradient, gpu="mean",
   doc="Arithmetic mean over axes; of integers in float64, of nothing NaN.\n\n>>> np.mean([1, 2, 3, 4]).item()\n2.5")
op("var", kernel="var", returns="FLOAT_OF",
   signature="x: Tensor, /, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, correction=None, where=True, "
             "mean: Tensor = None",
   vjp=(var_gradient, var_mean_gradient), gpu="var",
   doc="Variance over axes: the mean of the squared deviations from the mean, divided by ``n - correction``.\n\n"
       "`ddof` is NumPy's name of `correction`; a `mean` that is known is given as it is with "
       "``keepdims=True``. Taken in two passes, so that nothing cancels.\n\n"
       ">>> np.var([1.0, 2.0, 3.0, 4.0]).item()\n1.25")
op("std", kernel="std", returns="FLOAT_OF",
   signature="x: Tensor, /, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, correction=None, where=True, "
             "mean: Tensor = None",
   vjp=(of_std(var_gradient), of_std(var_mean_gradient)), gpu="std",
   doc="Standard deviation over axes, the root of `var`.\n\n>>> np.std([1.0, 3.0], correction=0).item()\n1.0")
op("max", kernel="max", accepts="ORDERED",
   signature="x: Tensor, /, axis=None, out=None, keepdims=False, initial=None, where=True",
   vjp=extreme_gradient, gpu="max",
   doc="Largest element over axes; NaN if there is one. Equal largest elements share the gradient.\n\n"
       ">>> np.max([[1, 5], [7, 2]], axis=1).tolist()\n[5, 7]")
op("min", kernel="min", accepts="ORDERED",
   signature="x: Tensor, /, axis=None, out=None, keepdims=False, initial=None, where=True",
   vjp=extreme_gradient, gpu="min",
   doc="Smallest element over axes; NaN if there is one. Equal smallest elements share the gradient.\n\n"
       ">>> np.min([[1, 5], [7, 2]], axis=1).tolist()\n[1, 2]")
op("argmax", kernel="argmax", accepts="ORDERED", returns="INDEX",
   signature="x: Tensor, /, axis=None, out=None, *, keepdims=False", gpu="argmax",
   doc="Position of the first largest element along an axis, or among all in C order; NaN counts as largest.\n\n"
       ">>> np.argmax([3, 9, 9]).item()\n1")
op("argmin", kernel="argmin", accepts="ORDERED", returns="INDEX",
   signature="x: Tensor, /, axis=None, out=None, *, keepdims=False", gpu="argmin",
   doc="Position of the first smallest element along an axis, or among all in C order; NaN counts as smallest.\n\n"
       ">>> np.argmin([3, 1, 1]).item()\n1")
op("any", kernel="any", returns="BOOL",
   signature="x: Tensor, /, axis=None, out=None, keepdims=False, *, where=True", gpu="any",
   doc="Whether any element is not zero; of nothing False.\n\n>>> np.any([0, 0, 2]).item()\nTrue")
op("all", kernel="all", returns="BOOL",
   signature="x: Tensor, /, axis=None, out=None, keepdims=False, *, where=True", gpu="all",
   doc="Whether all elements are not zero; of nothing True.\n\n>>> np.all([1, 0, 2]).item()\nFalse")
op("count_nonzero", kernel="count_nonzero", returns="INDEX",
   signature="x: Tensor, /, axis=None, *, keepdims=False", gpu="count_nonzero",
   doc="Number of elements that are not zero.\n\n>>> np.count_nonzero([[0, 1], [2, 3]], axis=0).tolist()\n[1, 2]")
op("logsumexp", kernel="logsumexp", accepts="REAL_FLOATING", returns="FLOAT_OF",
   signature="x: Tensor, /, axis=None, *, keepdims=False", vjp=logsumexp_gradient, gpu="logsumexp",
   doc="``log(sum(exp(x)))`` over axes without overflow; of nothing -inf.\n\n"
       ">>> round(np.logsumexp([1000.0, 1000.0]).item(), 4)\n1000.6931")

# --- running sums and products --------------------------------------------------------------------

op("cumulative_sum", kernel="cumulative_sum", returns="PROMOTED",
   signature="x: Tensor, /, *, axis=None, dtype=None, out=None, include_initial=False",
   vjp=cumulative_sum_gradient, gpu="cumulative_sum",
   doc="Sums of the elements so far along an axis; with `include_initial` a zero comes first.\n\n"
       ">>> np.cumulative_sum([1, 2, 3], include_initial=True).tolist()\n[0, 1, 3, 6]")
op("cumulative_prod", kernel="cumulative_prod", returns="PROMOTED",
   signature="x: Tensor, /, *, axis=None, dtype=None, out=None, include_initial=False",
   vjp=cumulative_prod_gradient, gpu="cumulative_prod", sample="(-2, 2)",
   doc="Products of the elements so far along an axis; with `include_initial` a one comes first.\n\n"
       ">>> np.cumulative_prod([1, 2, 3]).tolist()\n[1, 2, 6]")
op("cumsum", kernel="cumsum", returns="PROMOTED", signature="x: Tensor, /, axis=None, dtype=None, out=None",
   vjp=flattened(lambda g, x, axis: cumulative_sum_gradient(g, x.shape, axis, False)), gpu="cumsum",
   doc="`cumulative_sum`; without an axis over all elements in C order.\n\n"
       ">>> np.cumsum([[1, 2], [3, 4]]).tolist()\n[1, 3, 6, 10]")
op("cumprod", kernel="cumprod", returns="PROMOTED", signature="x: Tensor, /, axis=None, dtype=None, out=None",
   vjp=flattened(lambda g, x, axis: cumulative_prod_gradient(g, x, axis, False)), gpu="cumprod", sample="(-2, 2)",
   doc="`cumulative_prod`; without an axis over all elements in C order.\n\n"
       ">>> np.cumprod([[1, 2], [3, 4]]).tolist()\n[1, 2, 6, 24]")
op("linear_recurrence", kernel="linear_recurrence", accepts="STRICT_FLOATING",
   signature="a: Tensor, b: Tensor, /, *, axis=-1",
   vjp=(lambda g, a, y, axis: recurrence_back(g, a, checked(a, axis)) * earlier(y, checked(a, axis)),
        lambda g, a, axis: recurrence_back(g, a, checked(a, axis))),
   gpu="linear_recurrence",
   doc="``y[i] = b[i] + a[i] y[i - 1]`` along an axis, with ``y[0] = b[0]``; the first of `a` is not used.\n\n"
       ">>> np.linear_recurrence([9.0, 2.0, 3.0], [1.0, 1.0, 1.0]).tolist()\n[1.0, 3.0, 10.0]")
