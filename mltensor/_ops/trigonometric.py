"""Trigonometric and hyperbolic functions and their inverses; angles are in radians."""

from math import pi

from .record import F, family

op = family("trigonometric")


def over_square(g, a, b):
    """``g a / (a**2 + b**2)`` without overflow, zero at the origin."""
    radius = F.hypot(a, b)
    radius = F.where(radius == 0, 1, radius)
    return g * (a / radius) / radius


def cosine_of_asin(a):
    """``sqrt(1 - a**2)``; with complex numbers ``1 -`` would lose the sign of a zero, which is the side of the cut."""
    return F.sqrt(-(a * a - 1) if a.dtype.kind == "c" else 1 - a * a)


op("sin", accepts="FLOATING", expr="sin(a)", vjp=(lambda g, a: g * F.cos(a)), gpu="sin",
   doc="Sine.\n\n>>> np.sin([0.0]).tolist()\n[0.0]")
op("cos", accepts="FLOATING", expr="cos(a)", vjp=(lambda g, a: -g * F.sin(a)), gpu="cos",
   doc="Cosine.\n\n>>> np.cos([0.0]).tolist()\n[1.0]")
op("tan", accepts="FLOATING", expr="tan(a)", vjp=(lambda g, y: g * (1 + y * y)), sample="(-1.4, 1.4)", gpu="tan",
   doc="Tangent.\n\n>>> np.tan([0.0]).tolist()\n[0.0]")
op("asin", accepts="FLOATING", expr="asin(a)", vjp=(lambda g, a: g / cosine_of_asin(a)), sample="(-0.95, 0.95)",
   gpu="arcsin", doc="Inverse sine, in [-pi/2, pi/2].\n\n>>> np.asin([0.0]).tolist()\n[0.0]")
op("acos", accepts="FLOATING", expr="acos(a)", vjp=(lambda g, a: -g / cosine_of_asin(a)), sample="(-0.95, 0.95)",
   gpu="arccos", doc="Inverse cosine, in [0, pi].\n\n>>> np.acos([1.0]).tolist()\n[0.0]")
op("atan", accepts="FLOATING", expr="atan(a)", vjp=(lambda g, a: g / (1 + a * a)), gpu="arctan",
   doc="Inverse tangent, in [-pi/2, pi/2].\n\n>>> np.atan([0.0]).tolist()\n[0.0]")
op("atan2", accepts="REAL_FLOATING", expr="atan2(a, b)", sample="(-3, 3); (0.5, 2)",
   vjp=(lambda g, a, b: over_square(g, b, a), lambda g, a, b: over_square(-g, a, b)), gpu="arctan2",
   doc="Angle of the point with ordinate x1 and abscissa x2, in [-pi, pi].\n\n>>> np.atan2([0.0], 1.0).tolist()\n[0.0]")
op("hypot", accepts="REAL_FLOATING", expr="hypot(a, b)", sample="(0.5, 3); (0.5, 3)",
   vjp=(lambda g, y, a: g * (a / y), lambda g, y, b: g * (b / y)), gpu="hypot",
   doc="``sqrt(x1**2 + x2**2)`` without overflow.\n\n>>> np.hypot([3.0], 4.0).tolist()\n[5.0]")
op("degrees", accepts="REAL_FLOATING", expr="degrees(a)", vjp=(lambda g: g * (180 / pi)), gpu="rad2deg",
   doc="Radians in degrees.\n\n>>> np.degrees([0.0]).tolist()\n[0.0]")
op("radians", accepts="REAL_FLOATING", expr="radians(a)", vjp=(lambda g: g * (pi / 180)), gpu="deg2rad",
   doc="Degrees in radians.\n\n>>> np.radians([0.0]).tolist()\n[0.0]")

op("sinh", accepts="FLOATING", expr="sinh(a)", vjp=(lambda g, a: g * F.cosh(a)), gpu="sinh",
   doc="Hyperbolic sine.\n\n>>> np.sinh([0.0]).tolist()\n[0.0]")
op("cosh", accepts="FLOATING", expr="cosh(a)", vjp=(lambda g, a: g * F.sinh(a)), gpu="cosh",
   doc="Hyperbolic cosine.\n\n>>> np.cosh([0.0]).tolist()\n[1.0]")
op("tanh", accepts="FLOATING", expr="tanh(a)", vjp=(lambda g, y: F.tanh_gradient(g, y)), gpu="tanh",
   doc="Hyperbolic tangent.\n\n>>> np.tanh([0.0]).tolist()\n[0.0]")
# ``- -1``, not ``+ 1``: the sum of zeros of two signs is positive, and the sign chooses the side of the cut.
op("asinh", accepts="FLOATING", expr="asinh(a)", vjp=(lambda g, a: g / F.sqrt(a * a - -1)), gpu="arcsinh",
   doc="Inverse hyperbolic sine.\n\n>>> np.asinh([0.0]).tolist()\n[0.0]")
op("acosh", accepts="FLOATING", expr="acosh(a)", vjp=(lambda g, a: g / (F.sqrt(a - 1) * F.sqrt(a - -1))),
   sample="(1.1, 9)", gpu="arccosh", doc="Inverse hyperbolic cosine, not negative; NaN for real numbers below 1.\n\n"
                                         ">>> np.acosh([1.0]).tolist()\n[0.0]")
op("atanh", accepts="FLOATING", expr="atanh(a)", vjp=(lambda g, a: g / (1 - a * a)), sample="(-0.9, 0.9)",
   gpu="arctanh",
   doc="Inverse hyperbolic tangent; NaN for real numbers beyond 1.\n\n"
       ">>> np.atanh([0.0]).tolist()\n[0.0]")
