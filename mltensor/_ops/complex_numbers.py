"""Parts of complex numbers.

These functions have no derivative in the complex sense. Their gradients are PyTorch's: that of a
real function of ``x + iy`` is ``d/dx + i d/dy``, and a real input takes the real part.
"""

from .record import F, family

op = family("complex_numbers")


def angle_gradient(g, a):
    """``i g z / |z|**2``, which is ``i g / conj(z)``, and zero at zero; `a` arrives as ``conj(z)``."""
    at_zero = a == 0
    return F.where(at_zero, 0, g * 1j / F.where(at_zero, 1, a))


op("real", returns="REAL_OF", expr="real(a)", vjp=(lambda g: g), gpu="real",
   doc="Real part, as a view; of real numbers, these themselves. On the tape it is a copy.\n"
       "\n>>> np.real([1 + 2j, 3]).tolist()\n[1.0, 3.0]")
op("imag", returns="REAL_OF", expr="imag(a)", vjp=(lambda g: g * 1j), gpu="imag",
   doc="Imaginary part, as a view; of real numbers, zeros. On the tape it is a copy.\n"
       "\n>>> np.imag([1 + 2j, 3]).tolist()\n[2.0, 0.0]")
op("conj", accepts="NUMERIC", expr="conj(a)", vjp=(lambda g: F.conj(g)), gpu="conj",
   doc="Complex conjugate; of a real number, the number.\n\n>>> np.conj([1 + 2j]).tolist()\n[(1-2j)]")
op("angle", accepts="FLOATING", returns="REAL_OF", expr="angle(a)", vjp=angle_gradient, gpu="angle",
   doc="Argument in radians, in [-pi, pi]; of a real number, 0 or pi.\n\n"
       ">>> np.angle([1.0, 1 + 0j]).tolist()\n[0.0, 0.0]")
