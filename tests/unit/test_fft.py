"""Fourier transforms against numpy.fft: arguments, dtypes, layouts, threads, gradients; the loops behind them."""

import doctest
import subprocess
import sys
import types

import numpy
import pytest

import mltensor as np
import mltensor.torch as torch
from mltensor._core import fourier
from mltensor._ops import TABLE
from mltensor.autograd import gradcheck
from mltensor.errors import DTypeError, GradientError, ShapeError, UnsupportedError

ONE_AXIS = ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]
SEVERAL_AXES = ["fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2"]
OF_REAL = {"rfft", "ihfft", "rfftn", "rfft2"}
CHARS = "?bhilBHILefdFD"
TOLERANCE = {"e": 2e-3, "f": 2e-6, "F": 2e-6}
LAYOUTS = {
    "as made": lambda x: x,
    "transposed": lambda x: x.T,
    "backwards": lambda x: numpy.flip(x)[..., ::2],
    "broadcast": lambda x: numpy.broadcast_to(x, (3, *x.shape)),
}


def random_array(shape, char, seed=0):
    generator = numpy.random.default_rng(seed)
    values = generator.normal(size=shape) * 4
    if char in "FD":
        values = values + 1j * generator.normal(size=shape)
    return (abs(values) if char in "?BHIL" else values).astype(char)


def compare(name, array, *args, **kwargs):
    """The same shape, dtype and numbers as NumPy's function gives, for arrays and for tensors."""
    wanted = getattr(numpy.fft, name)(array, *args, **kwargs)
    result = getattr(np.fft, name)(np.asarray(array), *args, **kwargs)
    assert (result.shape, result.dtype) == (wanted.shape, wanted.dtype), (name, args, kwargs)
    scale = abs(wanted).max() if wanted.size else 0.0
    numpy.testing.assert_allclose(numpy.asarray(result), wanted, rtol=0,
                                  atol=scale * TOLERANCE.get(array.dtype.char, 1e-13), err_msg=f"{name} {args}")


@pytest.mark.parametrize("char", CHARS)
@pytest.mark.parametrize("name", ONE_AXIS)
def test_one_axis(name, char):
    if name in OF_REAL and char in "FD":
        with pytest.raises(DTypeError, match="real numbers"):
            getattr(np.fft, name)(np.ones(3, dtype=char))
        return
    for shape in [(1,), (8,), (0, 4), (3, 7, 6)] if char in "fdFD" else [(3, 5)]:
        for layout in LAYOUTS.values():
            array = layout(random_array(shape, char))
            for axis in range(-array.ndim, array.ndim):
                for n in (None, 1, 4, 9):
                    # Of half a signal of one number the length must be said; of no number NumPy reads one.
                    if array.shape[axis] > (n is None and name in ("irfft", "hfft")):
                        compare(name, array, n, axis)


@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("name", ONE_AXIS)
def test_norms(name, norm):
    for char in "fd" if name in OF_REAL else "fdFD":
        for n in (4, 5, 7):
            compare(name, random_array((3, 5), char), n, norm=norm)


@pytest.mark.filterwarnings("ignore:`axes` should not:DeprecationWarning", "ignore:Passing an array:DeprecationWarning")
@pytest.mark.parametrize("char", "ifD")
@pytest.mark.parametrize("name", SEVERAL_AXES)
def test_several_axes(name, char):
    if name in OF_REAL and char == "D":
        char = "d"
    array = random_array((3, 4, 6), char)
    compare(name, array)
    compare(name, array.T[::-1], norm="ortho")
    for s, axes in [((2, 5), (0, 2)), ((2, 5), (-1, 0)), ((-1, 3), (1, 2)), ((4,), (1,)), ((None, 4), (0, 2)),
                    ((3, None), (0, 2)), ((2, 5), None), ((4, 2), (1, 1)), (None, (2, 2)), (None, (1, 0, 1))]:
        compare(name, array, s, axes)
        compare(name, array, s=s, axes=axes, norm="forward")


@pytest.mark.parametrize("name", ["fftn", "ifftn"])
def test_no_axis_at_all_changes_nothing(name):
    compare(name, numpy.array(2.5))
    compare(name, numpy.ones((2, 3)), axes=())


def test_shifts():
    for shape in [(5,), (4,), (3, 4), (2, 0, 3)]:
        array = random_array(shape, "i")
        for axes in [None, 0, -1, (0,), (0, -1), (0, 0)]:
            compare("fftshift", array, axes)
            compare("ifftshift", array, axes)
            shifted = np.fft.fftshift(np.asarray(array), axes)
            assert np.fft.ifftshift(shifted, axes).tolist() == array.tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 8, 9, 1000])
def test_frequencies(n):
    for name in ("fftfreq", "rfftfreq"):
        ours, numpys = getattr(np.fft, name), getattr(numpy.fft, name)
        for d in (1.0, 0.1, 3):
            assert ours(n, d).tolist() == numpys(n, d).tolist()
        assert ours(n, dtype=np.float32).dtype == "float32"
        assert ours(n, device="cpu:1").device == "cpu:1"
        assert ours(n, requires_grad=True).requires_grad
    d = np.array(0.5).requires_grad_()
    np.fft.fftfreq(n, d).sum().backward()
    assert d.grad.item() == pytest.approx(-numpy.fft.fftfreq(n, 0.5).sum() / 0.5)


def test_frequencies_refuse_what_numpy_refuses():
    for name in ("fftfreq", "rfftfreq"):
        function = getattr(np.fft, name)
        for n, error in ((2.0, ValueError), ("a", ValueError), (0, ZeroDivisionError), (-1, ValueError)):
            with pytest.raises(error):
                function(n)
        with pytest.raises(DTypeError, match="real floating"):
            function(3, dtype="int64")


def test_errors():
    x = np.ones((2, 3))
    for name in ONE_AXIS:
        function = getattr(np.fft, name)
        for n in (0, -1, 1 << 60):
            with pytest.raises(ShapeError, match="number of data points"):
                function(x, n)
        with pytest.raises(TypeError):
            function(x, 2.5)
        with pytest.raises(ValueError, match="norm must be"):
            function(x, norm="orthogonal")
        for axis in (2, -3):
            with pytest.raises(IndexError):
                function(x, axis=axis)
        with pytest.raises(IndexError):
            function(1.0)
    with pytest.raises(ShapeError, match="number of data points"):
        np.fft.irfft(np.ones((2, 1)))
    for name in SEVERAL_AXES:
        function = getattr(np.fft, name)
        with pytest.raises(ShapeError, match="one for each"):
            function(x, s=(2,), axes=(0, 1))
        with pytest.raises(IndexError):
            function(x, axes=(0, 2))
    with pytest.raises(IndexError, match="no axis"):
        np.fft.rfftn(x, axes=())


def test_nothing_filled_up_with_zeros_is_zero():
    for name in ONE_AXIS:
        result = getattr(np.fft, name)(np.ones((2, 0), dtype="float32"), 6)
        assert result.shape[0] == 2
        assert not result.tolist()[0] or not any(result.ravel().tolist())


def test_half_precision_is_scaled_precisely_however_long_the_line():
    result = np.fft.ifft(np.ones(100_000, dtype="float16"))
    assert result.dtype == "complex64"
    assert result[0].item() == pytest.approx(1.0, rel=1e-5)


def test_out():
    x = np.asarray(random_array((3, 8), "d"))
    for name in [*ONE_AXIS, *SEVERAL_AXES]:
        function = getattr(np.fft, name)
        wanted = function(x)
        out = np.zeros(wanted.shape, dtype=wanted.dtype)
        assert function(x, out=out) is out
        assert out.tolist() == wanted.tolist()
        with pytest.raises(ShapeError, match="out="):
            function(x, out=np.zeros((1, 1), dtype=wanted.dtype))
    with pytest.raises(TypeError):
        np.fft.fft(x, out=np.zeros((3, 8)))
    with pytest.raises(GradientError):
        np.fft.fft(np.ones(4).requires_grad_(), out=np.zeros(4, dtype=complex))
    z = np.asarray(random_array((4, 4), "D"))
    wanted = np.fft.fft(z, axis=0)
    np.fft.fft(z, axis=0, out=z)
    assert z.tolist() == wanted.tolist()


@pytest.mark.parametrize("char", "fD")
@pytest.mark.parametrize("shape", [(3000, 32), (60, 700, 3), (5, 40_000), (2, 1_100_000), (9001,), (1, 200_000)])
def test_large_ones_give_the_same_bits_with_any_number_of_threads(shape, char):
    x = np.asarray(random_array(shape, char))
    for name in ("fft", "irfft") if char == "D" else ("ifft", "rfft"):
        for axis in (0, -1) if shape[0] > 2 else (-1,):
            results = []
            for threads in (1, 2, 5):
                np.set_num_threads(threads)
                results.append(numpy.asarray(getattr(np.fft, name)(x, shape[axis], axis)).tobytes())
            assert results[0] == results[1] == results[2]
            compare(name, numpy.asarray(x), shape[axis], axis)


def test_numpys_functions_given_tensors_are_ours():
    x = np.ones(4).requires_grad_()
    y = numpy.fft.rfft(x, 6, norm="ortho")
    assert isinstance(y, np.Tensor)
    assert y.requires_grad
    assert isinstance(numpy.fft.fftshift(x), np.Tensor)


def test_the_tape_keeps_no_values():
    x = np.ones((2, 6)).requires_grad_()
    loss = np.real(np.fft.rfft(x)).sum()
    with np.no_grad():
        x += 1.0
    loss.backward()
    assert x.grad.shape == (2, 6)


@pytest.mark.parametrize("shape", [(4, 9), (4, 8)])
def test_gradient_of_a_filter(shape):
    """A product of spectra, back and forth: real and complex numbers, an odd and an even length."""
    x = np.asarray(random_array(shape, "d")).requires_grad_()
    h = np.asarray(random_array((shape[1] // 2 + 1,), "D", 1)).requires_grad_()
    assert gradcheck(lambda x, h: np.fft.irfft(np.fft.rfft(x) * h, shape[1]), [x, h], atol=1e-6, rtol=1e-5)
    assert gradcheck(lambda x, h: np.absolute(np.fft.fft2(x, norm="ortho"))[1:] * np.absolute(h[0]), [x, h],
                     atol=1e-5, rtol=1e-4)


def test_gradients_have_the_dtype_of_their_input():
    for char in "efdFD":
        for name in ONE_AXIS:
            if name in OF_REAL and char in "FD":
                continue
            x = np.asarray(random_array((6,), char)).requires_grad_()
            np.real(getattr(np.fft, name)(x)).sum().backward()
            assert x.grad.dtype == char


# --- the loops ------------------------------------------------------------------------------------

def test_another_numpy_is_refused_and_the_message_says_what_to_do():
    whole = {name: getattr(numpy.fft._pocketfft_umath, name) for name, *_ in fourier.WANTED}
    for wrong in ({"irfft": None}, {"fft": numpy.add}, {"ifft": numpy.matmul}):
        with pytest.raises(UnsupportedError, match=r"use numpy.fft on x.numpy\(\)"):
            fourier.load(types.SimpleNamespace(**{**whole, **wrong}))
    with pytest.raises(UnsupportedError, match="rfft_n_odd"):
        fourier.load(types.SimpleNamespace(**{name: value for name, value in whole.items() if name != "rfft_n_odd"}))
    fourier.load()
    assert np.fft.fft([1.0, 0.0]).tolist() == [1, 1]


@pytest.mark.parametrize("record", [record for record in TABLE.values() if record.family == "fourier"],
                         ids=lambda record: record.name)
def test_the_example_in_the_documentation(record):
    test = doctest.DocTestParser().get_doctest(record.doc, {"np": np}, record.name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


SHORT_OF_MEMORY = """
import resource, numpy, mltensor as np
np.set_num_threads(2)
n = 300_007
x = np.asarray(numpy.ones((4, n), dtype=complex))
np.fft.fft(np.ones((4, 70_000)))
outcomes = set()
for spare in [*range(8, 160, 8), 1000]:
    np.empty_cache()
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (spare << 20), resource.RLIM_INFINITY))
    try:
        y = np.fft.fft(x)
        outcomes.add(bool(abs(y[:, 0] - n).max() < 1e-6) and bool(abs(y[:, 1:]).max() < 1e-6))
        del y
    except MemoryError:
        outcomes.add("MemoryError")
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
print(sorted(map(str, outcomes)))
"""


def test_a_thread_without_memory_is_an_error_and_never_a_wrong_number():
    command = [sys.executable, "-c", SHORT_OF_MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.strip() == "['MemoryError', 'True']", done.stderr


# --- PyTorch's names --------------------------------------------------------------------------------

def test_torch_face():
    x = torch.arange(6).reshape(2, 3)
    y = torch.fft.fft(x, dim=0)
    assert isinstance(y, torch.Tensor)
    assert y.dtype == torch.complex64
    assert torch.fft.fft(x.double(), n=4, dim=-1, norm="ortho").dtype == torch.complex128
    numpy.testing.assert_allclose(y.numpy(), numpy.fft.fft([[0, 1, 2], [3, 4, 5]], axis=0), atol=1e-5)
    assert torch.fft.fftfreq(4).dtype == torch.float32
    assert torch.fft.fftn(x, dim=()).dtype == torch.complex64
    assert torch.fft.fftn(x, s=(4,)).shape == (2, 4)
    # -1 is the length that the transform takes by default, unlike NumPy's: the whole axis.
    assert torch.fft.irfftn(y, s=(-1, -1)).shape == (2, 4)
    assert np.fft.irfftn(y.as_np(), s=(-1, -1), axes=(0, 1)).shape == (2, 3)
    assert torch.fft.fftshift(x, dim=1).tolist() == [[2, 0, 1], [5, 3, 4]]
    assert {name for name in torch.fft.__all__ if not callable(getattr(torch.fft, name))} == set()
    for dim in ((0, 0), (0, -2)):
        with pytest.raises(RuntimeError, match="twice"):
            torch.fft.fftn(x, dim=dim)
    with pytest.raises(RuntimeError, match="2 dimensions"):
        torch.fft.rfftn(x, s=(2,), dim=(0, 1))


def test_torch_names_that_numpy_lacks():
    """A Hermitian signal of several dimensions: there and back, and the definition along each dimension."""
    x = torch.tensor(random_array((4, 5, 6), "d"))
    half = torch.fft.ihfftn(x)
    numpy.testing.assert_allclose(torch.fft.hfftn(half, s=x.shape).numpy(), x.numpy(), atol=1e-12)
    along = torch.fft.ifft(torch.fft.ihfft(x), dim=1)
    numpy.testing.assert_allclose(torch.fft.ihfft2(x).numpy(), along.numpy(), atol=1e-12)
    numpy.testing.assert_allclose(torch.fft.hfft2(along, s=(5, 6)).numpy(), x.numpy(), atol=1e-12)
    with pytest.raises(RuntimeError, match="no dimension"):
        torch.fft.hfftn(half, dim=())
