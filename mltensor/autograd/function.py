"""Operations of the user's own, with their own backward."""

from mltensor._core.create import zeros
from mltensor._core.gradient import detach as detached
from mltensor._core.tape import PythonNode, attach, is_grad_enabled, node_of
from mltensor._core.tape import set_grad_enabled_flag as switch
from mltensor._core.tensor import Tensor, as_class
from mltensor._ops.record import F
from mltensor.errors import GradientError, ShapeError


class Context:
    """What `forward` leaves for `backward`."""

    def __init__(self, needs_input_grad):
        self.needs_input_grad = needs_input_grad
        self.to_save = ()
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
        return self.to_save

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
        ctx = Context(tuple(node is not None and tracked for node in nodes))
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


def record(cls, ctx, nodes, args, results):
    """Results on the tape, with a node that calls the class's backward."""
    if not isinstance(results, (Tensor, tuple, list)):
        raise TypeError(f"{cls.__name__}.forward must return a tensor or a tuple of them, not {type(results).__name__}")
    single = isinstance(results, Tensor)
    outputs = [results] if single else list(results)
    # A result that is an input itself gets a tensor of its own: its place on the tape differs.
    outputs = [as_class(detached(out), type(out)) if any(out is arg for arg in args) and not any(
        out is dirty for dirty in ctx.dirty) else out for out in outputs]
    wanted = [(arg.shape, arg.dtype, arg.device) if node is not None else None
              for arg, node in zip(args, nodes, strict=True)]
    shapes = [(out.shape, out.dtype, out.device) if isinstance(out, Tensor) else None for out in outputs]

    def go_back(*gradients):
        if ctx.materialize:
            gradients = [zeros_for(shape) if gradient is None and shape is not None else gradient
                         for gradient, shape in zip(gradients, shapes, strict=True)]
        given = cls.backward(ctx, *gradients)
        given = given if isinstance(given, tuple) else (given,)
        if len(given) > len(nodes):
            if any(extra is not None for extra in given[len(nodes):]):
                raise GradientError(
                    f"{cls.__name__}.backward gave {len(given)} gradients for {len(nodes)} arguments of forward")
            given = given[:len(nodes)]
        if len(given) < len(nodes):
            raise GradientError(
                f"{cls.__name__}.backward gave {len(given)} gradients for {len(nodes)} arguments of forward; give one "
                "for each, None where there is none")
        return tuple(fitting(cls.__name__, number, gradient, expected)
                     for number, (gradient, expected) in enumerate(zip(given, wanted, strict=True)))

    saved = tuple(tensor for tensor in ctx.to_save if tensor is not None)
    node = PythonNode(cls.__name__, go_back, nodes, saved, len(outputs))
    ctx.node = node
    kept = [out for out in outputs if isinstance(out, Tensor)
            and not any(out is other for other in ctx.non_differentiable)]
    if single:
        if kept:
            attach(node, outputs[0])
        return outputs[0]
    attach_some(node, outputs, kept)
    return tuple(outputs) if isinstance(results, tuple) else outputs


def fitting(name, number, gradient, expected):
    """A gradient that a backward gave, in the dtype of the argument it is for."""
    if gradient is None or expected is None:
        return None
    shape, dtype, device = expected
    if not isinstance(gradient, Tensor):
        raise TypeError(f"{name}.backward must give tensors, not {type(gradient).__name__}, for argument {number}")
    if gradient.shape != shape or gradient.device != device:
        raise ShapeError(f"{name}.backward gave a gradient of shape {gradient.shape} on {gradient.device} for argument "
                         f"{number}, which has shape {shape} and is on {device}")
    if gradient.dtype == dtype:
        return gradient
    return F.cast(F.real(gradient) if gradient.dtype.kind == "c" and dtype.kind != "c" else gradient, dtype)


def attach_some(node, outputs, kept):
    """Put those of the outputs on the tape that have a gradient."""
    attach(node, tuple(outputs))
    for out in outputs:
        if isinstance(out, Tensor) and not any(out is one for one in kept):
            out.detach_()


def zeros_for(shape):
    from_shape, dtype, device = shape
    return zeros(from_shape, dtype=dtype, device=device)

