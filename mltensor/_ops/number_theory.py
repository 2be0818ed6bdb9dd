"""Integers: common divisors and multiples, ones among bits."""

from .record import family

op = family("number_theory")

op("gcd", accepts="STRICT_INTEGER", expr="gcd(a, b)", gpu="gcd",
   doc="Greatest common divisor of the magnitudes; that of zero and a number is the number.\n\n"
       ">>> np.gcd([12, -20, 0], 8).tolist()\n[4, 4, 8]")
op("lcm", accepts="STRICT_INTEGER", expr="lcm(a, b)", gpu="lcm",
   doc="Least common multiple of the magnitudes; that of zero and a number is zero.\n\n"
       ">>> np.lcm([12, -20, 0], 8).tolist()\n[24, 40, 0]")
op("bitwise_count", accepts="INTEGER", returns="UINT8", expr="bitwise_count(a)", gpu="ElementwiseKernel",
   doc="Number of ones among the bits of the magnitude.\n\n>>> np.bitwise_count([7, -8, 0]).tolist()\n[3, 1, 0]")
