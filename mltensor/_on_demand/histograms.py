"""Histograms: counts and sums of weights in bins, the edges of bins, how wide bins should be."""

import math
import operator
import warnings

import numpy

from mltensor._core.create import asarray
from mltensor._core.interop import to_numpy
from mltensor._core.tensor import Tensor
from mltensor._ops.record import F
from mltensor.errors import DTypeError, ShapeError

__all__ = ["digitize", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"]

# Integers up to here are numbers of float64, in which bins are found.
EXACT = 2 ** 53


# --- what goes in -----------------------------------------------------------------------------------

def flattened(a, weights):
    """The numbers in one dimension off the tape, and their weights."""
    a = asarray(a).detach()
    if a.dtype.kind == "c":
        raise DTypeError(f"histogram: complex numbers ({a.dtype}) lie in no bins; take their real part or their "
                         "absolute value")
    if a.dtype.kind == "b":
        warnings.warn(f"Converting input from {a.dtype} to {numpy.uint8} for compatibility.", RuntimeWarning,
                      stacklevel=3)
        a = a.astype("uint8")
    if weights is not None:
        weights = asarray(weights)
        if weights.shape != a.shape:
            raise ShapeError(f"weights should have the same shape as a: {weights.shape} is not {a.shape}")
        weights = F.reshape(weights, (-1,))
    return F.reshape(a, (-1,)), weights


def number(value):
    """The number in a tensor without dimensions as NumPy's; anything else as it is."""
    return value.dtype.type(value.item()) if isinstance(value, Tensor) else value


def difference(a, b):
    """``a - b`` of numbers of one dtype; of signed integers as an unsigned one, which holds it."""
    dtype = numpy.result_type(a, b)
    if dtype.kind != "i":
        return numpy.subtract(a, b, dtype=dtype)
    return numpy.subtract(numpy.asarray(a, dtype), numpy.asarray(b, dtype), casting="unsafe",
                          dtype=numpy.dtype(f"u{dtype.itemsize}"))


def outer_edges(a, limits):
    """Where the first bin begins and the last one ends."""
    if limits is not None:
        first, last = map(number, limits)
        if first > last:
            raise ValueError(f"max must be larger than min in range parameter, not {last} and {first}")
        if not (numpy.isfinite(first) and numpy.isfinite(last)):
            raise ValueError(f"supplied range of [{first}, {last}] is not finite")
    elif a.size == 0:
        first, last = 0, 1
    else:
        first, last = number(F.min(a)), number(F.max(a))
        if not (numpy.isfinite(first) and numpy.isfinite(last)):
            raise ValueError(f"autodetected range of [{first}, {last}] is not finite; give range=, or leave out what "
                             "is not finite")
    if first == last:
        first, last = first - 0.5, last + 0.5
    return first, last


def within(a, weights, limits):
    """The numbers in a range, where the range is one that float64 does not hold exactly."""
    if limits is None or a.dtype.kind not in "iu" or max(abs(number(one)) for one in limits) < EXACT:
        return a, weights
    inside = F.logical_and(a >= limits[0], a <= limits[1])
    return a[inside], None if weights is None else weights[inside]


# --- how wide bins should be ------------------------------------------------------------------------

def extent(x, limits):
    return difference(number(F.max(x)), number(F.min(x)))


def width_sqrt(x, limits):
    return extent(x, limits) / numpy.sqrt(x.size)


def width_sturges(x, limits):
    return extent(x, limits) / (numpy.log2(x.size) + 1.0)


def width_rice(x, limits):
    return extent(x, limits) / (2.0 * x.size ** (1.0 / 3))


def width_scott(x, limits):
    return (24.0 * math.pi ** 0.5 / x.size) ** (1.0 / 3.0) * number(F.std(x))


def width_stone(x, limits):
    """The width with the least estimated error when each element is left out in turn."""
    size, all_of_it = x.size, extent(x, limits)
    if size <= 1 or all_of_it == 0:
        return 0

    def error(bins):
        edges, _ = bin_edges(x, bins, limits, None)
        share = to_numpy(F.bin_counts(x, asarray(edges))) / size
        return (2 - (size + 1) * share.dot(share)) / (all_of_it / bins)

    most = max(100, int(numpy.sqrt(size)))
    bins = min(range(1, most + 1), key=error)
    if bins == most:
        warnings.warn("The number of bins estimated may be suboptimal.", RuntimeWarning, stacklevel=5)
    return all_of_it / bins


def width_doane(x, limits):
    if x.size <= 2:
        return 0.0
    expected = numpy.sqrt(6.0 * (x.size - 2) / ((x.size + 1.0) * (x.size + 3)))
    deviation = number(F.std(x))
    if not deviation > 0.0:
        return 0.0
    scaled = (x - F.mean(x)) / deviation
    skewness = number(F.mean(scaled * scaled * scaled))
    return extent(x, limits) / (1.0 + numpy.log2(x.size) + numpy.log2(1.0 + numpy.absolute(skewness) / expected))


def width_fd(x, limits):
    """Twice the distance between the quartiles over the cube root of how many there are."""
    ordered = F.sort(x)

    def quantile(share):
        place = (x.size - 1) * share
        at = math.floor(place)
        low, high = number(ordered[at]), number(ordered[min(at + 1, x.size - 1)])
        part, apart = numpy.float64(place - at), high - low
        return high - apart * (1 - part) if part >= 0.5 else low + apart * part

    return 2.0 * (quantile(0.75) - quantile(0.25)) * x.size ** (-1.0 / 3.0)


def width_auto(x, limits):
    return min(max(width_fd(x, limits), width_sqrt(x, limits) / 2), width_sturges(x, limits))


ESTIMATORS = {"auto": width_auto, "doane": width_doane, "fd": width_fd, "rice": width_rice, "scott": width_scott,
              "sqrt": width_sqrt, "stone": width_stone, "sturges": width_sturges}


def estimated_bins(a, name, limits, weights):
    """How many bins an estimator asks for, and where they begin and end."""
    if name not in ESTIMATORS:
        raise ValueError(f"{name!r} is not a valid estimator for `bins`, which are {', '.join(sorted(ESTIMATORS))}")
    if weights is not None:
        raise TypeError("Automated estimation of the number of bins is not supported for weighted data")
    first, last = outer_edges(a, limits)
    if limits is not None:
        inside = F.logical_and(a >= first, a <= last)
        if not F.all(inside):
            a = a[inside]
    width = ESTIMATORS[name](a, (first, last)) if a.size else 0
    if not width:
        return first, last, 1
    if a.dtype.kind in "iu" and width < 1:
        width = 1
    return first, last, int(numpy.ceil(difference(last, first) / width))


# --- edges ------------------------------------------------------------------------------------------

def in_order(edges, name):
    """Edges that were given, as NumPy's array."""
    edges = to_numpy(asarray(edges).detach())
    if edges.ndim != 1:
        raise ShapeError(f"`{name}` must be 1d, when an array, not of shape {edges.shape}")
    if (edges[:-1] > edges[1:]).any():
        raise ValueError(f"`{name}` must increase monotonically, when an array")
    return edges


def bin_count(name, bins, wanted):
    """A number of bins as Python's integer."""
    try:
        count = operator.index(bins)
    except TypeError as error:
        raise TypeError(f"`{name}` must be {wanted}, not {bins!r}") from error
    if count < 1:
        raise ValueError(f"`{name}` must be positive, when an integer, not {count}")
    return count


def bin_edges(a, bins, limits, weights):
    """The edges as NumPy's array, and whether they were made here."""
    if isinstance(bins, str):
        first, last, count = estimated_bins(a, bins, limits, weights)
    elif numpy.ndim(bins) == 0:
        count = bin_count("bins", bins, "an integer, a string, or an array")
        first, last = outer_edges(a, limits)
    else:
        return in_order(bins, "bins"), False
    dtype = numpy.result_type(first, last, a.dtype)
    if dtype.kind in "iu":
        dtype = numpy.result_type(dtype, float)
    edges = numpy.linspace(first, last, count + 1, dtype=dtype)
    if (edges[:-1] >= edges[1:]).any():
        raise ValueError(f"Too many bins for data range. Cannot create {count} finite-sized bins.")
    return edges, True


# --- counts -----------------------------------------------------------------------------------------

def places_among(a, edges):
    """The bin of every number; their number where it is in none."""
    if a.dtype.itemsize == 8 and a.dtype.kind + edges.dtype.kind in ("ii", "uu") and abs(edges).max() >= EXACT:
        edges = asarray(edges)
        found = F.searchsorted(edges, a, side="right") - 1
        return F.where(F.logical_or(found < 0, a > edges[-1]), edges.size - 1, F.minimum(found, edges.size - 2))
    return F.bin_places(a, asarray(edges))


def sums(places, weights, count):
    """The sum of the weights at each of so many places, in their dtype."""
    if weights.dtype.kind == "c":
        return (sums(places, F.real(weights), count) + 1j * sums(places, F.imag(weights), count)).astype(weights.dtype)
    return F.bincount(places, weights, count + 1)[:count].astype(weights.dtype)


def per_width(counts, edges):
    """Counts as a density, whose integral is one."""
    return counts / asarray(numpy.diff(edges).astype(float)) / F.sum(counts)


def histogram(a, bins=10, range=None, density=None, weights=None):
    """How many numbers lie in each bin, or the sum of their weights.

    Parameters
    ----------
    a : array_like
        Real numbers, of any shape.
    bins : int, str or array_like, optional
        How many bins of equal width; the name of an estimator (`histogram_bin_edges`); or their edges in order. The
        last bin holds its upper edge, the others do not.
    range : (float, float), optional
        Where the first bin begins and the last one ends: the smallest and the largest number, unless told. What lies
        outside is not counted.
    density : bool, optional
        Divide so that the integral over the range is one.
    weights : array_like, optional
        What each number counts, in the shape of `a`; real or complex. The result has their dtype, and they get a
        gradient.

    Returns
    -------
    hist, bin_edges : Tensor

    Examples
    --------
    >>> counts, edges = np.histogram([1, 2, 1, 4], bins=[0, 1, 2, 3])
    >>> counts.tolist(), edges.tolist()
    ([0, 2, 1], [0, 1, 2, 3])
    """
    a, weights = flattened(a, weights)
    edges, even = bin_edges(a, bins, range, weights)
    if even:
        a, weights = within(a, weights, range)
    count = max(edges.size - 1, 0)
    if count == 0:
        counts = F.zeros((0,), dtype="int64" if weights is None else weights.dtype)
    elif weights is not None:
        counts = sums(places_among(a, edges), weights, count)
    elif even or edges.dtype.kind == "f" or edges.dtype.itemsize < 8:
        counts = F.bin_counts(a, asarray(edges))
    else:
        counts = F.bincount(places_among(a, edges), minlength=count + 1)[:count]
    return per_width(counts, edges) if density else counts, asarray(edges)


def histogram_bin_edges(a, bins=10, range=None, weights=None):
    """The edges of the bins that `histogram` uses.

    Parameters
    ----------
    a, range, weights
        As for `histogram`.
    bins : int, str or array_like, optional
        An integer or edges as for `histogram`, or how the width comes from the data:

        ``'fd'`` twice the distance between the quartiles over the cube root of the size; ``'scott'`` from the standard
        deviation; ``'stone'`` by leaving out one element at a time; ``'doane'`` with the skewness; ``'sturges'`` from
        the logarithm of the size; ``'rice'`` and ``'sqrt'`` from its roots; ``'auto'`` the smaller of ``'fd'`` and
        ``'sturges'``.

    Returns
    -------
    Tensor

    Examples
    --------
    >>> np.histogram_bin_edges([0, 1, 2, 3, 4], bins='sturges').tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0]
    """
    a, weights = flattened(a, weights)
    return asarray(bin_edges(a, bins, range, weights)[0])


def columns_of(sample):
    """The coordinates of points, a vector for each dimension: of an array its columns, of a sequence its members."""
    if hasattr(sample, "shape"):
        sample = asarray(sample).detach()
        if sample.ndim < 2:
            return [F.reshape(sample, (-1,))]
        if sample.ndim > 2:
            raise ShapeError(f"histogramdd: the sample has one row per point, shape (N, D), not {sample.shape}")
        return [sample[:, k] for k in range(sample.shape[1])]
    columns = [asarray(one).detach() for one in sample]
    if all(one.ndim == 0 for one in columns):
        return [F.stack(columns)]
    if any(one.ndim != 1 or one.shape != columns[0].shape for one in columns):
        raise ShapeError("histogramdd: the coordinates are vectors of one length, not of shapes "
                         f"{', '.join(str(one.shape) for one in columns)}")
    common = numpy.result_type(*(one.dtype for one in columns))
    return [one.astype(common, copy=False) for one in columns]


def edges_of_dimension(number_of, column, bins, limits):
    """The edges along one of the dimensions."""
    if numpy.ndim(bins) > 0:
        return in_order(bins, f"bins[{number_of}]")
    count = bin_count(f"bins[{number_of}]", bins, "an integer, when a scalar")
    first, last = outer_edges(column, limits)
    return numpy.linspace(first, last, count + 1)


def histogramdd(sample, bins=10, range=None, density=None, weights=None):
    """How many points lie in each cell of a grid, or the sum of their weights.

    Parameters
    ----------
    sample : array_like of shape (N, D), or sequence of D array_like
        The points by rows, or their coordinates one after the other.
    bins : int or sequence, optional
        How many bins, or their edges, for every dimension; one integer serves all.
    range : sequence, optional
        For every dimension where the first bin begins and the last one ends, or None.
    density : bool, optional
        Divide so that the integral over the grid is one.
    weights : array_like, optional
        What each point counts. They get a gradient.

    Returns
    -------
    hist : Tensor
        float64, a dimension for each of the sample's.
    edges : list of Tensor

    Examples
    --------
    >>> counts, edges = np.histogramdd([[0.0, 1.0, 1.0], [0.0, 0.2, 1.0]], bins=2)
    >>> counts.tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    columns = columns_of(sample)
    dimensions = len(columns)
    try:
        given = len(bins)
    except TypeError:
        bins = dimensions * [bins]
    else:
        if given != dimensions:
            raise ValueError(f"The dimension of bins must be equal to the dimension of the sample: {given} is not "
                             f"{dimensions}")
    limits = (None,) * dimensions if range is None else range
    if len(limits) != dimensions:
        raise ValueError(f"range argument must have one entry per dimension: {len(limits)} are not {dimensions}")
    edges = [edges_of_dimension(k, column, bins[k], limits[k]) for k, column in enumerate(columns)]
    # What lies outside along a dimension goes to a place after the last one, which is cut off.
    shape = tuple(one.size for one in edges)
    places = None
    for column, one in zip(columns, edges, strict=True):
        along = places_among(column, one)
        places = along if places is None else places * one.size + along
    counts = F.bincount(places, None if weights is None else asarray(weights), math.prod(shape))
    counts = F.reshape(counts, shape)[(slice(-1),) * dimensions].astype("float64")
    if density:
        total = F.sum(counts)
        for k, one in enumerate(edges):
            widths = asarray(numpy.diff(one))
            counts = counts / F.reshape(widths, (1,) * k + (-1,) + (1,) * (dimensions - k - 1))
        counts = counts / total
    return counts, [asarray(one) for one in edges]


def histogram2d(x, y, bins=10, range=None, density=None, weights=None):
    """How many points of a plane lie in each cell of a grid, or the sum of their weights.

    Parameters
    ----------
    x, y : array_like
        Their coordinates, vectors of one length.
    bins : int, array_like or sequence of two, optional
        How many bins, or their edges, for both dimensions or for each of them.
    range : sequence, optional
        ``[[xmin, xmax], [ymin, ymax]]``.
    density, weights
        As for `histogramdd`.

    Returns
    -------
    hist, xedges, yedges : Tensor

    Examples
    --------
    >>> np.histogram2d([0.0, 1.0, 1.0], [0.0, 0.2, 1.0], bins=2)[0].tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    if len(x) != len(y):
        raise ShapeError(f"x and y must have the same length: {len(x)} is not {len(y)}")
    try:
        given = len(bins)
    except TypeError:
        given = 1
    if given not in (1, 2):
        edges = in_order(bins, "bins")
        bins = [edges, edges]
    counts, edges = histogramdd([x, y], bins, range, density, weights)
    return counts, *edges


def digitize(x, bins, right=False):
    """The bin of every number among edges that rise or fall: 0 is before the first one, `len(bins)` after the last.

    Parameters
    ----------
    x : array_like
        Real numbers, of any shape.
    bins : array_like
        Edges in one dimension.
    right : bool, optional
        Whether a bin holds its right edge rather than its left one.

    Returns
    -------
    Tensor
        int64, of the shape of `x`.

    Examples
    --------
    >>> np.digitize([0.2, 6.4, 3.0], [0.0, 1.0, 2.5, 4.0]).tolist()
    [1, 4, 3]
    """
    x, edges = asarray(x).detach(), asarray(bins).detach()
    if x.dtype.kind == "c":
        raise DTypeError(f"digitize: x may not be complex ({x.dtype}); take the real part or the absolute value")
    if edges.ndim != 1:
        raise ShapeError(f"digitize: bins have one dimension, not shape {edges.shape}")
    values = to_numpy(edges)
    side = "left" if right else "right"
    if not (values[:-1] > values[1:]).any():
        return F.searchsorted(edges, x, side=side)
    if (values[:-1] < values[1:]).any():
        raise ValueError("bins must be monotonically increasing or decreasing")
    return edges.size - F.searchsorted(edges[::-1], x, side=side)
