"""Sorting, searching and sets."""

from collections import namedtuple
from operator import index

from .record import F, family

op = family("sorting")

UniqueAll = namedtuple("UniqueAll", "values indices inverse_indices counts")
UniqueCounts = namedtuple("UniqueCounts", "values counts")
UniqueInverse = namedtuple("UniqueInverse", "values inverse_indices")


def sorted_gradient(g, x, axis, descending):
    """Gradient of sort: each element's goes to where the element came from."""
    if x.ndim == 0:
        return g
    positions = F.argsort(x, axis=axis, descending=descending)
    if axis is None:
        return F.reshape(F.along_scatter(g, 0, positions, (x.size,)), x.shape)
    return F.along_scatter(g, axis, positions, x.shape)


def topk_gradient(g, y, x_shape, axis):
    """Gradient of the values of topk."""
    if not x_shape:
        return F.reshape(g[0], x_shape)
    return F.along_scatter(g[0], axis, y[1], x_shape)


def unique_gradient(g, x, axis, equal_nan):
    """Gradient of the distinct elements: it goes to the first of each."""
    g = g[0] if isinstance(g, tuple) else g
    if g is None:
        return None
    _, first = F.unique(x, return_index=True, axis=axis, equal_nan=equal_nan)
    if axis is None:
        return F.reshape(F.index_scatter(g, (first,), (x.size,)), x.shape)
    return F.index_scatter(g, (slice(None),) * F.checked_axes(axis, x.ndim)[0] + (first,), x.shape)


def check_kth(x, kth, axis):
    """NumPy's bounds for the places that partition settles."""
    length = x.size if axis is None else x.shape[F.checked_axes(axis, x.ndim)[0]]
    for place in (kth if isinstance(kth, (tuple, list)) else F.reshape(kth, (-1,)).tolist() if hasattr(kth, "ndim")
                  else [kth]):
        if not -length <= index(place) < length:
            raise F.errors.ShapeError(f"partition: kth={place} is outside of the {length} elements along axis {axis} "
                                      f"of shape {x.shape}")


def partition(x, kth, axis=-1, kind="introselect", order=None):
    check_kth(x, kth, axis)
    return F.sort(x, axis=axis)


def argpartition(x, kth, axis=-1, kind="introselect", order=None):
    check_kth(x, kth, axis)
    return F.argsort(x, axis=axis)


def unique_all(x):
    return UniqueAll(*F.unique(x, True, True, True, equal_nan=False))


def unique_counts(x):
    return UniqueCounts(*F.unique(x, return_counts=True, equal_nan=False))


def unique_inverse(x):
    return UniqueInverse(*F.unique(x, return_inverse=True, equal_nan=False))


def unique_values(x):
    return F.unique(x, equal_nan=False)


op("sort", kernel="sort",
   signature="x: Tensor, /, axis=-1, kind=None, order=None, *, descending=False, stable=True",
   vjp=sorted_gradient, gpu="sort",
   doc="The elements in order along an axis (of all when it is None). NaN come last in either direction, -0.0 equals "
       "0.0, complex numbers go by real, then imaginary part; the order is always stable.\n"
       ">>> np.sort(np.array([3.0, 1.0, 2.0])).tolist()\n[1.0, 2.0, 3.0]")
op("argsort", kernel="argsort",
   signature="x: Tensor, /, axis=-1, kind=None, order=None, *, descending=False, stable=True", returns="INDEX",
   gpu="argsort", doc="Positions that sort along an axis, as int64; equal elements keep their order.")
op("topk", kernel="topk", signature="x: Tensor, k, /, axis=-1, largest=True, sorted=True", accepts="ORDERED",
   vjp=topk_gradient, gpu="topk",
   doc="The `k` largest (or smallest) elements along an axis in order, and their positions; NaN counts as largest.")
op("partition", via=partition, signature="x: Tensor, kth, /, axis=-1, kind='introselect', order=None",
   doc="The elements with the `kth` in its sorted place, smaller ones before it: here they are all sorted.")
op("argpartition", via=argpartition, signature="x: Tensor, kth, /, axis=-1, kind='introselect', order=None",
   returns="INDEX", doc="Positions that partition along an axis: here those that sort.")
op("searchsorted", kernel="searchsorted",
   signature="x1: Tensor, x2: Tensor, /, side='left', sorter: Selector = None", returns="INDEX", gpu="searchsorted",
   doc="Where the elements of `x2` would go into the sorted 1-d `x1`: before equal elements or after them.\n"
       ">>> np.searchsorted(np.array([1, 2, 2, 3]), 2, side='right').item()\n3")
op("unique", kernel="unique",
   signature="x: Tensor, /, return_index=False, return_inverse=False, return_counts=False, axis=None, *, "
             "equal_nan=True",
   vjp=unique_gradient, gpu="unique",
   doc="Distinct elements in order; on request the position of the first of each, for every element which one it is, "
       "and how often each occurs.\n"
       ">>> np.unique(np.array([2, 1, 2])).tolist()\n[1, 2]")
op("unique_all", via=unique_all, signature="x: Tensor, /",
   doc="Distinct elements with first positions, inverse and counts; every NaN is distinct.")
op("unique_counts", via=unique_counts, signature="x: Tensor, /", doc="Distinct elements and how often each occurs.")
op("unique_inverse", via=unique_inverse, signature="x: Tensor, /",
   doc="Distinct elements, and for every element which one it is.")
op("unique_values", via=unique_values, signature="x: Tensor, /",
   doc="Distinct elements in order; every NaN is distinct.")
