"""Special functions and the activations of neural networks; where sources differ, as PyTorch defines them."""

from math import pi, sqrt

from .record import F, family

op = family("special")


def gelu_bend(g, a, b):
    """``g a p(b) (2 - b**2)``, the second derivative of gelu with the density p of the normal distribution."""
    return g * a * (F.exp(-0.5 * b * b) * (1 / sqrt(2 * pi)) * (2 - b * b))


def silu_bend(g, a, b):
    """``g a s (1 - s) (2 + b (1 - 2 s))``, the second derivative of silu with s = sigmoid(b)."""
    s = F.sigmoid(b)
    return g * a * (s * (1 - s) * (2 + b * (1 - 2 * s)))


def xlogy_factor_gradient(g, a, b):
    """``g log(b)``, zero where a is zero and b not positive."""
    flat = F.logical_and(a == 0, b <= 0)
    return F.where(flat, 0, g * F.log(F.where(flat, 1, b)))


op("erf", accepts="REAL_FLOATING", expr="erf(a)", vjp=(lambda g, a: g * (2 / sqrt(pi) * F.exp(-a * a))),
   gpu="cupyx.scipy.special.erf", doc="Error function.\n\n>>> np.erf([0.0]).tolist()\n[0.0]")
op("erfc", accepts="REAL_FLOATING", expr="erfc(a)", vjp=(lambda g, a: g * (-2 / sqrt(pi) * F.exp(-a * a))),
   gpu="cupyx.scipy.special.erfc", doc="``1 - erf(x)``, exact for large x.\n\n>>> np.erfc([0.0]).tolist()\n[1.0]")
op("sigmoid", accepts="REAL_FLOATING", expr="sigmoid(a)", vjp=(lambda g, y: F.sigmoid_gradient(g, y)),
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
op("sigmoid_gradient", accepts="REAL_FLOATING", expr="a * (b * (1 - b))", gpu="ElementwiseKernel",
   vjp=(lambda g, b: F.sigmoid_gradient(g, b), lambda g, a, b: g * a * (1 - 2 * b)),
   doc="``x1 x2 (1 - x2)``: the gradient of `sigmoid`, whose result is x2, in one pass.\n\n"
       ">>> np.sigmoid_gradient([8.0], [0.5]).tolist()\n[2.0]")
op("tanh_gradient", accepts="FLOATING", expr="a * (1 - b * b)", gpu="ElementwiseKernel",
   vjp=(lambda g, b: F.tanh_gradient(g, b), lambda g, a, b: g * (-2 * a * b)),
   doc="``x1 (1 - x2**2)``: the gradient of `tanh`, whose result is x2, in one pass.\n\n"
       ">>> np.tanh_gradient([8.0], [0.5]).tolist()\n[6.0]")
op("gelu_gradient", accepts="REAL_FLOATING", expr="a * gelu_slope(b)", gpu="ElementwiseKernel",
   vjp=(lambda g, b: F.gelu_gradient(g, b), gelu_bend),
   doc="x1 times the slope of `gelu` at x2, ``P(x2) + x2 p(x2)`` with the normal distribution P and its density p.\n\n"
       ">>> np.gelu_gradient([8.0], [0.0]).tolist()\n[4.0]")
op("silu_gradient", accepts="REAL_FLOATING", expr="a * silu_slope(b)", gpu="ElementwiseKernel",
   vjp=(lambda g, b: F.silu_gradient(g, b), silu_bend),
   doc="x1 times the slope of `silu` at x2, ``s (1 + x2 (1 - s))`` with s = sigmoid(x2).\n\n"
       ">>> np.silu_gradient([8.0], [0.0]).tolist()\n[4.0]")
op("leaky_relu", accepts="REAL_FLOATING", expr="a > 0 ? a : a * b", sample="(-3, 3); (0.01, 0.3)",
   vjp=(lambda g, a, b: F.leaky_relu_gradient(g, a, b), lambda g, a: F.where(a > 0, 0, g * a)), gpu="ElementwiseKernel",
   doc="x1 if it is positive, or x1 times the slope x2.\n\n>>> np.leaky_relu([-1.0, 2.0], 0.5).tolist()\n[-0.5, 2.0]")
op("leaky_relu_gradient", accepts="REAL_FLOATING", expr="b > 0 ? a : a * c", sample="(-3, 3); (-3, 3); (0.01, 0.3)",
   vjp=(lambda g, b, c: F.leaky_relu_gradient(g, b, c), lambda g: F.zeros_like(g),
        lambda g, a, b: F.where(b > 0, 0, g * a)), gpu="ElementwiseKernel",
   doc="x1, times x3 where x2 is not positive: the gradient of `leaky_relu` in one pass.\n\n"
       ">>> np.leaky_relu_gradient([5.0, 6.0], [-1.0, 2.0], 0.5).tolist()\n[2.5, 6.0]")
op("elu", accepts="REAL_FLOATING", expr="a > 0 ? a : b * expm1(a)", sample="(-3, 3); (0.5, 2)",
   vjp=(lambda g, a, b: F.elu_gradient(g, a, b), lambda g, a: F.where(a > 0, 0, g * F.expm1(F.minimum(a, 0)))),
   gpu="ElementwiseKernel",
   doc="x1 if it is positive, or ``x2 (exp(x1) - 1)`` (Clevert et al., 2015).\n\n"
       ">>> np.elu([-np.inf, 2.0], 0.5).tolist()\n[-0.5, 2.0]")
op("elu_gradient", accepts="REAL_FLOATING", expr="b > 0 ? a : a * (c * exp(b))", sample="(-3, 3); (-3, 3); (0.5, 2)",
   vjp=(lambda g, b, c: F.elu_gradient(g, b, c), lambda g, a, b, c: F.where(b > 0, 0, F.elu_gradient(g * a, b, c)),
        lambda g, a, b: F.where(b > 0, 0, g * a * F.exp(F.minimum(b, 0)))), gpu="ElementwiseKernel",
   doc="x1, times ``x3 exp(x2)`` where x2 is not positive: the gradient of `elu` in one pass.\n\n"
       ">>> np.elu_gradient([5.0, 6.0], [0.0, 2.0], 0.5).tolist()\n[2.5, 6.0]")
op("softplus_below", accepts="REAL_FLOATING", expr="a > b ? a : softplus(a)", sample="(-3, 3); (1, 2)",
   vjp=(lambda g, a, b: F.softplus_below_gradient(g, a, b), lambda g: F.zeros_like(g)), gpu="ElementwiseKernel",
   doc="`softplus` of x1, or x1 itself above x2, as PyTorch's ``softplus`` has it.\n\n"
       ">>> np.softplus_below([30.0], 20.0).tolist()\n[30.0]")
op("softplus_below_gradient", accepts="REAL_FLOATING", expr="b > c ? a : a * sigmoid(b)",
   sample="(-3, 3); (-3, 3); (1, 2)",
   vjp=(lambda g, b, c: F.softplus_below_gradient(g, b, c),
        lambda g, a, b, c: F.where(b > c, 0, F.sigmoid_gradient(g * a, F.sigmoid(b))), lambda g: F.zeros_like(g)),
   gpu="ElementwiseKernel",
   doc="x1, times the sigmoid of x2 where that is not above x3: the gradient of `softplus_below` in one pass.\n\n"
       ">>> np.softplus_below_gradient([5.0, 6.0], [0.0, 30.0], 20.0).tolist()\n[2.5, 6.0]")
op("gelu", accepts="REAL_FLOATING", expr="gelu(a)", vjp=(lambda g, a: F.gelu_gradient(g, a)), gpu="ElementwiseKernel",
   doc="``x P(x)`` with the normal distribution P (Hendrycks and Gimpel, 2016).\n\n>>> np.gelu([0.0]).tolist()\n[0.0]")
op("silu", accepts="REAL_FLOATING", expr="silu(a)", vjp=(lambda g, a: F.silu_gradient(g, a)), gpu="ElementwiseKernel",
   doc="``x sigmoid(x)``, also called swish.\n\n>>> np.silu([0.0]).tolist()\n[0.0]")
op("xlogy", accepts="REAL_FLOATING", expr="a == 0 && !isnan(b) ? 0 : a * log(b)", sample="(-3, 3); (0.1, 9)",
   vjp=(xlogy_factor_gradient, lambda g, a, b: g * a / b), gpu="cupyx.scipy.special.xlogy",
   doc="``x1 log(x2)``, zero where x1 is zero.\n\n>>> np.xlogy([0.0], 0.0).tolist()\n[0.0]")
op("heaviside", accepts="REAL_FLOATING", expr="a < 0 ? 0 : a > 0 ? 1 : a == 0 ? b : a",
   vjp=(lambda g: F.zeros_like(g), lambda g, a: F.where(a == 0, g, 0)), gpu="heaviside",
   doc="0 for negative x1, 1 for positive, x2 at zero.\n\n"
       ">>> np.heaviside([-1.0, 0.0, 2.0], 0.5).tolist()\n[0.0, 0.5, 1.0]")
