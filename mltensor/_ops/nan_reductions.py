"""Reductions that pass over NaN: NumPy's functions, and the operations on real floats of which they are made.

Numbers that cannot be NaN take the plain reduction. Complex numbers, of which one NaN part is enough, are masked.
As everywhere in the library there are no warnings: what has no number to reduce gives NaN.
"""

from .record import F, family
from .statistics import extreme_gradient, kept_shape, mean_gradient, prod_gradient, spread, var_gradient

op = family("nan_reductions")


# --- gradient rules -----------------------------------------------------------------------------


def at_numbers(gradient, x):
    """A gradient where there is a number, zero where there is none."""
    return F.where(F.isnan(x), 0, gradient)


def sum_numbers_gradient(g, x, axis, where):
    return at_numbers(spread(g, x.shape, axis, where), x)


def prod_numbers_gradient(g, x, axis, where):
    return at_numbers(prod_gradient(g, F.replace_nan(x, 1), axis, None, where), x)


def numbers(x, where):
    """Where there is a number that counts."""
    return F.logical_and(where, x == x)


def extreme_numbers_gradient(g, x, y, axis, where):
    """Equal extremes share equally; where there is no number, nobody gets anything."""
    return at_numbers(extreme_gradient(g, F.replace_nan(x, 0), F.replace_nan(y, 0), axis, numbers(x, where)), x)


def mean_numbers_gradient(g, x, axis, where):
    return mean_gradient(g, x.shape, axis, numbers(x, where))


def var_numbers_gradient(g, x, y, axis, ddof, root, where):
    """``2 (x - mean) / (n - ddof)``, over ``2 std`` of a deviation; zero where that is zero."""
    if root:
        flat = y == 0
        g = F.where(flat, 0, g / (2 * F.where(flat, 1, y)))
    return at_numbers(var_gradient(g, F.replace_nan(x, 0), axis, ddof, None, numbers(x, where), None), x)


# --- real floats ---------------------------------------------------------------------------------

op("sum_numbers", kernel="sum_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, dtype=None, *, keepdims=False, where=True", vjp=sum_numbers_gradient,
   gpu="nansum", doc="The sum over axes of what is not NaN: `nansum` of real floats.")
op("prod_numbers", kernel="prod_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, dtype=None, *, keepdims=False, where=True", vjp=prod_numbers_gradient,
   gpu="nanprod", doc="The product over axes of what is not NaN: `nanprod` of real floats.")
op("max_numbers", kernel="max_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, *, keepdims=False, where=True", vjp=extreme_numbers_gradient,
   gpu="nanmax", doc="The largest over axes of what is not NaN: `nanmax` of real floats.")
op("min_numbers", kernel="min_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, *, keepdims=False, where=True", vjp=extreme_numbers_gradient,
   gpu="nanmin", doc="The smallest over axes of what is not NaN: `nanmin` of real floats.")
op("count_numbers", kernel="count_numbers", accepts="STRICT_REAL_FLOATING", returns="INDEX",
   signature="x: Tensor, /, axis=None, *, keepdims=False, where=True", gpu="count_numbers",
   doc="How many elements over axes are not NaN.\n\n>>> np.count_numbers([1.0, float('nan'), 3.0]).item()\n2")
op("mean_numbers", kernel="mean_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, dtype=None, *, keepdims=False, where=True", vjp=mean_numbers_gradient,
   gpu="nanmean", doc="The mean over axes of what is not NaN: `nanmean` of real floats.")
op("var_numbers", kernel="var_numbers", accepts="STRICT_REAL_FLOATING",
   signature="x: Tensor, /, axis=None, dtype=None, ddof=0, root=False, *, keepdims=False, where=True",
   vjp=var_numbers_gradient, gpu="nanvar",
   doc="The variance over axes of what is not NaN, or with `root` the deviation: `nanvar` and `nanstd` of real floats.")


# --- NumPy's functions ----------------------------------------------------------------------------


def reduced(x, of_numbers, plain, neutral, axis, dtype, keepdims, initial, where):
    """`nansum` and `nanprod` in the way of a dtype."""
    kind = x.dtype.kind
    if kind == "f" and initial is None and (dtype is None or F.dtype(dtype).kind == "f"):
        return of_numbers(x, axis, dtype, keepdims=keepdims, where=where)
    x = F.replace_nan(x, neutral) if kind in "fc" else x
    return plain(x, axis, dtype, None, keepdims, initial, where)


def nansum(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return reduced(x, F.sum_numbers, F.sum, 0, axis, dtype, keepdims, initial, where)


def nanprod(x, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True):
    return reduced(x, F.prod_numbers, F.prod, 1, axis, dtype, keepdims, initial, where)


def extreme(x, of_numbers, plain, of_two, axis, keepdims, initial, where):
    """`nanmax` and `nanmin`: a start value is one more number."""
    if x.dtype.kind != "f":
        return plain(x, axis, None, keepdims, initial, where)
    if where is not True and initial is None:
        raise ValueError("nanmax and nanmin have no identity, so where= needs initial= too")
    if initial is None:
        return of_numbers(x, axis, keepdims=keepdims, where=where)
    if 0 in x.shape:
        return F.full(kept_shape(x.shape, axis) if keepdims else F.sum(x, axis).shape, initial, dtype=x.dtype)
    return of_two(of_numbers(x, axis, keepdims=keepdims, where=where), initial)


def nanmax(x, axis=None, out=None, keepdims=False, initial=None, where=True):
    return extreme(x, F.max_numbers, F.max, F.fmax, axis, keepdims, initial, where)


def nanmin(x, axis=None, out=None, keepdims=False, initial=None, where=True):
    return extreme(x, F.min_numbers, F.min, F.fmin, axis, keepdims, initial, where)


def place(x, position, axis, keepdims, worst):
    """`nanargmax` and `nanargmin`: NaN counts as the worst of numbers.

    To the plain ones it is the best: where none wins, there is none.
    """
    if x.dtype.kind != "f":
        return position(x, axis, None, keepdims=keepdims)
    if axis is None and not keepdims:
        found = position(x)
        if not F.isnan(F.reshape(x, (-1,))[found.item()]):
            return found
    found = position(F.replace_nan(x, worst), axis, None, keepdims=keepdims)
    if not F.all(F.count_numbers(x, axis)):
        raise ValueError("All-NaN slice encountered")
    return found


def nanargmax(x, axis=None, out=None, keepdims=False):
    return place(x, F.argmax, axis, keepdims, -float("inf"))


def nanargmin(x, axis=None, out=None, keepdims=False):
    return place(x, F.argmin, axis, keepdims, float("inf"))


def masked_complex(x, where):
    """Where a complex number has no NaN part and counts."""
    return F.logical_and(where, F.logical_not(F.isnan(x)))


def real_dtype(x, dtype):
    """Whether real floats are asked for of real floats."""
    return x.dtype.kind == "f" and (dtype is None or F.dtype(dtype).kind == "f")


def nanmean(x, axis=None, dtype=None, out=None, keepdims=False, where=True):
    if real_dtype(x, dtype):
        return F.mean_numbers(x, axis, dtype, keepdims=keepdims, where=where)
    check_inexact("nanmean", x, dtype)
    return F.mean(x, axis, dtype, None, keepdims,
                  where=masked_complex(x, where) if x.dtype.kind in "fc" else where)


def check_inexact(name, x, dtype):
    if dtype is not None and x.dtype.kind in "fc" and F.dtype(dtype).kind not in "fc":
        raise F.errors.DTypeError(f"{name}: dtype must be a floating one for a tensor of dtype {x.dtype}, not {dtype}")


def spread_of(name, x, axis, dtype, ddof, keepdims, where, mean, correction):
    """`nanvar` and `nanstd`."""
    if correction is not None:
        if ddof != 0:
            raise ValueError(f"{name}: ddof={ddof} and correction={correction} are one and the same; give one")
        ddof = correction
    root = name == "nanstd"
    if mean is None and real_dtype(x, dtype):
        return F.var_numbers(x, axis, dtype, ddof, root, keepdims=keepdims, where=where)
    check_inexact(name, x, dtype)
    where = masked_complex(x, where) if x.dtype.kind in "fc" else where
    return (F.std if root else F.var)(x, axis, dtype, None, ddof, keepdims, where=where, mean=mean)


def nanvar(x, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, mean=None, correction=None):
    return spread_of("nanvar", x, axis, dtype, ddof, keepdims, where, mean, correction)


def nanstd(x, axis=None, dtype=None, out=None, ddof=0, keepdims=False, where=True, mean=None, correction=None):
    return spread_of("nanstd", x, axis, dtype, ddof, keepdims, where, mean, correction)


def nancumsum(x, axis=None, dtype=None, out=None):
    return F.cumsum(F.replace_nan(x, 0) if x.dtype.kind in "fc" else x, axis, dtype)


def nancumprod(x, axis=None, dtype=None, out=None):
    return F.cumprod(F.replace_nan(x, 1) if x.dtype.kind in "fc" else x, axis, dtype)


TOTAL = "x: Tensor, axis=None, dtype=None, out=None, keepdims=False, initial=None, where=True"
EXTREME = "x: Tensor, axis=None, out=None, keepdims=False, initial=None, where=True"
PLACE = "x: Tensor, axis=None, out=None, *, keepdims=False"
SPREAD = ("x: Tensor, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean: Tensor = None, "
          "correction=None")
RUNNING = "x: Tensor, axis=None, dtype=None, out=None"

op("nansum", via=nansum, signature=TOTAL,
   doc="Sum over axes with NaN as zero.\n\n>>> np.nansum([1.0, float('nan'), 3.0]).item()\n4.0")
op("nanprod", via=nanprod, signature=TOTAL,
   doc="Product over axes with NaN as one.\n\n>>> np.nanprod([2.0, float('nan'), 3.0]).item()\n6.0")
op("nanmax", via=nanmax, accepts="ORDERED", signature=EXTREME,
   doc="Largest element over axes that is not NaN; NaN where all are. Equal ones share the gradient.\n\n"
       ">>> np.nanmax([1.0, float('nan'), 3.0]).item()\n3.0")
op("nanmin", via=nanmin, accepts="ORDERED", signature=EXTREME,
   doc="Smallest element over axes that is not NaN; NaN where all are. Equal ones share the gradient.\n\n"
       ">>> np.nanmin([1.0, float('nan'), 3.0]).item()\n1.0")
op("nanargmax", via=nanargmax, accepts="ORDERED", returns="INDEX", signature=PLACE,
   doc="Position of the first largest element that is not NaN; ValueError where all are.\n\n"
       ">>> np.nanargmax([1.0, float('nan'), 3.0]).item()\n2")
op("nanargmin", via=nanargmin, accepts="ORDERED", returns="INDEX", signature=PLACE,
   doc="Position of the first smallest element that is not NaN; ValueError where all are.\n\n"
       ">>> np.nanargmin([float('nan'), 1.0, 3.0]).item()\n1")
op("nanmean", via=nanmean,
   signature="x: Tensor, axis=None, dtype=None, out=None, keepdims=False, *, where=True",
   doc="Mean over axes of what is not NaN; of nothing NaN.\n\n>>> np.nanmean([1.0, float('nan'), 3.0]).item()\n2.0")
op("nanvar", via=nanvar, signature=SPREAD,
   doc="Variance over axes of what is not NaN.\n\n>>> np.nanvar([1.0, float('nan'), 3.0]).item()\n1.0")
op("nanstd", via=nanstd, signature=SPREAD,
   doc="Standard deviation over axes of what is not NaN.\n\n>>> np.nanstd([1.0, float('nan'), 3.0]).item()\n1.0")
op("nancumsum", via=nancumsum, signature=RUNNING,
   doc="Sums of the elements so far with NaN as zero; without an axis over all elements in C order.\n\n"
       ">>> np.nancumsum([1.0, float('nan'), 3.0]).tolist()\n[1.0, 1.0, 4.0]")
op("nancumprod", via=nancumprod, signature=RUNNING,
   doc="Products of the elements so far with NaN as one; without an axis over all elements in C order.\n\n"
       ">>> np.nancumprod([2.0, float('nan'), 3.0]).tolist()\n[2.0, 2.0, 6.0]")
