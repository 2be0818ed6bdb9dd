"""What all tests share: settings that a test changes are put back, and a generator of numbers."""

import os

import numpy
import pytest

os.environ.setdefault("MLTENSOR_PROCESSORS", "8")  # tests that ask for 4 threads run 4, on any machine

import mltensor as np


@pytest.fixture(autouse=True)
def settings_put_back():
    """The number of threads and the default dtype as they were; a test must not leave the tape switched off."""
    threads, dtype = np.get_num_threads(), np.get_default_dtype()
    yield
    np.set_num_threads(threads)
    np.set_default_dtype(dtype)
    assert np.is_grad_enabled()


@pytest.fixture
def generator():
    """NumPy's generator with a fixed seed."""
    return numpy.random.default_rng(20240229)
