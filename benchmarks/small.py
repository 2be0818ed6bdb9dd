"""Operations on ten numbers: what a call costs."""

import numpy

from .cases import Case

GRADIENT = {"numpy": None, "jax": None}
HALF = {"numpy": 0.5}


def names(library, requires_grad=False):
    """Vectors `a`, `b`, `g` of ten float64 numbers, matrices `m`, `n` of 10 x 10, and the same as NumPy has them."""
    rng = numpy.random.default_rng(0)
    vectors = rng.uniform(0.5, 2.0, (3, 10))
    matrices = rng.uniform(0.5, 2.0, (2, 10, 10))
    a, b, g = (library.tensor(vector, requires_grad=requires_grad and i < 2) for i, vector in enumerate(vectors))
    return {"xp": library.xp, "a": a, "b": b, "g": g, "m": library.tensor(matrices[0]),
            "n": library.tensor(matrices[1]), "array": vectors[0]}


def recorded(library):
    """The same where `a` and `b` require a gradient; in NumPy and JAX, whose arrays have none, plain arrays."""
    return names(library, requires_grad=library.name in ("mltensor", "torch"))


def cases(_options):
    """Rows of the table."""
    return [
        Case("a + b", "a + b", names, targets={"numpy": 0.35}),
        Case("a + b, recorded", "a + b", recorded, targets={"numpy": 0.55, "torch": 0.15}),
        Case("a * 2.0", "a * 2.0", names, targets=HALF),
        Case("exp(a)", "xp.exp(a)", names, targets=HALF),
        Case("a.sum()", "a.sum()", names, targets=HALF),
        Case("a.reshape(2, 5)", "a.reshape(2, 5)", names, targets=HALF),
        Case("a @ b, 10 x 10", "m @ n", names, targets=HALF),
        Case("a[1:5]", "a[1:5]", names, targets={"numpy": 0.7}),
        Case("a[3]", "a[3]", names),
        Case("zeros(10)", "xp.zeros(10)", names),
        Case("asarray([1.0, 2.0, 3.0])", "xp.asarray([1.0, 2.0, 3.0])", names),
        Case("asarray(NumPy array)", "xp.asarray(array)", names),
        Case("(g * a).sum().backward()", "(g * a).sum().backward()", recorded, GRADIENT, checked=False,
             targets={"torch": 0.1}),
    ]
