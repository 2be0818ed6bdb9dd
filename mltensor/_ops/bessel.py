"""sinc, modified Bessel functions, and logarithms of sums of powers of two."""

from math import log

from .record import F, family

op = family("bessel")


def neighbours(g, a, b):
    """``I_n' = (I_(n-1) + I_(n+1)) / 2``."""
    return g * (0.5 * (F.bessel_i(a, b - 1) + F.bessel_i(a, b + 1)))


op("sinc", accepts="FLOATING", expr="sinc(a)", vjp=(lambda g, a: g * F.sinc_derivative(a, 1.0)),
   gpu="sinc",
   doc="``sin(pi x) / (pi x)``, and 1 at zero.\n\n>>> np.sinc([0.0, 1.0]).tolist()\n[1.0, 0.0]")
op("sinc_derivative", accepts="FLOATING", expr="sinc_derivative(a, b)", sample="(-3, 3); (1, 1)",
   vjp=(lambda g, a, b: g * F.sinc_derivative(a, F.real(b) + 1), lambda g: F.zeros_like(g)), gpu="ElementwiseKernel",
   doc="The derivative of `sinc` at x1 of the order x2, a whole number.\n\n"
       ">>> np.sinc_derivative([0.0, 1.0], 1).tolist()\n[0.0, -1.0]")
op("i0", accepts="REAL_FLOATING", expr="i0(a)", vjp=(lambda g, a: g * F.bessel_i(a, 1.0)), gpu="i0",
   doc="Modified Bessel function of the first kind of order 0.\n\n>>> np.i0([0.0]).tolist()\n[1.0]")
op("bessel_i", accepts="REAL_FLOATING", expr="bessel_i(a, b)", sample="(-3, 3); (2, 2)",
   vjp=(neighbours, lambda g: F.zeros_like(g)),
   gpu="ElementwiseKernel",
   doc="Modified Bessel function of the first kind at x1 of the order x2, a whole number.\n\n"
       ">>> np.bessel_i([0.0, 0.0], [0, 1]).tolist()\n[1.0, 0.0]")
op("logaddexp2", accepts="REAL_FLOATING", expr="logaddexp2(a, b)", gpu="logaddexp2",
   vjp=(lambda g, a, b: g * F.sigmoid((a - b) * log(2)), lambda g, a, b: g * F.sigmoid((b - a) * log(2))),
   doc="``log2(2**x1 + 2**x2)`` without overflow.\n\n>>> np.logaddexp2([3.0], 3.0).tolist()\n[4.0]")
