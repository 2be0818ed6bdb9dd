"""The namespace with everything on the tape: every floating tensor that goes in or comes out requires a gradient.

``array_api.py --module recording`` runs the standard's suite on it, so that every function is tried with its values
being recorded. Writing in place to a leaf that requires a gradient raises; the suite writes to fresh tensors,
which are leaves to the tape, and those refusals alone are expected.
"""

import functools
import sys
import types

import mltensor


def on_the_tape(value):
    """The same value; floating tensors in it require a gradient from now on."""
    if isinstance(value, mltensor.Tensor):
        if value.dtype.kind in "fc" and not value.requires_grad:
            value.requires_grad_()
    elif isinstance(value, (tuple, list)):
        for one in value:
            on_the_tape(one)
    return value


def recorded(function):
    """A function that puts its arguments and its result on the tape."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        on_the_tape(args)
        on_the_tape(tuple(kwargs.values()))
        return on_the_tape(function(*args, **kwargs))

    return call


class Namespace(types.ModuleType):
    """A module whose functions are those of another one, recorded."""

    def __init__(self, name, module):
        super().__init__(name, module.__doc__)
        self.module = module

    def __getattr__(self, name):
        value = getattr(self.module, name)
        if isinstance(value, types.ModuleType):
            value = Namespace(f"{self.__name__}.{name}", value)
        elif callable(value) and not isinstance(value, type) and not name.startswith("__"):
            value = recorded(value)
        setattr(self, name, value)
        return value

    def __dir__(self):
        return dir(self.module)


sys.modules[__name__] = Namespace(__name__, mltensor)
