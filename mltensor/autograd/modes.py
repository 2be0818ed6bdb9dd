"""Switching the tape on and off, for a block or for a function."""

import functools

from mltensor._core.tape import is_grad_enabled
from mltensor._core.tape import set_grad_enabled_flag as switch

__all__ = ["enable_grad", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled"]

GENERATOR = 0x20  # the flag of generator functions, as inspect.CO_GENERATOR


class GradMode:
    """Recording switched to `enabled` inside a ``with`` block or a decorated function."""

    enabled = True

    def __init__(self):
        self.before = []

    def __enter__(self):
        self.before.append(switch(self.enabled))
        return self

    def __exit__(self, *_):
        switch(self.before.pop())

    def __call__(self, function):
        if getattr(getattr(function, "__code__", None), "co_flags", 0) & GENERATOR:
            return self.wrap_generator(function)

        @functools.wraps(function)
        def switched(*args, **kwargs):
            before = switch(self.enabled)
            try:
                return function(*args, **kwargs)
            finally:
                switch(before)

        return switched

    def wrap_generator(self, function):
        """Switch while the generator's own code runs, not while its consumer's does."""

        @functools.wraps(function)
        def switched(*args, **kwargs):
            generator = function(*args, **kwargs)
            try:
                value = self.resume(next, generator)
                while True:
                    try:
                        sent = yield value
                    except GeneratorExit:
                        self.resume(generator.close)
                        raise
                    except BaseException as error:  # what is thrown in is the generator's to handle
                        value = self.resume(generator.throw, error)
                    else:
                        value = self.resume(generator.send, sent)
            except StopIteration as stop:
                return stop.value

        return switched

    def resume(self, step, *given):
        """One step of a generator under the mode."""
        before = switch(self.enabled)
        try:
            return step(*given)
        finally:
            switch(before)


class DecoratorWithoutCall(type):
    """Lets ``@no_grad`` stand without parentheses, as ``@no_grad()`` does."""

    def __call__(cls, *args, **kwargs):
        if len(args) == 1 and not kwargs and callable(args[0]):
            return super().__call__()(args[0])
        return super().__call__(*args, **kwargs)


class no_grad(GradMode, metaclass=DecoratorWithoutCall):  # noqa: N801  the name people write
    """Nothing is recorded inside: for evaluation, and for writing to parameters."""

    enabled = False


class enable_grad(GradMode, metaclass=DecoratorWithoutCall):  # noqa: N801
    """Operations are recorded inside, also within a `no_grad` block."""

    enabled = True


class inference_mode(GradMode, metaclass=DecoratorWithoutCall):  # noqa: N801
    """The same as `no_grad`; the name PyTorch scripts use."""

    def __init__(self, mode=True):
        super().__init__()
        self.enabled = not mode


class set_grad_enabled(GradMode):  # noqa: N801
    """Recording switched at once; as a ``with`` block it is switched back at the end.

    Parameters
    ----------
    mode : bool
    """

    def __init__(self, mode):
        super().__init__()
        self.enabled = bool(mode)
        self.before.append(switch(self.enabled))

    def __enter__(self):
        return self

    def __call__(self, function):
        switch(self.before.pop())
        return super().__call__(function)
