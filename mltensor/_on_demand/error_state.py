"""NumPy's settings for floating-point errors, kept and read; nothing is ever printed.

Values are those of IEEE 754, and no operation asks the processor whether one of them came from a division by zero.
What would only print is accepted; what would change how a program goes on is refused.
"""

import contextlib
import contextvars
import operator
import types

from mltensor.errors import UnsupportedError

__all__ = ["errstate", "getbufsize", "geterr", "geterrcall", "setbufsize", "seterr", "seterrcall"]

KINDS = ("divide", "over", "under", "invalid")
SILENT = ("ignore", "warn", "print")
LOUD = ("raise", "call", "log")

settings = contextvars.ContextVar("settings", default=types.MappingProxyType(dict.fromkeys(KINDS, "ignore")))
callback = contextvars.ContextVar("callback", default=None)
buffers = contextvars.ContextVar("buffers", default=8192)


def checked(name, given):
    """The settings that were given, none of which would have to interrupt a program."""
    given = {kind: value for kind, value in given.items() if value is not None}
    for kind, value in given.items():
        if value in LOUD:
            raise UnsupportedError(
                f"{name}({kind}={value!r}): floating-point errors are not watched for, so that nothing can be raised "
                "or called; np.isfinite(x).all() finds what is infinite or NaN")
        if value not in SILENT:
            raise ValueError(f"{name}: {kind}={value!r} is none of {', '.join(SILENT + LOUD)}")
    everything = given.pop("all", None)
    return dict.fromkeys(KINDS, everything) | given if everything is not None else given


def seterr(all=None, divide=None, over=None, under=None, invalid=None):
    """Keep settings for floating-point errors; 'ignore', 'warn' and 'print' all mean that nothing is printed.

    Parameters
    ----------
    all, divide, over, under, invalid : {'ignore', 'warn', 'print'}, optional
        For all kinds, or for each.

    Returns
    -------
    dict
        What was set before.

    Raises
    ------
    UnsupportedError
        For 'raise', 'call' and 'log': nothing watches for these errors.
    """
    before = geterr()
    given = checked("seterr", {"all": all, "divide": divide, "over": over, "under": under, "invalid": invalid})
    settings.set(before | given)
    return before


def geterr():
    """What `seterr` has set, by kind of error."""
    return dict(settings.get())


def seterrcall(func):
    """Keep a function for floating-point errors; it is never called, as nothing watches for them.

    Returns
    -------
    callable or None
        The one before.
    """
    if func is not None and not callable(func) and not callable(getattr(func, "write", None)):
        raise ValueError("seterrcall: a function, an object with a method write, or None")
    before = callback.get()
    callback.set(func)
    return before


def geterrcall():
    """The function that `seterrcall` has kept."""
    return callback.get()


def setbufsize(size):
    """Keep a size of buffers, which nothing uses: operations of mixed dtypes need none.

    Returns
    -------
    int
        The one before.
    """
    size = operator.index(size)
    if size < 0:
        raise ValueError(f"setbufsize: the size must not be negative, got {size}")
    before = buffers.get()
    buffers.set(size)
    return before


def getbufsize():
    """The size that `setbufsize` has kept, 8192 at first."""
    return buffers.get()


class errstate(contextlib.ContextDecorator):  # noqa: N801  NumPy's name
    """Settings of `seterr` that hold inside a ``with`` block or a function.

    Examples
    --------
    >>> with np.errstate(divide="ignore"):
    ...     print(np.array(1.0) / 0)
    inf
    """

    def __init__(self, *, call=None, all=None, divide=None, over=None, under=None, invalid=None):
        self.given = checked("errstate",
                             {"all": all, "divide": divide, "over": over, "under": under, "invalid": invalid})
        self.call = call
        self.tokens = []

    def __enter__(self):
        call = callback.get() if self.call is None else self.call
        self.tokens.append((settings.set(settings.get() | self.given), callback.set(call)))

    def __exit__(self, *error):
        before, call = self.tokens.pop()
        settings.reset(before)
        callback.reset(call)
