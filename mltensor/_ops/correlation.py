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


def pulled_back(g, a, v, mode, first, reverse):
    """The gradient of one of two operands; they may have come in either order."""
    swapped = v.size > a.size
    longer, shorter = (v, a) if swapped else (a, v)
    longer, shorter = F.reshape(longer, (-1,)), F.reshape(shorter, (-1,))
    before, after = MODES[mode](shorter.size)
    g = F.flip(g) if swapped and not reverse else g
    if first != swapped:
        result = sliding_first_gradient(g, shorter, before, after, reverse)
    else:
        result = sliding_second_gradient(g, longer, before, after, reverse)
    return F.reshape(result, (a if first else v).shape)


op("convolve", kernel="convolve", signature="a: Tensor, v: Tensor, mode='full'",
   vjp=(lambda g, a, v, mode: pulled_back(g, a, v, mode, True, True),
        lambda g, a, v, mode: pulled_back(g, a, v, mode, False, True)), gpu="convolve",
   doc="The convolution of two 1-d tensors: everywhere they meet, or as long as the longer one ('same'), or where they "
       "meet entirely ('valid').\n\n>>> np.convolve([1, 2, 3], [1, 10]).tolist()\n[1, 12, 23, 30]")
op("correlate", kernel="correlate", signature="a: Tensor, v: Tensor, mode='valid'",
   vjp=(lambda g, a, v, mode: pulled_back(g, a, F.conj(v) if v.dtype.kind == "c" else v, mode, True, False),
        lambda g, a, v, mode: F.conj(pulled_back(g, a, v, mode, False, False))), gpu="correlate",
   doc="Sums of ``a[n + k] conj(v[n])``, the cross-correlation, for the shifts k of a mode of `convolve`.\n\n"
       ">>> np.correlate([1, 2, 3], [1, 10]).tolist()\n[21, 32]")
op("sliding_dot", kernel="sliding_dot", accepts="NOT_BOOL",
   signature="a: Tensor, v: Tensor, /, before=0, after=0, reverse=False",
   vjp=(sliding_first_gradient, sliding_second_gradient), gpu="sliding_dot",
   doc="Dot products of `v`, or with `reverse` of `v` backwards, with every stretch of `a` that is as long, zeros put "
       "before and after `a`.\n\n>>> np.sliding_dot([1.0, 2.0, 3.0], [1.0, 10.0]).tolist()\n[21.0, 32.0]")
