"""The PyTorch face: ``import mltensor.torch as torch`` runs small PyTorch programs.

The tensors are mltensor's own, with PyTorch's meaning of the names on which it and NumPy disagree
(``differences.DIFFERENCES`` lists them all), float32 by default, and layers from ``mltensor.nn``.
Every operation that is not defined here comes from ``mltensor``.
"""

import numpy

from mltensor import (
    __version__,
    can_cast,
    enable_grad,
    finfo,
    get_num_threads,
    iinfo,
    inference_mode,
    is_grad_enabled,
    no_grad,
    promote_types,
    result_type,
    set_grad_enabled,
    set_num_threads,
    set_printoptions,
)
from mltensor.io import load as base_load
from mltensor.io import save as base_save
from mltensor.random import Generator, default_generator, manual_seed

from . import autograd, backends, creation, cuda, differences, fft, functions, linalg, nn, optim, statistics, utils
from .creation import *  # noqa: F403
from .size import Size
from .tensor import TYPED, Tensor, as_torch, get_default_dtype

# The dtypes are numpy.dtype objects, as `x.dtype` is.
dtype = numpy.dtype
float16, float32, float64 = (numpy.dtype(name) for name in ("float16", "float32", "float64"))
int8, int16, int32, int64 = (numpy.dtype(name) for name in ("int8", "int16", "int32", "int64"))
uint8, uint16, uint32, uint64 = (numpy.dtype(name) for name in ("uint8", "uint16", "uint32", "uint64"))
complex64, complex128, bool = (numpy.dtype(name) for name in ("complex64", "complex128", "bool"))
half, float, double, short, int, long = float16, float32, float64, int16, int32, int64
cfloat, cdouble = complex64, complex128

inf, nan, pi, e, newaxis = numpy.inf, numpy.nan, numpy.pi, numpy.e, None

# What PyTorch's layouts and memory formats are called; tensors are strided.
strided, contiguous_format, preserve_format = "torch.strided", "torch.contiguous_format", "torch.preserve_format"

# Under which what is no dictionary is saved.
WHOLE = "mltensor.object"

initial_seed, seed = default_generator().initial_seed, default_generator().seed

globals().update(TYPED)
globals().update(functions.DIRECT)
globals().update(linalg.TOP_LEVEL)
globals().update(statistics.FUNCTIONS)
globals().update(differences.FUNCTIONS)


def save(obj, f):
    """Write a state dict, or another tree of dictionaries, lists, tensors and numbers, as a safetensors file.

    Parameters
    ----------
    obj : dict, Tensor or list
    f : str or path
    """
    base_save(obj if isinstance(obj, dict) else {WHOLE: obj}, f)


def load(f, map_location=None, *, weights_only=True):
    """What :func:`save` wrote, as torch tensors.

    Parameters
    ----------
    f : str or path
    map_location : device, optional
        Where the tensors shall be.
    weights_only : bool, optional
        Accepted; files hold numbers and structure, never code.
    """
    loaded = as_torch(base_load(f, map_location=map_location))
    return loaded[WHOLE] if set(loaded) == {WHOLE} else loaded


def __getattr__(name):
    found = functions.find(name)
    globals()[name] = found
    return found
