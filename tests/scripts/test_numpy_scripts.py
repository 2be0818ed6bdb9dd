"""Whole NumPy programs with `import mltensor as np`: what they find is what they find with NumPy."""

import numpy
import pytest

import mltensor as np
from scripts.numpy_scripts import PROGRAMS
from scripts.test_expressions import plain


def assert_same(ours, theirs):
    if isinstance(theirs, (list, tuple)):
        assert len(ours) == len(theirs)
        for pair in zip(ours, theirs, strict=True):
            assert_same(*pair)
    elif isinstance(theirs, str):
        assert ours == theirs
    else:
        ours, theirs = numpy.asarray(ours), numpy.asarray(theirs)
        assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
        numpy.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_program_finds_the_same(program):
    assert_same(plain(program(np)), program(numpy))
