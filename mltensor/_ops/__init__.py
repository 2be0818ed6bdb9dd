"""The table of operations: one record each, a file per family, named as NumPy's documentation chapters."""

from . import (
    arithmetic,
    averages,
    bessel,
    bitwise,
    clipping,
    complex_numbers,
    correlation,
    decompositions,
    differences,
    equations,
    exponential,
    floating_point,
    fourier,
    indexing,
    joining,
    linear_algebra,
    logic,
    losses,
    manipulation,
    nan_reductions,
    neural,
    norms,
    number_theory,
    order_statistics,
    padding,
    rounding,
    sampled,
    sets,
    sorting,
    special,
    statistics,
    trigonometric,
)
from .record import CATEGORIES, TABLE, F, Record, loop_lines, parse_signature

__all__ = ["CATEGORIES", "TABLE", "F", "Record", "loop_lines", "parse_signature"]
