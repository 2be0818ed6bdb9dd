"""Assertions for tests, NumPy's own, which compare tensors too: their values, not their place on the tape."""

import functools

import numpy.testing

from mltensor._core.tensor import Tensor
from mltensor._printing import host_array

COMPARISONS = (
    "assert_allclose", "assert_almost_equal", "assert_approx_equal", "assert_array_almost_equal",
    "assert_array_almost_equal_nulp", "assert_array_compare", "assert_array_equal", "assert_array_less",
    "assert_array_max_ulp", "assert_equal")
OTHERS = ("assert_", "assert_no_warnings", "assert_raises", "assert_raises_regex", "assert_string_equal",
          "assert_warns", "suppress_warnings")


def plain(value):
    """What is compared: arrays in the place of tensors, also within lists, tuples and dictionaries."""
    if isinstance(value, Tensor):
        return host_array(value.detach())
    if type(value) in (list, tuple):
        return type(value)(map(plain, value))
    if type(value) is dict:
        return {key: plain(one) for key, one in value.items()}
    return value


def comparison(function):
    """One of NumPy's assertions for tensors."""

    @functools.wraps(function)
    def compare(*args, **kwargs):
        __tracebackhide__ = True
        return function(*map(plain, args), **{key: plain(value) for key, value in kwargs.items()})

    return compare


globals().update({name: comparison(getattr(numpy.testing, name)) for name in COMPARISONS
                  if hasattr(numpy.testing, name)})
globals().update({name: getattr(numpy.testing, name) for name in OTHERS if hasattr(numpy.testing, name)})

__all__ = [name for name in (*COMPARISONS, *OTHERS) if hasattr(numpy.testing, name)]
