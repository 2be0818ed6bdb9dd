"""The record of one operation, and the table of all of them.

This module imports nothing compiled: the build, the documentation and the tests read the table too.
"""

import ast
import functools
import re

# What an operation takes. Integers and bools given to a FLOATING category become floats as NumPy
# converts them; a bool given to NUMERIC, REAL or INTEGER becomes int8; NOT_BOOL refuses it.
CATEGORIES = {
    "ANY": "b iu f c",
    "NUMERIC": "iu f c",
    "NOT_BOOL": "iu f c",
    "ORDERED": "b iu f",
    "REAL": "iu f",
    "INTEGER": "iu",
    "STRICT_INTEGER": "iu",
    "BITWISE": "b iu",
    "FLOATING": "f c",
    "REAL_FLOATING": "f",
    "COMPLEX": "c",
    "BOOL": "b",
    # For kernels: what LAPACK computes in, and those that convert no integers.
    "LAPACK": "f c",
    "STRICT_FLOATING": "f c",
    "STRICT_REAL_FLOATING": "f",
}

CATEGORY_NAMES = {
    "ANY": "any dtype", "NUMERIC": "numbers", "NOT_BOOL": "numbers, but no bool", "ORDERED": "bool and real numbers",
    "REAL": "real numbers", "INTEGER": "integers", "STRICT_INTEGER": "integers, but no bool",
    "BITWISE": "bool and integers",
    "FLOATING": "real and complex floats (integers become floats)",
    "REAL_FLOATING": "real floats (integers become floats)", "COMPLEX": "complex numbers", "BOOL": "bool",
    "LAPACK": "real and complex floats but float16 (integers become float64)",
    "STRICT_FLOATING": "real and complex floats", "STRICT_REAL_FLOATING": "real floats",
}

# Functions that NumPy computes in double of any integers; others take the smallest float that holds them.
DOUBLES = {"divide", "i0", "sinc"}

# C functions that take no longer than their operands take to come from memory.
FAST_FUNCTIONS = {"absolute", "divide", "invert", "isfinite", "isinf", "isnan", "sqrt"}

# What it gives: the dtype computed in, that of its real part, or a dtype whatever it gets. Operations with a kernel of
# their own may say PROMOTED, FLOAT_OF, COMPLEX_OF or INDEX; their kernel then decides, and the documentation shows it.
RETURNS = ("SAME", "REAL_OF", "BOOL", "UINT8", "INT32", "PROMOTED", "FLOAT_OF", "COMPLEX_OF", "INDEX")


class Functions:
    """The library's own differentiable operations by name, for use inside gradient rules.

    Empty until the namespace is built from the table; rules run later than that. An operation whose name
    has a dot lies in a namespace of its own, as in the library: ``F.fft.rfft``.
    """


F = Functions()
TABLE = {}


def offer(functions, name, operation):
    """Make an operation known under its name."""
    folder, _, rest = name.partition(".")
    if rest:
        offer(functions.__dict__.setdefault(folder, Functions()), rest, operation)
    else:
        setattr(functions, name, operation)


class Record:
    """Everything there is to know about one operation.

    `name` is its place in the library: ``exp`` is in the top level, ``fft.rfft`` in the package ``mltensor.fft``.

    Exactly one of `expr`, `kernel` and `via` says how it is computed: a C expression over the scalars
    ``a``, ``b``, ``c``; the name of a kernel that a device has registered; or a Python function over
    other operations, which is then differentiated through.

    `vjp` holds one small function per tensor input (None where there is no gradient), written in the library's own
    operations. The names of its parameters say what the tape keeps: ``g`` the incoming gradient, ``y`` the result
    (``y_shape`` its shape alone), an input's name its value, ``x_shape`` (``x_strides``, ``x_device``) the shape of
    input ``x`` alone, and the name of any other argument that argument. The engine undoes broadcasting and casts;
    it hands complex values over conjugated, so that a rule written for real numbers is right for complex. Of an
    operation with several results ``g`` and ``y`` are tuples, ``None`` in ``g`` where nothing arrived, and ``y`` as
    it is, not conjugated.
    """

    FIELDS = ("name", "family", "doc", "accepts", "returns", "expr", "kernel", "via", "signature", "vjp", "sample",
              "gpu")
    __slots__ = FIELDS

    def __init__(self, *values):
        for field, value in zip(self.FIELDS, values, strict=True):
            setattr(self, field, value)

    @property
    def arguments(self):
        """List of (name, kind, default) in order; kind is 'tensor', 'tensors', 'ints' or 'value'."""
        return [(name, kind, default) for name, kind, default, _ in parse_signature(self.signature)]

    @property
    def positional(self):
        """Number of arguments that may be given by position."""
        return sum(passing != "keyword" for *_, passing in parse_signature(self.signature))

    @property
    def documentation(self):
        """The docstring: what it does, what it takes."""
        plain = re.sub(r": (Tensors?|Selector|Ints)", "", self.signature)
        lines = [f"{self.name}({plain})", "", self.doc, "", f"Takes {CATEGORY_NAMES[self.accepts]}."]
        if not self.vjp and self.via is None:
            lines.append("It has no gradient.")
        return "\n".join(lines)

    @property
    def streams(self):
        """Whether memory is what an expression waits for: it then has loops that write past the cache."""
        return bool(self.expr) and set(re.findall(r"(\w+)\(", self.expr)) <= FAST_FUNCTIONS

    @property
    def reads_integers(self):
        """Whether there are loops that read integers and compute doubles, instead of integers made doubles before."""
        return self.name == "divide"

    @property
    def in_double(self):
        """Whether integers are computed in double, however small: their quotient, unlike their sine."""
        return self.name in DOUBLES

    @property
    def inputs(self):
        """Names of the tensor inputs, as the gradient rules call them."""
        if self.expr:
            return expression_variables(self.expr)
        return [name for name, kind, _, _ in parse_signature(self.signature)
                if kind in ("tensor", "tensors", "selector")]


@functools.cache
def expression_variables(expr):
    """Those of ``a``, ``b``, ``c`` that occur in a C expression."""
    return [name for name in "abc" if re.search(rf"\b{name}\b", expr)]


PARTS = re.compile(r"\s*([*/]|\w+)\s*(?::\s*(\w+))?\s*(?:=\s*([^,(]+|\([^)]*\)))?\s*(?:,|$)")
KINDS = {"Tensor": "tensor", "Tensors": "tensors", "Selector": "selector", "Ints": "ints", "": "value"}
COMMON_DEFAULTS = {"None": None, "True": True, "False": False, "0": 0, "1": 1, "-1": -1}


@functools.cache
def parse_signature(text):
    """List of (name, kind, default, passing) from the text of a signature.

    A tensor input is annotated ``x: Tensor``, a sequence of them ``arrays: Tensors``; one of positions or
    a mask, which has no say in the dtype of the others, ``indices: Selector``; ``shape: Ints`` takes a tuple
    or, positionally, several integers. `passing` is 'positional', 'either' or 'keyword'.
    A missing default is ``...``.
    """
    found = []
    passing = "either"
    for name, annotation, default in PARTS.findall(text):
        if name == "/":
            found = [(*argument[:3], "positional") for argument in found]
        elif name == "*":
            passing = "keyword"
        else:
            default = default.strip()
            if not default:
                value = ...
            else:
                value = COMMON_DEFAULTS[default] if default in COMMON_DEFAULTS else ast.literal_eval(default)
            found.append((name, KINDS[annotation], value, passing))
    return found


ELEMENTWISE_SIGNATURES = {
    1: "x: Tensor, /, out=None, *, where=True, dtype=None, casting='same_kind'",
    2: "x1: Tensor, x2: Tensor, /, out=None, *, where=True, dtype=None, casting='same_kind'",
    3: "x1: Tensor, x2: Tensor, x3: Tensor, /, out=None, *, where=True, dtype=None, casting='same_kind'",
}


def family(name, namespace=None):
    """The function `op` with which one file of the table adds its records.

    They are at the top level, or in the package that `namespace` names, such as ``linalg``.
    """

    def op(title, *, doc, accepts="ANY", returns="SAME", expr=None, kernel=None, via=None, signature=None,
           vjp=(), sample="(-3, 3)", gpu=None):
        if namespace is not None:
            title = f"{namespace}.{title}"
        if sum(way is not None for way in (expr, kernel, via)) != 1:
            raise ValueError(f"operation {title!r}: exactly one of expr, kernel and via says how it is computed")
        if accepts not in CATEGORIES or returns not in RETURNS:
            raise ValueError(f"operation {title!r}: unknown category {accepts!r} or {returns!r}")
        if expr is not None and not title.isidentifier():
            raise ValueError(f"operation {title!r}: an expression becomes a C function; its name must be an identifier")
        if title in TABLE:
            raise ValueError(f"operation {title!r} is in the table twice")
        if expr is not None:
            signature = ELEMENTWISE_SIGNATURES[len(expression_variables(expr))]
        if signature is None:
            raise ValueError(f"operation {title!r} needs a signature")
        vjp = vjp if isinstance(vjp, tuple) else (vjp,)
        record = Record(title, name, doc, accepts, returns, expr, kernel, via, signature, vjp, sample, gpu)
        if vjp and len(vjp) != len(record.inputs):
            raise ValueError(f"operation {title!r}: {len(vjp)} gradient rules for inputs {record.inputs}")
        TABLE[title] = record
        return record

    return op


def loop_lines():
    """One C macro line for every operation that is an expression, by family."""
    families = {}
    for record in TABLE.values():
        if record.expr:
            # The number after a float16 is not that after the float32 of the same value.
            own_half = re.search(r"\b(nextafter|spacing)\(", record.expr)
            streamed = "INTEGERS_" if record.reads_integers else "STREAMED_"
            macro = "MLT_" + (streamed if record.streams else "" if own_half else "HALF_") + "OPERATION"
            families.setdefault(record.family, []).append(
                f"{macro}{len(record.inputs)}({record.name}, {record.accepts}, {record.returns}, {record.expr})")
    return families
