"""``torch.fft``: PyTorch's names and arguments over ``mltensor.fft``.

Integers become complex numbers of the default dtype, a dimension may be named once only, and -1 in `s` is what the
transform takes by default.
"""

from mltensor import fft as base
from mltensor._ops.record import F
from mltensor.errors import ShapeError

from .arranging import tensor_of
from .tensor import as_torch, get_default_dtype

__all__ = ["fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "hfft2", "hfftn", "ifft", "ifft2", "ifftn",
           "ifftshift", "ihfft", "ihfft2", "ihfftn", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn"]


def floating(value):
    """A torch tensor of floats; integers as the default dtype."""
    input = tensor_of(value)
    return F.cast(input, get_default_dtype()) if input.dtype.kind in "biu" else input


def along_one(name, doc):
    """The transform along one dimension under PyTorch's signature."""
    operation = getattr(base, name)

    def function(input, n=None, dim=-1, norm=None, *, out=None):
        return operation(floating(input), n, dim, norm, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


fft = along_one("fft", "Discrete Fourier transform along a dimension.")
ifft = along_one("ifft", "Inverse of :func:`fft`.")
rfft = along_one("rfft", "The half spectrum of real numbers along a dimension.")
irfft = along_one("irfft", "Inverse of :func:`rfft`: `n` real numbers, by default an even number of them.")
hfft = along_one("hfft", "The real spectrum of a signal with Hermitian symmetry, of which half is given.")
ihfft = along_one("ihfft", "Inverse of :func:`hfft`.")


def several(name, input, s, dim):
    """The lengths and the dimensions of an n-dimensional transform; a length of None is the default."""
    if isinstance(s, int):
        s = (s,)
    if dim is None:
        dim = tuple(range(input.ndim)) if s is None else tuple(range(-len(s), 0))
    elif isinstance(dim, int):
        dim = (dim,)
    if len({axis for one in dim for axis in F.checked_axes(one, input.ndim)}) < len(dim):
        raise ShapeError(f"fft.{name}: dim={tuple(dim)} names a dimension of shape {tuple(input.shape)} twice")
    s = (None,) * len(dim) if s is None else tuple(None if n == -1 else n for n in s)
    if len(s) != len(dim):
        raise ShapeError(f"fft.{name}: s has {len(s)} lengths for the {len(dim)} dimensions of dim={tuple(dim)}")
    return s, tuple(dim)


def complex_transform(operation, name, input, s, dim, norm, out):
    """fftn and ifftn: complex numbers, even where no dimension is transformed."""
    input = floating(input)
    s, dim = several(name, input, s, dim)
    if not dim and input.dtype.kind != "c":
        input = F.cast(input, "complex128" if input.dtype == "float64" else "complex64")
    return operation(input, s, dim, norm, out)


def last_of(name, input, s, dim):
    """As :func:`several`, for a transform that halves one dimension: (length, dimension) of that and of the others."""
    s, dim = several(name, input, s, dim)
    if not dim:
        raise ShapeError(f"fft.{name}: of shape {tuple(input.shape)} no dimension is left to transform with dim=()")
    return (s[-1], dim[-1]), (s[:-1], dim[:-1])


def fftn(input, s=None, dim=None, norm=None, *, out=None):
    """Discrete Fourier transform along several dimensions, all by default."""
    return complex_transform(base.fftn, "fftn", input, s, dim, norm, out)


def ifftn(input, s=None, dim=None, norm=None, *, out=None):
    """Inverse of :func:`fftn`."""
    return complex_transform(base.ifftn, "ifftn", input, s, dim, norm, out)


def rfftn(input, s=None, dim=None, norm=None, *, out=None):
    """The half spectrum of real numbers along several dimensions; the last one is halved."""
    input = floating(input)
    return base.rfftn(input, *several("rfftn", input, s, dim), norm, out)


def irfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Inverse of :func:`rfftn`."""
    input = floating(input)
    return base.irfftn(input, *several("irfftn", input, s, dim), norm, out)


def hfftn(input, s=None, dim=None, norm=None, *, out=None):
    """The real spectrum along several dimensions of a signal with Hermitian symmetry; half of the last one is given."""
    input = floating(input)
    last, others = last_of("hfftn", input, s, dim)
    return base.hfft(base.fftn(input, *others, norm), *last, norm, out)


def ihfftn(input, s=None, dim=None, norm=None, *, out=None):
    """Inverse of :func:`hfftn`."""
    input = floating(input)
    last, others = last_of("ihfftn", input, s, dim)
    return base.ifftn(base.ihfft(input, *last, norm), *others, norm, out)


def in_two(name):
    """A transform along the last two dimensions."""
    function = globals()[name + "n"]

    def two(input, s=None, dim=(-2, -1), norm=None, *, out=None):
        return function(input, s, dim, norm, out=out)

    two.__name__ = two.__qualname__ = name + "2"
    two.__doc__ = f"As :func:`{name}n`, along the last two dimensions."
    return two


fft2, ifft2, rfft2, irfft2, hfft2, ihfft2 = map(in_two, ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"))


def frequencies(function, n, d, out, dtype, device, requires_grad):
    """The bins' frequencies, of the default dtype unless told otherwise."""
    made = as_torch(function(n, d, device, dtype=get_default_dtype() if dtype is None else dtype))
    if out is not None:
        out[...] = made
        return out
    return made.requires_grad_() if requires_grad else made


def fftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the bins of :func:`fft` for samples at a distance of `d`."""
    return frequencies(base.fftfreq, n, d, out, dtype, device, requires_grad)


def rfftfreq(n, d=1.0, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """The frequencies of the bins of :func:`rfft` for samples at a distance of `d`."""
    return frequencies(base.rfftfreq, n, d, out, dtype, device, requires_grad)


def fftshift(input, dim=None):
    """The bin of frequency 0 moved to the middle of each dimension."""
    return base.fftshift(tensor_of(input), dim)


def ifftshift(input, dim=None):
    """Inverse of :func:`fftshift`."""
    return base.ifftshift(tensor_of(input), dim)
