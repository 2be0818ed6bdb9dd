"""What the machine can do at most, as far as any library shows it: bytes and operations per second.

The floor of a row is the time in which its bytes move, or its multiplications are done, at that rate.
"""

import math
import time

import numpy

# Bytes touched again and again: within the second-level cache, the third, memory.
SETS = (1 << 18, 1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28)
LEAST_SECONDS = 0.03


def best_time(call):
    """The shortest of several runs."""
    call()
    best, end = math.inf, time.perf_counter() + LEAST_SECONDS
    for number in range(10_000):
        begin = time.perf_counter()
        call()
        took = time.perf_counter()
        best = min(best, took - begin)
        if number >= 4 and took > end:
            break
    return best


def wanted_by(cases):
    """What must be known for the floors of some cases: (sets of bytes, dtypes of products)."""
    most = max((case.reads + case.writes for case in cases), default=0)
    return ([size for size in SETS if size <= 4 * most], sorted({case.dtype for case in cases if case.flops}))


def limits_of(library, sets, dtypes):
    """What one library reaches: {"stream" and "read": {set: bytes per second}, "flops": {dtype: per second}}."""
    found = {"stream": {}, "read": {}, "flops": {}}
    if library.name == "jax":  # it has no results in given memory
        return found
    xp = library.xp
    for size in sets:
        count = size // 12
        a, b, out = (library.tensor(numpy.ones(count, numpy.float32)) for _ in range(3))
        seconds = best_time(lambda a=a, b=b, out=out: xp.add(a, b, out=out))
        copying = best_time(lambda a=a, out=out: out.__setitem__(slice(None), a))
        found["stream"][str(size)] = max(12 * count / seconds, 8 * count / copying)
        whole = library.tensor(numpy.ones(size // 4, numpy.float32))
        found["read"][str(size)] = size / min(best_time(lambda whole=whole: xp.sum(whole)),
                                              best_time(lambda whole=whole: xp.max(whole)))
    for dtype in dtypes:
        found["flops"][dtype] = 0
        for n in (512, 1024):
            a = library.tensor(numpy.ones((n, n), dtype))
            found["flops"][dtype] = max(found["flops"][dtype], 2 * n ** 3 / best_time(lambda a=a: a @ a))
    return found


def best_of(found):
    """The highest of the limits that the libraries reached."""
    together = {"stream": {}, "read": {}, "flops": {}}
    for one in found:
        for kind, rates in one.items():
            for key, rate in rates.items():
                together[kind][key] = max(together[kind].get(key, 0), rate)
    # Reading alone is never slower than reading and writing.
    for size, rate in together["stream"].items():
        together["read"][size] = max(together["read"][size], rate)
    return together


def rate_at(moved, rates):
    """Bytes per second at a set of this size, between those measured."""
    sizes = sorted(map(int, rates))
    return float(numpy.interp(math.log(moved), numpy.log(sizes), [rates[str(size)] for size in sizes]))


def floor(case, limits):
    """Seconds that a case takes at least, or None where its size is not what it costs."""
    moved = case.reads + case.writes
    times = []
    if moved:
        times.append(moved / rate_at(moved, limits["stream" if 16 * case.writes > case.reads else "read"]))
    if case.flops:
        times.append(case.flops / limits["flops"][case.dtype])
    return max(times, default=None)
