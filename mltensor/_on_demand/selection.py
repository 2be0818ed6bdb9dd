"""Values chosen by conditions and numbers, written where a mask or positions say, and functions applied along axes."""

import itertools

import numpy

from mltensor._core.create import asarray
from mltensor._core.ranges import arange
from mltensor._core.tensor import Tensor
from mltensor._dtypes import can_cast, result_type
from mltensor._functions import broadcast_arrays, broadcast_shapes
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError

from .arguments import as_dtype, beyond, in_bounds, one_axis, place_of, repeated, tensors

__all__ = ["apply_along_axis", "apply_over_axes", "choose", "copyto", "fill_diagonal", "piecewise", "place", "put",
           "putmask", "select"]

# Python's numbers follow the dtype of the tensors beside them.
WEAK = (bool, int, float, complex)


# --- chosen -------------------------------------------------------------------------------------

def select(condlist, choicelist, default=0):
    """For every element the choice whose condition holds first.

    Parameters
    ----------
    condlist : sequence of array_like of bool
    choicelist : sequence of array_like
        As many; they broadcast against the conditions.
    default : array_like, optional
        Where no condition holds.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> x = np.arange(5)
    >>> np.select([x < 2, x > 3], [x, x * 10], -1).tolist()
    [0, 1, -1, -1, 40]
    """
    if len(condlist) != len(choicelist):
        raise ShapeError(f"select: {len(condlist)} conditions and {len(choicelist)} choices; there must be as many")
    if not len(condlist):
        raise ShapeError("select: an empty list of conditions selects nothing")
    choices = [*choicelist, default]
    device = place_of([*condlist, *choices])
    dtype = result_type(*(one if type(one) in WEAK else asarray(one) for one in choices))
    conditions = [asarray(one, device=device) for one in condlist]
    for k, one in enumerate(conditions):
        if one.dtype.kind != "b":
            raise DTypeError(f"select: condition {k} must be of bool, not {one.dtype}")
    choices = [as_dtype(asarray(one, device=device), dtype) for one in choices]
    shape = broadcast_shapes(*(one.shape for one in (*conditions, *choices)))
    result = F.copy(F.broadcast_to(choices[-1], shape))
    for condition, choice in zip(reversed(conditions), reversed(choices[:-1]), strict=True):
        result = F.where(condition, choice, result)
    return result


def choose(a, choices, out=None, mode="raise"):
    """For every element the value that the choice of its number has there.

    Parameters
    ----------
    a : array_like of int
        Numbers of choices.
    choices : sequence of array_like
        They broadcast against each other and `a`. Of one tensor the slices along its first axis are meant.
    out : Tensor, optional
        Where the result is written.
    mode : {'raise', 'wrap', 'clip'}, optional
        What happens with numbers that no choice has.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.choose([1, 0, 1], [[1, 2, 3], [10, 20, 30]]).tolist()
    [10, 2, 30]
    """
    device = place_of([a, *choices] if not isinstance(choices, Tensor) else [a, choices])
    numbers = asarray(a, device=device)
    if not can_cast(numbers.dtype, "int64"):
        raise DTypeError(f"choose: the numbers of choices are integers that int64 holds, not {numbers.dtype}")
    if not len(choices):
        raise ShapeError("choose: there are no choices")
    dtype = result_type(*(one if type(one) in WEAK else asarray(one) for one in choices))
    options = [as_dtype(asarray(one, device=device), dtype) for one in choices]
    numbers = in_bounds("choose", as_dtype(numbers, "int64"), len(options), mode)
    wrong = beyond(numbers, len(options))
    if wrong is not None:
        raise ShapeError(f"choose: there is no choice {wrong} among {len(options)}; see mode=")
    numbers, *options = broadcast_arrays(numbers, *options)
    result = F.take_along_axis(F.stack(options), numbers[None], axis=0)[0]
    if out is None:
        return result
    copyto(out, result, casting="unsafe")
    return out


def piecewise(x, condlist, funclist, *args, **kw):
    """A function in pieces: where a condition holds, the function that belongs to it.

    Parameters
    ----------
    x : array_like
    condlist : sequence of array_like of bool, or one of them
        Of the shape of `x`; the last that holds counts.
    funclist : sequence of callable or number
        One for every condition; one more is for where none holds, otherwise 0.
    *args, **kw
        Handed on to the functions.

    Returns
    -------
    Tensor
        Of the shape and the dtype of `x`.

    Examples
    --------
    >>> x = np.array([-2.0, 3.0])
    >>> np.piecewise(x, [x < 0, x >= 0], [lambda x: -x, lambda x: x * 10]).tolist()
    [2.0, 30.0]
    """
    x = asarray(x)
    single = isinstance(condlist, (bool, int, numpy.generic)) or getattr(condlist, "ndim", None) == 0
    if single or (x.ndim and getattr(condlist[0], "ndim", 0) == 0 and not isinstance(condlist[0], (list, tuple))):
        condlist = [condlist]
    conditions = [as_dtype(asarray(one, device=x.device), "bool") for one in condlist]
    if len(funclist) == len(conditions) + 1:
        found = conditions[0]
        for one in conditions[1:]:
            found = F.logical_or(found, one)
        conditions.append(F.logical_not(found))
    elif len(funclist) != len(conditions):
        raise ShapeError(f"piecewise: with {len(conditions)} conditions, either {len(conditions)} or "
                         f"{len(conditions) + 1} functions are expected, not {len(funclist)}")
    result = F.zeros(x.shape, dtype=x.dtype, device=x.device)
    for condition, function in zip(conditions, funclist, strict=True):
        if not callable(function):
            result[condition] = function
            continue
        values = x[condition]
        if values.size:
            result[condition] = function(values, *args, **kw)
    return result


# --- written in place -----------------------------------------------------------------------------

def writable(name, a):
    """The tensor that is written to, also over NumPy's memory; what is copied would take the values and lose them."""
    if isinstance(a, numpy.ndarray):
        return asarray(a, copy=False)
    if not isinstance(a, Tensor):
        raise TypeError(f"{name} writes into a tensor, which {type(a).__name__} is not")
    return a


def put(a, ind, v, mode="raise"):
    """Set the elements at positions in C order, in place.

    Parameters
    ----------
    a : Tensor
    ind : array_like of int
    v : array_like
        Repeated when there are fewer of them.
    mode : {'raise', 'wrap', 'clip'}, optional
        What happens with positions out of bounds.

    Examples
    --------
    >>> a = np.zeros(3)
    >>> np.put(a, [0, 2], 7)
    >>> a.tolist()
    [7.0, 0.0, 7.0]
    """
    writable("put", a).put(ind, v, mode)


def place(arr, mask, vals):
    """Set the elements where a mask holds to values in their order, in place.

    Parameters
    ----------
    arr : Tensor
    mask : array_like
        As many elements as `arr`.
    vals : array_like
        The first goes to where the mask first holds, and so on, again from the first when there are too few.
    """
    arr = writable("place", arr)
    mask = mask_of("place", arr, mask)
    count = F.count_nonzero(mask).item()
    vals = held("place", vals, arr)
    if not count:
        return
    if not vals.size:
        raise ShapeError("place: there are no values to insert")
    arr[mask] = as_dtype(repeated(vals, count), arr.dtype)


def putmask(a, mask, values):
    """Set the elements where a mask holds to the values at the same positions, in place.

    Parameters
    ----------
    a : Tensor
    mask : array_like
        As many elements as `a`.
    values : array_like
        Repeated to the number of elements of `a`; one where the mask does not hold is not used.
    """
    a = writable("putmask", a)
    mask = mask_of("putmask", a, mask)
    values = held("putmask", values, a)
    if values.size:
        a[mask] = as_dtype(F.reshape(repeated(values, a.size), a.shape)[mask], a.dtype)


def held(name, values, a):
    """Values as a tensor; a tensor or array that is given must be of a dtype that fits without loss, as in NumPy."""
    given = asarray(values, device=a.device)
    if isinstance(values, (Tensor, numpy.ndarray)) and not can_cast(given.dtype, a.dtype):
        raise DTypeError(f"{name}: values of {given.dtype} do not all fit {a.dtype}; cast them with .astype()")
    return given


def mask_of(name, a, mask):
    """A mask in the shape of the tensor it is for."""
    mask = asarray(mask, device=a.device)
    if mask.size != a.size:
        raise ShapeError(f"{name}: the mask of shape {mask.shape} must have as many elements as the tensor of shape "
                         f"{a.shape}")
    return F.reshape(as_dtype(mask, "bool"), a.shape)


def copyto(dst, src, casting="same_kind", where=True):
    """Write values into a tensor, broadcast to its shape.

    Parameters
    ----------
    dst : Tensor
    src : array_like
    casting : {'no', 'equiv', 'safe', 'same_kind', 'unsafe'}, optional
        Which conversions are allowed.
    where : array_like of bool, optional
        Where to write; everywhere by default.

    Raises
    ------
    DTypeError
        When `casting` does not allow the conversion.
    """
    dst = writable("copyto", dst)
    given = asarray(src, device=dst.device)
    # A Python number fits every dtype of its kind.
    own = numpy.result_type(dst.dtype, src) if type(src) in WEAK else given.dtype
    if not can_cast(own, dst.dtype, casting):
        raise DTypeError(f"copyto: casting={casting!r} does not turn {given.dtype} into {dst.dtype}")
    if type(src) is int and casting != "unsafe":
        given = asarray(src, dtype=dst.dtype, device=dst.device)
    if where is True:
        dst[...] = given
        return
    where = asarray(where, device=dst.device)
    where = F.broadcast_to(as_dtype(where, "bool"), dst.shape)
    dst[where] = as_dtype(F.broadcast_to(given, dst.shape)[where], dst.dtype)


def fill_diagonal(a, val, wrap=False):
    """Set the main diagonal of a tensor of at least two dimensions, in place.

    Parameters
    ----------
    a : Tensor
        With more than two dimensions all lengths are equal.
    val : array_like
        One value for all, or several, again from the first when there are too few.
    wrap : bool, optional
        Whether the diagonal of a tall matrix begins anew below the square.

    Examples
    --------
    >>> a = np.zeros((2, 2))
    >>> np.fill_diagonal(a, 5)
    >>> a.tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    a = writable("fill_diagonal", a)
    if a.ndim < 2:
        raise ShapeError(f"fill_diagonal: the tensor must have at least two dimensions, not shape {a.shape}")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ShapeError(f"fill_diagonal: all lengths of more than two dimensions must be equal, not {a.shape}")
    if a.ndim == 2 and wrap:
        places = arange(0, a.size, a.shape[1] + 1, device=a.device) if a.size else arange(0, device=a.device)
        key = (F.floor_divide(places, a.shape[1]), F.remainder(places, a.shape[1])) if a.size else (places, places)
    else:
        places = arange(min(a.shape), device=a.device)
        key = (places,) * a.ndim
    val = asarray(val, device=a.device)
    if val.size and places.size:
        a[key] = as_dtype(val if val.ndim == 0 else repeated(val, places.size), a.dtype)


# --- functions along axes ---------------------------------------------------------------------------

def apply_along_axis(func1d, axis, arr, *args, **kwargs):
    """A function of vectors, called with every line along an axis.

    Parameters
    ----------
    func1d : callable
        Takes a vector; gives a number or a tensor of any shape, always the same.
    axis : int
    arr : array_like
    *args, **kwargs
        Handed on to the function.

    Returns
    -------
    Tensor
        The results, their dimensions in the place of the axis; of the dtype of the first.

    Examples
    --------
    >>> np.apply_along_axis(lambda v: v.max() - v.min(), 1, np.array([[1, 5], [2, 9]])).tolist()
    [4, 7]
    """
    arr = asarray(arr)
    axis = one_axis(axis, arr.ndim)
    lines = F.moveaxis(arr, axis, -1)
    others = lines.shape[:-1]
    results = [asarray(func1d(lines[index], *args, **kwargs), device=arr.device)
               for index in itertools.product(*map(range, others))]
    if not results:
        raise ShapeError(f"apply_along_axis: there is no line along axis {axis} of shape {arr.shape}")
    first = results[0]
    for one in results:
        if one.shape != first.shape:
            raise ShapeError(f"apply_along_axis: the function gave shape {first.shape} and then {one.shape}")
    stacked = F.reshape(F.stack([as_dtype(one, first.dtype) for one in results]), others + first.shape)
    inner = tuple(range(len(others), stacked.ndim))
    before, after = tuple(range(axis)), tuple(range(axis, len(others)))
    return F.permute_dims(stacked, before + inner + after)


def apply_over_axes(func, a, axes):
    """A function of a tensor and an axis, such as a sum, applied to one axis after the other.

    Parameters
    ----------
    func : callable
        ``func(a, axis)`` gives a tensor with as many dimensions, or one less.
    a : array_like
    axes : int or sequence of int

    Returns
    -------
    Tensor
        With as many dimensions as `a`.

    Examples
    --------
    >>> np.apply_over_axes(np.sum, np.ones((2, 3, 4)), [0, 2]).tolist()
    [[[8.0], [8.0], [8.0]]]
    """
    (value,) = tensors(a)
    for axis in (axes,) if isinstance(axes, int) or getattr(axes, "ndim", None) == 0 else axes:
        axis = one_axis(axis, value.ndim)
        result = asarray(func(value, axis))
        if result.ndim != value.ndim:
            result = F.expand_dims(result, axis)
        if result.ndim != value.ndim:
            raise ShapeError(f"apply_over_axes: the function made shape {result.shape} of {value.shape} along axis "
                             f"{axis}")
        value = result
    return value
