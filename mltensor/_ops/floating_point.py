"""Floating-point numbers as such: mantissa and exponent, parts before and after the point, what is not a number."""

from .record import F, family

op = family("floating_point")


def zero(g):
    """Gradient of a function that is constant but for jumps."""
    return F.zeros_like(g)


def mantissa_gradient(g, a):
    """Between powers of two the mantissa is the number times a power that does not change."""
    return F.times_power_of_two(g, -F.cast(F.frexp_exponent(a), g.dtype))


op("times_power_of_two", accepts="REAL_FLOATING", expr="ldexp(a, b)", sample="(-3, 3); (0.1, 0.9)",
   vjp=(lambda g, b: F.times_power_of_two(g, b), lambda g: F.zeros_like(g)), gpu="ElementwiseKernel",
   doc="``x1 2**x2`` for whole numbers x2, rounded once; other x2 are cut to the next lower one.\n\n"
       ">>> np.times_power_of_two([1.5, -0.5], [3, 1]).tolist()\n[12.0, -1.0]")
op("frexp_mantissa", accepts="REAL_FLOATING", expr="frexp_mantissa(a)", vjp=mantissa_gradient, sample="(0.51, 0.99)",
   gpu="ElementwiseKernel",
   doc="The mantissa m of ``x = m 2**n`` with 1/2 <= \\|m\\| < 1, the first result of `frexp`.\n\n"
       ">>> np.frexp_mantissa([6.0, -1.0, 0.0]).tolist()\n[0.75, -0.5, 0.0]")
op("frexp_exponent", accepts="REAL_FLOATING", returns="INT32", expr="frexp_exponent(a)", gpu="ElementwiseKernel",
   doc="The exponent n of ``x = m 2**n``, the second result of `frexp`; of zero, infinities and NaN it is 0.\n\n"
       ">>> np.frexp_exponent([6.0, -1.0, 0.0]).tolist()\n[3, 1, 0]")
op("fractional_part", accepts="REAL_FLOATING", expr="fractional_part(a)", vjp=(lambda g: g), sample="(0.1, 0.9)",
   gpu="ElementwiseKernel",
   doc="What lies behind the point, with the sign of the number: the first result of `modf`.\n\n"
       ">>> np.fractional_part([2.25, -2.25]).tolist()\n[0.25, -0.25]")
op("integral_part", accepts="REAL_FLOATING", expr="trunc(a)", vjp=zero, sample="(0.1, 0.9)", gpu="ElementwiseKernel",
   doc="What lies before the point, in a floating-point dtype: the second result of `modf`.\n\n"
       ">>> np.integral_part([2.25, -2.25]).tolist()\n[2.0, -2.0]")
op("spacing", accepts="REAL_FLOATING", expr="spacing(a)", vjp=zero, gpu="ElementwiseKernel",
   doc="Distance to the next number of the dtype away from zero, negative for negative numbers; of float16 to the "
       "next greater one.\n\n"
       ">>> np.spacing([1.0]).tolist()\n[2.220446049250313e-16]")

op("isposinf", accepts="ORDERED", returns="BOOL", expr="a == INFINITY", gpu="isposinf",
   doc="Whether the number is positive infinity.\n\n"
       ">>> np.isposinf([1.0, float('inf'), -float('inf')]).tolist()\n[False, True, False]")
op("isneginf", accepts="ORDERED", returns="BOOL", expr="a == -INFINITY", gpu="isneginf",
   doc="Whether the number is negative infinity.\n\n"
       ">>> np.isneginf([1.0, float('inf'), -float('inf')]).tolist()\n[False, False, True]")
op("isreal", returns="BOOL", expr="imag(a) == 0", gpu="isreal",
   doc="Whether the imaginary part is zero, as that of every real number is.\n\n"
       ">>> np.isreal([1 + 0j, 2j]).tolist()\n[True, False]")
op("iscomplex", returns="BOOL", expr="imag(a) != 0", gpu="iscomplex",
   doc="Whether the imaginary part is not zero.\n\n>>> np.iscomplex([1 + 0j, 2j]).tolist()\n[False, True]")

op("replace_nan", accepts="ANY", expr="isnan(a) ? b : a", gpu="ElementwiseKernel",
   vjp=(lambda g, a: F.where(F.isnan(a), 0, g), lambda g, a: F.where(F.isnan(a), g, 0)),
   doc="x1, but x2 where x1 is NaN.\n\n>>> np.replace_nan([1.0, float('nan')], 0).tolist()\n[1.0, 0.0]")
op("replace_infinities", accepts="REAL_FLOATING", expr="a == INFINITY ? b : a == -INFINITY ? c : a",
   gpu="ElementwiseKernel",
   vjp=(lambda g, a: F.where(F.isinf(a), 0, g), lambda g, a: F.where(F.isposinf(a), g, 0),
        lambda g, a: F.where(F.isneginf(a), g, 0)),
   doc="x1, but x2 where x1 is infinite and x3 where it is minus infinity.\n\n"
       ">>> np.replace_infinities([1.0, float('inf'), -float('inf')], 7, -7).tolist()\n[1.0, 7.0, -7.0]")
op("replace_nonfinite", accepts="REAL_FLOATING", expr="isnan(a) ? b : a > c ? c : a < -c ? -c : a",
   sample="(-3, 3); (-3, 3); (1, 2)", gpu="ElementwiseKernel",
   vjp=(lambda g, a, c: F.where(F.absolute(a) <= c, g, 0), lambda g, a: F.where(F.isnan(a), g, 0),
        lambda g, a, c: F.where(a > c, g, F.where(a < -c, -g, 0))),
   doc="x1, but x2 where x1 is NaN, and between -x3 and x3: `nan_to_num` in one pass.\n\n"
       ">>> np.replace_nonfinite([float('nan'), float('inf'), -float('inf')], 0, 9).tolist()\n[0.0, 9.0, -9.0]")


def largest(dtype):
    """The greatest finite number of a dtype."""
    return float(F.finfo(dtype).max)


def nan_to_num(x, copy=True, nan=0.0, posinf=None, neginf=None):
    kind = x.dtype.kind
    if kind == "c":
        real, imaginary = (F.nan_to_num(part(x), True, nan, posinf, neginf) for part in (F.real, F.imag))
        result = real + imaginary * 1j
    elif kind != "f":
        result = F.copy(x) if copy else x
    elif posinf is None and neginf is None:
        result = F.replace_nonfinite(x, nan, largest(x.dtype))
    else:
        above = largest(x.dtype) if posinf is None else posinf
        below = -largest(x.dtype) if neginf is None else neginf
        result = F.replace_nan(F.replace_infinities(x, above, below), nan)
    if copy or result is x:
        return result
    x[...] = result
    return x


op("nan_to_num", via=nan_to_num, signature="x: Tensor, copy=True, nan=0.0, posinf=None, neginf=None",
   doc="The numbers with NaN replaced by `nan` and infinities by the greatest finite numbers, or by `posinf` and "
       "`neginf`; ``copy=False`` writes into `x`. The gradient goes to what was not replaced.\n\n"
       ">>> np.nan_to_num([1.0, float('nan'), -float('inf')], neginf=-9.0).tolist()\n[1.0, 0.0, -9.0]")
