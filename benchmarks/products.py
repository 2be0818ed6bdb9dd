"""Matrix products: squares of 8 to 2048, transposed, and the shapes that networks have."""

from .cases import from_arrays
from .source import made

SMALL_SQUARES = (8, 16, 32, 64)
SQUARES = (128, 256, 512, 1024, 2048)
SMALL = ("matmul 8 to 64, batched 64 of 64x64, 32x784 by 784x512", 0.6)
LARGE = ("matmul 128 to 2048, transposed operands, gemv", 1.0)
SHAPES = {
    "64 products of 64 x 64": ((64, 64, 64), (64, 64, 64), SMALL),
    "skinny, 32 x 784 by 784 x 512": ((32, 784), (784, 512), SMALL),
    "vector, 512 x 512 by 512": ((512, 512), (512,), LARGE),
    "vector, 2048 x 2048 by 2048": ((2048, 2048), (2048,), LARGE),
}
# Within 1.15 of what the fastest product of all reaches, which is the rate the floor is made of.
NEAR_PEAK = {1024: {"floor": 1.15}, 2048: {"floor": 1.15}}


def product(title, left, right, dtype, row, statement="a @ b", **targets):
    """One row."""
    work, ratio = row
    width = 4 if dtype == "float32" else 8
    batch = left[0] if len(left) == 3 else 1
    outer = right[-1] if len(right) > 1 else 1
    flops = 2 * batch * left[-2] * left[-1] * outer
    large = flops > 1e5  # below, the call takes more than the product
    contents = {"a": made(left, dtype, -1, 1), "b": made(right, dtype, -1, 1, 1)}
    return from_arrays(f"{title}, {dtype}", statement, contents,
                       targets={"best": ratio, **targets}, work=work, flops=flops if large else 0, dtype=dtype,
                       reads=width * batch * (left[-2] * left[-1] + right[-1] * outer) if large else 0,
                       writes=width * batch * left[-2] * outer if large else 0)


def cases(options):
    """Rows of the table."""
    found = []
    for dtype in ("float32", "float64"):
        found += [product(f"{n} x {n}", (n, n), (n, n), dtype, SMALL if n in SMALL_SQUARES else LARGE,
                          **NEAR_PEAK.get(n, {}))
                  for n in SMALL_SQUARES + SQUARES if n <= options.largest]
        found += [product(title, left, right, dtype, row) for title, (left, right, row) in SHAPES.items()]
        for n in (128, 512, 1024):
            if n <= options.largest:
                found += [product(f"{statement}, {n} x {n}", (n, n), (n, n), dtype, LARGE, statement)
                          for statement in ("a.T @ b", "a @ b.T", "a.T @ b.T")]
    return found
