"""The contents of the arrays: the same in every library, made once while rows of one size follow one another."""

import functools

import numpy


@functools.lru_cache(maxsize=6)
def uniform(shape, dtype="float32", low=0.5, high=2.0, seed=0):
    """Random numbers between two bounds; integers get the whole numbers below."""
    rng = numpy.random.default_rng(seed)
    if numpy.dtype(dtype).kind in "iu":
        return rng.integers(int(low), int(high), shape).astype(dtype)
    kind = dtype if dtype in ("float32", "float64") else "float64"
    return (rng.random(shape, dtype=kind) * (high - low) + low).astype(dtype)


def made(*arguments, **options):
    """A function that gives `uniform` of these arguments, for `from_arrays`."""
    return functools.partial(uniform, *arguments, **options)
