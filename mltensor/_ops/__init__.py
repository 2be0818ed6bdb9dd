"""The table of operations: one record each, a file per family, named as NumPy's documentation chapters."""

from . import arithmetic  # noqa: F401
from .record import CATEGORIES, TABLE, F, Record, loop_lines, parse_signature

__all__ = ["CATEGORIES", "TABLE", "F", "Record", "loop_lines", "parse_signature"]
