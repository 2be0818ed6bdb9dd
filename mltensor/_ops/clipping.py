"""Limiting values."""

from .record import F, family

op = family("clipping")

op("clip_low", accepts="ORDERED", expr="a < b ? b : a", gpu="maximum",
   vjp=(lambda g, a, b: F.where(a >= b, g, 0), lambda g, a, b: F.where(a < b, g, 0)),
   doc="`x1`, but at least `x2`; the gradient goes to `x1` where it was not limited.")
op("clip_high", accepts="ORDERED", expr="a > b ? b : a", gpu="minimum",
   vjp=(lambda g, a, b: F.where(a <= b, g, 0), lambda g, a, b: F.where(a > b, g, 0)),
   doc="`x1`, but at most `x2`; the gradient goes to `x1` where it was not limited.")


def limited_gradient(g, a, b, c):
    """The gradient of what was not limited, from above only where it was not limited from below."""
    return F.where(F.logical_and(a >= b, a <= c), g, 0)


op("clip_range", accepts="ORDERED", expr="({ type raised = b > a ? b : a; c < raised ? c : raised; })",
   gpu="ElementwiseKernel", sample="(-3, 3); (-1, 0); (0.5, 2)",
   vjp=(limited_gradient, lambda g, a, b, c: F.where(F.logical_and(a < b, b <= c), g, 0),
        lambda g, a, b, c: F.where(F.maximum(a, b) > c, g, 0)),
   doc="`x1`, but at least `x2` and at most `x3`, in one pass; the upper limit wins.")


def clip(x, min=None, max=None, out=None):
    if min is not None and max is not None:
        return F.clip_range(x, min, max)
    if min is not None:
        return F.clip_low(x, min)
    return F.copy(x) if max is None else F.clip_high(x, max)


op("clip", via=clip, accepts="ORDERED", signature="x: Tensor, /, min=None, max=None, out=None",
   doc="The values limited to the range from `min` to `max`; either may be None.")
