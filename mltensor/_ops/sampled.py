"""Functions given by samples: differences and slopes, areas, interpolation, phases, vector products."""

from math import pi

from .record import F, family

op = family("sampled")


def part(axis, start, stop):
    """The index of a range of one non-negative axis."""
    return (slice(None),) * axis + (slice(start, stop),)


def along(values, axis, ndim):
    """A 1-d tensor as one that lies along an axis."""
    return F.reshape(values, (1,) * axis + (-1,) + (1,) * (ndim - axis - 1))


# --- differences ------------------------------------------------------------------------------------


def ediff1d(x, to_end=None, to_begin=None):
    x = F.reshape(x, (-1,))
    pieces = [x[1:] - x[:-1]]
    for name, given, at in (("to_begin", to_begin, 0), ("to_end", to_end, 2)):
        if given is None:
            continue
        if not F.can_cast(given.dtype, x.dtype, "same_kind"):
            raise F.errors.DTypeError(f"ediff1d: {name} of dtype {given.dtype} is not that of x, {x.dtype}")
        pieces.insert(at, F.cast(F.reshape(given, (-1,)), x.dtype))
    return pieces[0] if len(pieces) == 1 else F.concat(pieces)


def trapezoid(y, x=None, dx=1.0, axis=-1):
    axis = y.ndim - 1 if axis == -1 and y.ndim else F.checked_axes(axis, y.ndim)[0]
    if x is not None:
        dx = along(F.diff(x), axis, y.ndim) if x.ndim == 1 else F.diff(x, axis=axis)
    elif y.shape[axis] > 1 and y.dtype.kind in "fc":
        # The inner samples belong to two trapezoids.
        inner = F.sum(y[part(axis, 1, -1)], axis)
        ends = y[(slice(None),) * axis + (0,)] + y[(slice(None),) * axis + (-1,)]
        return dx * (inner + ends / 2.0)
    sums = y[part(axis, 1, None)] + y[part(axis, None, -1)]
    return F.sum(dx * sums / 2.0, axis)


def unwrap(p, discont=None, axis=-1, period=2 * pi):
    (axis,) = F.checked_axes(axis, p.ndim)
    steps = F.diff(p, axis=axis)
    whole = steps.dtype.kind in "biu" and isinstance(period, int)
    half, odd = divmod(period, 2) if whole else (period / 2, 0)
    near = F.remainder(steps + half, period) - half
    if not odd:
        near = F.where(F.logical_and(near == -half, steps > 0), half, near)
    change = F.where(F.absolute(steps) < (period / 2 if discont is None else discont), 0, near - steps)
    start, rest = p[part(axis, None, 1)], p[part(axis, 1, None)]
    return F.concat([F.cast(start, change.dtype), F.cast(rest + F.cumsum(change, axis=axis), change.dtype)],
                    axis=axis)


def slopes_inside(f, axis, step):
    """Differences of second order at all but the ends: of both neighbours, weighted by their distances."""
    before, after = f[part(axis, None, -2)], f[part(axis, 2, None)]
    if not hasattr(step, "ndim") or step.ndim == 0:
        return (after - before) / (2.0 * step)
    here = f[part(axis, 1, -1)]
    left, right = (along(step[which], axis, f.ndim) for which in (slice(None, -1), slice(1, None)))
    return (-right / (left * (left + right)) * before + (right - left) / (left * right) * here
            + left / (right * (left + right)) * after)


def slope_at_end(f, axis, step, order, last):
    """The slope at the first or last place, of order one or two, seen from there."""
    uniform = not hasattr(step, "ndim") or step.ndim == 0
    at = [(slice(None),) * axis + (slice(k, k + 1),) for k in range(order + 1)]
    sign = 1
    if last:
        length, sign = f.shape[axis], -1
        at = [(slice(None),) * axis + (slice(length - 1 - k, length - k),) for k in range(order + 1)]
    first = step if uniform else step[-1] if last else step[0]
    if order == 1:
        return (f[at[1]] - f[at[0]]) / (sign * first)
    if uniform:
        return (-1.5 / first * f[at[0]] + 2.0 / first * f[at[1]] - 0.5 / first * f[at[2]]) * sign
    second = step[-2] if last else step[1]
    return sign * (-(2.0 * first + second) / (first * (first + second)) * f[at[0]]
                   + (first + second) / (first * second) * f[at[1]] - first / (second * (first + second)) * f[at[2]])


def slope(f, step, axis, edge_order):
    """The slope along one axis, for a step or the steps between the places."""
    ends = [slope_at_end(f, axis, step, edge_order, last) for last in (False, True)]
    result = F.concat([ends[0], slopes_inside(f, axis, step), ends[1]], axis=axis)
    return result if result.dtype == f.dtype else F.cast(result, f.dtype)


# --- between samples ----------------------------------------------------------------------------------


def check_points(x, xp, fp):
    """What the kernel of `interp` asks for."""
    if xp.ndim != 1 or fp.ndim != 1:
        raise F.errors.ShapeError(f"interp: Data points must be 1-D sequences, not of shapes {xp.shape} and {fp.shape}")
    if xp.shape != fp.shape:
        raise F.errors.ShapeError(f"interp: fp and xp are not of the same length: {fp.shape} and {xp.shape}")
    if xp.size == 0:
        raise F.errors.ShapeError("interp: array of sample points is empty")
    if x.dtype.kind == "c" or xp.dtype.kind == "c":
        raise F.errors.DTypeError(f"interp: x of dtype {x.dtype} and xp of {xp.dtype} must be real")


def interp(x, xp, fp, left=None, right=None, period=None):
    if period is not None:
        if period == 0:
            raise ValueError("interp: period must be a non-zero value")
        check_points(x, xp, fp)
        period = abs(period)
        x, xp = F.astype(x, "float64", copy=False), F.astype(xp, "float64", copy=False)
        x, xp, left, right = F.remainder(x, period), F.remainder(xp, period), None, None
        order = F.argsort(xp)
        xp, fp = F.take(xp, order), F.take(fp, order)
        xp = F.concat([xp[-1:] - period, xp, xp[:1] + period])
        fp = F.concat([fp[-1:], fp, fp[:1]])
    if x.requires_grad or xp.requires_grad or fp.requires_grad:
        return interp_recorded(x, xp, fp, left, right)
    return F.interp_values(x, xp, fp, left, right)


def interp_recorded(x, xp, fp, left, right):
    """The same of operations, for the tape."""
    check_points(x, xp, fp)
    x, xp = F.astype(x, "float64", copy=False), F.astype(xp, "float64", copy=False)
    fp = F.astype(fp, "complex128" if fp.dtype.kind == "c" else "float64", copy=False)
    last = xp.shape[0] - 1
    at = F.maximum(F.searchsorted(xp, x, side="right") - 1, 0)
    after = F.minimum(at + 1, last)
    start, stop = F.take(xp, at), F.take(xp, after)
    low, high = F.take(fp, at), F.take(fp, after)
    exact = F.logical_or(x == start, at == after)
    slopes = (high - low) / F.where(stop == start, 1.0, stop - start)
    result = F.where(exact, low, slopes * (x - start) + low)
    if last:
        result = F.where(F.isnan(x), x, result)
    result = F.where(x < xp[0], fp[0] if left is None else left, result)
    return F.where(x > xp[last], fp[last] if right is None else right, result)


# --- vector products ------------------------------------------------------------------------------------


def vectors(x, axis):
    """The axis of the vectors as the last one."""
    (axis,) = F.checked_axes(axis, x.ndim)
    return x if axis == x.ndim - 1 else F.moveaxis(x, axis, -1)


def cross(a, b, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    if not a.ndim or not b.ndim:
        raise F.errors.ShapeError("cross: At least one array has zero dimension")
    a, b = vectors(a, axisa), vectors(b, axisb)
    if a.shape[-1] not in (2, 3) or b.shape[-1] not in (2, 3):
        raise F.errors.ShapeError(f"cross: incompatible dimensions for cross product: (dimension must be 2 or 3), "
                                  f"not {a.shape[-1]} and {b.shape[-1]}")
    dtype = F.promote_types(a.dtype, b.dtype)
    a, b = (one if one.dtype == dtype else F.cast(one, dtype) for one in (a, b))
    a, b = ([one[..., k] for k in range(one.shape[-1])] for one in (a, b))
    upwards = a[0] * b[1] - a[1] * b[0]
    if len(a) == len(b) == 2:
        return upwards
    if len(a) == 2:
        sideways = [a[1] * b[2], -(a[0] * b[2])]
    elif len(b) == 2:
        sideways = [-(a[2] * b[1]), a[2] * b[0]]
    else:
        sideways = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2]]
    result = F.stack([*sideways, upwards], axis=-1)
    (axisc,) = F.checked_axes(axisc, result.ndim)
    return result if axisc == result.ndim - 1 else F.moveaxis(result, -1, axisc)


op("ediff1d", via=ediff1d, accepts="NOT_BOOL", signature="x: Tensor, to_end: Tensor = None, to_begin: Tensor = None",
   doc="Differences of neighbours in C order, between what `to_begin` and `to_end` say.\n\n"
       ">>> np.ediff1d([1, 4, 9], to_begin=0).tolist()\n[0, 3, 5]")
op("trapezoid", via=trapezoid, signature="y: Tensor, x: Tensor = None, dx=1.0, axis=-1",
   doc="The area below samples along an axis, by trapezoids: at places `x`, or `dx` apart.\n\n"
       ">>> np.trapezoid([1.0, 2.0, 3.0], dx=2.0).item()\n8.0")
op("unwrap", via=unwrap, accepts="REAL", signature="p: Tensor, discont=None, axis=-1, *, period=6.283185307179586",
   doc="Phases along an axis without jumps: a step larger than `discont` (half the `period`) goes the short way.\n\n"
       ">>> np.unwrap([0, 3, 6, 1], period=4).tolist()\n[0, -1, -2, -3]")
op("interp_values", kernel="interp_values", accepts="REAL",
   signature="x: Tensor, xp: Tensor, fp: Tensor, /, left=None, right=None", gpu="interp",
   doc="`interp` in one pass, where no gradient is wanted.")
op("interp", via=interp, accepts="REAL",
   signature="x: Tensor, xp: Tensor, fp: Tensor, left=None, right=None, period=None",
   doc="The piecewise linear function through the points (xp, fp) at x; xp increases. Outside of them it is `left` and "
       "`right`, the values at the ends unless told otherwise, or it repeats with a `period`.\n\n"
       ">>> np.interp([0.5, 3.0], [0.0, 1.0, 2.0], [0.0, 10.0, 30.0]).tolist()\n[5.0, 30.0]")
op("cross", via=cross, accepts="NOT_BOOL",
   signature="a: Tensor, b: Tensor, axisa=-1, axisb=-1, axisc=-1, axis=None",
   doc="Vector product of vectors of length three along an axis. One of length two lies in the plane of the first two "
       "axes; of two of them it is the third component.\n\n>>> np.cross([1, 0, 0], [0, 1, 0]).tolist()\n[0, 0, 1]")
