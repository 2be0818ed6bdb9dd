"""Where in a model an error happened: the path of the module, its parameters and its input.

Nothing here runs before an error does. The innermost module describes itself; on the way up each
module puts the name that its child has in it before the path.
"""

from mltensor import errors
from mltensor._core.tensor import Tensor

LIBRARY_ERRORS = (errors.ShapeError, errors.DTypeError, errors.IndexingError, errors.DeviceError)


class Place:
    """What is known of the place of an error so far."""

    def __init__(self, error, module, args):
        self.text = str(error)
        self.module = module
        self.path = ""
        parameters = [f"{name} {tuple(value.shape)}" for name, value in module.named_parameters(recurse=False)]
        self.described = ", ".join([type(module).__name__, *parameters])
        self.input = ", ".join([f"{describe(value)}" for value in args]) or "none"

    def ascend(self, parent):
        """`parent` was calling the module known so far."""
        for name, module in parent.named_modules():
            if module is self.module and name:
                self.path = f"{name}.{self.path}" if self.path else name
                break
        self.module = parent

    def __str__(self):
        root = type(self.module).__name__
        place = f"{root}.{self.path}" if self.path else root
        return f"in {place} ({self.described}): input {self.input}: {self.text}"


def describe(value):
    """Shape of a tensor, with its dtype where it is not a common float; the type of anything else."""
    shape = getattr(value, "shape", None)
    if shape is None:
        return type(value).__name__
    dtype = str(value.dtype) if isinstance(value, Tensor) or hasattr(value, "dtype") else ""
    return f"{tuple(shape)}" if dtype in ("", "float32") else f"{tuple(shape)} {dtype}"


def locate(error, module, args):
    """Put the place into the message of `error`, which passes through a call of `module`.

    An error of the library has it in its text; one raised by other code keeps its text and gets a
    note instead.
    """
    place = getattr(error, "place", None)
    if place is None:
        place = error.place = Place(error, module, args)
    elif place.module is not module:
        place.ascend(module)
    if isinstance(error, LIBRARY_ERRORS):
        error.args = (str(place),)
    else:
        notes = [note for note in getattr(error, "__notes__", []) if not note.startswith("in module: ")]
        error.__notes__ = [*notes, f"in module: {place}"]
