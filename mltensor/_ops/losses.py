"""Losses of single elements and their gradients, each in one pass."""

from .record import F, family

op = family("losses")


def huber_limit_gradient(g, a, b):
    """``g (|a| - b)`` beyond the limit b, zero within."""
    return g * F.maximum(F.absolute(a) - b, 0)


def bounded_difference_gradient(g, a, b, c):
    """That of ``a clip(b, -c, c)`` in b: ``g a`` within the limit."""
    return F.where(F.absolute(b) <= c, g * a, 0)


def bounded_limit_gradient(g, a, b, c):
    """That of ``a clip(b, -c, c)`` in c: ``g a sign(b)`` beyond the limit."""
    return F.where(F.absolute(b) <= c, 0, g * a * F.sign(b))


def logistic_bend(g, a, b):
    """``g a s (1 - s)`` with s = sigmoid(b): the second derivative of `logistic_loss` in its logit."""
    return F.sigmoid_gradient(g * a, F.sigmoid(b))


op("squared_difference", accepts="REAL_FLOATING", expr="(a - b) * (a - b)", gpu="ElementwiseKernel",
   vjp=(lambda g, a, b: F.squared_difference_gradient(g, a, b), lambda g, a, b: F.squared_difference_gradient(g, b, a)),
   doc="``(x1 - x2)**2``, in one pass.\n\n>>> np.squared_difference([1.0], [4.0]).tolist()\n[9.0]")
op("squared_difference_gradient", accepts="REAL_FLOATING", expr="a * (2 * (b - c))", gpu="ElementwiseKernel",
   vjp=(lambda g, b, c: F.squared_difference_gradient(g, b, c), lambda g, a: 2 * g * a, lambda g, a: -2 * g * a),
   doc="``2 x1 (x2 - x3)``: the gradient of `squared_difference` in its first number, in one pass.\n\n"
       ">>> np.squared_difference_gradient([1.0], [1.0], [4.0]).tolist()\n[-6.0]")
op("huber", accepts="REAL_FLOATING", expr="absolute(a) <= b ? a * a / 2 : b * (absolute(a) - b / 2)",
   sample="(-3, 3); (0.5, 2)", gpu="ElementwiseKernel",
   vjp=(lambda g, a, b: F.huber_gradient(g, a, b), huber_limit_gradient),
   doc="``x1**2 / 2`` up to the size x2, ``x2 (|x1| - x2 / 2)`` beyond (Huber, 1964).\n\n"
       ">>> np.huber([0.5, -3.0], 1.0).tolist()\n[0.125, 2.5]")
op("huber_gradient", accepts="REAL_FLOATING", expr="a * (b > c ? c : b < -c ? -c : b)",
   sample="(-3, 3); (-3, 3); (0.5, 2)", gpu="ElementwiseKernel",
   vjp=(lambda g, b, c: F.huber_gradient(g, b, c), bounded_difference_gradient, bounded_limit_gradient),
   doc="x1 times x2 held between -x3 and x3: the gradient of `huber`, in one pass.\n\n"
       ">>> np.huber_gradient([2.0, 2.0], [0.5, -3.0], 1.0).tolist()\n[1.0, -2.0]")
op("logistic_loss", accepts="REAL_FLOATING",
   expr="softplus(-absolute(a)) + b * (a < 0 ? -a : 0) + (1 - b) * (a > 0 ? a : 0)", sample="(-3, 3); (0, 1)",
   vjp=(lambda g, a, b: F.logistic_loss_gradient(g, a, b), lambda g, a: -(g * a)), gpu="ElementwiseKernel",
   doc="Cross entropy of ``sigmoid(x1)`` and the probability x2, without overflow or loss of digits.\n\n"
       ">>> round(np.logistic_loss([0.0], [1.0]).item(), 4)\n0.6931")
op("logistic_loss_gradient", accepts="REAL_FLOATING", expr="a * (sigmoid(b) - c)", sample="(-3, 3); (-3, 3); (0, 1)",
   vjp=(lambda g, b, c: F.logistic_loss_gradient(g, b, c), logistic_bend, lambda g, a: -(g * a)),
   gpu="ElementwiseKernel",
   doc="``x1 (sigmoid(x2) - x3)``: the gradient of `logistic_loss` in its logit, in one pass.\n\n"
       ">>> np.logistic_loss_gradient([2.0], [0.0], [1.0]).tolist()\n[-1.0]")
