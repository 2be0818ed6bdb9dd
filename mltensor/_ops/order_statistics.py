"""Medians and quantiles: elements of the sorted axis, and what lies between two of them.

The axes that are reduced become one line, which is sorted; equal elements keep their order, so that the gradient, which
goes to the elements that were taken, is the same every time.
"""

from .record import F, family
from .statistics import kept_shape

op = family("order_statistics")


# --- lines ----------------------------------------------------------------------------------------


def lines(x, axis):
    """The tensor with the axes that are reduced as one, the last."""
    if axis is None:
        return x if x.ndim == 1 else F.reshape(x, (-1,))
    axes = F.checked_axes(axis, x.ndim)
    if len(axes) == 1:
        return x if axes[0] == x.ndim - 1 else F.moveaxis(x, axes[0], -1)
    kept = [i for i in range(x.ndim) if i not in axes]
    moved = F.permute_dims(x, (*kept, *axes))
    return F.reshape(moved, (*moved.shape[:len(kept)], -1))


def nothing_known(x, result):
    """NaN in the dtype of a result, for lines without elements."""
    return F.full(result, float("nan"), dtype=x.dtype if x.dtype.kind in "fc" else "float64")


def with_nan(ordered, result):
    """NaN where a line has one; sorted, it stands at the end."""
    if ordered.dtype.kind not in "fc":
        return result
    last = ordered[..., -1]
    return F.where(F.isnan(last), last, result)


def shaped(result, front, x_shape, axis, keepdims):
    """Results with the reduced axes kept, after the dimensions of the quantiles."""
    return F.reshape(result, front + kept_shape(x_shape, axis)) if keepdims else result


# Lengths from which on two elements, and a few of them, are selected from lines that stay as they are.
LONG, LONGER = 800, 3000
FEW = 8


def selected_gradient(g, x, ranks):
    """To where the elements stand; equal ones in the order that sorting keeps."""
    positions = F.take(F.argsort(x, axis=-1), F.asarray(ranks), axis=-1)
    return F.along_scatter(g, -1, positions, x.shape)


def selects(line, count):
    """Whether elements are selected, not sorted."""
    length = line.shape[-1]
    return length >= LONG and (count <= 2 or (length >= LONGER and count <= FEW)) and line.dtype.kind != "c"


# --- medians --------------------------------------------------------------------------------------


def median(x, axis=None, out=None, overwrite_input=False, keepdims=False):
    ordered = lines(x, axis)
    length = ordered.shape[-1]
    if length == 0:
        return shaped(nothing_known(x, ordered.shape[:-1]), (), x.shape, axis, keepdims)
    if selects(ordered, 2):
        middle = F.sorted_elements(ordered, ((length - 1) // 2, length // 2)[length % 2:], True)
        result = F.mean(middle, axis=-1)
        return shaped(result, (), x.shape, axis, keepdims)
    ordered = F.sort(ordered, axis=-1)
    if length % 2 and x.dtype.kind in "fc":
        result = F.copy(ordered[..., length // 2])
    else:
        result = F.mean(ordered[..., (length - 1) // 2:length // 2 + 1], axis=-1)
    return shaped(with_nan(ordered, result), (), x.shape, axis, keepdims)


def lengths_of(ordered):
    """How many elements of each line are not NaN, as int64; None where all are."""
    if ordered.dtype.kind not in "fc":
        return None
    found = F.count_numbers(ordered, -1) if ordered.dtype.kind == "f" else F.sum(F.logical_not(F.isnan(ordered)), -1)
    return None if F.all(found == ordered.shape[-1]) else found


def nanmedian(x, axis=None, out=None, overwrite_input=False, keepdims=False):
    line = lines(x, axis)
    found = lengths_of(line) if line.shape[-1] else None
    if found is None:
        return median(x, axis, None, overwrite_input, keepdims)
    ordered = F.sort(line, axis=-1)
    # Where nothing is left, the first element is NaN.
    middle = F.maximum(F.stack([F.floor_divide(found - 1, 2), F.floor_divide(found, 2)], axis=-1), 0)
    result = F.mean(F.take_along_axis(ordered, middle, axis=-1), axis=-1)
    return shaped(result, (), x.shape, axis, keepdims)


# --- quantiles --------------------------------------------------------------------------------------
# Hyndman and Fan, The American Statistician 50 (1996): where a quantile of n elements lies, counted from zero, and how
# much of the next element it has when it lies behind one by `rest`.


def between(alpha, beta):
    """The continuous definitions, by their two plotting parameters."""
    return (lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1), (lambda rest, place: rest)


def jump(rest, place):
    return F.cast(rest > 0, rest.dtype)


METHODS = {
    "inverted_cdf": (lambda n, q: n * q - 1, jump),
    "averaged_inverted_cdf": (lambda n, q: n * q - 1, lambda rest, place: 0.5 + 0.5 * jump(rest, place)),
    "closest_observation": (
        lambda n, q: n * q - 1 - 0.5,
        lambda rest, place: F.cast(F.logical_or(rest > 0, F.remainder(F.floor(place), 2) != 1), rest.dtype)),
    "interpolated_inverted_cdf": between(0, 1),
    "hazen": between(0.5, 0.5),
    "weibull": between(0, 0),
    "linear": ((lambda n, q: (n - 1) * q), (lambda rest, place: rest)),
    "median_unbiased": between(1 / 3, 1 / 3),
    "normal_unbiased": between(3 / 8, 3 / 8),
    "lower": ((lambda n, q: (n - 1) * q), (lambda rest, place: F.zeros_like(rest))),
    "higher": ((lambda n, q: (n - 1) * q), jump),
    "midpoint": ((lambda n, q: (n - 1) * q), (lambda rest, place: 0.5 * jump(rest, place))),
    "nearest": ((lambda n, q: F.rint((n - 1) * q)), (lambda rest, place: rest)),
}
# Those whose quantiles are elements.
DISCRETE = {"inverted_cdf", "closest_observation", "lower", "higher", "nearest"}


def places(n, q, method):
    """Positions of the two neighbours, and how much of the second one counts."""
    where, share = METHODS[method]
    place = where(n, q)
    below = F.floor(place)
    share = share(place - below, place)
    first = F.cast(F.maximum(F.minimum(below, n - 1), 0), "int64")
    # The next one, but for places before the first element or behind the last one.
    second = F.cast(F.maximum(F.minimum(below + 1, n - 1), 0), "int64")
    return first, second, share


def mixed(a, b, share, scalar):
    """``a + (b - a) share``, from the nearer end; a Python number gives way to the dtype of the elements."""
    if a.dtype.kind == "b" or (a.dtype.kind in "iu" and a.dtype.itemsize < 8):
        # Differences of narrow integers wrap around.
        wide = "float64" if scalar else F.promote_types(a.dtype, share.dtype)
        a, b = F.cast(a, wide), F.cast(b, wide)
    difference = b - a
    if scalar:
        share = share.item()
        return b - difference * (1 - share) if share >= 0.5 else a + difference * share
    return F.where(share >= 0.5, b - difference * (1 - share), a + difference * share)


def taken(ordered, at, front, per_line):
    """Elements of every line at positions, the dimensions of the quantiles first."""
    if per_line:
        moved = F.take_along_axis(ordered, F.moveaxis(F.reshape(at, (-1, *ordered.shape[:-1])), 0, -1), axis=-1)
        return F.reshape(F.moveaxis(moved, -1, 0), at.shape)
    if not front:
        return ordered[..., at.item()]
    found = F.take(ordered, F.reshape(at, (-1,)), axis=-1)
    if ordered.ndim > 1:
        found = F.moveaxis(found, -1, 0)
    return F.reshape(found, front + ordered.shape[:-1])


def checked(name, x, q, method, weights, hundred):
    """The quantiles as a tensor of floats between 0 and 1."""
    if x.dtype.kind == "c":
        raise F.errors.DTypeError(f"{name} takes real numbers, not {x.dtype}: complex ones have no order")
    if method not in METHODS:
        raise ValueError(f"{name}: {method!r} is no method; there are {', '.join(map(repr, METHODS))}")
    if weights is not None and method != "inverted_cdf":
        raise ValueError(f"{name}: weights= goes with method='inverted_cdf' alone, not with {method!r}")
    if q.ndim > 2:
        raise F.errors.ShapeError(f"{name}: q is a number or has one or two dimensions, not {q.ndim}")
    q = F.divide(q, 100) if hundred else q if q.dtype.kind == "f" else F.cast(q, "float64")
    if not F.all(F.logical_and(q >= 0, q <= 1)):
        raise ValueError("Percentiles must be in the range [0, 100]" if hundred else
                         "Quantiles must be in the range [0, 1]")
    return q


def weighted(name, x, q, axis, weights, line, skip_nan):
    """Elements at which the running sum of the weights reaches a share of all."""
    weights = F.astype(F.asarray(weights), "float64", copy=False)
    if weights.shape != x.shape:
        if axis is None:
            raise TypeError(f"{name}: weights of shape {weights.shape} need axis= for x of shape {x.shape}")
        axes = F.checked_axes(axis, x.ndim)
        if weights.shape != tuple(x.shape[i] for i in axes):
            raise F.errors.ShapeError(
                f"{name}: weights of shape {weights.shape} have neither the shape {x.shape} of x nor that of its axis "
                f"{axis}")
        weights = F.broadcast_to(F.reshape(weights, (-1,)), line.shape)
    else:
        weights = lines(weights, axis)
    if F.any(weights < 0):
        raise ValueError("Weights must be non-negative.")
    if skip_nan:
        weights = F.where(F.isnan(line), 0, weights)
    order = F.argsort(line, axis=-1)
    ordered = F.take_along_axis(line, order, axis=-1)
    reached = F.cumsum(F.take_along_axis(weights, order, axis=-1), axis=-1)
    total = reached[..., -1:]
    if not F.all(F.isfinite(total)) or (not skip_nan and not F.all(total)):
        raise ValueError("Weights included NaN, inf or were all zero.")
    reached = F.cast(reached / total, q.dtype)
    reached = F.where(reached == 0, -1, reached)
    below = F.sum(reached < F.reshape(q, (*q.shape, *(1,) * line.ndim)), axis=-1)
    at = F.minimum(below, line.shape[-1] - 1)
    result = taken(ordered, at, q.shape, True)
    return result if skip_nan else with_nan(ordered, result)


def quantiles(name, x, q, axis, method, keepdims, weights, scalar, skip_nan):
    """All four functions, for quantiles that are a tensor between 0 and 1."""
    line = lines(x, axis)
    length = line.shape[-1]
    if length == 0:
        if skip_nan:
            return shaped(nothing_known(x, q.shape + line.shape[:-1]), q.shape, x.shape, axis, keepdims)
        raise F.errors.IndexingError(f"{name} over axis {axis} of a tensor of shape {x.shape}: there are no elements")
    if weights is not None:
        result = weighted(name, x, q, axis, weights, line, skip_nan)
        return shaped(result, q.shape, x.shape, axis, keepdims)
    found = lengths_of(line) if skip_nan else None
    per_line = found is not None
    if per_line:
        n, q_ = F.cast(found, q.dtype), F.reshape(q, (*q.shape, *(1,) * found.ndim))
    else:
        n, q_ = length, q
    first, second, share = places(n, q_, method)
    if length >= LONG and not per_line and selects(line, 2 * q.size):
        ranks = tuple(sorted({*F.reshape(first, (-1,)).tolist(), *F.reshape(second, (-1,)).tolist()}))
        ordered = F.sorted_elements(line, ranks, not skip_nan)
        first, second = (F.searchsorted(F.asarray(ranks), at) for at in (first, second))
    else:
        ordered = F.sort(line, axis=-1)
    a = taken(ordered, first, q.shape, per_line)
    if method in DISCRETE:
        last = taken(ordered, second, q.shape, per_line)
        share = share if per_line else F.reshape(share, (*q.shape, *(1,) * (line.ndim - 1)))
        result = F.where(share > 0, last, a)
    else:
        b = taken(ordered, second, q.shape, per_line)
        if not per_line and not scalar:
            share = F.reshape(share, (*q.shape, *(1,) * (line.ndim - 1)))
        result = mixed(a, b, F.cast(share, a.dtype) if per_line and scalar and a.dtype.kind == "f" else share,
                       scalar and not per_line)
    return shaped(result if skip_nan else with_nan(ordered, result), q.shape, x.shape, axis, keepdims)


def quantile_function(name, hundred, skip_nan):
    """`quantile`, `percentile`, `nanquantile` or `nanpercentile`."""
    def function(x, q, axis=None, out=None, overwrite_input=False, method="linear", keepdims=False, weights=None):
        scalar, q = type(q) in (int, float), F.asarray(q)
        if method == "linear" and q.dtype.kind in "iu" and not hundred and weights is None:
            method = "lower"  # 0 and 1: the ends, in the dtype of the elements
        q = checked(name, x, q, method, weights, hundred)
        return quantiles(name, x, q, axis, method, keepdims, weights, scalar, skip_nan)

    return function


MEDIAN = "x: Tensor, axis=None, out=None, overwrite_input=False, keepdims=False"
QUANTILE = ("x: Tensor, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, "
            "weights=None")
METHODS_DOC = (" `method` is one of NumPy's thirteen; `weights` go with 'inverted_cdf'. `overwrite_input` changes "
               "nothing: `x` is never written to.")

op("sorted_elements", kernel="sorted_elements", accepts="ORDERED",
   signature="x: Tensor, ranks, poison=False, /", vjp=selected_gradient, gpu="sorted_elements",
   doc="The elements at places `ranks`, in increasing order, of the sorted last axis, which is not sorted. NaN come "
       "last; with `poison` one makes all results of its line NaN.\n\n"
       ">>> np.sorted_elements([5.0, 1.0, 4.0], (0, 1)).tolist()\n[1.0, 4.0]")
op("median", via=median, signature=MEDIAN,
   doc="The element in the middle of the sorted axes, or the mean of the two that are; NaN where there is one.\n\n"
       ">>> np.median([3.0, 1.0, 7.0, 5.0]).item()\n4.0")
op("nanmedian", via=nanmedian, signature=MEDIAN,
   doc="The median of what is not NaN; of nothing NaN.\n\n>>> np.nanmedian([3.0, float('nan'), 7.0]).item()\n5.0")
op("quantile", via=quantile_function("quantile", False, False), accepts="ORDERED", signature=QUANTILE,
   doc="The number below which a share `q` of the elements lies." + METHODS_DOC +
       "\n\n>>> np.quantile([1.0, 2.0, 4.0], [0.5, 0.75]).tolist()\n[2.0, 3.0]")
op("percentile", via=quantile_function("percentile", True, False), accepts="ORDERED", signature=QUANTILE,
   doc="The number below which `q` percent of the elements lie." + METHODS_DOC +
       "\n\n>>> np.percentile([1.0, 2.0, 4.0], 75).item()\n3.0")
op("nanquantile", via=quantile_function("nanquantile", False, True), accepts="ORDERED", signature=QUANTILE,
   doc="`quantile` of what is not NaN; of nothing NaN." + METHODS_DOC +
       "\n\n>>> np.nanquantile([1.0, float('nan'), 2.0], 0.5).item()\n1.5")
op("nanpercentile", via=quantile_function("nanpercentile", True, True), accepts="ORDERED", signature=QUANTILE,
   doc="`percentile` of what is not NaN; of nothing NaN." + METHODS_DOC +
       "\n\n>>> np.nanpercentile([1.0, float('nan'), 2.0], 50).item()\n1.5")
