"""Creation functions with PyTorch's signatures: float32 unless told otherwise, sizes one by one or as a tuple."""

import numpy

from mltensor import _creation
from mltensor import from_dlpack as base_from_dlpack
from mltensor._core import create, ranges
from mltensor._core.dtypes import dtype_object
from mltensor._core.tensor import as_class
from mltensor._value_methods import lengths
from mltensor.random import Generator, default_generator

from .tensor import BaseTensor, Tensor, as_torch, get_default_dtype

__all__ = ["arange", "as_tensor", "asarray", "bernoulli", "empty", "empty_like", "eye", "from_dlpack", "from_numpy",
           "full", "full_like", "linspace", "logspace", "multinomial", "normal", "ones", "ones_like", "rand",
           "rand_like", "randint", "randint_like", "randn", "randn_like", "randperm", "range", "scalar_tensor",
           "tensor", "zeros", "zeros_like"]


def finished(value, requires_grad=False):
    """A new tensor of our class, a leaf of the tape where that was asked for."""
    result = as_class(value, Tensor)
    return result.requires_grad_() if requires_grad else result


def floating(dtype):
    """The dtype asked for, or the default one."""
    return get_default_dtype() if dtype is None else dtype_object(dtype)


# --- values -----------------------------------------------------------------------------------------

def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new leaf with its own memory from numbers, lists, arrays or tensors.

    Parameters
    ----------
    data : array_like
    dtype : dtype, optional
        By default what `data` says; Python floats become float32.
    device : device, optional
    requires_grad : bool, optional
    pin_memory : bool, optional
        Accepted for PyTorch's sake.
    """
    if isinstance(data, BaseTensor):
        data = data.detach()
    made = create.from_data(data, dtype, device, True, get_default_dtype())
    return finished(made.detach() if made.requires_grad else made, requires_grad)


def as_tensor(data, dtype=None, device=None):
    """A tensor of `data`, sharing its memory (and its place on the tape) where possible."""
    return as_torch(create.from_data(data, dtype, device, None, get_default_dtype()))


def asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False):
    """A tensor of `obj`; `copy` True always copies, False never."""
    made = as_torch(create.from_data(obj, dtype, device, copy, get_default_dtype()))
    return made.requires_grad_() if requires_grad else made


def from_numpy(ndarray):
    """A tensor that shares the memory of a NumPy array."""
    return finished(_creation.from_numpy(ndarray))


def from_dlpack(ext_tensor, *, device=None, copy=None):
    """A tensor over the memory of an object that speaks DLPack."""
    return finished(base_from_dlpack(ext_tensor, device=device, copy=copy))


def scalar_tensor(s, *, dtype=None, device=None, requires_grad=False):
    """A 0-d tensor of a number."""
    return finished(create.full((), s, floating(dtype), device=device), requires_grad)


# --- constants --------------------------------------------------------------------------------------

def constant(make, doc):
    """zeros, ones and empty."""

    def function(*size, dtype=None, device=None, requires_grad=False, out=None, layout=None, pin_memory=False,
                 **named):
        if named:
            size = (named.pop("size"),) if set(named) == {"size"} else size
            if named:
                raise TypeError(f"{make.__name__} got unexpected arguments {sorted(named)}")
        made = make(lengths(size) if size else (), dtype=floating(dtype), device=device)
        return out.copy_(made) if out is not None else finished(made, requires_grad)

    function.__name__ = function.__qualname__ = make.__name__
    function.__doc__ = doc
    return function


zeros = constant(create.zeros, "Zeros of a shape, given as a tuple or number by number.")
ones = constant(create.ones, "Ones of a shape, given as a tuple or number by number.")
empty = constant(create.empty, "A tensor of a shape whose elements are not set.")


def full(size, fill_value, *, dtype=None, device=None, requires_grad=False):
    """One value in a shape; of a Python float, the default dtype."""
    if dtype is None and isinstance(fill_value, float):
        dtype = get_default_dtype()
    return finished(create.full(size, fill_value, dtype, device=device), requires_grad)


def alike(make):
    """zeros_like, ones_like and empty_like."""

    def function(input, *, dtype=None, device=None, requires_grad=False, memory_format=None, layout=None):
        return finished(make(input, dtype, device=device), requires_grad)

    function.__name__ = function.__qualname__ = make.__name__
    function.__doc__ = make.__doc__
    return function


zeros_like, ones_like, empty_like = map(alike, (create.zeros_like, create.ones_like, create.empty_like))


def full_like(input, fill_value, *, dtype=None, device=None, requires_grad=False, memory_format=None):
    """One value in the shape, dtype and device of another tensor."""
    return finished(create.full_like(input, fill_value, dtype, device=device), requires_grad)


def eye(n, m=None, *, dtype=None, device=None, requires_grad=False):
    """Matrix with ones on the diagonal."""
    return finished(create.eye(n, m, dtype=floating(dtype), device=device), requires_grad)


# --- ranges -----------------------------------------------------------------------------------------

def arange(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Numbers from `start` up to, not including, `end`; integers unless a bound or the step is a float."""
    if end is None:
        start, end = 0, start
    if dtype is None and any(isinstance(one, float) for one in (start, end, step)):
        dtype = get_default_dtype()
    return finished(ranges.arange(start, end, step, dtype, device=device), requires_grad)


def range(start=0, end=None, step=1, *, dtype=None, device=None, requires_grad=False):
    """Numbers from `start` to `end`, both included."""
    if end is None:
        start, end = 0, start
    count = numpy.floor((end - start) / step) + 1
    numbers = start + numpy.arange(max(0, int(count))) * step
    return finished(create.array(numbers, floating(dtype), device=device), requires_grad)


def linspace(start, end, steps, *, dtype=None, device=None, requires_grad=False):
    """`steps` evenly spaced numbers from `start` to `end`, both included."""
    return finished(_creation.linspace(start, end, steps, dtype=floating(dtype), device=device), requires_grad)


def logspace(start, end, steps, base=10.0, *, dtype=None, device=None, requires_grad=False):
    """`steps` powers of `base` whose exponents are evenly spaced."""
    return finished(_creation.logspace(start, end, steps, base=base, dtype=floating(dtype), device=device),
                    requires_grad)


# --- random numbers -----------------------------------------------------------------------------------

def numpy_generator(generator):
    """NumPy's generator behind the one given, or behind the one that ``manual_seed`` seeds."""
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError(f"generator must be a torch.Generator, not {type(generator).__name__}")
    return (generator or default_generator()).numpy()


def drawn(numbers, dtype, device, requires_grad):
    """Numbers of NumPy's generator as a new tensor."""
    return finished(create.from_data(numpy.asarray(numbers), dtype, device), requires_grad)


def real_draw(method, doc):
    """rand and randn."""

    def function(*size, generator=None, dtype=None, device=None, requires_grad=False, pin_memory=False, layout=None,
                 **named):
        if named:
            if set(named) != {"size"}:
                raise TypeError(f"got unexpected arguments {sorted(set(named) - {'size'})}")
            size = (named["size"],)
        dtype = floating(dtype)
        numbers = getattr(numpy_generator(generator), method)(
            lengths(size) if size else (), dtype=numpy.float32 if dtype == numpy.float32 else numpy.float64)
        return drawn(numbers, dtype, device, requires_grad)

    function.__doc__ = doc
    return function


rand = real_draw("random", "Numbers drawn evenly from [0, 1).")
randn = real_draw("standard_normal", "Numbers of the standard normal distribution.")
rand.__name__, randn.__name__ = "rand", "randn"


def randint(low, high=None, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Integers from `low` (0 when one bound is given) up to, not including, `high`."""
    if size is None:
        low, high, size = 0, low, high
    numbers = numpy_generator(generator).integers(low, high, tuple(size), dtype=numpy.int64)
    return drawn(numbers, numpy.int64 if dtype is None else dtype, device, requires_grad)


def randperm(n, *, generator=None, dtype=None, device=None, requires_grad=False):
    """The integers below n in an order drawn by lot."""
    return drawn(numpy_generator(generator).permutation(n), numpy.int64 if dtype is None else dtype, device,
                 requires_grad)


def rand_like(input, *, dtype=None, device=None, requires_grad=False, generator=None):
    """Numbers drawn evenly from [0, 1), in the shape of another tensor."""
    return rand(tuple(input.shape), generator=generator, dtype=dtype or input.dtype, device=device or input.device,
                requires_grad=requires_grad)


def randn_like(input, *, dtype=None, device=None, requires_grad=False, generator=None):
    """Numbers of the standard normal distribution in the shape of another tensor."""
    return randn(tuple(input.shape), generator=generator, dtype=dtype or input.dtype, device=device or input.device,
                 requires_grad=requires_grad)


def randint_like(input, low, high=None, *, dtype=None, device=None, generator=None):
    """Integers in the shape and dtype of another tensor."""
    low, high = (0, low) if high is None else (low, high)
    return randint(low, high, tuple(input.shape), generator=generator, dtype=dtype or input.dtype,
                   device=device or input.device)


def as_numbers(value):
    """A parameter of a distribution as NumPy takes it."""
    return value.detach().numpy() if isinstance(value, BaseTensor) else value


def normal(mean=0.0, std=1.0, size=None, *, generator=None, dtype=None, device=None, requires_grad=False):
    """Numbers of normal distributions; `mean` and `std` may be tensors."""
    mean, std = as_numbers(mean), as_numbers(std)
    shape = numpy.broadcast_shapes(numpy.shape(mean), numpy.shape(std)) if size is None else tuple(size)
    numbers = numpy_generator(generator).standard_normal(shape) * std + mean
    return drawn(numbers, floating(dtype), device, requires_grad)


def bernoulli(input, *, generator=None):
    """Ones with the probabilities in `input`, zeros otherwise."""
    return drawn(numpy_generator(generator).random(tuple(input.shape)) < as_numbers(input), input.dtype, input.device,
                 False)


def multinomial(input, num_samples, replacement=False, *, generator=None):
    """Indices drawn by the weights in a vector, or in each row of a matrix."""
    weights = as_numbers(input).astype(numpy.float64)
    rows = numpy.atleast_2d(weights)
    if (rows < 0).any() or not numpy.isfinite(rows).all() or (rows.sum(1) <= 0).any():
        raise ValueError("multinomial: the weights must be finite, not negative, and not all zero")
    if not replacement and ((rows > 0).sum(1) < num_samples).any():
        raise ValueError(f"multinomial: cannot draw {num_samples} without replacement from fewer weights above zero")
    source = numpy_generator(generator)
    if replacement and num_samples > 1:
        bounds = rows.cumsum(1)
        whole = bounds[:, -1:]
        places = numpy.minimum(source.random((len(rows), num_samples)) * whole, numpy.nextafter(whole, 0))
        indices = numpy.stack([bound.searchsorted(place, "right") for bound, place in zip(bounds, places, strict=True)])
    else:
        # The order in which clocks ring that are as fast as the weights (Efraimidis and Spirakis, 2006).
        times = numpy.divide(source.standard_exponential(rows.shape), rows, out=numpy.full(rows.shape, numpy.inf),
                             where=rows > 0)
        indices = times.argmin(1)[:, None] if num_samples == 1 else times.argsort(1)[:, :num_samples]
    return drawn(indices if weights.ndim == 2 else indices[0], numpy.int64, None, False)
