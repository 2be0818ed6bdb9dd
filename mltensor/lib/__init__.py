"""The part of ``numpy.lib`` that scripts use: ``lib.stride_tricks``."""

from . import stride_tricks

__all__ = ["stride_tricks"]
