"""Operations of two operands applied along an axis: their own result and the next element, again and again.

They are operations like those of the table, with an operation as an argument, and are made when first asked for.
"""

from mltensor._core import fold
from mltensor._core.operation import Op
from mltensor._ops.record import F, Record
from mltensor._ops.statistics import along, recurrence_back

__all__ = ["FOLD", "FOLD_SEGMENTS", "RUNNING"]


def slope(op, which, values):
    """The derivative of an operation towards one of its operands, element by element."""
    rule = op.rules.functions[which]
    if rule is None:
        return F.zeros_like(values["g"])
    return rule(*[values[name] for name in rule.__code__.co_varnames[:rule.__code__.co_argcount]])


def running_gradient(g, op, x, y, axis, starts):
    """Towards the elements of ``y[i] = op(y[i - 1], x[i])``.

    What arrives at y[i] is its own part of `g` and, by the slope of `op` there, what arrives at y[i + 1]: a linear
    recurrence from the end.
    """
    if x.shape[axis] == 0:
        return g
    before, current = y[along(axis, None, -1)], x[along(axis, 1, None)]
    values = {"g": F.ones_like(current), "a": before, "b": current, "y": y[along(axis, 1, None)]}
    one = F.ones_like(x[along(axis, None, 1)])
    first = F.concat([one, slope(op, 0, values)], axis=axis)
    second = F.concat([one, slope(op, 1, values)], axis=axis)
    if starts is not None:
        shape = tuple(-1 if i == axis else 1 for i in range(x.ndim))
        begins = F.index_put(F.zeros(x.shape[axis], dtype="bool", device=x.device),
                             F.ones((), dtype="bool", device=x.device), starts)
        begins = F.reshape(begins, shape)
        first, second = F.where(begins, 0, first), F.where(begins, 1, second)
    return recurrence_back(F.cast(g, first.dtype), first, axis) * second


def operation(name, signature, doc, vjp=()):
    """An operation over a kernel of the module `fold`."""
    record = Record(name, "ufuncs", doc, "ANY", "SAME", None, name, None, signature, vjp, "(-3, 3)", None)
    made = Op(record)
    for device in range(2):
        made.bind(device, fold.KERNELS[name])
    return made


FOLD = operation("fold", "x: Tensor, op, axis, free, initial, where, /",
                 "An operation between the elements along an axis, from the first to the last; in any order where that "
                 "is `free`.")
FOLD_SEGMENTS = operation("fold_segments", "x: Tensor, op, axis, free, starts, /", "`fold` within segments of an axis.")
RUNNING = operation("running", "x: Tensor, op, axis, starts=None, /",
                    "The results of `fold` up to every element, anew at the starts of segments.", (running_gradient,))
