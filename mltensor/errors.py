"""Every exception the library raises, each a member of both worlds.

An index or shape error can be caught as NumPy's class and as PyTorch's (``RuntimeError``), so that
scripts written for either keep working. Messages carry shapes, dtypes, the operation and the fix.
"""

import numpy as _numpy


class ShapeError(ValueError, RuntimeError):
    """Shapes that do not fit the operation or each other."""


class IndexingError(IndexError, RuntimeError):
    """An index that is out of bounds or of a kind that cannot index."""


class AxisError(_numpy.exceptions.AxisError, RuntimeError):
    """An axis that the tensor does not have."""


class DTypeError(TypeError, RuntimeError):
    """A dtype that the operation does not take, or a cast that would lose values."""


class DeviceError(ValueError, RuntimeError):
    """Tensors on different devices, or a device that does not exist."""


class GradientError(RuntimeError):
    """A gradient that cannot be computed: no graph, a freed graph, an overwritten value."""


class ReadOnlyError(ValueError, RuntimeError):
    """A write to memory that may not be written."""


class AllocationError(MemoryError, RuntimeError):
    """Memory that the system did not give."""


class UnsupportedError(NotImplementedError, TypeError):
    """A case the library does not have (yet); the message says which and what to use instead."""


class StateError(ValueError, RuntimeError):
    """A state dict that does not fit its model or optimiser, or a checkpoint file that is broken."""


class LinAlgError(_numpy.linalg.LinAlgError, RuntimeError):
    """A matrix that the algorithm cannot take: not square, singular, not positive definite, no convergence."""
