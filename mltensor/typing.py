"""Types for annotations, as ``numpy.typing`` has them: `NDArray` is a tensor, `ArrayLike` what becomes one."""

import types
from typing import TypeVar

from numpy.typing import ArrayLike, DTypeLike

from mltensor._core.tensor import Tensor

__all__ = ["ArrayLike", "DTypeLike", "NDArray"]

Scalar = TypeVar("Scalar")
NDArray = types.GenericAlias(Tensor, (Scalar,))
