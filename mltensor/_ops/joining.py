"""Joining, splitting, repeating and rolling."""

from .record import F, family

op = family("joining")


# --- joining ------------------------------------------------------------------------------------

def joined_gradient(g, arrays_shape, axis):
    """Gradient of concat: the pieces."""
    if axis is None:
        sizes = []
        for shape in arrays_shape:
            size = 1
            for n in shape:
                size *= n
            sizes.append(size)
        axis = 0
    else:
        sizes = [shape[axis] for shape in arrays_shape]
    cuts = [sum(sizes[:k]) for k in range(1, len(sizes))]
    return [F.reshape(part, shape) for part, shape in zip(F.split(g, cuts, axis=axis), arrays_shape, strict=True)]


def at_least(x, ndim):
    """The tensor with more dimensions, where NumPy's atleast_1d, atleast_2d and atleast_3d put them."""
    if x.ndim >= ndim:
        return x
    if ndim == 1:
        return F.reshape(x, (1,))
    if ndim == 2:
        return F.reshape(x, (1, x.size))
    return F.reshape(x, (1, x.size, 1) if x.ndim < 2 else (*x.shape, 1))


def vstack(arrays, dtype, casting):
    return F.concat([at_least(x, 2) for x in arrays], axis=0, dtype=dtype, casting=casting)


def hstack(arrays, dtype, casting):
    arrays = [at_least(x, 1) for x in arrays]
    return F.concat(arrays, axis=0 if arrays and arrays[0].ndim == 1 else 1, dtype=dtype, casting=casting)


def dstack(arrays):
    return F.concat([at_least(x, 3) for x in arrays], axis=2)


def column_stack(arrays):
    return F.concat([x if x.ndim >= 2 else F.reshape(x, (x.size, 1)) for x in arrays], axis=1)


JOINING = "arrays: Tensors, /, axis=0, out=None, *, dtype=None, casting='same_kind'"
STACKING = "arrays: Tensors, /, *, dtype=None, casting='same_kind'"

for name in ("concat", "concatenate"):
    op(name, kernel="concat", signature=JOINING, returns="PROMOTED", vjp=joined_gradient, gpu="concatenate",
       doc="The tensors one after the other along an axis (flattened when it is None).\n"
           f">>> np.{name}([np.ones(1), np.zeros(2)]).tolist()\n[1.0, 0.0, 0.0]")
op("stack", kernel="stack", signature=JOINING, returns="PROMOTED",
   vjp=lambda g, axis: list(F.unstack(g, axis=axis)), gpu="stack",
   doc="The tensors of one shape side by side along a new axis.\n"
       ">>> np.stack([np.ones(2), np.zeros(2)]).shape\n(2, 2)")
op("vstack", via=vstack, signature=STACKING, doc="Tensors joined as rows.")
op("hstack", via=hstack, signature=STACKING,
   doc="Tensors joined along the second axis; 1-d ones along the first.")
op("dstack", via=dstack, signature="arrays: Tensors, /", doc="Tensors joined along the third axis.")
op("column_stack", via=column_stack, signature="arrays: Tensors, /", doc="1-d tensors as the columns of a matrix.")


# --- splitting ----------------------------------------------------------------------------------

def along(axis, ndim, part):
    """Key that applies `part` to one axis."""
    return (slice(None),) * (axis % ndim) + (part,)


def gathered_parts(g, keys, shape):
    """Gradient of several views of one tensor, of which some may have received none."""
    total = None
    for part, key in zip(g, keys, strict=True):
        if part is not None:
            placed = F.index_scatter(part, key, shape)
            total = placed if total is None else total + placed
    return total


def split_gradient(g, y_shape, x_shape, indices_or_sections, axis):
    """Gradient of split: the parts joined, zeros where none arrived."""
    length = x_shape[axis]
    if sum(shape[axis] for shape in y_shape) == length and all(part is not None for part in g):
        return F.concat(list(g), axis=axis)
    begins = [0]
    if getattr(indices_or_sections, "ndim", 0) == 0 and hasattr(indices_or_sections, "__index__"):
        for shape in y_shape[:-1]:
            begins.append(begins[-1] + shape[axis])
    else:
        # Cut points count and clip as the bounds of slices do, and need not be in order.
        begins += [slice(int(cut), None).indices(length)[0] for cut in indices_or_sections]
    keys = [along(axis, len(x_shape), slice(begin, begin + shape[axis]))
            for begin, shape in zip(begins, y_shape, strict=True)]
    return gathered_parts(g, keys, x_shape)


def unstack_gradient(g, x_shape, axis):
    """Gradient of unstack: the parts stacked, zeros where none arrived."""
    if all(part is not None for part in g):
        return F.stack(list(g), axis=axis)
    return gathered_parts(g, [along(axis, len(x_shape), i) for i in range(x_shape[axis])], x_shape)


def split_along(x, indices_or_sections, name, axis, least):
    """The parts along a fixed axis, for tensors of at least so many dimensions."""
    if x.ndim < least:
        raise F.errors.ShapeError(f"{name} takes tensors of at least {least} dimensions, not shape {x.shape}")
    return F.split(x, indices_or_sections, axis=axis)


op("split", kernel="split", signature="x: Tensor, /, indices_or_sections, axis=0", vjp=split_gradient, gpu="split",
   doc="Views of equal parts, or of the parts between cut points, along an axis.\n"
       ">>> [part.tolist() for part in np.split(np.arange(4), [1, 3])]\n[[0], [1, 2], [3]]")
op("array_split", kernel="array_split", signature="x: Tensor, /, indices_or_sections, axis=0", vjp=split_gradient,
   gpu="array_split", doc="Like split, but the first parts are one longer where the length does not divide.")
op("vsplit", via=lambda x, indices_or_sections: split_along(x, indices_or_sections, "vsplit", 0, 2),
   signature="x: Tensor, /, indices_or_sections", doc="Parts along the first axis.")
op("hsplit", via=lambda x, indices_or_sections: split_along(x, indices_or_sections, "hsplit", int(x.ndim > 1), 1),
   signature="x: Tensor, /, indices_or_sections", doc="Parts along the second axis, or the only one.")
op("dsplit", via=lambda x, indices_or_sections: split_along(x, indices_or_sections, "dsplit", 2, 3),
   signature="x: Tensor, /, indices_or_sections", doc="Parts along the third axis.")
op("unstack", kernel="unstack", signature="x: Tensor, /, *, axis=0", vjp=unstack_gradient, gpu="unstack",
   doc="Views of the slices along an axis, without that axis.")


# --- rolling, repeating, tiling -------------------------------------------------------------------

def rolled_back(g, shift, axis):
    """Gradient of roll: rolled the other way."""
    if isinstance(shift, (tuple, list)):
        return F.roll(g, tuple(-s for s in shift), axis=axis)
    return F.roll(g, -shift, axis=axis)


def tiled_gradient(g, x_shape, reps):
    """Gradient of tile: the sum over the copies."""
    reps = tuple(reps) if isinstance(reps, (tuple, list)) else (reps,)
    ndim = max(len(reps), len(x_shape))
    reps = (1,) * (ndim - len(reps)) + reps
    lengths = (1,) * (ndim - len(x_shape)) + tuple(x_shape)
    pairs = tuple(n for pair in zip(reps, lengths, strict=True) for n in pair)
    copies = tuple(2 * d for d in range(ndim))
    return F.reshape(F.sum(F.reshape(g, pairs), axis=copies), x_shape) if ndim else F.reshape(g, x_shape)


op("roll", kernel="roll", signature="x: Tensor, /, shift, axis=None", vjp=rolled_back, gpu="roll",
   doc="Elements moved along axes, those pushed out coming in at the other end; over all elements when `axis` is "
       "None.\n>>> np.roll(np.arange(4), 1).tolist()\n[3, 0, 1, 2]")
op("repeat", kernel="repeat", signature="x: Tensor, repeats, /, axis=None",
   vjp=lambda g, x_shape, repeats, axis: F.repeat_sum(g, repeats, axis, x_shape), gpu="repeat",
   doc="Each element several times in a row, one number for all or one each; flattened when `axis` is None.\n"
       ">>> np.repeat(np.array([1, 2]), 2).tolist()\n[1, 1, 2, 2]")
op("repeat_sum", kernel="repeat_sum", signature="x: Tensor, repeats, axis, shape, /",
   vjp=lambda g, repeats, axis: F.repeat(g, repeats, axis=axis), gpu="repeat_sum",
   doc="Sums of the elements that repeat made of one: its gradient.")
op("tile", kernel="tile", signature="x: Tensor, reps: Ints, /", vjp=tiled_gradient, gpu="tile",
   doc="Copies of the whole tensor side by side.\n>>> np.tile(np.array([1, 2]), 2).tolist()\n[1, 2, 1, 2]")

