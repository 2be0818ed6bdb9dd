"""How the elements of a tensor lie in memory, and the elements in a line."""

from mltensor._core.create import asarray
from mltensor._core.interop import set_writeable
from mltensor._core.ranges import arange
from mltensor._functions import coordinates
from mltensor._ops.record import F

from .arguments import as_dtype, repeated

__all__ = ["Flags", "flatiter", "is_fortran"]


def is_fortran(a):
    """Whether every column lies in one piece and the columns follow one another."""
    expected = a.itemsize
    for length, stride in zip(a.shape, a.strides, strict=True):
        if length == 0:
            return True
        if length > 1 and stride != expected:
            return False
        expected *= length
    return True


SHORT = {"C": "c_contiguous", "CONTIGUOUS": "c_contiguous", "F": "f_contiguous", "FORTRAN": "f_contiguous",
         "O": "owndata", "W": "writeable", "A": "aligned", "X": "writebackifcopy", "B": "behaved", "CA": "carray",
         "FA": "farray"}


class Flags:
    """What `Tensor.flags` is: facts about the memory, as attributes or by name, ``flags["C_CONTIGUOUS"]``."""

    aligned = True
    writebackifcopy = False

    def __init__(self, tensor):
        self.__dict__["tensor"] = tensor
        self.c_contiguous = self.contiguous = bool(tensor.contiguous_)
        self.f_contiguous = self.fortran = is_fortran(tensor)
        self.owndata = tensor.base is None
        self.__dict__["writeable"] = self.behaved = bool(tensor.writeable)
        self.fnc = self.f_contiguous and not self.c_contiguous
        self.forc = self.f_contiguous or self.c_contiguous
        self.carray, self.farray = self.behaved and self.c_contiguous, self.behaved and self.fnc

    def __setattr__(self, name, value):
        if name == "writeable":
            set_writeable(self.tensor, bool(value))
        self.__dict__[name] = value

    def __getitem__(self, name):
        attribute = SHORT.get(name, str(name).lower())
        if attribute not in dir(self):
            raise KeyError(f"there is no flag {name!r}")
        return getattr(self, attribute)

    def __setitem__(self, name, value):
        if SHORT.get(name, str(name).lower()) != "writeable":
            raise ValueError(f"the flag {name!r} says what is so and cannot be set")
        self.writeable = value

    def __repr__(self):
        names = ("c_contiguous", "f_contiguous", "owndata", "writeable", "aligned", "writebackifcopy")
        return "\n".join(f"  {name.upper()} : {getattr(self, name)}" for name in names)


class flatiter:  # noqa: N801  NumPy's name
    """What `Tensor.flat` is: the elements in C order, to be read, written and looped over.

    Examples
    --------
    >>> a = np.zeros((2, 2))
    >>> a.flat[::3] = 1
    >>> a.tolist(), a.flat[3].item()
    ([[1.0, 0.0], [0.0, 1.0]], 1.0)
    """

    def __init__(self, tensor):
        self.base, self.index = tensor, 0

    @property
    def coords(self):
        """The index of the next element."""
        found, position = [], self.index
        for length in reversed(self.base.shape):
            position, place = divmod(position, length)
            found.append(place)
        return tuple(reversed(found))

    def __len__(self):
        return self.base.size

    def __iter__(self):
        return self

    def __next__(self):
        if self.index >= self.base.size:
            raise StopIteration
        value = self.base[self.coords]
        self.index += 1
        return value

    def __getitem__(self, key):
        # A copy, also of a slice, as in NumPy.
        return F.copy(F.reshape(self.base, (-1,))[key])

    def __setitem__(self, key, value):
        base = self.base
        places = arange(base.size, device=base.device)[key]
        value = asarray(value, device=base.device)
        if not places.size or not value.size:
            return
        value = as_dtype(repeated(value, places.size), base.dtype)
        base[coordinates(F.reshape(places, (-1,)), base.shape)] = value if places.ndim else value[0]

    def __array__(self, dtype=None, copy=None):
        return F.reshape(self.base.detach(), (-1,)).copy().__array__(dtype)

    def copy(self):
        """The elements as a new tensor of one dimension."""
        return F.copy(F.reshape(self.base, (-1,)))
