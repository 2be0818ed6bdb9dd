"""Rounding, and the neighbours and signs of floating-point numbers.

Rounding returns integers as they are and has the gradient zero.
"""

import operator

from .record import F, family

op = family("rounding")


def zero(g):
    """Gradient of a function that is constant but for jumps."""
    return F.zeros_like(g)


op("floor", accepts="ORDERED", expr="floor(a)", vjp=zero, gpu="floor",
   doc="Largest integer not above the number.\n\n>>> np.floor([1.5, -1.5]).tolist()\n[1.0, -2.0]")
op("ceil", accepts="ORDERED", expr="ceil(a)", vjp=zero, gpu="ceil",
   doc="Smallest integer not below the number.\n\n>>> np.ceil([1.5, -1.5]).tolist()\n[2.0, -1.0]")
op("trunc", accepts="ORDERED", expr="trunc(a)", vjp=zero, gpu="trunc",
   doc="The number without its fraction.\n\n>>> np.trunc([1.5, -1.5]).tolist()\n[1.0, -1.0]")
op("rint", accepts="FLOATING", expr="round(a)", vjp=zero, gpu="rint",
   doc="Nearest integer, the even one of two; of a complex number both parts. Integers become floats.\n\n"
       ">>> np.rint([0.5, 1.5, 2.6]).tolist()\n[0.0, 2.0, 3.0]")


def rounded(x, decimals=0, out=None):
    decimals = operator.index(decimals)
    whole = x.dtype.kind in "iu"
    if whole and decimals >= 0:
        return F.copy(x)
    if decimals == 0:
        return F.rint(x)
    # As NumPy: the power of ten is exact and rounds the result once, that of a negative exponent would not be.
    factor = 10.0 ** abs(decimals)
    if decimals > 0:
        return F.divide(F.rint(F.multiply(x, factor)), factor)
    result = F.multiply(F.rint(F.divide(x, factor)), factor)
    return F.cast(result, x.dtype) if whole else result


op("round", via=rounded, signature="x: Tensor, /, decimals=0, out=None",
   doc="The nearest number with so many decimals, the even one of two; negative `decimals` round to tens, hundreds and "
       "so on. Of a complex number both parts; integers stay integers.\n\n"
       ">>> np.round([0.5, 1.25, 2.675], 1).tolist()\n[0.5, 1.2, 2.7]")

op("copysign", accepts="REAL_FLOATING", expr="copysign(a, b)",
   vjp=(lambda g, y, a: g * F.sign(a) * F.sign(y), lambda g: F.zeros_like(g)), gpu="copysign",
   doc="The size of the first number with the sign of the second.\n\n"
       ">>> np.copysign([1.0, -2.0], -0.0).tolist()\n[-1.0, -2.0]")
op("nextafter", accepts="REAL_FLOATING", expr="nextafter(a, b)", vjp=(lambda g: g, lambda g: F.zeros_like(g)),
   gpu="nextafter",
   doc="The next number of the dtype from the first towards the second.\n\n"
       ">>> np.nextafter([0.0], 1.0).tolist()\n[5e-324]")
