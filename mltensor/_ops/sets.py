"""Membership."""

from .record import F, family

op = family("sets")


def in_table(x1, x2):
    """`isin` of integers that lie so near to each other that a table says which of them there are; else None."""
    low, high = F.min(x2).item(), F.max(x2).item()
    if high - low > 6 * (x1.size + x2.size):
        return None
    x1, x2 = F.cast(x1, "int64"), F.cast(x2, "int64")
    table = F.zeros((high - low + 1,), dtype="bool", device=x1.device)
    table[x2 - low] = True
    nearest = F.clip(x1, low, high)
    return F.logical_and(F.take(table, nearest - low), F.equal(nearest, x1))


def isin(x1, x2, assume_unique=False, invert=False, kind=None):
    x1, x2 = x1.detach(), x2.detach()
    if x2.ndim == 0:
        return F.not_equal(x1, x2) if invert else F.equal(x1, x2)
    possible = None
    if {x1.dtype, x2.dtype} == {F.dtype("int64"), F.dtype("uint64")}:
        # No dtype holds both; what is negative has no equal on the other side.
        if x1.dtype.kind == "i":
            possible, x1 = x1 >= 0, F.cast(x1, x2.dtype)
        else:
            x2 = F.cast(x2[x2 >= 0], x1.dtype)
    if x2.size == 0:
        return F.full_like(x1, bool(invert), dtype="bool")
    found = None
    if x1.dtype.kind in "iu" and x2.dtype.kind in "iu" and F.dtype("uint64") not in (x1.dtype, x2.dtype):
        found = in_table(x1, x2)
    if found is None:
        ordered = F.sort(x2, axis=None)
        places = F.minimum(F.searchsorted(ordered, x1), ordered.shape[0] - 1)
        found = F.equal(F.take(ordered, places), x1)
    if possible is not None:
        found = F.logical_and(found, possible)
    return F.logical_not(found) if invert else found


op("isin", via=isin, signature="x1: Tensor, x2: Tensor, /, assume_unique=False, invert=False, *, kind=None",
   returns="BOOL",
   doc="For every element of `x1`, whether `x2` has an equal one, or with `invert` none. NaN equals nothing. What else "
       "NumPy's function takes chooses an algorithm there and is ignored.\n\n"
       ">>> np.isin([1, 2, 5], [2, 3, 1]).tolist()\n[True, True, False]")
