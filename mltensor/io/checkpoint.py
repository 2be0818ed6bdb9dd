"""Saving and loading of state: safetensors files, never pickle."""

import contextlib
import json
import os
from pathlib import Path

import safetensors
import safetensors.numpy

import mltensor as np
from mltensor._core.tensor import Tensor
from mltensor.errors import StateError

from . import tree
from .atomic import write_atomically

# Key in the file's metadata under which everything that is no tensor lies.
STRUCTURE = "mltensor.structure"


def save(state, path, metadata=None):
    """Write a state dict, or a whole tree of state, as a safetensors file.

    Parameters
    ----------
    state : dict
        ``model.state_dict()``; or a tree of dictionaries, lists and tuples with tensors, numbers,
        strings and None, such as ``{"model": ..., "optimizer": ..., "epoch": 3}``.
    path : str, os.PathLike or file
        The file. One that exists is replaced at the last moment: it is never half written. Into a
        file that is open, as ``io.BytesIO()``, the bytes are written.
    metadata : dict of str to str, optional
        Notes that are kept in the file; see `read_metadata`.

    Raises
    ------
    TypeError
        If something in the state is none of these.

    Notes
    -----
    A flat dictionary of tensors becomes a plain safetensors file that any reader understands. What
    is no tensor is kept as JSON in the file's metadata.
    """
    notes = dict(metadata or {})
    for key, value in notes.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"metadata are strings by strings, not {key!r}: {value!r}")
    if not isinstance(state, dict):
        raise TypeError(f"state must be a dictionary, not {type(state).__name__}; save(model.state_dict(), path)")
    tensors, description = tree.flatten(state)
    if description != {name: {tree.REFERENCE: name} for name in tensors}:
        notes[STRUCTURE] = json.dumps(description)
    arrays = {name: as_array(value) for name, value in tensors.items()}
    data = safetensors.numpy.save(arrays, notes or None)
    if hasattr(path, "write"):
        path.write(data)
    else:
        write_atomically(path, data)


def load(path, device=None, *, map_location=None, weights_only=True):
    """Read what `save` wrote, or any safetensors file.

    Parameters
    ----------
    path : str, os.PathLike or file
        The file, or one that is open for reading bytes.
    device : device, optional
        Where the tensors are put. `map_location` is another name for it.
    weights_only : bool
        Accepted for PyTorch's signature: nothing but numbers and text is ever read.

    Returns
    -------
    dict
        The state as it was saved; the tensors are its own.

    Raises
    ------
    StateError
        If the file is broken or is no safetensors file. It is a ValueError.
    """
    place = map_location if device is None else device
    with reading(path) as (notes, arrays):
        tensors = {name: np.asarray(array, device=place) for name, array in arrays()}
    structure = notes.get(STRUCTURE)
    if structure is None:
        return tensors
    try:
        return tree.restore(json.loads(structure), tensors)
    except (KeyError, TypeError, ValueError) as error:
        raise broken(path, f"its structure does not fit its tensors ({error})") from error


def read_metadata(path):
    """The notes that `save` put into a file, as a dictionary of strings."""
    with reading(path) as (notes, _):
        notes.pop(STRUCTURE, None)
    return notes


@contextlib.contextmanager
def reading(path):
    """Metadata of a safetensors file and a function that iterates over its (name, array).

    What is wrong with it becomes a StateError.
    """
    try:
        if hasattr(path, "read"):
            data = path.read()
            arrays = safetensors.numpy.load(data)
            header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
            yield header.get("__metadata__", {}), arrays.items
            return
        with safetensors.safe_open(os.fspath(path), framework="numpy") as file:
            names = file.keys()
            yield dict(file.metadata() or {}), lambda: zip(names, map(file.get_tensor, names), strict=True)
    except (safetensors.SafetensorError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise broken(path, error) from error


def as_array(value):
    """The values of a tensor or array as a contiguous array that the format can hold."""
    if isinstance(value, Tensor):
        value = value.detach().numpy() if value.device.type == "cpu" else value.detach().to("cpu").numpy()
    if value.dtype.kind not in "biufc" or value.dtype.itemsize > 8:
        raise TypeError(f"an array of dtype {value.dtype} cannot be saved: safetensors has no such dtype; convert it, "
                        "or save the real and the imaginary part")
    # ascontiguousarray makes 0-d arrays 1-d.
    return value.copy(order="C") if not value.flags.c_contiguous else value


def broken(path, reason):
    """The error for a file that cannot be read."""
    path = Path(getattr(path, "name", "the file") if hasattr(path, "read") else path)
    name = path.name
    advice = ""
    if path.suffix in (".pt", ".pth", ".pkl", ".bin"):
        advice = "; pickled files are not read, because reading one can run any program: convert it to safetensors"
    return StateError(f"{name} is not a sound safetensors file: {reason}{advice}")
