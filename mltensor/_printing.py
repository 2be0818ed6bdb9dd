"""How tensors look when printed: PyTorch's rules for digits, in NumPy's brackets for ``str``."""

import contextlib
import math

import numpy

from mltensor._core.dtypes import get_default_dtype
from mltensor._core.interop import to_numpy

DEFAULTS = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}
PROFILES = {
    "default": DEFAULTS,
    "short": DEFAULTS | {"precision": 2, "edgeitems": 2},
    "full": DEFAULTS | {"threshold": math.inf},
}
options = dict(DEFAULTS)

# Names of recorded operations as PyTorch's users know them.
SHORT_NAMES = {"multiply": "Mul", "subtract": "Sub", "divide": "Div", "power": "Pow", "negative": "Neg",
               "absolute": "Abs", "concat": "Cat", "permute_dims": "Permute", "matmul": "Matmul"}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None,
                     **unused):
    """Set how tensors are printed. What is not given keeps its setting, except `sci_mode`.

    Parameters
    ----------
    precision : int, optional
        Digits after the point, 4 by default.
    threshold : int, optional
        Number of elements above which the middle is left out, 1000 by default.
    edgeitems : int, optional
        Elements shown at each end of a dimension that is shortened, 3 by default.
    linewidth : int, optional
        Characters in a line, 80 by default.
    profile : {'default', 'short', 'full'}, optional
        A set of settings to begin with.
    sci_mode : bool, optional
        Always or never exponents; None decides by the numbers.
    **unused
        NumPy's other options (``suppress``, ``floatmode``, ``formatter``...). ``suppress=True`` is
        ``sci_mode=False``; the others have no effect.
    """
    known = {"suppress", "nanstr", "infstr", "sign", "formatter", "floatmode", "legacy", "override_repr"}
    if unknown := set(unused) - known:
        raise TypeError(f"set_printoptions got unexpected arguments {sorted(unknown)}")
    if profile is not None:
        if profile not in PROFILES:
            raise ValueError(f"profile must be one of {', '.join(PROFILES)}, not {profile!r}")
        options.update(PROFILES[profile])
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    for name, value in given.items():
        if value is not None:
            if value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
            options[name] = value
    options["sci_mode"] = False if unused.get("suppress") else sci_mode


def get_printoptions():
    """The settings of :func:`set_printoptions` as a dict."""
    return dict(options)


@contextlib.contextmanager
def printoptions(**settings):
    """Settings of :func:`set_printoptions` that hold inside a ``with`` block."""
    before = dict(options)
    try:
        set_printoptions(**settings)
        yield get_printoptions()
    finally:
        options.update(before)


class RealFormat:
    """The common width and form of the real numbers of one tensor."""

    def __init__(self, values):
        self.floating = values.dtype.kind == "f"
        self.integral = True
        self.scientific = False
        self.width = 1
        if not self.floating:
            self.width = max((len(str(value)) for value in values.tolist()), default=1)
            return
        values = values.astype(numpy.float64, copy=False)
        values = values[numpy.isfinite(values) & (values != 0)]
        if not values.size:
            return
        sizes = numpy.abs(values)
        smallest, largest = float(sizes.min()), float(sizes.max())
        self.integral = bool((values == numpy.ceil(values)).all())
        spread = largest / 1000.0 > smallest or largest > 1e8
        self.scientific = spread or (not self.integral and smallest < 1e-4)
        if options["sci_mode"] is not None:
            self.scientific = options["sci_mode"]
        self.width = max(len(self.text(value)) for value in values.tolist())

    def text(self, value):
        """One number, not padded."""
        if not self.floating:
            return str(value)
        if self.scientific:
            return f"{value:.{options['precision']}e}"
        if not self.integral:
            return f"{value:.{options['precision']}f}"
        return f"{value:.0f}." if math.isfinite(value) else f"{value:.0f}"

    def __call__(self, value):
        return self.text(value).rjust(self.width)


class ComplexFormat:
    """Real and imaginary parts, each with its own form."""

    def __init__(self, values):
        self.real = RealFormat(values.real)
        self.imag = RealFormat(values.imag)
        self.width = self.real.width + self.imag.width + 1

    def __call__(self, value):
        imag = (self.imag(value.imag) + "j").lstrip()
        return self.real(value.real) + ("" if imag[0] in "+-" else "+") + imag


def shown_part(array):
    """The elements that are printed, for the numbers' form to be worked out from."""
    edge = options["edgeitems"]
    for axis, length in enumerate(array.shape):
        if length > 2 * edge:
            array = numpy.concatenate([array.take(range(edge), axis), array.take(range(length - edge, length), axis)],
                                      axis)
    return array


def body(array, indent, separator):
    """The nested brackets of an array's elements.

    Parameters
    ----------
    array : numpy.ndarray
        The values, at least one.
    indent : int
        Characters that stand before the first bracket.
    separator : str
        Between neighbours: a comma in ``repr``, nothing in ``str``.
    """
    summarise = array.size > options["threshold"]
    shown = shown_part(array) if summarise else array
    form = (ComplexFormat if array.dtype.kind == "c" else RealFormat)(shown.reshape(-1))
    if array.ndim == 0:
        return form(array.item())
    edge = options["edgeitems"]

    def row(values, indent):
        per_line = max(1, (options["linewidth"] - indent) // (form.width + 1 + len(separator)))
        if summarise and len(values) > 2 * edge:
            words = [*map(form, values[:edge].tolist()), " ...", *map(form, values[-edge:].tolist())]
        else:
            words = list(map(form, values.tolist()))
        lines = [f"{separator} ".join(words[k:k + per_line]) for k in range(0, len(words), per_line)]
        return "[" + f"{separator}\n{' ' * (indent + 1)}".join(lines) + "]"

    def block(values, indent):
        if values.ndim == 1:
            return row(values, indent)
        if summarise and len(values) > 2 * edge:
            parts = [*(block(part, indent + 1) for part in values[:edge]), "...",
                     *(block(part, indent + 1) for part in values[-edge:])]
        else:
            parts = [block(part, indent + 1) for part in values]
        return "[" + (separator + "\n" * (values.ndim - 1) + " " * (indent + 1)).join(parts) + "]"

    return block(array, indent)


def host_array(tensor):
    """The values where Python can read them."""
    return to_numpy(tensor if tensor.device.type == "cpu" else tensor.detach().to("cpu"))


def gradient_note(tensor, ending):
    """What ``repr`` says of the tape: the operation that made the tensor, or that it is a leaf."""
    if not tensor.requires_grad:
        return []
    if tensor.is_leaf:
        return ["requires_grad=True"]
    name = tensor.grad_fn.name
    return [f"grad_fn=<{SHORT_NAMES.get(name) or name.title().replace('_', '')}Backward{ending}>"]


def tensor_repr(tensor, default_dtype=None, module="", ending=""):
    """The text ``tensor([...], dtype=..., requires_grad=True)``.

    Parameters
    ----------
    tensor : Tensor
    default_dtype : dtype, optional
        The floating dtype that is not mentioned; by default that of new tensors.
    module, ending : str, optional
        What stands before the name of a dtype, and behind that of the operation.
    """
    prefix = "tensor("
    default = numpy.dtype(default_dtype or get_default_dtype())
    usual = (default, numpy.dtype(numpy.complex64 if default.itemsize == 4 else numpy.complex128),
             numpy.dtype(numpy.int64), numpy.dtype(numpy.bool_))
    notes = []
    if str(tensor.device) != "cpu":
        notes.append(f"device='{tensor.device}'")
    if math.prod(tensor.shape) == 0:
        text = "[]"
        if tensor.ndim != 1:
            notes.append(f"size={tuple(tensor.shape)}")
        plain = tensor.dtype == default
    else:
        text = body(host_array(tensor), len(prefix), ",")
        plain = tensor.dtype in usual
    if not plain:
        notes.append(f"dtype={module}{tensor.dtype}")
    text = prefix + text
    used = len(text) - (text.rfind("\n") + 1) + 1
    for note in notes + gradient_note(tensor, ending):
        if used + len(note) + 2 > options["linewidth"]:
            text += f",\n{' ' * len(prefix)}{note}"
            used = len(prefix) + len(note)
        else:
            text += f", {note}"
            used += len(note) + 2
    return text + ")"


def tensor_str(tensor):
    """The values alone, in NumPy's brackets; a 0-d tensor prints as its number, with all digits."""
    if tensor.ndim == 0:
        return number_text(tensor)
    if math.prod(tensor.shape) == 0:
        return "[]"
    return body(host_array(tensor), 0, "")


def number_text(tensor):
    """The one number of a 0-d tensor with all its digits, as NumPy prints it."""
    # Python prints doubles, integers and bools as NumPy does, at a fifth of the cost.
    return str(tensor.item()) if tensor.dtype.char in "d?bhilqBHILQ" else str(host_array(tensor)[()])


def tensor_format(tensor, specification):
    """``format(tensor, specification)``: a number's format for one element."""
    if not specification:
        return number_text(tensor) if tensor.ndim == 0 else str(tensor)
    if tensor.size != 1:
        raise TypeError(f"the format {specification!r} needs a tensor of one element, not of shape "
                        f"{tuple(tensor.shape)}; format the elements of .tolist()")
    return format(tensor.item(), specification)


def array_repr(arr, max_line_width=None, precision=None, suppress_small=None):
    """``repr`` of a tensor with settings of its own, as NumPy's function."""
    with printoptions(linewidth=max_line_width, precision=precision, sci_mode=False if suppress_small else None):
        return repr(arr)


def array_str(a, max_line_width=None, precision=None, suppress_small=None):
    """``str`` of a tensor with settings of its own, as NumPy's function."""
    with printoptions(linewidth=max_line_width, precision=precision, sci_mode=False if suppress_small else None):
        return str(a)
