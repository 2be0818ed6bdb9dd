"""Indexing: elements by keys, by index tensors and by masks, and back to where they came from."""

from .record import F, family

op = family("indexing")


def assigned_gradient(g, key, value_shape):
    """Gradient of the value in x[key] = value: what arrived there, summed over its broadcasting.

    Where two indices of the key name one place, the gradient goes to both, as in PyTorch.
    """
    part = F.getitem(g, key)
    surplus = len(value_shape) - part.ndim
    if surplus > 0:
        return F.reshape(F.sum_to(part, value_shape[surplus:]), value_shape)
    return F.sum_to(part, value_shape)


op("getitem", kernel="getitem", signature="x: Tensor, /, key",
   vjp=lambda g, x_shape, key: F.index_scatter(g, key, x_shape), gpu="getitem",
   doc="`x[key]`: a view for integers, slices, None and an ellipsis, else a new tensor of the selected elements.\n"
       ">>> np.arange(5)[[3, 1]].tolist()\n[3, 1]")
op("index_scatter", kernel="index_scatter", signature="x: Tensor, /, key, shape",
   vjp=lambda g, key: F.getitem(g, key), gpu="index_scatter",
   doc="Zeros of `shape` with `x` added at `key`, every duplicate counted: the gradient of indexing.")
op("index_put", kernel="index_put", signature="x: Tensor, value: Tensor, /, key",
   vjp=(lambda g, key: F.index_put(g, F.zeros((), dtype=g.dtype, device=g.device), key), assigned_gradient),
   gpu="index_put", doc="A copy of `x` in which `value` is assigned to `key`.")
op("index_add", kernel="index_add", signature="x: Tensor, value: Tensor, /, key",
   vjp=(lambda g: g, assigned_gradient), gpu="index_add",
   doc="A copy of `x` with `value` added at `key`, every duplicate counted.\n"
       ">>> np.index_add(np.zeros(3), 1.0, [0, 0, 2]).tolist()\n[2.0, 0.0, 1.0]")


# --- whole blocks along an axis ---------------------------------------------------------------

def taken_gradient(g, x_shape, indices, axis, mode):
    """Gradient of take: rows are added where they were taken."""
    length = 1
    for n in x_shape if axis is None else (x_shape[axis] if x_shape else 1,):
        length *= n
    if mode == "wrap":
        indices = F.remainder(indices, length)
    elif mode == "clip":
        indices = F.clip(indices, 0, length - 1)
    if axis is None or not x_shape:
        return F.reshape(F.index_scatter(g, (indices,), (length,)), x_shape)
    key = (slice(None),) * (axis % len(x_shape)) + (indices,)
    return F.index_scatter(g, key, x_shape)


def index_select(x, axis, index):
    if index.ndim != 1:
        raise F.errors.ShapeError(f"index_select: the index has one dimension, not shape {index.shape}; see take")
    return F.take(x, index, axis=axis)


def embedded_gradient(g, weight_shape, indices, padding_idx):
    """Gradient of embedding: rows are added where they were read, but not to the row of padding."""
    gradient = F.index_scatter(g, (indices,), weight_shape)
    if padding_idx is None:
        return gradient
    return F.index_put(gradient, F.zeros((), dtype=g.dtype, device=g.device), padding_idx)


def compress(condition, x, axis=None, out=None):
    """The slices of `x` along `axis` where a 1-d condition holds."""
    if condition.ndim != 1:
        raise F.errors.ShapeError(f"compress: the condition must have one dimension, not shape {condition.shape}")
    (places,) = F.nonzero(condition)
    return F.take(x, places, axis=axis)


def extract(condition, x):
    return F.take(F.ravel(x), F.nonzero(F.ravel(condition))[0])


op("take", kernel="take", signature="x: Tensor, indices: Selector, /, axis=None, out=None, mode='raise'",
   vjp=(taken_gradient, None), gpu="take",
   doc="Elements at integer positions along an axis, or of all elements in C order when `axis` is None. "
       "Positions beyond the end raise, wrap around or are clipped, as `mode` says.\n"
       ">>> np.take(np.array([10, 20, 30]), [2, 0]).tolist()\n[30, 10]")
op("index_select", via=index_select, signature="x: Tensor, axis, index: Selector, /", gpu="take",
   doc="Slices along an axis at the positions of a 1-d index.")
op("embedding", kernel="embedding", signature="weight: Tensor, indices: Selector, /, padding_idx=None",
   vjp=(embedded_gradient, None), gpu="take",
   doc="Rows of a table at integer indices of any shape; the row `padding_idx` receives no gradient.")
op("compress", via=compress, signature="condition: Selector, x: Tensor, /, axis=None, out=None",
   doc="Slices along an axis where a 1-d condition holds; of all elements in C order when `axis` is None.")
op("extract", via=extract, signature="condition: Selector, x: Tensor, /",
   doc="Elements where the condition holds, in one dimension.")


# --- element by element along an axis -----------------------------------------------------------

def taken_along_gradient(g, x_shape, indices, axis):
    """Gradient of take_along_axis: added where it was taken, summed over the broadcasting of x."""
    if axis is None:
        size = 1
        for n in x_shape:
            size *= n
        return F.reshape(F.along_scatter(g, 0, indices, (size,)), x_shape)
    full = list(g.shape)
    full[axis] = x_shape[axis]
    return F.sum_to(F.along_scatter(g, axis, F.broadcast_to(indices, g.shape), tuple(full)), x_shape)


def source_gradient(g, axis, index, src_shape):
    """Gradient of the source of a scatter: what arrived where it went; nothing where it was not read."""
    part = F.gather(g, axis, index)
    if not src_shape:
        return F.sum(part)
    if part.shape == tuple(src_shape):
        return part
    return F.index_scatter(part, tuple(slice(n) for n in part.shape), src_shape)


op("take_along_axis", kernel="take_along_axis", signature="x: Tensor, indices: Selector, /, axis=-1",
   vjp=(taken_along_gradient, None), gpu="take_along_axis",
   doc="For every position the element with another index along one axis; the other dimensions broadcast.\n"
       ">>> np.take_along_axis(np.array([[3, 1], [5, 9]]), np.array([[1], [0]]), axis=1).tolist()\n[[1], [5]]")
op("gather", kernel="gather", signature="x: Tensor, axis, index: Selector, /",
   vjp=(lambda g, x_shape, axis, index: F.along_scatter(g, axis, index, x_shape), None), gpu="gather",
   doc="`out[i][j] = x[index[i][j]][j]` for axis 0, and so on; the index may be shorter than `x` in other dimensions.")
op("along_scatter", kernel="along_scatter", signature="x: Tensor, axis, index: Selector, shape, /",
   vjp=(lambda g, axis, index: F.gather(g, axis, index), None), gpu="along_scatter",
   doc="Zeros of `shape` with `x` added at the indices along an axis: the gradient of gather.")
op("scatter_add", kernel="scatter_add", signature="x: Tensor, axis, index: Selector, src: Tensor, /",
   vjp=(lambda g: g, None, source_gradient), gpu="scatter_add",
   doc="A copy of `x` with the elements of `src` added at the indices along an axis, in the order of the axis.")
op("scatter", kernel="scatter", signature="x: Tensor, axis, index: Selector, src: Tensor, /",
   vjp=(lambda g, axis, index: F.scatter(g, axis, index, F.zeros((), dtype=g.dtype, device=g.device)), None,
        source_gradient),
   gpu="scatter", doc="A copy of `x` with `src` (elements or one number) written at the indices along an axis.")

# --- positions ----------------------------------------------------------------------------------

op("nonzero", kernel="nonzero", signature="x: Tensor, /", returns="INDEX", gpu="nonzero",
   doc="Positions of the elements that are not zero: a tuple of one index tensor per dimension.")
op("argwhere", kernel="argwhere", signature="x: Tensor, /", returns="INDEX", gpu="argwhere",
   doc="Positions of the elements that are not zero, one row each.")
op("flatnonzero", via=lambda x: F.nonzero(F.ravel(x))[0], signature="x: Tensor, /", returns="INDEX",
   doc="Positions in C order of the elements that are not zero.")
op("one_hot", kernel="one_hot", signature="x: Tensor, num_classes=-1, /", accepts="BITWISE", returns="INDEX",
   gpu="one_hot", doc="A last dimension of zeros with a one at each class number.\n"
                      ">>> np.one_hot(np.array([1, 0]), 3).tolist()\n[[0, 1, 0], [1, 0, 0]]")
op("bincount", kernel="bincount", signature="x: Tensor, /, weights: Tensor = None, minlength=0", accepts="BITWISE",
   returns="INDEX", vjp=(None, lambda g, x: F.take(g, x)), gpu="bincount",
   doc="How often each number occurs, or the sum of its weights.\n"
       ">>> np.bincount(np.array([0, 2, 2])).tolist()\n[1, 0, 2]")
op("bin_counts", kernel="bin_counts", signature="x: Tensor, edges: Selector, /", accepts="ORDERED", returns="INDEX",
   gpu="bin_counts",
   doc="How many elements lie in each bin between edges in order: at least at one edge and below the next, in the last "
       "bin also at that.\n>>> np.bin_counts([0.0, 0.5, 1.0, 2.0], [0.0, 1.0, 2.0]).tolist()\n[2, 2]")
op("bin_places", kernel="bin_places", signature="x: Tensor, edges: Selector, /", accepts="ORDERED", returns="INDEX",
   gpu="bin_places",
   doc="The bin of every element between edges in order, and the number of bins where it is in none.\n"
       ">>> np.bin_places([0.5, 2.0, 9.0], [0.0, 1.0, 2.0]).tolist()\n[0, 1, 2]")
op("tril", kernel="tril", signature="x: Tensor, /, k=0", vjp=lambda g, k: F.tril(g, k=k), gpu="tril",
   doc="Matrices with zeros above diagonal `k`.")
op("triu", kernel="triu", signature="x: Tensor, /, k=0", vjp=lambda g, k: F.triu(g, k=k), gpu="triu",
   doc="Matrices with zeros below diagonal `k`.")
