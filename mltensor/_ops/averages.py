"""Averages with weights, ranges, covariances."""

from .record import F, family

op = family("averages")


def ptp(x, axis=None, out=None, keepdims=False):
    difference = F.not_equal if x.dtype.kind == "b" else F.subtract
    return difference(F.max(x, axis, None, keepdims), F.min(x, axis, None, keepdims))


def weights_of(x, weights, axis):
    """Weights in a shape that broadcasts with x."""
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError(f"average: Axis must be specified when shapes of a and weights differ: {x.shape} and "
                        f"{weights.shape}")
    axes = F.checked_axes(axis, x.ndim)
    if weights.shape != tuple(x.shape[i] for i in axes):
        raise F.errors.ShapeError(f"average: Shape of weights must be consistent with shape of a along specified axis: "
                                  f"{weights.shape}, {x.shape}, axis {axis}")
    order = sorted(range(len(axes)), key=axes.__getitem__)
    turned = F.permute_dims(weights, tuple(order))
    return F.reshape(turned, tuple(n if i in axes else 1 for i, n in enumerate(x.shape)))


def average(x, axis=None, weights=None, returned=False, keepdims=False):
    if weights is None:
        result = F.mean(x, axis, None, None, keepdims)
        total = x.size / result.size if returned and result.size else 0
        return (result, F.full_like(result, total)) if returned else result
    weights = weights_of(x, weights, axis)
    dtype = F.promote_types(x.dtype, weights.dtype)
    if x.dtype.kind in "biu":
        dtype = F.promote_types(dtype, "float64")
    total = F.sum(weights, axis, dtype, None, keepdims)
    if weights.shape != x.shape:
        total = F.sum(F.broadcast_to(weights, x.shape), axis, dtype, None, keepdims)
    if not F.all(total):
        raise ZeroDivisionError("average: Weights sum to zero, can't be normalized")
    result = F.sum(F.multiply(F.cast(x, dtype), F.cast(weights, dtype)), axis, None, None, keepdims) / total
    return (result, F.copy(total)) if returned else result


def rows_of(x, rowvar, dtype):
    """Variables in rows, whatever they were given in."""
    if x.ndim > 2:
        raise F.errors.ShapeError(f"cov: a matrix or a vector of observations, not {x.ndim} dimensions")
    rows = F.cast(x if x.ndim == 2 else F.reshape(x, (1, -1)), dtype)
    return rows if rowvar or x.ndim != 2 else rows.T


def counts(weights, observations, name):
    """fweights and aweights as float64, one for each observation."""
    weights = F.astype(F.asarray(weights), "float64", copy=False)
    if weights.ndim > 1:
        raise RuntimeError(f"cov: cannot handle multidimensional {name}")
    if weights.shape != (observations,):
        raise RuntimeError(f"cov: incompatible numbers of samples and {name}: {observations} and {weights.shape}")
    if F.any(weights < 0):
        raise ValueError(f"cov: {name} cannot be negative")
    return weights


def cov(m, y=None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, dtype=None):
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"cov: ddof must be integer, not {ddof}")
    if dtype is None:
        dtype = F.promote_types(m.dtype if y is None else F.promote_types(m.dtype, y.dtype), "float64")
    x = rows_of(m, rowvar, dtype)
    if x.shape[0] == 0:
        return F.reshape(F.asarray([]), (0, 0))
    if y is not None:
        second = rows_of(y, True, dtype)
        x = F.concat([x, second.T if not rowvar and second.shape[0] != 1 else second])
    ddof = (0 if bias else 1) if ddof is None else ddof
    observations = x.shape[1]
    weights = None
    if fweights is not None:
        weights = counts(fweights, observations, "fweights")
        if not F.all(weights == F.rint(weights)):
            raise TypeError("cov: fweights must be integer")
    if aweights is not None:
        relative = counts(aweights, observations, "aweights")
        weights = relative if weights is None else weights * relative
    if weights is None:
        deviations = x - F.mean(x, 1, keepdims=True)
        weighted, divisor = deviations, observations - ddof
    else:
        total = F.sum(weights)
        if not F.all(total):
            raise ZeroDivisionError("cov: Weights sum to zero, can't be normalized")
        deviations = x - F.sum(x * weights, 1, keepdims=True) / total
        weighted = deviations * weights
        divisor = total if ddof == 0 else total - ddof if aweights is None else (
            total - ddof * F.sum(weights * relative) / total)
        divisor = divisor.item()
    # With no degree of freedom left it is a division by zero.
    result = F.matmul(deviations, F.conj(weighted.T)) * (1 / divisor if divisor > 0 else float("inf"))
    return F.reshape(result, tuple(n for n in result.shape if n != 1))


def corrcoef(x, y=None, rowvar=True, dtype=None):
    matrix = F.cov(x, y, rowvar, dtype=dtype)
    if matrix.ndim == 0:
        return matrix / matrix
    deviations = F.sqrt(F.real(F.diagonal(matrix)))
    matrix = matrix / deviations[:, None] / deviations[None, :]
    if matrix.dtype.kind == "c":
        return F.clip(F.real(matrix), -1, 1) + F.clip(F.imag(matrix), -1, 1) * 1j
    return F.clip(matrix, -1, 1)


op("ptp", via=ptp, accepts="ORDERED", signature="x: Tensor, axis=None, out=None, keepdims=False",
   doc="The largest element over axes less the smallest; of bools, whether they differ.\n\n"
       ">>> np.ptp([3.0, 1.0, 7.0]).item()\n6.0")
op("average", via=average,
   signature="x: Tensor, axis=None, weights: Tensor = None, returned=False, *, keepdims=False",
   doc="The mean over axes with weights, of the shape of `x` or of the axes; with `returned` also their sum.\n\n"
       ">>> np.average([1.0, 2.0, 4.0], weights=[1, 1, 2]).item()\n2.75")
op("cov", via=cov,
   signature="m: Tensor, y: Tensor = None, rowvar=True, bias=False, ddof=None, fweights=None, aweights=None, *, "
             "dtype=None",
   doc="Covariances of variables, which are the rows (columns unless `rowvar`), from their observations; divided by "
       "one less than those, unless `bias` or `ddof` say otherwise. `fweights` say how often an observation counts, "
       "`aweights` how much.\n\n>>> np.cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]).tolist()\n[[1.0, -1.0], [-1.0, 1.0]]")
op("corrcoef", via=corrcoef, signature="x: Tensor, y: Tensor = None, rowvar=True, *, dtype=None",
   doc="Correlations of variables: their covariances over their deviations.\n\n"
       ">>> np.corrcoef([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]).tolist()\n[[1.0, -1.0], [-1.0, 1.0]]")
