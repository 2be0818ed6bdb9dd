"""Work that is mostly moving: transposed and strided matrices, indexing, joining, sorting."""

import numpy

from .cases import count_text, from_arrays
from .source import made, uniform

SIDE = 4096


def strided(_options):
    """A matrix of 4096 x 4096 read across its rows."""
    contents = {"a": made((SIDE, SIDE))}
    size = SIDE * SIDE * 4
    work = "`a + a.T`, `a.T.copy()`, every second column, 4096x4096"
    rows = [
        ("a + a.T", "a + a.T", {}, 2 * size, size),
        ("a.T.copy()", "a.T.copy()", {"torch": "a.T.contiguous()"}, size, size),
        ("a[:, ::2].copy()", "a[:, ::2].copy()", {"torch": "a[:, ::2].contiguous()"}, size, size // 2),
        ("a[:, ::2] + a[:, 1::2]", "a[:, ::2] + a[:, 1::2]", {}, size, size // 2),
    ]
    return [from_arrays(title, statement, contents, others=others, targets={"best": 0.5}, work=work, reads=reads,
                        writes=writes) for title, statement, others, reads, writes in rows]


def positions(size, below):
    """A function that gives random positions."""
    return lambda: numpy.random.default_rng(3).integers(0, below, size)


def indexing(_options):
    """Rows and elements by position or mask, adding at positions, joining."""
    found = []
    work = "row gather, boolean mask, scatter-add, concatenate"

    def row(title, statement, contents, others, reads, writes):
        found.append(from_arrays(title, statement, contents, others=others, targets={"best": 0.7}, work=work,
                                 reads=reads, writes=writes))

    for rows, columns, taken in ((100_000, 64, 100_000), (1_000_000, 1, 1_000_000), (1000, 1000, 1000)):
        shape = (rows, columns) if columns > 1 else (rows,)
        contents = {"table": made(shape), "rows": positions(taken, rows)}
        row(f"table[rows], {taken} of {rows} x {columns}", "table[rows]", contents, {},
            taken * (8 + 4 * columns), taken * 4 * columns)
    for size in (100_000, 1_000_000):
        contents = {"a": made((size,)), "mask": lambda n=size: uniform((n,)) > uniform((n,), seed=1)}
        row(f"a[mask], {count_text(size)}", "a[mask]", contents, {"jax": None}, 5 * size, 2 * size)
    for size, places, columns in ((1_000_000, 100_000, 1), (100_000, 10_000, 64)):
        shape = (columns,) if columns > 1 else ()
        contents = {"zeros": lambda s=(places, *shape): numpy.zeros(s, numpy.float32),
                    "indices": positions(size, places), "values": made((size, *shape))}
        row(f"scatter-add, {size} x {columns} to {places}", "xp.index_add(zeros, values, indices)", contents,
            {"numpy": "(result := zeros.copy(), xp.add.at(result, indices, values))[0]",
             "torch": "xp.index_add(zeros, 0, indices, values)", "jax": "zeros.at[indices].add(values)"},
            size * (8 + 4 * columns), places * 4 * columns)
    for size, axis in ((1_000_000, 0), (1_000_000, 1), (1000, 0)):
        shape = (size,) if axis == 0 else (size // 1000, 1000)
        contents = {"a": made(shape), "b": made(shape, seed=1)}
        row(f"concatenate, 2 x {count_text(size)}, axis {axis}", f"xp.concatenate((a, b), {axis})", contents, {},
            8 * size if size > 10_000 else 0, 8 * size if size > 10_000 else 0)
    return found


def sorting(options):
    """Sorted values, and their positions."""
    ratio = 1.0 if options.threads == 1 else 0.65
    sizes = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
    found = []
    for dtype in ("float32", "float64", "int64"):
        for size in sizes if dtype == "float32" else (1_000_000,):
            suffix = "" if dtype == "float32" else f", {dtype}"
            bounds = (0.0, 1.0) if dtype.startswith("float") else (0, 1 << 40)
            contents = {"a": made((size,), dtype, *bounds)}
            found += [from_arrays(f"{name}, {count_text(size)}{suffix}", f"xp.{name}(a)", contents,
                                  others={"torch": torch}, checked=name == "sort", targets={"best": ratio},
                                  work="sort, argsort")
                      for name, torch in (("sort", "xp.sort(a).values"), ("argsort", "xp.argsort(a)"))]
    return found
