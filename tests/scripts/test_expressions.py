"""What NumPy makes of an expression: the same values, dtypes and shapes here, or an error of the same class."""

import warnings
from pathlib import Path

import numpy
import pytest

import mltensor as np

TEXT = (Path(__file__).parent / "expressions.txt").read_text(encoding="utf-8")
EXPRESSIONS = [line for line in TEXT.splitlines() if line and not line.startswith("#")]


def plain(result):
    """A result with NumPy's arrays in the place of tensors."""
    if isinstance(result, np.Tensor):
        return result.detach().numpy()
    if isinstance(result, (tuple, list)):
        return [plain(one) for one in result]
    return result


def outcome(library, line):
    """What a library makes of a line: a result or an error."""
    names = {"np": library, "a": library.arange(5), "b": library.arange(12.0).reshape(3, 4),
             "x": library.array([3.0, 1, 2, 1])}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if not line.startswith("!"):
                return plain(eval(line, names))
            exec(line[1:], names)
            return plain(names["a"])
        except Exception as error:
            return error


def assert_same(ours, theirs):
    if isinstance(theirs, list):
        assert isinstance(ours, list) and len(ours) == len(theirs)
        for pair in zip(ours, theirs, strict=True):
            assert_same(*pair)
    elif isinstance(theirs, (numpy.ndarray, numpy.generic, int, float, complex)):
        ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    else:
        assert ours == theirs


@pytest.mark.parametrize("line", EXPRESSIONS)
def test_an_expression(line):
    ours, theirs = outcome(np, line), outcome(numpy, line)
    if isinstance(theirs, Exception):
        # NumPy meets lists where it wanted arrays as missing attributes.
        assert isinstance(ours, TypeError if isinstance(theirs, AttributeError) else type(theirs)), repr(ours)
        assert str(ours)
    else:
        assert not isinstance(ours, Exception), repr(ours)
        assert_same(ours, theirs)
