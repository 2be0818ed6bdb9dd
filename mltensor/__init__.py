"""mltensor: arrays, gradients and small neural networks over one tensor.

The top level follows NumPy and the Array API standard; ``mltensor.nn``, ``mltensor.optim`` and
``mltensor.data`` train networks; ``mltensor.torch`` has PyTorch's names and meanings.
"""

import importlib

from mltensor import _attach, _creation, _dtypes, _functions, _namespace_info, _on_demand, _printing, errors
from mltensor._build import OPERATIONS
from mltensor._core.create import (
    array,
    asarray,
    empty,
    empty_like,
    eye,
    full,
    full_like,
    ones,
    ones_like,
    zeros,
    zeros_like,
)
from mltensor._core.dtypes import get_default_dtype, set_default_dtype
from mltensor._core.ranges import arange
from mltensor._core.storage import (
    Device,
    devices,
    empty_cache,
    get_num_threads,
    isa,
    memory_stats,
    set_memory_limit,
    set_num_threads,
)
from mltensor._core.tensor import Tensor
from mltensor._creation import *  # noqa: F403
from mltensor._dtypes import CONSTANTS, DTYPES, can_cast, dtype, finfo, iinfo, isdtype, issubdtype, promote_types
from mltensor._dtypes import result_type as result_type
from mltensor._functions import *  # noqa: F403
from mltensor._numbers import *  # noqa: F403
from mltensor._ops.aliases import ALIASES
from mltensor._printing import array_repr, array_str, get_printoptions, printoptions, set_printoptions
from mltensor.autograd import enable_grad, grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled

__version__ = "0.1.0"
__array_api_version__ = _namespace_info.VERSION
__array_namespace_info__ = _namespace_info.NamespaceInfo

ndarray = Tensor
device = Device

# Operations whose name has a dot belong to the package before the dot.
globals().update({name: value for name, value in OPERATIONS.items()
                  if "." not in name and name not in _functions.__all__})
globals().update({alias: OPERATIONS[name] for alias, name in ALIASES.items() if name in OPERATIONS})
globals().update(DTYPES)
globals().update(CONSTANTS)

_attach.attach_methods(OPERATIONS)

# Imported when first asked for: a NumPy script pays for none of them.
LAZY = ("data", "exceptions", "fft", "io", "lib", "linalg", "nn", "optim", "random", "testing", "torch", "typing")
# Modules under other names.
ELSEWHERE = {"dtypes": "numpy.dtypes", "emath": "mltensor.lib.scimath"}


def __getattr__(name):
    if name in LAZY:
        return importlib.import_module(f"mltensor.{name}")
    if name in ELSEWHERE:
        return importlib.import_module(ELSEWHERE[name])
    if name in _on_demand.ROOM_OF:
        value = getattr(importlib.import_module(_on_demand.ROOM_OF[name]), name)
        globals()[name] = value
        return value
    absent = importlib.import_module("mltensor._on_demand.absent")
    raise AttributeError(f"module 'mltensor' has no attribute {name!r}{absent.reason_for(name)}")


def __dir__():
    return sorted({*globals(), *LAZY, *ELSEWHERE, *_on_demand.ROOM_OF})


# What `from mltensor import *` gives: all names of NumPy, its packages too, but not those that only this library has.
INTERNAL = {"ALIASES", "CONSTANTS", "DTYPES", "ELSEWHERE", "INTERNAL", "LAZY", "OPERATIONS", "errors", "importlib",
            *LAZY, *ELSEWHERE} - {"fft", "linalg", "random"}
__all__ = [name for name in __dir__() if not name.startswith("_") and name not in INTERNAL]
