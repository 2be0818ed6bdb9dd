"""Comparing gradients with differences of values."""

import numpy

from mltensor._core.create import asarray
from mltensor._core.interop import to_numpy
from mltensor._core.tensor import Tensor
from mltensor.errors import GradientError

from .backward import grad
from .modes import enable_grad, no_grad


def as_outputs(value):
    """What a function gave, as a tuple of the tensors that have gradients."""
    values = value if isinstance(value, (tuple, list)) else (value,)
    return tuple(v for v in values if isinstance(v, Tensor) and v.dtype.kind in "fc")


def numerical_jacobian(function, inputs, which, eps):
    """d outputs / d inputs[which] by central differences, one matrix per output.

    A row per element of the input; a complex input has a row for its real and one for its
    imaginary parts.
    """
    source = to_numpy(inputs[which].detach())
    parts = (1.0, 1j) if source.dtype.kind == "c" else (1.0,)
    jacobians = None
    for direction in parts:
        for position in range(source.size):
            columns = []
            for sign in (1, -1):
                moved = source.copy()
                moved.reshape(-1)[position] += sign * eps * direction
                arguments = list(inputs)
                arguments[which] = asarray(moved, copy=True, device=inputs[which].device)
                with no_grad():
                    columns.append([to_numpy(out).astype(numpy.complex128).reshape(-1).copy()
                                    for out in as_outputs(function(*arguments))])
            rows = [(up - down) / (2 * eps) for up, down in zip(*columns, strict=True)]
            if jacobians is None:
                jacobians = [[] for _ in rows]
            for jacobian, row in zip(jacobians, rows, strict=True):
                jacobian.append(row)
    return [] if jacobians is None else [numpy.array(j) for j in jacobians]


def analytical_rows(output, target, directions):
    """Gradients of `target` for unit gradients at each element of `output`."""
    flat = output.size
    rows = []
    for position in range(flat):
        for direction in directions:
            start = numpy.zeros(output.shape, dtype=output.dtype)
            start.reshape(-1)[position] = direction
            (found,) = grad(output, target, asarray(start, device=output.device), retain_graph=True, allow_unused=True)
            values = numpy.zeros(target.shape, target.dtype) if found is None else to_numpy(found.detach())
            rows.append((position, direction, values.astype(numpy.complex128).reshape(-1).copy()))
    return rows


def check_input(function, inputs, which, eps, atol, rtol):
    """Compare all rows for one input; returns a message about the worst difference, or None."""
    if inputs[which].size == 0:
        return None
    numerical = numerical_jacobian(function, inputs, which, eps)
    with enable_grad():
        outputs = as_outputs(function(*inputs))
    target = inputs[which]
    for number, output in enumerate(outputs):
        if not output.requires_grad:
            expected = numerical[number]
            if not numpy.allclose(expected, 0, atol=atol):
                return f"output {number} does not require a gradient but depends on input {which}"
            continue
        directions = (1.0, 1j) if output.dtype.kind == "c" else (1.0,)
        size = target.size
        for position, direction, row in analytical_rows(output, target, directions):
            # A gradient g means d Re(conj(direction) * output) = Re(conj(g) * d input).
            change = numpy.real(numpy.conj(direction) * numerical[number][:, position])
            expected = change[:size] + (1j * change[size:] if len(change) > size else 0)
            if not numpy.allclose(row, expected, atol=atol, rtol=rtol, equal_nan=True):
                worst = int(numpy.nanargmax(numpy.abs(row - expected)))
                return (f"output {number}, element {position}, with respect to element {worst} of input {which} of "
                        f"shape {target.shape}: the gradient is {row[worst]:.6g}, differences of values give "
                        f"{expected[worst]:.6g}")
    return None


def gradcheck(func, inputs, *, eps=1e-06, atol=1e-05, rtol=0.001, raise_exception=True):
    """Compare the gradients of a function with central differences of its values.

    Parameters
    ----------
    func : callable
        Takes tensors, gives a tensor or a tuple of them.
    inputs : Tensor or sequence
        Arguments; those that require a gradient are checked. They should be float64 or complex128.
    eps, atol, rtol : float
        Step of the differences and tolerances of the comparison.
    raise_exception : bool
        Raise GradientError at a difference rather than return False.

    Returns
    -------
    bool
    """
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [i for i, value in enumerate(inputs) if isinstance(value, Tensor) and value.requires_grad]
    if not checked:
        raise GradientError("gradcheck: no input requires a gradient")
    for which in checked:
        if inputs[which].dtype.name not in ("float64", "complex128"):
            raise GradientError(
                f"gradcheck: input {which} is {inputs[which].dtype}; differences are too coarse below float64")
        message = check_input(func, inputs, which, eps, atol, rtol)
        if message is not None:
            if raise_exception:
                raise GradientError(f"gradcheck: {message}")
            return False
    return True


def gradgradcheck(func, inputs, grad_outputs=None, *, eps=1e-06, atol=1e-05, rtol=0.001, raise_exception=True):
    """Compare the gradients of a function's gradients with differences.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception
        As for `gradcheck`.
    grad_outputs : sequence of Tensor, optional
        Gradients to start from; by default fixed pseudo-random ones.

    Returns
    -------
    bool
    """
    inputs = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [i for i, value in enumerate(inputs) if isinstance(value, Tensor) and value.requires_grad]
    outputs = as_outputs(func(*inputs))
    if grad_outputs is None:
        generator = numpy.random.default_rng(0)
        grad_outputs = []
        for output in outputs:
            start = generator.normal(size=output.shape)
            if output.dtype.kind == "c":
                start = start + 1j * generator.normal(size=output.shape)
            grad_outputs.append(asarray(start.astype(output.dtype), device=output.device).requires_grad_())
    grad_outputs = tuple(grad_outputs)

    def first_gradients(*arguments):
        values, starts = list(arguments[:len(inputs)]), arguments[len(inputs):]
        with enable_grad():
            for i in checked:
                if not values[i].requires_grad:
                    values[i].requires_grad_()
            results = as_outputs(func(*values))
            pairs = [(r, s) for r, s in zip(results, starts, strict=True) if r.requires_grad]
            return grad([r for r, _ in pairs], [values[i] for i in checked], [s for _, s in pairs],
                        create_graph=True, materialize_grads=True)

    return gradcheck(first_gradients, inputs + grad_outputs, eps=eps, atol=atol, rtol=rtol,
                     raise_exception=raise_exception)
