"""The namespace from the table: every record becomes an operation, and the layers are connected."""

import os

import numpy

from mltensor import _costs, errors
from mltensor._core import (
    buffer,  # noqa: F401  plugs itself into the class
    correlate,
    dispatch,
    elementwise,
    engine,
    fourier,
    gather,
    histogram,
    index,
    interpolate,
    join,
    lapack,
    matmul,
    neural,
    operators,
    positions,
    reduce,
    reduce_numbers,
    repeat,
    scan,
    select,
    sort,
    split,
    storage,
    strided,
    tape,
    view,
)
from mltensor._core.create import asarray, empty, full, full_like, ones, ones_like, plug_stack, zeros, zeros_like
from mltensor._core.dtypes import dtype_object
from mltensor._core.ranges import arange
from mltensor._core.shapes import normalized_axes
from mltensor._core.tensor import byte_offset
from mltensor._ops import TABLE, F
from mltensor._ops.record import offer

KERNEL_MODULES = (correlate, elementwise, fourier, gather, histogram, index, interpolate, join, lapack, matmul, neural,
                  positions, reduce, reduce_numbers, repeat, scan, select, sort, split, strided, view)


def merged(tables):
    """Tables of kernels as one; two modules must not offer the same name."""
    kernels = {}
    for table in tables:
        for name, kernel in table.items():
            if name in kernels:
                raise LookupError(f"the kernel {name!r} is offered twice")
            kernels[name] = kernel
    return kernels


def cast_gradient(gradient, dtype):
    """A gradient as the dtype of its input: the real part where that is real."""
    if gradient.dtype.kind == "c" and dtype.kind != "c":
        gradient = F.real(gradient)
    return F.cast(gradient, dtype)


# MLTENSOR_CALIBRATE=1 measures the costs of this machine instead of taking those that come with the package.
elementwise.plug_costs({} if os.environ.get("MLTENSOR_CALIBRATE", "") not in ("", "0") else _costs.COSTS)
OPERATIONS = dispatch.build(
    TABLE, merged(module.KERNELS for module in KERNEL_MODULES),
    merged([elementwise.SHORTCUTS, join.SHORTCUTS, matmul.SHORTCUTS, view.SHORTCUTS]))

for _name, _operation in OPERATIONS.items():
    offer(F, _name, _operation)
for _function in (arange, asarray, empty, full, full_like, ones, ones_like, zeros, zeros_like, byte_offset):
    setattr(F, _function.__name__, _function)
F.checked_axes = normalized_axes
F.dtype = dtype_object
F.promote_types = numpy.promote_types
F.finfo = numpy.finfo
F.can_cast = numpy.can_cast
F.device = storage.as_device
F.errors = errors

tape.plug_as_strided(OPERATIONS["as_strided"].rules)
tape.plug_conj(OPERATIONS["conj"])
engine.plug(OPERATIONS["sum_to"], cast_gradient)
operators.plug(OPERATIONS)
plug_stack(OPERATIONS["stack"])
