"""Generators of random tensors over NumPy's, with the same streams for the same seeds."""

import numpy

from mltensor._numpy_protocols import to_arrays

from ._draws import NEW_DISTRIBUTIONS, OLD_DISTRIBUTIONS, shuffle_in_place, tensor_draw


class Generator:
    """A stream of random numbers with NumPy's methods; what they draw are tensors.

    Parameters
    ----------
    bit_generator : numpy.random.BitGenerator or numpy.random.Generator, optional
        Where the bits come from; by default a PCG64 seeded by the system.

    Notes
    -----
    For the same seed it draws the same numbers as ``numpy.random.Generator``.
    """

    def __init__(self, bit_generator=None):
        self._seed = None
        if isinstance(bit_generator, numpy.random.Generator):
            self._numpy = bit_generator
        elif bit_generator is None:
            self._numpy = numpy.random.default_rng()
        else:
            self._numpy = numpy.random.Generator(bit_generator)

    @property
    def bit_generator(self):
        """NumPy's source of bits behind the stream."""
        return self._numpy.bit_generator

    def numpy(self):
        """The ``numpy.random.Generator`` behind the stream."""
        return self._numpy

    def spawn(self, n_children):
        """Independent generators, for example one for each worker.

        Parameters
        ----------
        n_children : int

        Returns
        -------
        list of Generator
        """
        return [Generator(child) for child in self._numpy.spawn(n_children)]

    def manual_seed(self, seed):
        """Begin the stream that belongs to a seed; returns the generator itself.

        Parameters
        ----------
        seed : int
            Negative ones count from 2**64.
        """
        self._seed = int(seed) % 2**64
        self._numpy = numpy.random.default_rng(self._seed)
        return self

    def seed(self):
        """Begin a stream chosen by the system and return its seed."""
        seed = int(numpy.random.SeedSequence().entropy % 2**63)
        self.manual_seed(seed)
        return seed

    def initial_seed(self):
        """The seed of the stream; one is chosen where the stream began without."""
        return self.seed() if self._seed is None else self._seed

    def get_state(self):
        """The state of the bit generator, as NumPy's dict."""
        return self._numpy.bit_generator.state

    def set_state(self, state):
        """Go on from a state of :meth:`get_state`."""
        self._numpy.bit_generator.state = state

    def bytes(self, length):
        """Random bytes."""
        return self._numpy.bytes(length)

    def shuffle(self, x, axis=0):
        """Shuffle a tensor, an array or a list in place along an axis."""
        shuffle_in_place(self._numpy.shuffle, x, axis=axis)

    def __repr__(self):
        return f"Generator({type(self.bit_generator).__name__})"


class RandomState:
    """NumPy's old generator, whose streams never change; what it draws are tensors.

    Parameters
    ----------
    seed : int, array_like or numpy.random.BitGenerator, optional
    """

    def __init__(self, seed=None):
        self._numpy = numpy.random.RandomState(to_arrays(seed))

    def seed(self, seed=None):
        """Begin the stream that belongs to a seed."""
        self._numpy.seed(to_arrays(seed))

    def get_state(self, legacy=True):
        """The state, as NumPy gives it."""
        return self._numpy.get_state(legacy)

    def set_state(self, state):
        """Go on from a state of :meth:`get_state`."""
        self._numpy.set_state(state)

    def bytes(self, length):
        """Random bytes."""
        return self._numpy.bytes(length)

    def shuffle(self, x):
        """Shuffle a tensor, an array or a list in place along its first axis."""
        shuffle_in_place(self._numpy.shuffle, x)

    def __repr__(self):
        return "RandomState(MT19937)"


for _name in NEW_DISTRIBUTIONS:
    setattr(Generator, _name, tensor_draw(_name, numpy.random.Generator))
for _name in OLD_DISTRIBUTIONS:
    setattr(RandomState, _name, tensor_draw(_name, numpy.random.RandomState))


def default_rng(seed=None):
    """A generator that gives the same numbers as NumPy's ``default_rng`` of the same seed.

    Parameters
    ----------
    seed : int, array_like of int, SeedSequence, BitGenerator or Generator, optional
        By default chosen by the system. A generator is handed through.

    Returns
    -------
    Generator

    Examples
    --------
    >>> np.random.default_rng(0).random(2)
    tensor([0.6370, 0.2698])
    """
    if isinstance(seed, Generator):
        return seed
    generator = Generator(numpy.random.default_rng(to_arrays(seed)))
    generator._seed = seed if isinstance(seed, int) else None
    return generator


_default = Generator()


def default_generator():
    """The generator that layers, dropout and ``mltensor.torch`` draw from."""
    return _default


def manual_seed(seed):
    """Seed the generator that layers, dropout and ``mltensor.torch`` draw from; returns it."""
    return _default.manual_seed(seed)
