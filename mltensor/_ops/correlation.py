"""Convolution and correlation of one dimension, both of them sliding dot products."""

from .record import F, family

op = family("correlation")


def sliding_first_gradient(g, v, before, after, reverse):
    """Every element went into as many results as there are places of v: the same, the other way round."""
    rest = v.shape[0] - 1
    return F.sliding_dot(g, v, rest - before, rest - after, not reverse)


def sliding_second_gradient(g, a, before, after, reverse):
    result = F.sliding_dot(a, g, before, after)
    return F.flip(result) if reverse else result


# How many results lie over the ends of the longer one, before and after, for a shorter one of m elements.
MODES = {"valid": lambda m: (0, 0), "same": lambda m: (m // 2, m - m // 2 - 1), "full": lambda m: (m - 1, m - 1)}


def checked(name, a, v, mode):
    """How much of the ends belongs to the result."""
    if a.ndim == 1 == v.ndim and a.size and v.size and mode in MODES:
        return MODES[mode](min(a.size, v.size))
    for what, one in (("a", a), ("v", v)):
        if one.ndim != 1:
            raise F.errors.ShapeError(f"{name}: {what} of shape {one.shape} must have one dimension")
        if one.shape[0] == 0:
            raise F.errors.ShapeError(f"{name}: {what} cannot be empty")
    if mode not in MODES:
        raise ValueError(f"{name}: mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    return MODES[mode](min(a.size, v.size))


def slid(a, v, before, after, reverse):
    """The sliding dot product; that of bools says whether any two are both true."""
    if a.dtype.kind == "b" and v.dtype.kind == "b":
        return F.sliding_dot(F.cast(a, "int64"), F.cast(v, "int64"), before, after, reverse) != 0
    return F.sliding_dot(a, v, before, after, reverse)


def convolve(a, v, mode="full"):
    if not a.ndim or not v.ndim:
        a, v = (one if one.ndim else F.reshape(one, (1,)) for one in (a, v))
    before, after = checked("convolve", a, v, mode)
    if v.shape[0] > a.shape[0]:
        a, v = v, a
    return slid(a, v, before, after, True)


def correlate(a, v, mode="valid"):
    before, after = checked("correlate", a, v, mode)
    v = F.conj(v) if v.dtype.kind == "c" else v
    if v.shape[0] > a.shape[0]:
        return F.flip(slid(v, a, before, after, False))
    return slid(a, v, before, after, False)


op("sliding_dot", kernel="sliding_dot", accepts="NOT_BOOL",
   signature="a: Tensor, v: Tensor, /, before=0, after=0, reverse=False",
   vjp=(sliding_first_gradient, sliding_second_gradient), gpu="sliding_dot",
   doc="Dot products of `v`, or with `reverse` of `v` backwards, with every stretch of `a` that is as long, zeros put "
       "before and after `a`.\n\n>>> np.sliding_dot([1.0, 2.0, 3.0], [1.0, 10.0]).tolist()\n[21.0, 32.0]")
op("convolve", via=convolve, signature="a: Tensor, v: Tensor, mode='full'",
   doc="The convolution of two 1-d tensors: everywhere they meet, or as long as the longer one ('same'), or where they "
       "meet entirely ('valid').\n\n>>> np.convolve([1, 2, 3], [1, 10]).tolist()\n[1, 12, 23, 30]")
op("correlate", via=correlate, signature="a: Tensor, v: Tensor, mode='valid'",
   doc="Sums of ``a[n + k] conj(v[n])``, the cross-correlation, for the shifts k of a mode of `convolve`.\n\n"
       ">>> np.correlate([1, 2, 3], [1, 10]).tolist()\n[21, 32]")
