"""How NumPy's random functions become functions of tensors."""

import functools

import numpy

from mltensor._core.draw import drawing_function, drawing_method
from mltensor._core.tensor import Tensor
from mltensor._numpy_protocols import to_arrays

# Methods of NumPy's generators that draw numbers, old and new.
DISTRIBUTIONS = (
    "beta", "binomial", "chisquare", "choice", "dirichlet", "exponential", "f", "gamma", "geometric", "gumbel",
    "hypergeometric", "laplace", "logistic", "lognormal", "logseries", "multinomial", "multivariate_normal",
    "negative_binomial", "noncentral_chisquare", "noncentral_f", "normal", "pareto", "permutation", "poisson", "power",
    "random", "rayleigh", "standard_cauchy", "standard_exponential", "standard_gamma", "standard_normal", "standard_t",
    "triangular", "uniform", "vonmises", "wald", "weibull", "zipf")
NEW_DISTRIBUTIONS = (*DISTRIBUTIONS, "integers", "multivariate_hypergeometric", "permuted")
OLD_DISTRIBUTIONS = (*DISTRIBUTIONS, "rand", "randn", "randint", "random_integers", "random_sample", "tomaxint")


def into(out, draw, args, kwargs):
    """Draw into a tensor that `out=` named."""
    kwargs.setdefault("size", out.shape)
    if draw.__name__ != "permuted":
        kwargs.setdefault("dtype", out.dtype)
    else:
        kwargs.pop("size")
    out[...] = draw(*args, **kwargs)
    return out


def tensor_draw(name, owner):
    """The method `name` of a NumPy generator class as a method that gives tensors.

    Parameters
    ----------
    name : str
    owner : type
        ``numpy.random.Generator`` or ``numpy.random.RandomState``.
    """
    return functools.wraps(getattr(owner, name))(drawing_method(name, to_arrays, into))


def tensor_function(bound):
    """A function of the ``numpy.random`` module as one that gives tensors."""
    draw = functools.wraps(bound)(drawing_function(bound, to_arrays))
    draw.__module__ = "mltensor.random"
    return draw


def shuffle_in_place(shuffle, x, *args, **kwargs):
    """Shuffle a tensor, an array or a list; a tensor is assigned to, so that the tape sees it."""
    if isinstance(x, Tensor) and x.requires_grad:
        places = numpy.arange(x.size).reshape(x.shape)
        shuffle(places, *args, **kwargs)
        x[...] = x.reshape(-1)[places]
    elif isinstance(x, Tensor):
        values = numpy.array(to_arrays(x))
        shuffle(values, *args, **kwargs)
        x[...] = values
    else:
        shuffle(x, *args, **kwargs)
