"""Comparisons, logical functions, and questions about floating-point numbers; all of them give bools."""

from .record import family

op = family("logic")

op("equal", returns="BOOL", expr="a == b", gpu="equal",
   doc="Whether two numbers are equal; NaN equals nothing.\n\n>>> np.equal([1, 2], 2).tolist()\n[False, True]")
op("not_equal", returns="BOOL", expr="a != b", gpu="not_equal",
   doc="Whether two numbers differ; NaN differs from everything.\n\n"
       ">>> np.not_equal([1, 2], 2).tolist()\n[True, False]")
op("less", accepts="ORDERED", returns="BOOL", expr="a < b", gpu="less",
   doc="Whether the first number is the smaller.\n\n>>> np.less([1, 2], 2).tolist()\n[True, False]")
op("less_equal", accepts="ORDERED", returns="BOOL", expr="a <= b", gpu="less_equal",
   doc="Whether the first number is not the larger.\n\n>>> np.less_equal([2, 3], 2).tolist()\n[True, False]")
op("greater", accepts="ORDERED", returns="BOOL", expr="a > b", gpu="greater",
   doc="Whether the first number is the larger.\n\n>>> np.greater([2, 3], 2).tolist()\n[False, True]")
op("greater_equal", accepts="ORDERED", returns="BOOL", expr="a >= b", gpu="greater_equal",
   doc="Whether the first number is not the smaller.\n\n>>> np.greater_equal([1, 2], 2).tolist()\n[False, True]")

op("logical_and", returns="BOOL", expr="a != 0 && b != 0", gpu="logical_and",
   doc="Whether both numbers are nonzero.\n\n>>> np.logical_and([True, False], True).tolist()\n[True, False]")
op("logical_or", returns="BOOL", expr="a != 0 || b != 0", gpu="logical_or",
   doc="Whether a number is nonzero.\n\n>>> np.logical_or([True, False], False).tolist()\n[True, False]")
op("logical_xor", returns="BOOL", expr="(a != 0) != (b != 0)", gpu="logical_xor",
   doc="Whether just one of the numbers is nonzero.\n\n>>> np.logical_xor([True, False], True).tolist()\n[False, True]")
op("logical_not", returns="BOOL", expr="a == 0", gpu="logical_not",
   doc="Whether the number is zero.\n\n>>> np.logical_not([True, False]).tolist()\n[False, True]")

op("isnan", returns="BOOL", expr="isnan(a)", gpu="isnan",
   doc="Whether the number, or a part of it, is NaN.\n\n>>> np.isnan([1.0, float('nan')]).tolist()\n[False, True]")
op("isinf", returns="BOOL", expr="isinf(a)", gpu="isinf",
   doc="Whether the number, or a part of it, is infinite.\n\n"
       ">>> np.isinf([1.0, -float('inf')]).tolist()\n[False, True]")
op("isfinite", returns="BOOL", expr="isfinite(a)", gpu="isfinite",
   doc="Whether the number is neither infinite nor NaN.\n\n"
       ">>> np.isfinite([1.0, -float('inf')]).tolist()\n[True, False]")
op("signbit", accepts="REAL_FLOATING", returns="BOOL", expr="signbit(a)", gpu="signbit",
   doc="Whether the sign is negative, that of -0 and of NaN too.\n\n"
       ">>> np.signbit([-0.0, 0.0]).tolist()\n[True, False]")
