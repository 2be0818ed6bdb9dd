"""The table of operations: one record each, a file per family, named as NumPy's documentation chapters."""

from . import (
    arithmetic,
    bitwise,
    clipping,
    complex_numbers,
    decompositions,
    differences,
    equations,
    exponential,
    fourier,
    indexing,
    joining,
    linear_algebra,
    logic,
    losses,
    manipulation,
    neural,
    norms,
    padding,
    rounding,
    sets,
    sorting,
    special,
    statistics,
    trigonometric,
)
from .record import CATEGORIES, TABLE, F, Record, loop_lines, parse_signature

__all__ = ["CATEGORIES", "TABLE", "F", "Record", "loop_lines", "parse_signature"]
