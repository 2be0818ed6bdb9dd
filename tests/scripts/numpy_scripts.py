"""Small NumPy programs as people write them; each takes the module that it calls np and returns what it found."""

import io
import math
import os
import tempfile


def game_of_life(np):
    """A glider on a torus, by shifted sums; the history is put together with append and insert."""
    world = np.zeros((8, 8), dtype=int)
    np.put(world, np.ravel_multi_index(([0, 1, 2, 2, 2], [1, 2, 0, 1, 2]), world.shape), 1)
    history = np.empty((0, 8, 8), dtype=int)
    for _ in range(4):
        history = np.append(history, world[None], axis=0)
        neighbours = sum(np.roll(world, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx)
        world = np.select([neighbours == 3, neighbours == 2], [1, world], default=0)
    packed = np.packbits(history.astype(np.uint8), axis=2)
    assert np.array_equal(np.unpackbits(packed, axis=2), history)
    return world, packed, np.insert(history.sum((1, 2)), 0, 0), np.trim_zeros(world.sum(0))


def mandelbrot(np):
    """Escape times on a grid of complex numbers."""
    y, x = np.ogrid[-1.4:1.4:20j, -2:0.8:30j]
    c = x + y * 1j
    z, steps = c, 10 + np.zeros(c.shape, dtype=int)
    with np.errstate(over="ignore", invalid="ignore"):
        for i in range(10):
            z = z ** 2 + c
            diverges = np.abs(z) > 2
            now = diverges & (steps == 10)
            np.putmask(steps, now, i)
            np.copyto(z, 2, where=diverges)
    return steps


def curve_fitting(np):
    """A cubic through noisy points, its zeros and extremes, and the error of its integral."""
    x = np.linspace(-3, 3, 31)
    y = 0.5 * x ** 3 - 2 * x + 1 + 0.1 * np.sin(37 * x)
    coefficients, covariance = np.polyfit(x, y, 3, cov=True)
    p = np.poly1d(coefficients)
    residual = y - np.polyval(coefficients, x)
    area = np.polyval(np.polyint(coefficients), 3) - np.polyval(np.polyint(coefficients), -3)
    quotient, rest = np.polydiv(coefficients, np.polyder(coefficients))
    return (coefficients, np.sqrt(np.diag(covariance)), np.sort(np.roots(coefficients)), p.deriv().r, p(0.5),
            (residual ** 2).sum(), area, quotient, rest, np.polymul([1, -1], [1, 1]))


def spectrum(np):
    """A windowed spectrum: the strongest lines of a signal, by sliding windows."""
    t = np.arange(256) / 256.0
    signal = np.sin(2 * np.pi * 12 * t) + 0.5 * np.cos(2 * np.pi * 40 * t)
    frames = np.lib.stride_tricks.sliding_window_view(signal, 128)[::64]
    found = []
    for window in (np.hanning(128), np.hamming(128), np.blackman(128), np.bartlett(128), np.kaiser(128, 8.6)):
        power = np.abs(np.fft.rfft(frames * window, axis=-1)) ** 2
        found.append(np.apply_along_axis(lambda line: np.argsort(line)[-2:], 1, power))
    return np.sort(np.r_[tuple(found)], axis=1)


def decision_boundary(np):
    """A nearest-centroid classifier asked on a mesh, the way plots of boundaries are made."""
    first = np.c_[np.array([1.0, 2.0, 1.5]), np.array([1.0, 0.5, 2.0])]
    second = np.c_[np.array([4.0, 5.0, 4.5]), np.array([4.0, 3.5, 5.0])]
    points = np.r_[first, second]
    labels = np.r_[np.zeros(3, dtype=int), np.ones(3, dtype=int)]
    centroids = np.array([points[labels == k].mean(axis=0) for k in np.unique(labels)])
    xx, yy = np.mgrid[points[:, 0].min() - 1:points[:, 0].max() + 1:0.5, 0:6:13j]
    grid = np.c_[xx.ravel(), yy.ravel()]
    distance = np.stack([((grid - c) ** 2).sum(1) for c in centroids], axis=1)
    answer = distance.argmin(axis=1).reshape(xx.shape)
    row, column = np.unravel_index(np.argmax(np.abs(np.diff(answer, axis=0)).ravel()), (answer.shape[0] - 1, 13))
    return answer, int(row), int(column), np.choose(answer, [-1.0, 1.0]).sum()


def records(np):
    """Tables written and read: text, one tensor, several tensors."""
    table = np.c_[np.arange(5), np.sqrt(np.arange(5.0))]
    with tempfile.TemporaryDirectory() as folder:
        names = {ending: os.path.join(folder, f"table.{ending}") for ending in ("csv", "npy", "npz", "bin")}
        np.savetxt(names["csv"], table, delimiter=",", header="n,root", fmt="%.6f")
        np.save(names["npy"], table)
        np.savez(names["npz"], table, weights=table[:, 1] * 2)
        table.tofile(names["bin"])
        n, root = np.loadtxt(names["csv"], delimiter=",", unpack=True)
        mapped = np.load(names["npy"], mmap_mode="r")
        with np.load(names["npz"]) as archive:
            several = [archive[name] for name in sorted(archive.files)]
        raw = np.fromfile(names["bin"]).reshape(-1, 2)
        total = float(mapped.sum())
        del mapped
    gaps = np.genfromtxt(io.StringIO("1,2,\n4,,6"), delimiter=",", filling_values=-1)
    return n, root, total, several, raw, gaps, np.fromstring("3 1 2", sep=" ")


def matrices(np):
    """Block matrices, diagonals and triangles."""
    a = np.arange(4.0).reshape(2, 2)
    big = np.block([[a, np.zeros((2, 2))], [np.ones((2, 2)), -a]])
    np.fill_diagonal(big, [9, 8])
    rows, columns = np.tril_indices(4, -1)
    lower = big[rows, columns]
    symmetric = np.zeros((4, 4))
    symmetric[np.triu_indices(4, 1)] = lower
    symmetric = symmetric + symmetric.T
    corner = symmetric[np.ix_([0, 2], [1, 3])]
    turned = np.rot90(big, 3)
    return (big, lower, symmetric, corner, turned, np.fliplr(np.flipud(big)), np.matvec(big, np.arange(4)),
            np.delete(big, [0, 2], axis=1), np.resize(a, (3, 3)), np.atleast_2d(lower).shape)


def shop(np):
    """Sets of customers, orders sorted by two keys, prices in pieces."""
    monday, tuesday = np.array([4, 2, 7, 2]), np.array([7, 9, 4, 1])
    both, where_monday, where_tuesday = np.intersect1d(monday, tuesday, return_indices=True)
    customers = np.union1d(monday, tuesday)
    amount, day = np.array([30.0, 10.0, 250.0, 10.0]), np.array([1, 0, 1, 1])
    order = np.lexsort((amount, day))
    price = np.piecewise(amount, [amount < 20, amount > 100], [lambda v: v * 1.5, lambda v: v * 0.9, lambda v: v])
    discount = np.vectorize(lambda v, d: 5 if v > 20 and d else 0)(amount, day)
    log = [(index, float(value)) for index, value in np.ndenumerate(price.reshape(2, 2)) if value > 20]
    return (both, where_monday, where_tuesday, customers, np.setdiff1d(monday, tuesday), np.setxor1d(monday, tuesday),
            order, amount[order], price, discount, log, [np.binary_repr(int(n), 4) for n in both])


def random_walk(np):
    """Statistics of paths with a counter in place of random numbers, checked with numpy.testing's assertions."""
    steps = np.where((np.arange(600).reshape(3, 200) * 7919) % 13 < 6, 1, -1)
    paths = np.insert(steps.cumsum(axis=1), 0, 0, axis=1)
    np.testing.assert_array_equal(np.diff(paths, axis=1), steps)
    np.testing.assert_allclose(paths.mean(), paths.sum() / paths.size, rtol=1e-12)
    np.testing.assert_almost_equal(paths[:, -1] / 200.0, steps.mean(axis=1), decimal=10)
    with np.testing.assert_raises(AssertionError):
        np.testing.assert_equal(paths[0], paths[0] + 1)
    furthest = np.apply_over_axes(np.max, np.abs(paths), [0, 1])
    hits = np.argwhere(np.abs(paths) == furthest)
    old = np.seterr(all="ignore")
    logarithm = np.log(np.abs(paths[:, 1:]).astype(float))
    np.seterr(**old)
    return furthest, hits, np.isfinite(logarithm).sum(), math.isclose(float(paths.std()) ** 2, float(paths.var()))


def in_place_loop(np):
    """Elements written in a loop over an iterator."""
    a = np.arange(6).reshape(2, 3)
    with np.nditer(a, op_flags=["readwrite"]) as it:
        for x in it:
            x[...] = x * x
    it = np.nditer(a, flags=["multi_index"])
    seen = []
    while not it.finished:
        seen.append((it.multi_index, int(it[0])))
        it.iternext()
    return a, seen, list(np.ndindex(2, 2))


PROGRAMS = (game_of_life, mandelbrot, curve_fitting, spectrum, decision_boundary, records, matrices, shop, random_walk,
            in_place_loop)
