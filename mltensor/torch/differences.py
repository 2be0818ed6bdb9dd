"""THE table of what PyTorch and NumPy disagree on, and which function has PyTorch's meaning.

Everything else is the same in ``mltensor`` and ``mltensor.torch``. The methods of ``torch.Tensor`` and the
functions of the module are made from this table; the documentation and the tests read it too.
"""

from typing import NamedTuple

from mltensor import _creation

from . import arranging
from .tensor import Tensor


class Difference(NamedTuple):
    """One name with two meanings.

    Attributes
    ----------
    name : str
    numpy, torch : str
        What it gives in ``mltensor`` and in ``mltensor.torch``.
    function : callable
        With PyTorch's signature; None for the attributes that the class itself defines.
    method, module : bool
        Whether it is a method of the tensor, a function of the module.
    """

    name: str
    numpy: str
    torch: str
    function: object
    method: bool
    module: bool


def both(name, numpy, torch, function):
    """A name that is a method and a function."""
    return Difference(name, numpy, torch, function, True, True)


def method(name, numpy, torch, function=None):
    """A name that is a method alone."""
    return Difference(name, numpy, torch, function, True, False)


def function(name, numpy, torch, implementation):
    """A name that is a function alone."""
    return Difference(name, numpy, torch, implementation, False, True)


def meshgrid(*tensors, indexing="ij"):
    """Coordinates of a grid as views; matrix order ('ij') unless told otherwise."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    return _creation.meshgrid(*map(arranging.tensor_of, tensors), indexing=indexing, copy=False)


DIFFERENCES = (
    method("size", "number of elements", "the shape, when called"),
    method("shape", "tuple", "tuple with numel()"),
    method("data", "buffer", "the tensor off the tape; can be assigned"),
    both("max", "array", "(values, indices) along a dimension; elementwise of two tensors", arranging.max),
    both("min", "array", "(values, indices) along a dimension; elementwise of two tensors", arranging.min),
    both("sort", "sorted copy; the method sorts in place", "(values, indices)", arranging.sort),
    both("argsort", "a 0-d tensor gives shape (1,)", "a 0-d tensor gives shape ()", arranging.argsort),
    both("median", "mean of the two middle elements", "the lower one; (values, indices) along a dimension",
         arranging.median),
    both("std", "n in the denominator", "n - 1 in the denominator", arranging.std),
    both("var", "n in the denominator", "n - 1 in the denominator", arranging.var),
    both("nonzero", "tuple of tensors", "matrix with a row per element", arranging.nonzero),
    both("split", "so many parts; cut points", "parts of that length; lengths", arranging.split),
    method("repeat", "every element repeated", "the tensor repeated", arranging.repeat),
    method("view", "dtype or shape", "shape or dtype", arranging.view),
    both("transpose", "all dimensions reversed or permuted", "two dimensions exchanged", arranging.transpose),
    method("resize", "in place", "another shape", arranging.resize),
    both("squeeze", "a dimension that is longer than one is an error", "it stays", arranging.squeeze),
    both("take", "along an axis", "positions in C order", arranging.take),
    method("put", "in place", "a new tensor", arranging.put),
    both("equal", "element by element", "one Python bool", arranging.equal),
    both("unique", "return_index", "sorted, dim", arranging.unique),
    both("cross", "last dimension", "first dimension of length three", arranging.cross),
    both("select", "choice among arrays", "one slice", arranging.select),
    both("topk", "not in NumPy", "(values, indices)", arranging.topk),
    both("mode", "not in NumPy", "(values, indices)", arranging.mode),
    both("histc", "not in NumPy", "counts as floats", arranging.histc),
    function("histogram", "10 bins, integer counts", "100 bins, float counts", arranging.histogram),
    function("searchsorted", "side='right'", "right=True; a row for each row of elements", arranging.searchsorted),
    function("bucketize", "digitize: a bin holds its lower edge", "a bucket holds its upper edge", arranging.bucketize),
    function("meshgrid", "indexing='xy'", "indexing='ij'", meshgrid),
    function("tril_indices", "tuple; (n, k, m)", "tensor of two rows; (row, col, offset)", arranging.tril_indices),
    function("triu_indices", "tuple; (n, k, m)", "tensor of two rows; (row, col, offset)", arranging.triu_indices),
    function("gradient", "an array for one dimension", "a tuple always", arranging.gradient),
    function("atleast_1d", "a list is one array", "a list is several tensors", arranging.lifted(1)),
    function("atleast_2d", "a list is one array", "a list is several tensors", arranging.lifted(2)),
    function("atleast_3d", "a list is one array", "a list is several tensors", arranging.lifted(3)),
    function("std_mean", "not in NumPy", "(std, mean)", arranging.std_mean),
    function("var_mean", "not in NumPy", "(var, mean)", arranging.var_mean),
    function("where", "x and y may be numbers", "the same; alone it gives a tuple of indices", arranging.where),
)

FUNCTIONS = {row.name: row.function for row in DIFFERENCES if row.module}

for _row in DIFFERENCES:
    if _row.method and _row.function is not None:
        setattr(Tensor, _row.name, _row.function)
