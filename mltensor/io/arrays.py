"""Files of arrays in NumPy's formats, .npy, .npz and text: NumPy reads and writes them, tensors come back.

A file that is replaced is the old one or the new one, never half of it; nothing is ever unpickled.
"""

import collections.abc
import contextlib
import math
import os
import re
import tokenize
import zipfile
import zlib

import numpy

from mltensor._core.create import asarray
from mltensor._core.tensor import Tensor
from mltensor._printing import host_array
from mltensor.errors import DTypeError, StateError, UnsupportedError

from .atomic import replacement

__all__ = ["NpzFile", "fromfile", "fromstring", "genfromtxt", "load", "loadtxt", "save", "savetxt", "savez",
           "savez_compressed"]

# What NumPy's readers raise when they meet bytes that they did not expect.
DAMAGE = (ValueError, TypeError, KeyError, IndexError, OverflowError, SyntaxError, RuntimeError,
          tokenize.TokenError, zipfile.BadZipFile, zlib.error)
PICKLES = ("is made of Python objects; reading them can run any program, so they are not read here: "
           "numpy.load(file, allow_pickle=True) does it, for files of people you trust")


def tensor_of(array):
    """What was read as a tensor; text, dates and structures, which no tensor holds, as they are."""
    if array.dtype.kind not in "biufc":
        return array
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return asarray(array)


def array_of(value):
    """Values to be written as a NumPy array; Python objects are refused."""
    if isinstance(value, Tensor):
        return host_array(value.detach())
    array = numpy.asanyarray(value)
    if array.dtype.hasobject:
        raise DTypeError(f"{type(value).__name__} is made of Python objects, which could only be pickled: save "
                         "tensors, or text as an array of strings; mltensor.io.save takes dictionaries and lists of "
                         "tensors")
    return array


def is_path(file):
    """Whether a file is meant by its name."""
    return isinstance(file, (str, bytes, os.PathLike))


def with_ending(file, ending):
    """The name of a file with an ending, as NumPy adds it."""
    name = os.fsdecode(file)
    return name if name.endswith(ending) else name + ending


# --- .npy and .npz ------------------------------------------------------------------------------------

def save(file, arr, allow_pickle=True):
    """Write one tensor to a file in NumPy's format .npy.

    Parameters
    ----------
    file : str, os.PathLike or file
        A name gets the ending .npy where it has not. A file that exists is replaced at the last moment.
    arr : array_like
    allow_pickle : bool, optional
        Accepted for NumPy's signature: Python objects are refused, pickled or not.
    """
    array = array_of(arr)
    if not is_path(file):
        numpy.save(file, array, allow_pickle=False)
        return
    with replacement(with_ending(file, ".npy")) as temporary, open(temporary, "wb") as target:
        numpy.save(target, array, allow_pickle=False)


def savez(file, *args, allow_pickle=True, **kwds):
    """Write several tensors to one file in NumPy's format .npz.

    Parameters
    ----------
    file : str, os.PathLike or file
        A name gets the ending .npz where it has not. A file that exists is replaced at the last moment.
    *args : array_like
        They are called arr_0, arr_1, ... in the file.
    allow_pickle : bool, optional
        Accepted for NumPy's signature: Python objects are refused, pickled or not.
    **kwds : array_like
        Tensors by the names they have in the file.
    """
    write_several(numpy.savez, file, args, kwds)


def savez_compressed(file, *args, allow_pickle=True, **kwds):
    """`savez`, compressed: smaller and slower."""
    write_several(numpy.savez_compressed, file, args, kwds)


def write_several(function, file, args, kwds):
    """Call one of NumPy's two functions for .npz files."""
    arrays = [array_of(one) for one in args]
    named = {name: array_of(one) for name, one in kwds.items()}
    if not is_path(file):
        function(file, *arrays, allow_pickle=False, **named)
        return
    with replacement(with_ending(file, ".npz")) as temporary, open(temporary, "wb") as target:
        function(target, *arrays, allow_pickle=False, **named)


@contextlib.contextmanager
def sound(file):
    """What NumPy's readers raise for damaged files, as a StateError, which is a ValueError."""
    try:
        yield
    except StateError:
        raise
    except DAMAGE as error:
        pickled = re.search("allow_pickle|Python objects", str(error))
        reason = PICKLES if pickled else f"is not a sound file of arrays: {error}"
        raise StateError(f"{name_of(file)} {reason}") from error


def name_of(file):
    """How a file is called in messages."""
    file = file if is_path(file) else getattr(file, "name", "the file")
    return os.path.basename(os.fsdecode(file)) if is_path(file) else str(file)


def check_length(file, length):
    """Raise where a .npy file of so many bytes says that it holds more, before memory is taken for it."""
    begin = file.tell()
    version = numpy.lib.format.read_magic(file)
    readers = {(1, 0): numpy.lib.format.read_array_header_1_0, (2, 0): numpy.lib.format.read_array_header_2_0}
    # Version 3 is for names of fields that are not Latin.
    if version in readers:
        shape, _, dtype = readers[version](file)
        needed = math.prod(shape) * dtype.itemsize
        there = length - (file.tell() - begin)
        if needed > there and not dtype.hasobject:
            raise StateError(f"{name_of(file)} is cut off: it says that it holds a tensor of shape {shape} and dtype "
                             f"{dtype}, {needed} bytes, and has {there}")
    file.seek(begin)


def length_of(file):
    """The bytes from here to the end of a file."""
    here = file.tell()
    length = file.seek(0, os.SEEK_END) - here
    file.seek(here)
    return length


def load(file, mmap_mode=None, allow_pickle=False, fix_imports=True, encoding="ASCII", *, max_header_size=10000):
    """Read a tensor from a .npy file, or the tensors of a .npz file by their names.

    Parameters
    ----------
    file : str, os.PathLike or file
        One that is open must be able to seek.
    mmap_mode : {None, 'r', 'r+', 'c'}, optional
        Leave the elements of a .npy file on the disk until they are asked for; with 'r' they cannot be written, with
        'r+' they are written to the file.
    allow_pickle, fix_imports, encoding : optional
        Accepted for NumPy's signature: nothing is ever unpickled.
    max_header_size : int, optional
        The longest description of a tensor that is read.

    Returns
    -------
    Tensor or NpzFile
        Text and structures, which tensors do not hold, are given as NumPy's arrays.

    Raises
    ------
    StateError
        If the file is broken or made of Python objects. It is a ValueError.
    """
    if is_path(file):
        with open(file, "rb") as opened:
            magic = opened.read(6)
            opened.seek(0)
            if magic[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
                return NpzFile(file, max_header_size)
            if mmap_mode is None:
                return load_one(opened, magic, max_header_size)
            check_magic(opened, magic)
            with sound(file):
                check_length(opened, length_of(opened))
        with sound(file):
            return tensor_of(numpy.load(file, mmap_mode, allow_pickle=False, max_header_size=max_header_size))
    begin = file.tell()
    magic = file.read(6)
    file.seek(begin)
    if magic[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return NpzFile(file, max_header_size)
    return load_one(file, magic, max_header_size)


def check_magic(file, magic):
    """Raise where a file does not begin as .npy files do."""
    if not magic:
        raise EOFError(f"{name_of(file)}: there is no data left in the file")
    if magic != b"\x93NUMPY":
        raise StateError(f"{name_of(file)} is neither a .npy nor a .npz file; what was pickled {PICKLES}")


def load_one(file, magic, max_header_size):
    """The tensor of an open .npy file."""
    check_magic(file, magic)
    with sound(file):
        check_length(file, length_of(file))
        return tensor_of(numpy.load(file, allow_pickle=False, max_header_size=max_header_size))


class NpzFile(collections.abc.Mapping):
    """The tensors of a .npz file by their names, each read when it is asked for.

    Attributes
    ----------
    files : list of str
        The names.
    f : object
        The tensors as attributes.
    """

    _archive = _opened = None

    def __init__(self, file, max_header_size=10000):
        self._file = file
        # Opened here, so that it is closed here whatever happens.
        self._opened = open(file, "rb") if is_path(file) else None  # noqa: SIM115
        try:
            with sound(file):
                self._archive = numpy.load(self._opened or file, allow_pickle=False, max_header_size=max_header_size)
        except BaseException:
            self.close()
            raise
        self.files = self._archive.files

    @property
    def f(self):
        """The tensors as attributes."""
        return Attributes(self)

    def __getitem__(self, name):
        if self._archive is None:
            raise ValueError(f"{name_of(self._file)} is closed")
        if name not in self:
            raise KeyError(f"{name} is not a tensor of {name_of(self._file)}; its tensors are: {', '.join(self.files)}")
        with sound(self._file):
            archive = self._archive.zip
            member = archive.getinfo(name if name in archive.namelist() else f"{name}.npy")
            if member.filename.endswith(".npy"):
                with archive.open(member) as opened:
                    check_length(opened, member.file_size)
            value = self._archive[name]
        return tensor_of(value) if isinstance(value, numpy.ndarray) else value

    def __contains__(self, name):
        return name in self.files or (isinstance(name, str) and name.removesuffix(".npy") in self.files)

    def __iter__(self):
        return iter(self.files)

    def __len__(self):
        return len(self.files)

    def __repr__(self):
        return f"NpzFile {name_of(self._file)!r} with keys: {', '.join(self.files)}"

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Close the file."""
        if self._archive is not None:
            self._archive.close()
            self._archive = None
        if self._opened is not None:
            self._opened.close()

    def __del__(self):
        self.close()


class Attributes:
    """The tensors of a .npz file as attributes."""

    def __init__(self, file):
        self._file = file

    def __getattr__(self, name):
        try:
            return self._file[name]
        except KeyError as error:
            raise AttributeError(*error.args) from None

    def __dir__(self):
        return self._file.files


# --- text and bare bytes --------------------------------------------------------------------------------

def savetxt(fname, X, fmt="%.18e", delimiter=" ", newline="\n", header="", footer="", comments="# ", encoding=None):
    """Write a vector or a matrix as text, a row per line.

    Parameters
    ----------
    fname : str, os.PathLike or file
        A name that ends in .gz is compressed. A file that exists is replaced at the last moment.
    X : array_like
        One or two dimensions.
    fmt : str or sequence of str, optional
        A format for all numbers, one per column, or one for the line.
    delimiter, newline : str, optional
        Between columns; behind rows.
    header, footer, comments : str, optional
        Text before and behind, and what begins its lines.
    encoding : str, optional
        Of the file.
    """
    array = array_of(X)
    rest = (fmt, delimiter, newline, header, footer, comments, encoding)
    if not is_path(fname):
        numpy.savetxt(fname, array, *rest)
        return
    with replacement(fname) as temporary:
        numpy.savetxt(temporary, array, *rest)


def read_text(results):
    """What a reader of text gave: one array, or one per column."""
    if isinstance(results, (list, tuple)):
        return type(results)(map(read_text, results))
    return tensor_of(results)


def loadtxt(fname, dtype=float, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False,
            ndmin=0, encoding=None, max_rows=None, *, quotechar=None, like=None):
    """Read numbers from text, every line with as many columns.

    Parameters
    ----------
    fname : str, os.PathLike, file or iterable of str
        A name that ends in .gz, .bz2 or .xz is decompressed.
    dtype : dtype, optional
        Text and structures come back as NumPy's arrays, which tensors do not hold.
    comments, delimiter, converters, skiprows, usecols, unpack, ndmin, encoding, max_rows, quotechar : optional
        As in NumPy.

    Returns
    -------
    Tensor
    """
    return read_text(numpy.loadtxt(fname, dtype, comments, delimiter, converters, skiprows, usecols, unpack, ndmin,
                                   encoding, max_rows, quotechar=quotechar))


def genfromtxt(fname, dtype=float, comments="#", delimiter=None, skip_header=0, skip_footer=0, converters=None,
               missing_values=None, filling_values=None, usecols=None, names=None, *, usemask=False, **kwargs):
    """Read numbers from text with gaps, which become NaN or `filling_values`.

    Parameters
    ----------
    fname : str, os.PathLike, file or iterable of str
    dtype : dtype, optional
        With names of columns, text or several dtypes the result is NumPy's array, as tensors do not hold them.
    comments, delimiter, skip_header, skip_footer, converters, missing_values, filling_values, usecols, names : optional
        As in NumPy, and so what else is given by keyword.
    usemask : bool, optional
        Masked arrays are not made.

    Returns
    -------
    Tensor
    """
    if usemask:
        raise UnsupportedError("genfromtxt: there are no masked arrays; without usemask gaps are NaN, which isnan "
                               "finds")
    return read_text(numpy.genfromtxt(
        fname, dtype, comments, delimiter, skip_header, skip_footer, converters, missing_values, filling_values,
        usecols, names, **kwargs))


def write_bare(tensor, file, sep, format):
    """What `Tensor.tofile` does."""
    array = array_of(tensor)
    if not is_path(file):
        array.tofile(file, sep, format)
        return
    with replacement(file) as temporary:
        array.tofile(temporary, sep, format)


def fromfile(file, dtype=float, count=-1, sep="", offset=0, *, like=None):
    """Read bare numbers from a file, as `Tensor.tofile` writes them.

    Parameters
    ----------
    file : str, os.PathLike or file
    dtype : dtype, optional
        Of the numbers.
    count : int, optional
        How many; -1 reads all.
    sep : str, optional
        What stands between numbers that are text; without it they are bytes.
    offset : int, optional
        Bytes from where the file is.

    Returns
    -------
    Tensor of shape (count,)
    """
    return tensor_of(numpy.fromfile(file, dtype, count, sep, offset))


def fromstring(string, dtype=float, count=-1, *, sep, like=None):
    """Read numbers from text.

    Parameters
    ----------
    string : str
    dtype : dtype, optional
    count : int, optional
        How many; -1 reads all.
    sep : str
        What stands between the numbers. Bytes are read by :func:`frombuffer`.

    Returns
    -------
    Tensor of shape (count,)

    Examples
    --------
    >>> np.fromstring("1 2 3", sep=" ").tolist()
    [1.0, 2.0, 3.0]
    """
    return tensor_of(numpy.fromstring(string, dtype, count, sep=sep))
