"""Padding: a margin around a tensor, in NumPy's modes.

The modes that repeat elements have kernels; those that compute something are made of other operations.
"""

from .record import F, family

op = family("padding")


def pairs_of(value, ndim, what):
    """NumPy's three spellings of (before, after) for every dimension."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        rows = [(0, 0)] * ndim
        for axis, pair in value.items():
            rows[axis] = pair
        return pairs_of(rows, ndim, what)
    if not isinstance(value, (tuple, list)):
        return ((value, value),) * ndim
    rows = [row.tolist() if hasattr(row, "tolist") else row for row in value]
    if not any(isinstance(row, (tuple, list)) for row in rows):
        if len(rows) == 1:
            return ((rows[0], rows[0]),) * ndim
        if len(rows) == 2:
            return (tuple(rows),) * ndim
    rows = [tuple(row) if isinstance(row, (tuple, list)) else (row,) for row in rows]
    rows = [row * 2 if len(row) == 1 else row for row in rows]
    if len(rows) == 1:
        rows *= ndim
    if len(rows) != ndim or any(len(row) != 2 for row in rows):
        raise F.errors.ShapeError(
            f"pad: {what}={value!r} must be one number, (before, after), or such a pair for each of {ndim} dimensions")
    return tuple(rows)


def whole_pairs(value, ndim, what):
    """`pairs_of` integers that are not negative."""
    rows = pairs_of(value, ndim, what)
    for row in rows:
        for one in row:
            if not hasattr(one, "__index__"):
                raise TypeError(f"pad: {what} must be integers, got {one!r} in {value!r}")
            if one < 0:
                raise ValueError(f"pad: {what} must be integers and not negative, got {one} in {value!r}")
    return tuple((int(before), int(after)) for before, after in rows)


def section(x, axis, begin, end):
    return F.getitem(x, (slice(None),) * axis + (slice(begin, end),))


def odd_reflection(x, axis, before, after, mode):
    """Reflected about the point at the edge instead of the edge: what lay higher then lies lower."""
    if mode == "reflect" and x.shape[axis] == 1:
        return F.pad_axis(x, axis, before, after, "edge")
    skipped = mode == "reflect"
    while before or after:
        length = x.shape[axis]
        first, last = min(before, length - skipped), min(after, length - skipped)
        low, high = section(x, axis, 0, 1), section(x, axis, length - 1, length)
        left = 2 * low - F.flip(section(x, axis, skipped, skipped + first), axis)
        right = 2 * high - F.flip(section(x, axis, length - skipped - last, length - skipped), axis)
        x = F.concat([left, x, right], axis=axis, dtype=x.dtype, casting="unsafe")
        before, after = before - first, after - last
    return x


def ramp(edge, axis, width, end_value):
    """`width` slices on the straight line from the end value to the edge, which is not among them."""
    shape = [1] * edge.ndim
    shape[axis] = width
    steps = F.reshape(F.arange(width, device=edge.device), tuple(shape))
    exact = F.cast(edge, "float64") if edge.dtype.kind in "biu" else edge
    values = end_value + steps * ((exact - end_value) / max(width, 1))
    return F.cast(F.floor(values) if exact is not edge else values, edge.dtype)


def median(x, axis):
    """The middle of the sorted elements, or the mean of the two in the middle; NaN where there is one."""
    ordered = F.sort(x, axis=axis)
    length = x.shape[axis]
    middle = F.mean(section(ordered, axis, (length - 1) // 2, length // 2 + 1), axis, keepdims=True)
    last = section(ordered, axis, length - 1, length)
    return F.where(F.isnan(last), last, middle) if x.dtype.kind == "f" else middle


STATISTICS = {
    "maximum": lambda x, axis: F.max(x, axis, keepdims=True),
    "minimum": lambda x, axis: F.min(x, axis, keepdims=True),
    "mean": lambda x, axis: F.mean(x, axis, keepdims=True),
    "median": median,
}


def statistic(x, axis, width, mode, length, at_end):
    """`width` equal slices, computed of the `length` slices at one end (None: of all)."""
    length = x.shape[axis] if length is None else min(length, x.shape[axis])
    if length == 0 and mode in ("maximum", "minimum"):
        raise ValueError(f"pad: mode {mode!r} needs a stat_length of at least 1")
    value = STATISTICS[mode](section(x, axis, x.shape[axis] - length if at_end else 0,
                                     x.shape[axis] if at_end else length), axis)
    if x.dtype.kind in "iu" and value.dtype.kind == "f":
        value = F.round(value)
    return F.broadcast_to(F.astype(value, x.dtype), (*x.shape[:axis], width, *x.shape[axis + 1:]))


def padded_axis(x, axis, before, after, mode, ends, lengths, reflect_type):
    """One axis with its margin; the axes go one after the other, so that later ones see the margins of earlier ones."""
    if mode in ("reflect", "symmetric") and reflect_type == "odd":
        return odd_reflection(x, axis, before, after, mode)
    if mode == "linear_ramp":
        left = ramp(section(x, axis, 0, 1), axis, before, ends[0])
        right = F.flip(ramp(section(x, axis, x.shape[axis] - 1, x.shape[axis]), axis, after, ends[1]), axis)
        return F.concat([left, x, right], axis=axis)
    if mode in STATISTICS:
        left = statistic(x, axis, before, mode, lengths[0], False)
        right = statistic(x, axis, after, mode, lengths[1], True)
        return F.concat([left, x, right], axis=axis)
    return F.pad_axis(x, axis, before, after, mode)


MODES = ("constant", "empty", "edge", "reflect", "symmetric", "wrap", "linear_ramp", *STATISTICS)


def pad(x, pad_width, mode, constant_values, end_values, stat_length, reflect_type):
    widths = whole_pairs(pad_width, x.ndim, "pad_width")
    if mode not in MODES:
        raise ValueError(f"pad: mode {mode!r} is not one of {', '.join(map(repr, MODES))}")
    if reflect_type not in ("even", "odd"):
        raise ValueError(f"pad: reflect_type must be 'even' or 'odd', not {reflect_type!r}")
    if mode in ("constant", "empty"):
        return F.pad_constant(x, widths, pairs_of(constant_values, x.ndim, "constant_values"))
    ends = pairs_of(end_values, x.ndim, "end_values")
    lengths = ((None, None),) * x.ndim if stat_length is None else whole_pairs(stat_length, x.ndim, "stat_length")
    for axis, (before, after) in enumerate(widths):
        if not (before or after):
            continue
        if x.shape[axis] == 0:
            raise F.errors.ShapeError(
                f"pad: axis {axis} of a tensor of shape {x.shape} has length 0; only 'constant' and 'empty' can "
                f"extend it, not {mode!r}")
        x = padded_axis(x, axis, before, after, mode, ends[axis], lengths[axis], reflect_type)
    return F.copy(x) if not any(map(any, widths)) else x


def inner_region(x_shape, widths):
    """Key of the tensor inside of its padding."""
    return tuple(slice(before, before + n) for n, (before, _) in zip(x_shape, widths, strict=True))


op("pad", via=pad, gpu="pad",
   signature="x: Tensor, pad_width, mode='constant', *, constant_values=0, end_values=0, stat_length=None, "
             "reflect_type='even'",
   doc="The tensor inside a margin of constants, of its edge, of its mirror image (with or without the edge, even or "
       "odd), of its other end, of a ramp to `end_values`, or of the largest, smallest, mean or middle of the "
       "`stat_length` elements next to it.\n>>> np.pad(np.array([1, 2]), 1).tolist()\n[0, 1, 2, 0]")
op("pad_constant", kernel="pad_constant", signature="x: Tensor, widths, values, /",
   vjp=lambda g, x_shape, widths: F.getitem(g, inner_region(x_shape, widths)), gpu="pad",
   doc="The tensor inside a margin of constants; a pair of widths and of values for each dimension.")
op("pad_axis", kernel="pad_axis", signature="x: Tensor, axis, before, after, mode, /",
   vjp=lambda g, x_shape, axis, before, after, mode: F.pad_axis_sum(g, axis, before, after, mode, x_shape[axis]),
   gpu="pad", doc="One axis continued at both ends from its own elements.")
op("pad_axis_sum", kernel="pad_axis_sum", signature="x: Tensor, axis, before, after, mode, length, /",
   vjp=lambda g, axis, before, after, mode: F.pad_axis(g, axis, before, after, mode), gpu="pad_axis_sum",
   doc="The elements that pad_axis made of one added there: its gradient.")
