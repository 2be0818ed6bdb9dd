"""The part of ``numpy.lib`` that scripts use: ``lib.stride_tricks`` and ``lib.scimath``, which is ``emath`` too."""

from . import scimath, stride_tricks

__all__ = ["scimath", "stride_tricks"]
