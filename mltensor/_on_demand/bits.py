"""Bools packed into the bits of bytes, and back."""

from mltensor._core.create import array, asarray
from mltensor._ops.record import F
from mltensor.errors import DTypeError

from .arguments import flat, one_axis

__all__ = ["packbits", "unpackbits"]


def weights(name, bitorder, device):
    """The value of each of the eight bits of a byte, in the order in which they are stored."""
    if bitorder not in ("big", "little"):
        raise ValueError(f"{name}: bitorder must be 'big' or 'little', not {bitorder!r}")
    powers = [1, 2, 4, 8, 16, 32, 64, 128]
    return array(powers if bitorder == "little" else powers[::-1], dtype="uint8", device=device)


def packbits(a, axis=None, bitorder="big"):
    """Elements as bits, eight in a byte; one that is not zero is a bit that is set.

    Parameters
    ----------
    a : array_like of int or bool
    axis : int, optional
        Along which they are packed; without one `a` is flattened.
    bitorder : {'big', 'little'}, optional
        Whether the first element is the greatest bit or the least.

    Returns
    -------
    Tensor
        uint8; bits that are missing in the last byte are 0.

    Examples
    --------
    >>> np.packbits([1, 0, 1]).tolist()
    [160]
    """
    a = asarray(a)
    if a.dtype.kind not in "biu":
        raise DTypeError(f"packbits takes integers and bools, not {a.dtype}")
    a = flat(a) if axis is None or a.ndim == 0 else a
    axis = one_axis(0 if axis is None else axis, a.ndim)
    values = weights("packbits", bitorder, a.device)
    bits = F.moveaxis(F.cast(a != 0, "uint8"), axis, -1)
    bits = F.pad(bits, [(0, 0)] * (bits.ndim - 1) + [(0, -bits.shape[-1] % 8)])
    bits = F.reshape(bits, (*bits.shape[:-1], bits.shape[-1] // 8, 8))
    return F.moveaxis(F.sum(bits * values, axis=-1, dtype="uint8"), -1, axis)


def unpackbits(a, axis=None, count=None, bitorder="big"):
    """The bits of bytes as elements that are 0 or 1.

    Parameters
    ----------
    a : array_like of uint8
    axis : int, optional
        Along which they are unpacked; without one `a` is flattened.
    count : int, optional
        How many along the axis: more are zeros, a negative number leaves as many out at the end.
    bitorder : {'big', 'little'}, optional
        Whether the greatest bit or the least is the first element.

    Returns
    -------
    Tensor
        uint8.

    Examples
    --------
    >>> np.unpackbits(np.array([5], dtype=np.uint8)).tolist()
    [0, 0, 0, 0, 0, 1, 0, 1]
    """
    a = asarray(a)
    if a.dtype != "uint8":
        raise DTypeError(f"unpackbits takes bytes, of dtype uint8, not {a.dtype}; cast or view them first")
    a = flat(a) if axis is None or a.ndim == 0 else a
    axis = one_axis(0 if axis is None else axis, a.ndim)
    values = weights("unpackbits", bitorder, a.device)
    bytes_ = F.moveaxis(a, axis, -1)
    bits = F.cast(F.bitwise_and(bytes_[..., None], values) != 0, "uint8")
    length = bytes_.shape[-1] * 8
    bits = F.reshape(bits, (*bytes_.shape[:-1], length))
    if count is not None:
        count = length + count if count < 0 else count
        if count < 0:
            raise ValueError(f"unpackbits: count leaves out more than the {length} bits there are")
        bits = bits[..., :count] if count <= length else F.pad(
            bits, [(0, 0)] * (bits.ndim - 1) + [(0, count - length)])
    return F.moveaxis(bits, -1, axis)
