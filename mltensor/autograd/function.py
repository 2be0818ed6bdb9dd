"""Operations of the user's own, with their own backward."""

import functools

from mltensor._core.create import zeros
from mltensor._core.gradient import detach as detached
from mltensor._core.operators import rebase_written, written_by_function
from mltensor._core.tape import PythonNode, attach, attach_output, is_grad_enabled, node_of
from mltensor._core.tape import set_grad_enabled_flag as switch
from mltensor._core.tensor import Tensor
from mltensor.errors import GradientError


class Context:
    """What `forward` leaves for `backward`."""

    def __init__(self, nodes, tracked):
        self.input_nodes = nodes
        self.needs_input_grad = tuple(node is not None and tracked for node in nodes)
        self.to_save = ()
        self.places = ()
        self.non_differentiable = ()
        self.dirty = ()
        self.materialize = True
        self.node = None

    def save_for_backward(self, *tensors):
        """Keep tensors; backward finds them in `saved_tensors`."""
        for tensor in tensors:
            if tensor is not None and not isinstance(tensor, Tensor):
                raise TypeError(f"save_for_backward keeps tensors, not {type(tensor).__name__}; set attributes on ctx "
                                "for other values")
        self.to_save = tensors

    @property
    def saved_tensors(self):
        """The tensors given to `save_for_backward`."""
        if self.node is None or not any(place is not None for place in self.places):
            return self.to_save
        return tuple(tensor if place is None else self.with_place(tensor, *place)
                     for tensor, place in zip(self.to_save, self.places, strict=True))

    def keep(self, outputs, count):
        """Note which saved tensors are results: kept off the tape, so that the node does not keep itself alive."""
        places = []
        for tensor in self.to_save:
            index = next((i for i, out in enumerate(outputs) if out is tensor and tensor is not None), None)
            places.append(None if index is None else (index, count))
        self.places = tuple(places)
        self.to_save = tuple(tensor if place is None else detached(tensor)
                             for tensor, place in zip(self.to_save, places, strict=True))

    def with_place(self, tensor, index, count):
        """A saved result with its place on the tape."""
        result = detached(tensor)
        if count is None:
            attach(self.node, result)
        else:
            attach_output(self.node, result, index, count)
        return result

    def mark_non_differentiable(self, *tensors):
        """Outputs that have no gradient."""
        self.non_differentiable = tensors

    def mark_dirty(self, *tensors):
        """Inputs that forward wrote in place."""
        self.dirty = tensors

    def set_materialize_grads(self, value):
        """Whether backward sees zeros (the default) or None for outputs without a gradient."""
        self.materialize = value


class Function:
    """Base class of an operation with its own backward.

    Subclasses define two static methods: ``forward(ctx, *args)`` computes, ``backward(ctx, *grads)``
    gives one gradient (or None) per argument of forward. Call it as ``MyFunction.apply(*args)``. A
    backward written in the library's operations can itself be differentiated.
    """

    @staticmethod
    def forward(ctx, *args, **kwargs):
        raise NotImplementedError("a Function needs a static method forward(ctx, *args)")

    @staticmethod
    def backward(ctx, *grads):
        raise NotImplementedError("this Function has no backward")

    @staticmethod
    def setup_context(ctx, inputs, output):
        """For a forward without `ctx`: fill the context in."""

    @classmethod
    def apply(cls, *args, **kwargs):
        """Compute, and put the result on the tape."""
        nodes = tuple(node_of(arg) if isinstance(arg, Tensor) else None for arg in args)
        tracked = is_grad_enabled() and any(node is not None for node in nodes)
        ctx = Context(nodes, tracked)
        before = switch(False)
        try:
            if cls.setup_context is not Function.setup_context:
                results = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, results)
            else:
                results = cls.forward(ctx, *args, **kwargs)
        finally:
            switch(before)
        if not tracked:
            return results
        return record(cls, ctx, nodes, args, results)


def one_of(tensor, tensors):
    """Whether a tensor is among others, by identity."""
    return any(tensor is other for other in tensors)


def record(cls, ctx, nodes, args, results):
    """Results on the tape, with a node that calls the class's backward."""
    single = not isinstance(results, (tuple, list))
    given = [results] if single else list(results)
    constant = [not isinstance(out, Tensor) or out.dtype.kind not in "fc" or one_of(out, ctx.non_differentiable)
                for out in given]
    # A result that is an input itself gets a tensor of its own: its place on the tape differs.
    outputs = [detached(out) if isinstance(out, Tensor) and one_of(out, args) and not one_of(out, ctx.dirty) else out
               for out in given]
    ctx.keep(given, None if single else len(given))
    node = PythonNode(cls.__name__, backward_of(cls, ctx, outputs), nodes,
                      tuple(tensor for tensor in ctx.to_save if tensor is not None), len(outputs), args)
    for index, out in enumerate(outputs):
        if constant[index]:
            continue
        written = one_of(out, ctx.dirty)
        if written:
            written_by_function(cls.__name__, out)
        if single:
            attach(node, out)
        else:
            attach_output(node, out, index, len(outputs))
        if written:
            rebase_written(out)
    return outputs[0] if single else tuple(outputs)


def backward_of(cls, ctx, outputs):
    """What the node of a result calls: the backward of the class, with what it needs filled in and checked."""
    shapes = [(out.shape, out.dtype, out.device) if isinstance(out, Tensor) else None for out in outputs]
    count = len(ctx.input_nodes)

    def go_back(node, *gradients):
        if ctx.materialize:
            gradients = [zeros_for(shape) if gradient is None and shape is not None else gradient
                         for gradient, shape in zip(gradients, shapes, strict=True)]
        ctx.node = node
        try:
            given = cls.backward(ctx, *gradients)
        finally:
            ctx.node = None
        given = tuple(given) if isinstance(given, (tuple, list)) else (given,)
        if len(given) > count and all(extra is None for extra in given[count:]):
            given = given[:count]
        if len(given) != count:
            raise GradientError(
                f"{cls.__name__}.backward gave {len(given)} gradients for {count} arguments of forward; give one for "
                "each, None where there is none")
        return given

    return go_back


def zeros_for(shape):
    from_shape, dtype, device = shape
    return zeros(from_shape, dtype=dtype, device=device)


def once_differentiable(backward):
    """For a `Function.backward` that must not be differentiated itself: an attempt raises.

    Put it below ``@staticmethod``. Such a backward may use NumPy or anything else on the values.
    """

    @functools.wraps(backward)
    def once(ctx, *gradients):
        recording = switch(False)
        try:
            results = backward(ctx, *gradients)
        finally:
            switch(recording)
        if not recording:
            return results
        single = not isinstance(results, (tuple, list))
        results = (results,) if single else tuple(results)
        edges = ctx.input_nodes + tuple(node_of(g) for g in gradients if isinstance(g, Tensor))
        node = PythonNode("once_differentiable", refuse, edges, (), len(results))
        results = tuple(detached(result) if isinstance(result, Tensor) else result for result in results)
        for index, result in enumerate(results):
            if isinstance(result, Tensor):
                attach_output(node, result, index, len(results))
        return results[0] if single else results

    return once


def refuse(*_):
    raise GradientError(
        "this gradient comes from a Function.backward marked with once_differentiable: it has no gradient itself")
