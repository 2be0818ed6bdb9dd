"""Special functions and the activations of neural networks; where sources differ, as PyTorch defines them."""

from math import pi, sqrt

from .record import F, family

op = family("special")


def gelu_gradient(g, a):
    """``g (P(a) + a p(a))`` with the normal distribution P and its density p."""
    distribution = 0.5 * F.erfc(a * -sqrt(0.5))
    density = F.exp(-0.5 * a * a) * (1 / sqrt(2 * pi))
    return g * (distribution + a * density)


def silu_gradient(g, a):
    """``g s (1 + a (1 - s))`` with s = sigmoid(a)."""
    s = F.sigmoid(a)
    return g * (s * (1 + a * (1 - s)))


def xlogy_factor_gradient(g, a, b):
    """``g log(b)``, zero where a is zero and b not positive."""
    flat = F.logical_and(a == 0, b <= 0)
    return F.where(flat, 0, g * F.log(F.where(flat, 1, b)))


op("erf", accepts="REAL_FLOATING", expr="erf(a)", vjp=(lambda g, a: g * (2 / sqrt(pi) * F.exp(-a * a))),
   gpu="cupyx.scipy.special.erf", doc="Error function.\n\n>>> np.erf([0.0]).tolist()\n[0.0]")
op("erfc", accepts="REAL_FLOATING", expr="erfc(a)", vjp=(lambda g, a: g * (-2 / sqrt(pi) * F.exp(-a * a))),
   gpu="cupyx.scipy.special.erfc", doc="``1 - erf(x)``, exact for large x.\n\n>>> np.erfc([0.0]).tolist()\n[1.0]")
op("sigmoid", accepts="REAL_FLOATING", expr="sigmoid(a)", vjp=(lambda g, y: g * (y * (1 - y))),
   gpu="cupyx.scipy.special.expit", doc="``1 / (1 + exp(-x))``.\n\n>>> np.sigmoid([0.0]).tolist()\n[0.5]")
op("softplus", accepts="REAL_FLOATING", expr="softplus(a)", vjp=(lambda g, a: g * F.sigmoid(a)),
   gpu="ElementwiseKernel", doc="``log(1 + exp(x))`` without overflow.\n\n>>> np.softplus([1000.0]).tolist()\n[1000.0]")
op("relu", accepts="REAL", expr="a <= 0 ? 0 : a", vjp=(lambda g, y: F.relu_gradient(g, y)), gpu="ElementwiseKernel",
   doc="The number if it is positive, or 0. The gradient at zero is zero.\n\n"
       ">>> np.relu([-1.0, 2.0]).tolist()\n[0.0, 2.0]")
op("relu_gradient", accepts="REAL", expr="b <= 0 ? 0 : a", gpu="ElementwiseKernel",
   vjp=(lambda g, b: F.relu_gradient(g, b), lambda g: F.zeros_like(g)),
   doc="x1, but 0 where x2 is not positive: the gradient of `relu` in one pass.\n\n"
       ">>> np.relu_gradient([5.0, 6.0], [-1.0, 2.0]).tolist()\n[0.0, 6.0]")
op("leaky_relu", accepts="REAL_FLOATING", expr="a > 0 ? a : a * b", sample="(-3, 3); (0.01, 0.3)",
   vjp=(lambda g, a, b: F.where(a > 0, g, g * b), lambda g, a: F.where(a > 0, 0, g * a)), gpu="ElementwiseKernel",
   doc="x1 if it is positive, or x1 times the slope x2.\n\n>>> np.leaky_relu([-1.0, 2.0], 0.5).tolist()\n[-0.5, 2.0]")
op("gelu", accepts="REAL_FLOATING", expr="gelu(a)", vjp=gelu_gradient, gpu="ElementwiseKernel",
   doc="``x P(x)`` with the normal distribution P (Hendrycks and Gimpel, 2016).\n\n>>> np.gelu([0.0]).tolist()\n[0.0]")
op("silu", accepts="REAL_FLOATING", expr="silu(a)", vjp=silu_gradient, gpu="ElementwiseKernel",
   doc="``x sigmoid(x)``, also called swish.\n\n>>> np.silu([0.0]).tolist()\n[0.0]")
op("xlogy", accepts="REAL_FLOATING", expr="a == 0 && !isnan(b) ? 0 : a * log(b)", sample="(-3, 3); (0.1, 9)",
   vjp=(xlogy_factor_gradient, lambda g, a, b: g * a / b), gpu="cupyx.scipy.special.xlogy",
   doc="``x1 log(x2)``, zero where x1 is zero.\n\n>>> np.xlogy([0.0], 0.0).tolist()\n[0.0]")
op("heaviside", accepts="REAL_FLOATING", expr="a < 0 ? 0 : a > 0 ? 1 : a == 0 ? b : a",
   vjp=(lambda g: F.zeros_like(g), lambda g, a: F.where(a == 0, g, 0)), gpu="heaviside",
   doc="0 for negative x1, 1 for positive, x2 at zero.\n\n"
       ">>> np.heaviside([-1.0, 0.0, 2.0], 0.5).tolist()\n[0.0, 0.5, 1.0]")
