"""Operations on the bits of integers. Shifts by the width or more leave nothing but the sign."""

from .record import family

op = family("bitwise")

op("bitwise_and", accepts="BITWISE", expr="a & b", gpu="bitwise_and",
   doc="Bits that both numbers have.\n\n>>> np.bitwise_and([6, 5], 3).tolist()\n[2, 1]")
op("bitwise_or", accepts="BITWISE", expr="a | b", gpu="bitwise_or",
   doc="Bits that either number has.\n\n>>> np.bitwise_or([6, 5], 3).tolist()\n[7, 7]")
op("bitwise_xor", accepts="BITWISE", expr="a ^ b", gpu="bitwise_xor",
   doc="Bits that just one of the numbers has.\n\n>>> np.bitwise_xor([6, 5], 3).tolist()\n[5, 6]")
op("bitwise_invert", accepts="BITWISE", expr="invert(a)", gpu="invert",
   doc="The number with all bits inverted; of bools, the logical not.\n\n"
       ">>> np.bitwise_invert([6, -1]).tolist()\n[-7, 0]")
op("bitwise_left_shift", accepts="INTEGER", expr="left_shift(a, b)", sample="(-9, 9); (0, 9)", gpu="left_shift",
   doc="Bits moved to the left.\n\n>>> np.bitwise_left_shift([1, 3], 2).tolist()\n[4, 12]")
op("bitwise_right_shift", accepts="INTEGER", expr="right_shift(a, b)", sample="(-9, 9); (0, 9)", gpu="right_shift",
   doc="Bits moved to the right, the sign bit kept.\n\n>>> np.bitwise_right_shift([8, -8], 2).tolist()\n[2, -2]")
