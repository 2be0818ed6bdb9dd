"""Fourier transforms: the names of numpy.fft, in the package mltensor.fft.

With ``w = exp(-2 pi i / n)`` the transform of n numbers is ``y[k] = s sum_j x[j] w**(j k)``, where `norm` chooses s.
The matrix of the w is symmetric, so the gradient of a transform is the transform in the other direction with the same
s, which is what exchanging 'backward' and 'forward' gives.
"""

from .record import F, family

op = family("fourier")

OTHER_NORM = {"backward": "forward", "forward": "backward", "ortho": "ortho", None: "forward"}


def other_norm(norm):
    """The norm with which the transform in the other direction has the same factor."""
    if norm not in OTHER_NORM:
        raise ValueError(f"fft: norm must be 'backward', 'ortho' or 'forward', not {norm!r}")
    return OTHER_NORM[norm]


# --- one axis -----------------------------------------------------------------------------

def fitted(g, shape, axis):
    """The gradient of cutting an axis or filling it up with zeros: zeros again, or cut."""
    (axis,) = F.checked_axes(axis, len(shape))
    missing = shape[axis] - g.shape[axis]
    if missing > 0:
        widths = tuple((0, missing if k == axis else 0) for k in range(len(shape)))
        return F.pad_constant(g, widths, ((0, 0),) * len(shape))
    return g[(*(slice(None),) * axis, slice(shape[axis]))] if missing else g


def weighted(g, axis, points, weight):
    """A half spectrum in which the bins that stand for two, themselves and their mirror image, are weighted."""
    (axis,) = F.checked_axes(axis, g.ndim)
    weights = F.ones((g.shape[axis],) + (1,) * (g.ndim - 1 - axis),
                     dtype="float32" if g.dtype == "complex64" else "float64", device=g.device)
    weights[1:(points + 1) // 2] = weight
    return g * weights


def rfft_gradient(g, x_shape, n, axis, norm):
    """Every bin counts once here, but twice in irfft, which adds its mirror image."""
    points = x_shape[axis] if n is None else n
    return fitted(F.fft.irfft(weighted(g, axis, points, 0.5), points, axis, other_norm(norm)), x_shape, axis)


def irfft_gradient(g, x_shape, axis, norm):
    """The bins that irfft adds a mirror image to count twice."""
    return fitted(weighted(F.fft.rfft(g, None, axis, other_norm(norm)), axis, g.shape[axis], 2.0), x_shape, axis)


ONE_AXIS = "x: Tensor, /, n=None, axis=-1, norm='backward', out=None"
LENGTH = ("\n\n`n` cuts the axis or fills it up with zeros first; `norm` says which direction is divided by the\n"
          "number of points: 'backward' (the inverse), 'forward', or 'ortho' (both, by its square root).")

op("fft.fft", kernel="fft", signature=ONE_AXIS, returns="COMPLEX_OF", gpu="fft",
   vjp=lambda g, x_shape, axis, norm: fitted(F.fft.ifft(g, None, axis, other_norm(norm)), x_shape, axis),
   doc=f"Discrete Fourier transform along an axis.{LENGTH}\n\n"
       ">>> np.fft.fft([1.0, 0.0, 0.0, 0.0]).tolist()\n[(1+0j), (1+0j), (1+0j), (1+0j)]")
op("fft.ifft", kernel="ifft", signature=ONE_AXIS, returns="COMPLEX_OF", gpu="ifft",
   vjp=lambda g, x_shape, axis, norm: fitted(F.fft.fft(g, None, axis, other_norm(norm)), x_shape, axis),
   doc=f"Inverse of `fft`.{LENGTH}\n\n"
       ">>> np.fft.ifft([4.0, 0.0, 0.0, 0.0]).tolist()\n[(1+0j), (1+0j), (1+0j), (1+0j)]")
op("fft.rfft", kernel="rfft", signature=ONE_AXIS, accepts="ORDERED", returns="COMPLEX_OF", gpu="rfft",
   vjp=rfft_gradient,
   doc="Discrete Fourier transform of real numbers along an axis: the ``n // 2 + 1`` bins that are not the mirror\n"
       f"image of others.{LENGTH}\n\n"
       ">>> np.fft.rfft([1.0, 0.0, 0.0, 0.0]).tolist()\n[(1+0j), (1+0j), (1+0j)]")
op("fft.irfft", kernel="irfft", signature=ONE_AXIS, returns="REAL_OF", gpu="irfft", vjp=irfft_gradient,
   doc="Inverse of `rfft`: n real numbers, by default twice the length of the axis less two. The imaginary part of\n"
       f"the first bin, and of the last one where n is even, is ignored.{LENGTH}\n\n"
       ">>> np.fft.irfft([4.0, 0.0, 0.0]).tolist()\n[1.0, 1.0, 1.0, 1.0]")


def hfft(x, n=None, axis=-1, norm="backward", out=None):
    return F.fft.irfft(F.conj(x), n, axis, other_norm(norm))


def ihfft(x, n=None, axis=-1, norm="backward", out=None):
    return F.conj(F.fft.rfft(x, n, axis, other_norm(norm)))


op("fft.hfft", via=hfft, signature=ONE_AXIS, returns="REAL_OF",
   doc="Transform of half a signal with Hermitian symmetry (the other half is the conjugate mirror image): a real\n"
       "spectrum of n bins, by default twice the length of the axis less two.\n\n"
       ">>> np.fft.hfft([1.0, 0.0, 0.0]).tolist()\n[1.0, 1.0, 1.0, 1.0]")
op("fft.ihfft", via=ihfft, signature=ONE_AXIS, accepts="ORDERED", returns="COMPLEX_OF",
   doc="Inverse of `hfft`: half the signal, ``n // 2 + 1`` numbers, that a real spectrum has.\n\n"
       ">>> np.fft.ihfft([4.0, 0.0, 0.0, 0.0]).tolist()\n[(1-0j), (1-0j), (1-0j)]")


# --- several axes -------------------------------------------------------------------------

def lengths_and_axes(name, x, s, axes, least=0):
    """Pairs (points, axis) from the arguments of an n-dimensional transform.

    As in NumPy, `s` alone means the last axes, -1 in it the whole axis as it is given, None what the transform along
    one axis takes; an axis may come twice.
    Fewer axes than `least` are an error.
    """
    if s is not None:
        s = list(s)
    if axes is None:
        axes = range(x.ndim) if s is None else range(-len(s), 0)
    axes = [F.checked_axes(axis, x.ndim)[0] for axis in axes]
    if s is None:
        s = [x.shape[axis] for axis in axes]
    if len(s) != len(axes):
        raise F.errors.ShapeError(f"{name}: s has {len(s)} lengths for {len(axes)} axes; there must be one for each")
    if len(axes) < least:
        raise F.errors.IndexingError(
            f"{name}: a tensor of shape {x.shape} with axes={tuple(axes)} has no axis to transform")
    return [(x.shape[axis] if n == -1 else n, axis) for n, axis in zip(s, axes, strict=True)]


def fftn(x, s=None, axes=None, norm="backward", out=None):
    for n, axis in reversed(lengths_and_axes("fft.fftn", x, s, axes)):
        x = F.fft.fft(x, n, axis, norm)
    return x


def ifftn(x, s=None, axes=None, norm="backward", out=None):
    for n, axis in reversed(lengths_and_axes("fft.ifftn", x, s, axes)):
        x = F.fft.ifft(x, n, axis, norm)
    return x


def rfftn(x, s=None, axes=None, norm="backward", out=None):
    *others, (n, axis) = lengths_and_axes("fft.rfftn", x, s, axes, least=1)
    x = F.fft.rfft(x, n, axis, norm)
    for n, axis in reversed(others):
        x = F.fft.fft(x, n, axis, norm)
    return x


def irfftn(x, s=None, axes=None, norm="backward", out=None):
    *others, (points, last) = lengths_and_axes("fft.irfftn", x, s, axes, least=1)
    if s is None:
        points = 2 * (points - 1)
    for n, axis in others:
        x = F.fft.ifft(x, n, axis, norm)
    return F.fft.irfft(x, points, last, norm)


SEVERAL_AXES = "x: Tensor, /, s=None, axes=None, norm='backward', out=None"
TWO_AXES = "x: Tensor, /, s=None, axes=(-2, -1), norm='backward', out=None"
LENGTHS = "`s` has a number of points for each of `axes` (all of them by default); -1 stands for the whole axis."

op("fft.fftn", via=fftn, signature=SEVERAL_AXES, returns="COMPLEX_OF",
   doc=f"Discrete Fourier transform along several axes. {LENGTHS}\n\n"
       ">>> np.fft.fftn([[1.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.ifftn", via=ifftn, signature=SEVERAL_AXES, returns="COMPLEX_OF",
   doc=f"Inverse of `fftn`. {LENGTHS}\n\n"
       ">>> np.fft.ifftn([[4.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.rfftn", via=rfftn, signature=SEVERAL_AXES, accepts="ORDERED", returns="COMPLEX_OF",
   doc=f"Transform of real numbers along several axes: `rfft` along the last one, `fft` along the others. {LENGTHS}\n\n"
       ">>> np.fft.rfftn([[1.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.irfftn", via=irfftn, signature=SEVERAL_AXES, returns="REAL_OF",
   doc=f"Inverse of `rfftn`: `ifft` along all axes but the last one, `irfft` along that. {LENGTHS}\n\n"
       ">>> np.fft.irfftn([[4.0, 0.0], [0.0, 0.0]]).tolist()\n[[1.0, 1.0], [1.0, 1.0]]")
op("fft.fft2", via=fftn, signature=TWO_AXES, returns="COMPLEX_OF",
   doc="`fftn` along the last two axes.\n\n"
       ">>> np.fft.fft2([[1.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.ifft2", via=ifftn, signature=TWO_AXES, returns="COMPLEX_OF",
   doc="`ifftn` along the last two axes.\n\n"
       ">>> np.fft.ifft2([[4.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.rfft2", via=rfftn, signature=TWO_AXES, accepts="ORDERED", returns="COMPLEX_OF",
   doc="`rfftn` along the last two axes.\n\n"
       ">>> np.fft.rfft2([[1.0, 0.0], [0.0, 0.0]]).tolist()\n[[(1+0j), (1+0j)], [(1+0j), (1+0j)]]")
op("fft.irfft2", via=irfftn, signature=TWO_AXES, returns="REAL_OF",
   doc="`irfftn` along the last two axes.\n\n"
       ">>> np.fft.irfft2([[4.0, 0.0], [0.0, 0.0]]).tolist()\n[[1.0, 1.0], [1.0, 1.0]]")


# --- order of the bins --------------------------------------------------------------------

def shifted(x, axes, back):
    """Rolled by half the length of each axis."""
    if axes is None:
        axes = range(x.ndim)
    elif not hasattr(axes, "__iter__") or getattr(axes, "ndim", 1) == 0:
        axes = (axes,)
    axes = [F.checked_axes(axis, x.ndim)[0] for axis in axes]
    halves = [x.shape[axis] // 2 for axis in axes]
    return F.roll(x, tuple(-half for half in halves) if back else tuple(halves), tuple(axes))


def fftshift(x, axes=None):
    return shifted(x, axes, False)


def ifftshift(x, axes=None):
    return shifted(x, axes, True)


op("fft.fftshift", via=fftshift, signature="x: Tensor, /, axes=None",
   doc="The bin of frequency 0 moved to the middle of each axis.\n\n"
       ">>> np.fft.fftshift([0, 1, 2, -2, -1]).tolist()\n[-2, -1, 0, 1, 2]")
op("fft.ifftshift", via=ifftshift, signature="x: Tensor, /, axes=None",
   doc="Inverse of `fftshift`; another thing where the length is odd.\n\n"
       ">>> np.fft.ifftshift([-2, -1, 0, 1, 2]).tolist()\n[0, 1, 2, -2, -1]")
