"""Functions that are called when a module is: before, after, and on the way back."""

import itertools

from mltensor._core.tensor import Tensor
from mltensor.autograd import Function


class RemovableHandle:
    """What registering a hook returns; `remove` takes the hook away again. Also a context manager."""

    numbers = itertools.count()

    def __init__(self, hooks):
        self.hooks = hooks
        self.number = next(self.numbers)

    def remove(self):
        """Take the hook away; nothing happens when it is gone already."""
        self.hooks.pop(self.number, None)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.remove()


class Hooks:
    """The hooks of one module, by kind."""

    def __init__(self):
        self.before = {}
        self.after = {}
        self.backward = {}

    def __len__(self):
        return len(self.before) + len(self.after) + len(self.backward)

    @staticmethod
    def add(kind, entry, prepend=False):
        """Put a hook behind the others of its kind, or before them."""
        handle = RemovableHandle(kind)
        others = dict(kind) if prepend else {}
        if prepend:
            kind.clear()
        kind[handle.number] = entry
        kind.update(others)
        return handle

    def call(self, module, args, kwargs):
        """The module's forward with everything around it."""
        for hook, with_kwargs in list(self.before.values()):
            result = hook(module, args, kwargs) if with_kwargs else hook(module, args)
            if result is None:
                continue
            if with_kwargs:
                args, kwargs = result
            else:
                args = result if isinstance(result, tuple) else (result,)
        boundary = Boundary(module, list(self.backward.values())) if self.backward else None
        if boundary is not None:
            args = boundary.enter(args)
        output = module.forward(*args, **kwargs)
        for hook, with_kwargs in list(self.after.values()):
            result = hook(module, args, kwargs, output) if with_kwargs else hook(module, args, output)
            if result is not None:
                output = result
        return output if boundary is None else boundary.leave(output)


class Crossing(Function):
    """The identity; on the way back the gradients pass through a callable."""

    @staticmethod
    def forward(ctx, callback, *tensors):
        """The tensors again, as results of this function."""
        ctx.callback = callback
        return tuple([tensor.view_as(tensor) for tensor in tensors])

    @staticmethod
    def backward(ctx, *gradients):
        """The gradients as the callback wants them."""
        return (None, *ctx.callback(gradients))


class Boundary:
    """One call of a module, watched on the way back: gradients enter at its outputs and leave at its inputs."""

    def __init__(self, module, hooks):
        self.module = module
        self.hooks = hooks
        self.grad_output = None
        self.inputs = 0

    def enter(self, args):
        """The arguments, with those that need gradients passing through the boundary."""
        places = [i for i, value in enumerate(args) if isinstance(value, Tensor) and value.requires_grad]
        self.inputs = len(args)
        self.places = places
        if not places:
            return args
        crossed = Crossing.apply(self.leave_backward, *[args[i] for i in places])
        args = list(args)
        for place, tensor in zip(places, crossed, strict=True):
            args[place] = tensor
        return tuple(args)

    def leave(self, output):
        """The output (a tensor, or a tuple or list with tensors), passing through the boundary."""
        single = isinstance(output, Tensor)
        values = [output] if single else list(output) if isinstance(output, (tuple, list)) else []
        self.output_places = [i for i, value in enumerate(values) if isinstance(value, Tensor) and value.requires_grad]
        self.outputs = len(values)
        if not self.output_places:
            return output
        crossed = Crossing.apply(self.enter_backward, *[values[i] for i in self.output_places])
        for place, tensor in zip(self.output_places, crossed, strict=True):
            values[place] = tensor
        return values[0] if single else type(output)(values)

    def enter_backward(self, gradients):
        """Gradients of the outputs have arrived."""
        self.grad_output = spread(gradients, self.output_places, self.outputs)
        if not self.places:
            # No input asks for a gradient: this is all the hooks will see.
            self.run((None,) * self.inputs)
        return gradients

    def leave_backward(self, gradients):
        """Gradients of the inputs are known; the hooks may replace them."""
        changed = self.run(spread(gradients, self.places, self.inputs))
        return tuple([changed[place] for place in self.places])

    def run(self, grad_input):
        """Call the hooks one after the other."""
        for hook in self.hooks:
            result = hook(self.module, grad_input, self.grad_output)
            if result is not None:
                grad_input = result if isinstance(result, tuple) else (result,)
        return grad_input


def spread(values, places, count):
    """Tuple of `count` entries with `values` at `places` and None elsewhere."""
    entries = [None] * count
    for place, value in zip(places, values, strict=True):
        entries[place] = value
    return tuple(entries)
