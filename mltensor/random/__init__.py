"""Random tensors: NumPy's generators and old functions, with NumPy's streams.

The old functions (`seed`, `rand`, `randn`...) share the state of ``numpy.random``, so that a script's
seed holds for libraries that draw from there too.
"""

import numpy
from numpy.random import (
    MT19937,
    PCG64,
    PCG64DXSM,
    SFC64,
    BitGenerator,
    Philox,
    SeedSequence,
    bytes,
    get_state,
    set_state,
)

from mltensor._numpy_protocols import to_arrays

from ._draws import OLD_DISTRIBUTIONS, shuffle_in_place, tensor_function
from ._generator import Generator, RandomState, default_generator, default_rng, manual_seed

__all__ = [
    "MT19937", "PCG64", "PCG64DXSM", "SFC64", "BitGenerator", "Generator", "Philox", "RandomState", "SeedSequence",
    "bytes", "default_generator", "default_rng", "get_state", "manual_seed", "ranf", "sample", "seed", "set_state",
    "shuffle"]


def seed(seed=None):
    """Begin the stream of the old functions that belongs to a seed, NumPy's own included."""
    numpy.random.seed(to_arrays(seed))


def shuffle(x):
    """Shuffle a tensor, an array or a list in place along its first axis."""
    shuffle_in_place(numpy.random.shuffle, x)


for _name in OLD_DISTRIBUTIONS:
    if hasattr(numpy.random, _name):
        globals()[_name] = tensor_function(getattr(numpy.random, _name))
        __all__.append(_name)
ranf = sample = globals()["random_sample"]
