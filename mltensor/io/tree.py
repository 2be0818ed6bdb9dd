"""Nested state as a flat dictionary of tensors and a description, and back.

A checkpoint of a training is a tree: dictionaries and lists with tensors, numbers, strings and None
in them. Its tensors get the path to them as their name; the rest becomes JSON with references.
"""

import numpy

from mltensor._core.tensor import Tensor

REFERENCE = "$tensor"
ENTRIES = "$entries"
TUPLE = "$tuple"


def flatten(tree, prefix=""):
    """Split a tree into its tensors by path and what can be written as JSON.

    Parameters
    ----------
    tree : dict, list, tuple, Tensor, numpy.ndarray, bool, int, float, str or None
    prefix : str
        Path of `tree` itself.

    Returns
    -------
    tensors : dict of str to Tensor or numpy.ndarray
    description : object
        The tree with ``{"$tensor": path}`` in place of each tensor.
    """
    tensors = {}
    return tensors, split(tree, prefix, tensors)


def split(value, path, tensors):
    """`flatten` for one value; its tensors are put into `tensors`."""
    if isinstance(value, (Tensor, numpy.ndarray)):
        name = path or "tensor"
        while name in tensors:
            name += "_"
        tensors[name] = value
        return {REFERENCE: name}
    if isinstance(value, numpy.generic):
        return value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, dict):
        if all(isinstance(key, str) and not key.startswith("$") for key in value):
            return {key: split(part, join(path, key), tensors) for key, part in value.items()}
        for key in value:
            if not isinstance(key, (str, int, float, bool, type(None))):
                raise TypeError(f"a key of type {type(key).__name__} at {path or 'the top'} cannot be saved; "
                                "use a string or a number")
        return {ENTRIES: [[key, split(part, join(path, str(key)), tensors)] for key, part in value.items()]}
    if isinstance(value, (list, tuple)):
        parts = [split(part, join(path, str(number)), tensors) for number, part in enumerate(value)]
        return {TUPLE: parts} if isinstance(value, tuple) else parts
    raise TypeError(f"a value of type {type(value).__name__} at {path or 'the top'} cannot be saved; tensors, numbers, "
                    "strings, None, and dictionaries, lists and tuples of them can")


def restore(description, tensors):
    """The tree that `flatten` took apart.

    Raises
    ------
    KeyError
        If a tensor is missing.
    """
    if isinstance(description, dict):
        if REFERENCE in description:
            return tensors[description[REFERENCE]]
        if TUPLE in description:
            return tuple([restore(part, tensors) for part in description[TUPLE]])
        if ENTRIES in description:
            return {key: restore(part, tensors) for key, part in description[ENTRIES]}
        return {key: restore(part, tensors) for key, part in description.items()}
    if isinstance(description, list):
        return [restore(part, tensors) for part in description]
    return description


def join(path, name):
    """Path of an entry."""
    return f"{path}.{name}" if path else name
