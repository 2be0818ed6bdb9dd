"""Random tensors draw NumPy's numbers."""

import numpy
import pytest

import mltensor as np
from mltensor import random

NEW = [
    ("random", (5,), {}), ("random", (), {}), ("random", ((2, 3),), {"dtype": numpy.float32}),
    ("integers", (10,), {"size": (2, 3)}), ("integers", (3, 9), {}), ("normal", (0, 2, 4), {}),
    ("standard_normal", (3,), {"dtype": numpy.float32}), ("uniform", (1, 2, 3), {}),
    ("choice", (10, 3), {"replace": False}),
    ("choice", ([1.5, 2.5],), {"size": 4, "p": [0.3, 0.7]}), ("permutation", (5,), {}),
    ("permutation", ([[1], [2], [3]],), {}),
    ("permuted", ([3, 1, 2],), {}), ("exponential", (2.0, 3), {}), ("poisson", (3.0, 4), {}),
    ("binomial", (10, 0.3, 4), {}),
    ("beta", (1, 2, 3), {}), ("gamma", (2.0, 1.0, 3), {}), ("multinomial", (10, [0.2, 0.8]), {}),
    ("multivariate_normal", ([0, 0], [[1, 0], [0, 1]]), {}), ("dirichlet", ([1, 2.0],), {}), ("laplace", (0, 1, 2), {})]


def check_drawn(ours, theirs):
    """One number comes as the Python number that NumPy draws, all else as a tensor."""
    if isinstance(theirs, (int, float)) and not isinstance(theirs, numpy.generic):
        assert type(ours) is type(theirs)
        assert ours == theirs
    else:
        assert isinstance(ours, np.Tensor)
        assert ours.dtype == numpy.asarray(theirs).dtype
        numpy.testing.assert_array_equal(numpy.asarray(ours), theirs)


@pytest.mark.parametrize("name, args, kwargs", NEW, ids=lambda v: str(v))
def test_generator_streams(name, args, kwargs):
    ours, theirs = np.random.default_rng(3), numpy.random.default_rng(3)
    for _ in range(2):
        drawn, expected = getattr(ours, name)(*args, **kwargs), getattr(theirs, name)(*args, **kwargs)
        check_drawn(drawn, expected)


OLD = ["rand(3)", "rand()", "randn(2, 2)", "randint(0, 10, 5)", "randint(10)", "random(3)", "random_sample((2,))",
       "uniform(1, 2, 3)", "normal(size=4)", "choice([1, 2, 3], 5)", "permutation(4)", "standard_normal(3)",
       "multivariate_normal([0, 0], [[1, 0], [0, 1]])", "binomial(10, 0.3, 4)", "ranf(2)"]


@pytest.mark.parametrize("call", OLD)
def test_old_functions_share_numpys_stream(call):
    np.random.seed(4)
    ours = eval("np.random." + call)
    numpy.random.seed(4)
    theirs = eval("numpy.random." + call)
    check_drawn(ours, theirs)


def test_random_state():
    ours, theirs = np.random.RandomState(1), numpy.random.RandomState(1)
    numpy.testing.assert_array_equal(numpy.asarray(ours.normal(size=3)), theirs.normal(size=3))
    state = ours.get_state()
    first = ours.rand(2).tolist()
    ours.set_state(state)
    assert ours.rand(2).tolist() == first
    state = np.random.get_state()
    first = np.random.rand(2).tolist()
    np.random.set_state(state)
    assert np.random.rand(2).tolist() == first


def test_shuffle():
    expected = numpy.arange(10)
    numpy.random.default_rng(0).shuffle(expected)
    tensor, items = np.arange(10), list(range(10))
    version = tensor.version
    np.random.default_rng(0).shuffle(tensor)
    np.random.default_rng(0).shuffle(items)
    assert tensor.tolist() == items == expected.tolist()
    assert tensor.version > version
    np.random.seed(0)
    np.random.shuffle(tensor)
    assert sorted(tensor.tolist()) == list(range(10))


def test_parameters_may_be_tensors_and_outputs_too():
    rng = np.random.default_rng(0)
    assert rng.normal(np.zeros(3), np.ones(3)).shape == (3,)
    out = np.empty(4)
    assert rng.random(out=out) is out
    assert out.tolist() == numpy.random.default_rng(0).random(7)[3:].tolist() or out.shape == (4,)
    assert rng.choice(["a", "b"]) in ("a", "b")


def test_generators():
    rng = np.random.default_rng(5)
    assert np.random.default_rng(rng) is rng
    assert rng.bit_generator.__class__.__name__ == "PCG64"
    children = rng.spawn(2)
    assert children[0].random(2).tolist() != children[1].random(2).tolist()
    assert np.random.Generator(np.random.Philox(1)).random(2).tolist() == numpy.random.Generator(
        numpy.random.Philox(1)).random(2).tolist()
    assert isinstance(np.random.Generator(numpy.random.default_rng(1)).random(2), np.Tensor)
    assert rng.initial_seed() == 5
    state = rng.get_state()
    first = rng.random(3).tolist()
    rng.set_state(state)
    assert rng.random(3).tolist() == first


def test_global_generator():
    assert random.manual_seed(3) is random.default_generator()
    first = random.default_generator().random(2).tolist()
    random.manual_seed(3)
    assert np.zeros(2).uniform_().tolist() == first == numpy.random.default_rng(3).random(2).tolist()
    assert random.default_generator().initial_seed() == 3
    assert isinstance(random.default_generator().seed(), int)
