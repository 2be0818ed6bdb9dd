"""Arithmetic.

Integers behave as NumPy 2 has them: they wrap, division rounds towards minus infinity and by zero
gives zero. Special values follow the Array API standard.
"""

from .record import F, family

op = family("arithmetic")


def zero(g):
    """Gradient of a function that is constant but for jumps."""
    return F.zeros_like(g)


def absolute_gradient(g, a):
    """``g sign(a)``, zero at zero. Complex `a` arrives conjugated and is turned back: |a| is no analytic function."""
    direction = F.sign(a)
    return g * (F.conj(direction) if a.dtype.kind == "c" else direction)


def sign_gradient(g, a):
    """Zero for real numbers; a complex number moves along the unit circle, by the part of `g` across ``a / |a|``."""
    if a.dtype.kind != "c":
        return F.zeros_like(g)
    direction = F.conj(F.sign(a))
    size = F.absolute(a)
    across = g - direction * F.real(F.conj(direction) * g)
    return F.where(size == 0, 0, across / F.where(size == 0, 1, size))


def power_base_gradient(g, a, b):
    """``g b a**(b - 1)``; where b is zero the power taken is a**0 = 1, so that the product is zero for any a."""
    if isinstance(b, (int, float, complex)):
        return g * (b * a ** (b - 1)) if b != 0 else F.zeros_like(g)
    return g * b * a ** F.where(b == 0, 0, b - 1)


def power_exponent_gradient(g, y, a, b):
    """``g y log(a)``, zero where a is zero and b is not negative."""
    flat = F.logical_and(a == 0, F.real(b) >= 0)
    return F.where(flat, 0, g * y * F.log(F.where(flat, 1, a)))


def float_power(x1, x2):
    dtype = F.promote_types(F.promote_types(x1.dtype, x2.dtype), "float64")
    return F.power(F.cast(x1, dtype), F.cast(x2, dtype))


def larger_gradient(g, a, b):
    """All of `g` where a is the larger, half of it where they are equal."""
    return F.where(a == b, g / 2, F.where(a < b, 0, g))


def smaller_gradient(g, a, b):
    """All of `g` where a is the smaller, half of it where they are equal."""
    return F.where(a == b, g / 2, F.where(a > b, 0, g))


op("add", expr="a + b", vjp=(lambda g: g, lambda g: g), gpu="add",
   doc="Sum, element by element; of bools, the logical or.\n\n>>> np.add([1.0, 2.0], 3.0).tolist()\n[4.0, 5.0]")
op("subtract", accepts="NOT_BOOL", expr="a - b", vjp=(lambda g: g, lambda g: -g), gpu="subtract",
   doc="Difference, element by element.\n\n>>> np.subtract([1.0, 2.0], 3.0).tolist()\n[-2.0, -1.0]")
op("multiply", expr="a * b", vjp=(lambda g, b: g * b, lambda g, a: g * a), gpu="multiply",
   doc="Product, element by element; of bools, the logical and.\n\n"
       ">>> np.multiply([1.0, 2.0], 3.0).tolist()\n[3.0, 6.0]")
op("divide", accepts="FLOATING", expr="divide(a, b)", sample="(-3, 3); (0.5, 2)",
   vjp=(lambda g, b: g / b, lambda g, y, b: -g * y / b), gpu="true_divide",
   doc="Quotient, element by element, always in a floating-point dtype.\n\n"
       ">>> np.divide([1, 3], 2).tolist()\n[0.5, 1.5]")
op("floor_divide", accepts="REAL", expr="floor_divide(a, b)", sample="(-3, 3); (0.5, 2)", vjp=(zero, zero),
   gpu="floor_divide",
   doc="Largest integer not above the quotient. Of integers by zero it is 0; with infinities it is the floor of the "
       "limit, as the Array API standard has it.\n\n>>> np.floor_divide([7, -7], 2).tolist()\n[3, -4]")
op("remainder", accepts="REAL", expr="remainder(a, b)", sample="(-3, 3); (0.5, 2)",
   vjp=(lambda g: g, lambda g, a, b: -g * F.floor_divide(a, b)), gpu="remainder",
   doc="Remainder of floor division, with the sign of the divisor; of integers by zero it is 0.\n\n"
       ">>> np.remainder([7, -7], 4).tolist()\n[3, 1]")
op("fmod", accepts="REAL", expr="fmod(a, b)", sample="(-3, 3); (0.5, 2)",
   vjp=(lambda g: g, lambda g, a, b: -g * F.trunc(a / b)), gpu="fmod",
   doc="Remainder of division towards zero, with the sign of the dividend; of integers by zero it is 0.\n\n"
       ">>> np.fmod([7, -7], 4).tolist()\n[3, -3]")
op("power", accepts="NUMERIC", expr="power(a, b)", sample="(0.5, 3); (-2, 2)",
   vjp=(power_base_gradient, power_exponent_gradient), gpu="power",
   doc="The first number raised to the second. Integers stay integers.\n\n>>> np.power([1.0, 2.0, 3.0], 2).tolist()\n"
       "[1.0, 4.0, 9.0]")
op("float_power", via=float_power, signature="x1: Tensor, x2: Tensor, /",
   doc="The first number raised to the second, in float64 or complex128 whatever they are, so that integers have "
       "negative powers.\n\n>>> np.float_power([2, 3], -1).tolist()\n[0.5, 0.3333333333333333]")
op("negative", accepts="NOT_BOOL", expr="-a", vjp=(lambda g: -g), gpu="negative",
   doc="The number with its sign changed.\n\n>>> np.negative([1.0, -2.0]).tolist()\n[-1.0, 2.0]")
op("positive", accepts="NOT_BOOL", expr="+a", vjp=(lambda g: g), gpu="positive",
   doc="A copy of the number.\n\n>>> np.positive([1.0, -2.0]).tolist()\n[1.0, -2.0]")
op("absolute", returns="REAL_OF", expr="absolute(a)", vjp=absolute_gradient, gpu="absolute",
   doc="Distance from zero; of a complex number its modulus. The gradient at zero is zero.\n\n"
       ">>> np.absolute([3 + 4j, -2]).tolist()\n[5.0, 2.0]")
op("sign", accepts="NOT_BOOL", expr="sign(a)", vjp=sign_gradient, gpu="sign",
   doc="-1, 0 or 1; of a complex number ``x / |x|``, or 0.\n\n>>> np.sign([-2.5, 0.0, 7.0]).tolist()\n[-1.0, 0.0, 1.0]")
op("square", accepts="NUMERIC", expr="a * a", vjp=(lambda g, a: g * (a + a)), gpu="square",
   doc="The number times itself.\n\n>>> np.square([2.0, -3.0]).tolist()\n[4.0, 9.0]")
op("sqrt", accepts="FLOATING", expr="sqrt(a)", vjp=(lambda g, y: 0.5 * g / y), sample="(0.1, 9)", gpu="sqrt",
   doc="Square root; NaN for negative real numbers.\n\n>>> np.sqrt([4.0, 9.0]).tolist()\n[2.0, 3.0]")
op("cbrt", accepts="REAL_FLOATING", expr="cbrt(a)", vjp=(lambda g, y: g / (3 * y * y)), sample="(0.1, 9)", gpu="cbrt",
   doc="Cube root, negative for negative numbers.\n\n>>> np.cbrt([8.0, -27.0]).tolist()\n[2.0, -3.0]")
op("reciprocal", accepts="NUMERIC", expr="reciprocal(a)", vjp=(lambda g, y: -g * y * y), sample="(0.5, 3)",
   gpu="reciprocal",
   doc="One divided by the number. Integers stay integers, so that of 2 is 0; that of 0 is 0 too.\n\n"
       ">>> np.reciprocal([2.0, -4.0]).tolist()\n[0.5, -0.25]")
op("addcmul", accepts="NUMERIC", expr="a + b * c",
   vjp=(lambda g: g, lambda g, c: g * c, lambda g, b: g * b), gpu="ElementwiseKernel",
   doc="The first number plus the product of the other two, in one pass.\n\n"
       ">>> np.addcmul([1.0, 2.0], [3.0, 4.0], 10.0).tolist()\n[31.0, 42.0]")
op("maximum", accepts="ORDERED", expr="a >= b || a != a ? a : b",
   vjp=(larger_gradient, lambda g, a, b: larger_gradient(g, b, a)), gpu="maximum",
   doc="The larger of two numbers, NaN if either is NaN. Equal numbers share the gradient.\n\n"
       ">>> np.maximum([1.0, 5.0], 3.0).tolist()\n[3.0, 5.0]")
op("minimum", accepts="ORDERED", expr="a <= b || a != a ? a : b",
   vjp=(smaller_gradient, lambda g, a, b: smaller_gradient(g, b, a)), gpu="minimum",
   doc="The smaller of two numbers, NaN if either is NaN. Equal numbers share the gradient.\n\n"
       ">>> np.minimum([1.0, 5.0], 3.0).tolist()\n[1.0, 3.0]")
op("fmax", accepts="ORDERED", expr="a >= b || b != b ? a : b",
   vjp=(lambda g, a, b: F.where(F.logical_or(a >= b, F.isnan(b)), g, 0),
        lambda g, a, b: F.where(F.logical_or(a >= b, F.isnan(b)), 0, g)), gpu="fmax",
   doc="The larger of two numbers, or the one that is not NaN. The first has the gradient of equal numbers.\n\n"
       ">>> np.fmax([1.0, float('nan')], 3.0).tolist()\n[3.0, 3.0]")
op("fmin", accepts="ORDERED", expr="a <= b || b != b ? a : b",
   vjp=(lambda g, a, b: F.where(F.logical_or(a <= b, F.isnan(b)), g, 0),
        lambda g, a, b: F.where(F.logical_or(a <= b, F.isnan(b)), 0, g)), gpu="fmin",
   doc="The smaller of two numbers, or the one that is not NaN. The first has the gradient of equal numbers.\n\n"
       ">>> np.fmin([1.0, float('nan')], 3.0).tolist()\n[1.0, 3.0]")
