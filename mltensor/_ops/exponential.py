"""Exponentials and logarithms."""

from math import log

from .record import F, family

op = family("exponential")

op("exp", accepts="FLOATING", expr="exp(a)", vjp=(lambda g, y: g * y), gpu="exp",
   doc="e to the power of the number.\n\n>>> np.exp([0.0]).tolist()\n[1.0]")
op("exp2", accepts="FLOATING", expr="exp2(a)", vjp=(lambda g, y: g * (y * log(2))), gpu="exp2",
   doc="2 to the power of the number.\n\n>>> np.exp2([3.0, -1.0]).tolist()\n[8.0, 0.5]")
op("expm1", accepts="FLOATING", expr="expm1(a)", vjp=(lambda g, y: g * (y + 1)), gpu="expm1",
   doc="``exp(x) - 1``, exact near zero.\n\n>>> np.expm1([0.0, 1e-20]).tolist()\n[0.0, 1e-20]")
op("log", accepts="FLOATING", expr="log(a)", vjp=(lambda g, a: g / a), sample="(0.1, 9)", gpu="log",
   doc="Natural logarithm; NaN for negative real numbers.\n\n>>> np.log([1.0]).tolist()\n[0.0]")
op("log1p", accepts="FLOATING", expr="log1p(a)", vjp=(lambda g, a: g / (1 + a)), sample="(-0.9, 9)", gpu="log1p",
   doc="``log(1 + x)``, exact near zero.\n\n>>> np.log1p([0.0, 1e-20]).tolist()\n[0.0, 1e-20]")
op("log2", accepts="FLOATING", expr="log2(a)", vjp=(lambda g, a: g / (a * log(2))), sample="(0.1, 9)", gpu="log2",
   doc="Logarithm to base 2.\n\n>>> np.log2([8.0, 0.5]).tolist()\n[3.0, -1.0]")
op("log10", accepts="FLOATING", expr="log10(a)", vjp=(lambda g, a: g / (a * log(10))), sample="(0.1, 9)", gpu="log10",
   doc="Logarithm to base 10.\n\n>>> np.log10([1000.0]).tolist()\n[3.0]")
op("logaddexp", accepts="REAL_FLOATING", expr="logaddexp(a, b)",
   vjp=(lambda g, a, b: g * F.sigmoid(a - b), lambda g, a, b: g * F.sigmoid(b - a)), gpu="logaddexp",
   doc="``log(exp(x1) + exp(x2))`` without overflow.\n\n>>> np.logaddexp([-float('inf')], 1.0).tolist()\n[1.0]")
