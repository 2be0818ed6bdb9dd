"""What the Array API standard lets a program ask about the namespace."""

import sys

import numpy

from mltensor._core.dtypes import get_default_dtype
from mltensor._core.storage import as_device, devices

VERSION = "2025.12"
VERSIONS = ("2021.12", "2022.12", "2023.12", "2024.12", VERSION)

# The standard's dtypes by the kinds it names; the namespace has more than these.
KINDS = {
    "bool": ("bool",),
    "signed integer": ("int8", "int16", "int32", "int64"),
    "unsigned integer": ("uint8", "uint16", "uint32", "uint64"),
    "real floating": ("float32", "float64"),
    "complex floating": ("complex64", "complex128"),
}
KINDS["integral"] = KINDS["signed integer"] + KINDS["unsigned integer"]
KINDS["numeric"] = KINDS["integral"] + KINDS["real floating"] + KINDS["complex floating"]
MAX_DIMENSIONS = 64


class Devices(tuple):
    """A tuple, which the standard asks for since 2025.12, for programs written when it was a list: both can be joined.

    Examples
    --------
    >>> np.__array_namespace_info__().devices() + [None]
    [device('cpu'), device('cpu:1'), None]
    """

    __slots__ = ()

    def __add__(self, others):
        return [*self, *others] if isinstance(others, list) else super().__add__(others)

    def __radd__(self, others):
        return [*others, *self] if isinstance(others, list) else NotImplemented


class NamespaceInfo:
    """Capabilities, devices and dtypes of the namespace, as ``__array_namespace_info__()`` gives them.

    Examples
    --------
    >>> np.__array_namespace_info__().default_dtypes()["indexing"]
    dtype('int64')
    """

    def capabilities(self):
        """What the namespace can do.

        Returns
        -------
        dict
            ``"boolean indexing"`` and ``"data-dependent shapes"``, bool; ``"max dimensions"``, int.
        """
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": MAX_DIMENSIONS}

    def default_device(self):
        """The device on which tensors are made when none is named.

        Returns
        -------
        Device
        """
        return as_device(None)

    def default_dtypes(self, *, device=None):
        """The dtypes that Python's numbers and positions get.

        Parameters
        ----------
        device : device, optional
            They are the same on all devices.

        Returns
        -------
        dict of str to dtype
            Under ``"real floating"``, ``"complex floating"``, ``"integral"`` and ``"indexing"``.
        """
        as_device(device)
        real = get_default_dtype()
        return {"real floating": real, "complex floating": numpy.result_type(real, numpy.complex64),
                "integral": numpy.dtype("int64"), "indexing": numpy.dtype("int64")}

    def dtypes(self, *, device=None, kind=None):
        """The dtypes of the standard, of all or of some kinds.

        Parameters
        ----------
        device : device, optional
            They are the same on all devices.
        kind : str or tuple of str, optional
            ``"bool"``, ``"signed integer"``, ``"unsigned integer"``, ``"integral"``, ``"real floating"``,
            ``"complex floating"``, ``"numeric"``, or several of them.

        Returns
        -------
        dict of str to dtype
        """
        as_device(device)
        kinds = ("bool", "numeric") if kind is None else kind if isinstance(kind, tuple) else (kind,)
        unknown = [one for one in kinds if one not in KINDS]
        if unknown:
            raise ValueError(f"there is no kind of dtypes {unknown[0]!r}; the kinds are {', '.join(KINDS)}")
        names = {name for one in kinds for name in KINDS[one]}
        return {name: numpy.dtype(name) for name in KINDS["bool"] + KINDS["numeric"] if name in names}

    def devices(self):
        """All devices tensors can live on.

        Returns
        -------
        tuple of Device
            It can be joined with a list too, as the list that NumPy returns.
        """
        return Devices(devices())


def array_namespace(self, /, *, api_version=None):
    """The module that has the functions of the Array API standard for tensors.

    Parameters
    ----------
    api_version : str, optional
        The edition of the standard that is wanted, such as ``"2025.12"``; each contains the ones before.

    Returns
    -------
    module

    Raises
    ------
    ValueError
        If there is no such edition, or it is newer than the namespace.
    """
    if api_version is not None and api_version not in VERSIONS:
        raise ValueError(f"the namespace has the editions {', '.join(VERSIONS)} of the standard, not {api_version!r}")
    # The namespace lies above this module; it is complete by the time a tensor exists.
    return sys.modules["mltensor"]
