"""Limiting values."""

from .record import F, family

op = family("clipping")

op("clip_low", accepts="ORDERED", expr="a < b ? b : a", gpu="maximum",
   vjp=(lambda g, a, b: F.where(a >= b, g, 0), lambda g, a, b: F.where(a < b, g, 0)),
   doc="`x1`, but at least `x2`; the gradient goes to `x1` where it was not limited.")
op("clip_high", accepts="ORDERED", expr="a > b ? b : a", gpu="minimum",
   vjp=(lambda g, a, b: F.where(a <= b, g, 0), lambda g, a, b: F.where(a > b, g, 0)),
   doc="`x1`, but at most `x2`; the gradient goes to `x1` where it was not limited.")


def clip(x, min=None, max=None, out=None):
    if min is not None:
        x = F.clip_low(x, min)
    if max is not None:
        x = F.clip_high(x, max)
    return x if min is not None or max is not None else F.copy(x)


op("clip", via=clip, accepts="ORDERED", signature="x: Tensor, /, min=None, max=None, out=None",
   doc="The values limited to the range from `min` to `max`; either may be None.")
