"""Windows for signals: weights that fall towards the ends."""

import math

from mltensor._core.create import asarray, ones, zeros
from mltensor._core.ranges import arange
from mltensor._ops.record import F

__all__ = ["bartlett", "blackman", "hamming", "hanning", "kaiser"]


def from_end_to_end(M):
    """Points at distances of 2, symmetric about 0, as many as the window has; None where it has one or none."""
    M = float(M)
    if math.isnan(M):
        raise ValueError("a window of NaN points has no length")
    return arange(1.0 - M, M, 2.0) if M > 1 else None


def short(M):
    """A window of one weight or none."""
    return ones((1,)) if M == 1 else zeros((0,))


def cosines(M, *weights):
    """A window that is a sum of cosines: of a constant, of one period, of two."""
    n = from_end_to_end(M)
    if n is None:
        return short(M)
    total = weights[0]
    for k, weight in enumerate(weights[1:], 1):
        total = total + weight * F.cos(k * math.pi * n / (float(M) - 1))
    return total


def hanning(M):
    """The Hann window of `M` points: half a cosine, 0 at the ends.

    >>> np.hanning(3).tolist()
    [0.0, 1.0, 0.0]
    """
    return cosines(M, 0.5, 0.5)


def hamming(M):
    """The Hamming window of `M` points: a raised cosine, 0.08 at the ends.

    >>> np.hamming(3).round(6).tolist()
    [0.08, 1.0, 0.08]
    """
    return cosines(M, 0.54, 0.46)


def blackman(M):
    """The Blackman window of `M` points: two cosines, 0 at the ends.

    >>> abs(np.blackman(3)).round(6).tolist()
    [0.0, 1.0, 0.0]
    """
    return cosines(M, 0.42, 0.5, 0.08)


def bartlett(M):
    """The triangular window of `M` points, 0 at the ends.

    >>> np.bartlett(5).tolist()
    [0.0, 0.5, 1.0, 0.5, 0.0]
    """
    n = from_end_to_end(M)
    if n is None:
        return short(M)
    return F.where(n <= 0, 1 + n / (float(M) - 1), 1 - n / (float(M) - 1))


def kaiser(M, beta):
    """The Kaiser window of `M` points: the greater `beta`, the narrower.

    >>> np.kaiser(3, 2.0).round(4).tolist()
    [0.4387, 1.0, 0.4387]
    """
    M = float(M)
    if M == 1:
        return ones((1,))
    beta = asarray(beta) * 1.0
    middle = (M - 1) / 2.0
    n = arange(0.0, M)
    return F.i0(beta * F.sqrt(1 - ((n - middle) / middle) ** 2.0)) / F.i0(beta)
