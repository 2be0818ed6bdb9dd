"""Matrix products: squares of 16 to 2048, and the shapes that networks have."""

import numpy

from .cases import Case

SQUARES = (16, 32, 64, 128, 256, 512, 1024, 2048)
SHAPES = {
    "vector, 2048 x 2048 by 2048": ((2048, 2048), (2048,)),
    "skinny, 32 x 784 by 784 x 512": ((32, 784), (784, 512)),
    "64 products of 64 x 64": ((64, 64, 64), (64, 64, 64)),
}


def names(left, right, dtype):
    """The setup for one pair of shapes."""

    def setup(library):
        rng = numpy.random.default_rng(0)
        return {name: library.tensor(rng.uniform(-1, 1, shape).astype(dtype))
                for name, shape in (("a", left), ("b", right))}

    return setup


def cases(options):
    """Rows of the table."""
    found = []
    for dtype in ("float32", "float64"):
        found += [Case(f"{n} x {n}, {dtype}", "a @ b", names((n, n), (n, n), dtype))
                  for n in SQUARES if n <= options.largest]
        found += [Case(f"{title}, {dtype}", "a @ b", names(left, right, dtype))
                  for title, (left, right) in SHAPES.items()]
    return found
