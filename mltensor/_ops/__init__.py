"""The table of operations: one record each, a file per family, named as NumPy's documentation chapters."""

from . import (
    arithmetic,  # noqa: F401
    bitwise,  # noqa: F401
    clipping,  # noqa: F401
    complex_numbers,  # noqa: F401
    exponential,  # noqa: F401
    indexing,  # noqa: F401
    joining,  # noqa: F401
    linear_algebra,  # noqa: F401
    logic,  # noqa: F401
    manipulation,  # noqa: F401
    neural,  # noqa: F401
    rounding,  # noqa: F401
    sorting,  # noqa: F401
    special,  # noqa: F401
    statistics,  # noqa: F401
    trigonometric,  # noqa: F401
)
from .record import CATEGORIES, TABLE, F, Record, loop_lines, parse_signature

__all__ = ["CATEGORIES", "TABLE", "F", "Record", "loop_lines", "parse_signature"]
