"""Elementwise functions and reductions over 1e5, 1e6 and 1e7 float32 numbers."""

import numpy

from .cases import Case

NOT_IN_NUMPY = {"numpy": None}

ELEMENTWISE = [
    ("a + b", "a + b", {}),
    ("a * b + c", "a * b + c", {}),
    ("sqrt", "xp.sqrt(a)", {}),
    ("exp", "xp.exp(a)", {}),
    ("log", "xp.log(a)", {}),
    ("sin", "xp.sin(a)", {}),
    ("tanh", "xp.tanh(a)", {}),
    ("a ** b", "a ** b", {}),
    ("a < b", "a < b", {}),
    ("where", "xp.where(mask, a, b)", {}),
    ("maximum", "xp.maximum(a, b)", {}),
    ("sigmoid", "xp.sigmoid(a)", NOT_IN_NUMPY),
    ("gelu", "xp.gelu(a)", {"numpy": None, "torch": "xp.nn.functional.gelu(a)"}),
    ("matrix + row", "matrix + row", {}),
    ("a transposed, copied", "matrix.T.copy()", {"torch": "matrix.T.contiguous()"}),
]

REDUCTIONS = [
    ("sum", "xp.sum(a)", {}),
    ("mean", "xp.mean(a)", {}),
    ("var", "xp.var(a)", {"torch": "xp.var(a, correction=0)"}),
    ("max", "xp.max(a)", {}),
    ("argmax", "xp.argmax(a)", {}),
    ("any", "xp.any(nowhere)", {}),
    ("cumsum", "xp.cumsum(a, 0)", {}),
    ("sum, axis 0", "xp.sum(matrix, 0)", {}),
    ("sum, axis 1", "xp.sum(matrix, 1)", {}),
    ("max, axis 1", "matrix.max(1)", {"torch": "xp.amax(matrix, 1)"}),
    ("softmax", "xp.softmax(matrix, 1)", NOT_IN_NUMPY),
    ("logsumexp", "xp.logsumexp(matrix, 1)", NOT_IN_NUMPY),
]


def names(size):
    """The setup for one number of elements."""

    def setup(library):
        rng = numpy.random.default_rng(0)
        a, b, c = (rng.uniform(0.5, 2.0, size).astype(numpy.float32) for _ in range(3))
        return {"xp": library.xp, "a": library.tensor(a), "b": library.tensor(b), "c": library.tensor(c),
                "mask": library.tensor(a > b), "nowhere": library.tensor(a > 3),
                "matrix": library.tensor(a.reshape(-1, 1000)), "row": library.tensor(b[:1000])}

    return setup


def rows(table, sizes):
    """Rows of the table, size by size."""
    return [Case(f"{title}, {size:.0e}".replace("e+0", "e"), statement, names(size), others)
            for size in sizes for title, statement, others in table]


def elementwise(options):
    return rows(ELEMENTWISE, options.sizes)


def reductions(options):
    return rows(REDUCTIONS, options.sizes)
