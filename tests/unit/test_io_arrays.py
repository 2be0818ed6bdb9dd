"""Files in NumPy's formats: what is written is read, damaged files are told from sound ones, none is half written."""

import io
import os
import random
import stat
import subprocess
import sys

import numpy
import pytest

import mltensor as np
from mltensor.errors import DTypeError, ReadOnlyError, StateError, UnsupportedError

DTYPES = ("bool", "int8", "uint64", "float16", "float32", "float64", "complex64", "complex128")


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_tensor(dtype):
    x = np.arange(6).astype(dtype).reshape(2, 3)
    for value in (x, x.T, x[0, 0], x[:0]):
        np.save("x", value)
        for loaded in (np.load("x.npy"), np.asarray(numpy.load("x.npy"))):
            assert loaded.dtype == value.dtype and loaded.shape == value.shape
            assert loaded.tolist() == value.tolist()
    assert os.listdir() == ["x.npy"]


def test_several_tensors():
    x = np.arange(3.0).requires_grad_()
    for function in (np.savez, np.savez_compressed):
        function("x", x, [1, 2], names=["a", "b"], weights=x * 2)
        with np.load("x.npz") as file:
            assert set(file) == set(file.files) == {"arr_0", "arr_1", "names", "weights"} and len(file) == 4
            assert file["weights"].tolist() == file.f.weights.tolist() == [0, 2, 4]
            assert not file["arr_0"].requires_grad
            assert isinstance(file["names"], numpy.ndarray) and file["names"].tolist() == ["a", "b"]
            assert "arr_1" in file and "arr_1.npy" in file and "arr_2" not in file
            with pytest.raises(KeyError, match="its tensors are: "):
                file["arr_2"]
            with pytest.raises(AttributeError):
                file.f.other  # noqa: B018
        with pytest.raises(ValueError, match="closed"):
            file["weights"]
        with numpy.load("x.npz") as file:
            assert file["weights"].tolist() == [0, 2, 4]


def test_open_files():
    memory = io.BytesIO()
    np.save(memory, [1, 2])
    np.save(memory, [3.0])
    memory.seek(0)
    assert np.load(memory).tolist() == [1, 2] and np.load(memory).tolist() == [3.0]
    with pytest.raises(EOFError):
        np.load(memory)
    memory = io.BytesIO()
    np.savez(memory, x=[1])
    memory.seek(0)
    assert np.load(memory)["x"].tolist() == [1]


def test_elements_that_stay_on_the_disk():
    np.save("x.npy", np.arange(4.0))
    read = np.load("x.npy", mmap_mode="r")
    with pytest.raises(ReadOnlyError):
        read[0] = 1
    np.load("x.npy", mmap_mode="r+")[0] = 7
    assert np.load("x.npy")[0].item() == 7 and read[0].item() == 7
    np.load("x.npy", mmap_mode="c")[0] = 8
    assert np.load("x.npy")[0].item() == 7
    with open("x.npy", "r+b") as file:
        file.truncate(100)
    for mode in ("r", "c", None):
        with pytest.raises(StateError):
            np.load("x.npy", mmap_mode=mode)


def test_other_byte_orders():
    numpy.save("x.npy", numpy.arange(3, dtype=">i4"))
    assert np.load("x.npy").tolist() == [0, 1, 2]


def test_python_objects_are_neither_read_nor_written():
    for value in ([1, None], {"a": 1}, lambda: 1):
        with pytest.raises(DTypeError, match="Python objects"):
            np.save("x", value)
        with pytest.raises(DTypeError, match="Python objects"):
            np.savez("x", value=value)
    numpy.save("x.npy", numpy.array([None]), allow_pickle=True)
    numpy.savez("x.npz", objects=numpy.array([None]), numbers=[1])
    with open("x.pkl", "wb") as file:
        file.write(b"\x80\x04N.")
    for name in ("x.npy", "x.pkl"):
        for mode in (None, "r"):
            with pytest.raises(ValueError, match="any program"):
                np.load(name, allow_pickle=True, mmap_mode=mode)
    with np.load("x.npz") as file:
        assert file["numbers"].tolist() == [1]
        with pytest.raises(ValueError, match="any program"):
            file["objects"]


def attempt(data, ending):
    """Whether a file of these bytes can be read; what is wrong with it must be said by one of few errors."""
    with open(f"damaged.{ending}", "wb") as file:
        file.write(data)
    try:
        loaded = np.load(f"damaged.{ending}")
        if not isinstance(loaded, (np.Tensor, numpy.ndarray)):
            with loaded:
                list(loaded.values())
    except (ValueError, EOFError, OSError):
        return False
    return True


@pytest.mark.parametrize("ending", ["npy", "npz"])
def test_damaged_files(ending):
    x = np.arange(12.0).reshape(3, 4)
    np.save("x.npy", x)
    np.savez_compressed("x.npz", x=x, y=x)
    with open(f"x.{ending}", "rb") as file:
        sound = file.read()
    assert attempt(sound, ending)
    assert not any(attempt(sound[:length], ending) for length in range(len(sound)))
    source = random.Random(5)
    for _ in range(1000):
        data = bytearray(sound)
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        attempt(bytes(data), ending)


def test_a_file_that_promises_too_much_takes_no_memory():
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (118 - len(header) - 1) + b"\n"
    with open("x.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(8))
    with pytest.raises(StateError, match=r"cut off: .* 8000000000000 bytes, and has 8"):
        np.load("x.npy")


# --- writing --------------------------------------------------------------------------------------------

FULL = """
import os, resource, signal, sys
import mltensor as np
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
x = np.zeros(20_000)
for write in (lambda: np.save("x.npy", x), lambda: np.savez("x.npz", x), lambda: np.savetxt("x.txt", x),
              lambda: x.tofile("x.bin"), lambda: np.savez_compressed("x.npz", np.asarray(np.random.rand(20_000)))):
    try:
        write()
    except OSError:
        print("refused")
"""


def test_a_disk_that_is_full_leaves_the_old_files():
    x = np.arange(3.0)
    np.save("x.npy", x)
    np.savez("x.npz", x)
    np.savetxt("x.txt", x)
    x.tofile("x.bin")
    answer = subprocess.run([sys.executable, "-c", FULL], capture_output=True, text=True, check=True,
                            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    assert answer.stdout.split() == ["refused"] * 5, answer.stdout + answer.stderr
    assert sorted(os.listdir()) == ["x.bin", "x.npy", "x.npz", "x.txt"]
    with np.load("x.npz") as file:
        found = [np.load("x.npy"), file["arr_0"], np.loadtxt("x.txt"), np.fromfile("x.bin")]
    assert [one.tolist() for one in found] == [[0, 1, 2]] * 4


def test_what_cannot_be_written_leaves_the_old_file():
    np.savetxt("x.txt", [1.0])
    for value, form in ((np.ones(3), "%d %d"), (np.ones((2, 2, 2)), "%d")):
        with pytest.raises((TypeError, ValueError)):
            np.savetxt("x.txt", value, fmt=form)
    assert np.loadtxt("x.txt").item() == 1 and os.listdir() == ["x.txt"]


def test_permissions_and_links_stay():
    np.save("x.npy", [1])
    os.chmod("x.npy", 0o640)
    os.symlink("x.npy", "link.npy")
    np.save("link.npy", [2])
    assert os.path.islink("link.npy") and np.load("x.npy").tolist() == [2]
    assert stat.S_IMODE(os.stat("x.npy").st_mode) == 0o640


def test_what_is_no_ordinary_file_is_written_as_it_is():
    np.savetxt(os.devnull, np.ones(2))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


# --- text and bare bytes -----------------------------------------------------------------------------------

def test_text():
    x = np.arange(6.0).reshape(2, 3)
    for name in ("x.txt", "x.txt.gz"):
        np.savetxt(name, x, delimiter=",", header="a,b,c")
        assert np.loadtxt(name, delimiter=",").tolist() == numpy.loadtxt(name, delimiter=",").tolist() == x.tolist()
    first, *_ = np.loadtxt("x.txt", delimiter=",", unpack=True)
    assert isinstance(first, np.Tensor) and first.tolist() == [0, 3]
    assert np.loadtxt(["1 2", "3 4"], dtype=int, usecols=1).tolist() == [2, 4]
    assert np.loadtxt(["a b"], dtype=str).tolist() == ["a", "b"]
    with pytest.raises(ValueError):
        np.loadtxt(["1 2", "3"])
    assert np.genfromtxt(["1,,3"], delimiter=",", filling_values=9).tolist() == [1, 9, 3]
    table = np.genfromtxt(["n m", "1 2", "3 4"], names=True)
    assert np.asarray(table["m"]).tolist() == [2, 4]
    with pytest.raises(UnsupportedError, match="masked"):
        np.genfromtxt(["1"], usemask=True)


def test_bare_bytes():
    x = np.arange(6, dtype="int16").reshape(2, 3).T
    x.tofile("x.bin")
    assert np.fromfile("x.bin", dtype="int16").tolist() == [0, 3, 1, 4, 2, 5]
    assert np.fromfile("x.bin", "int16", 2, offset=4).tolist() == [1, 4]
    x.tofile("x.txt", sep=";", format="%03d")
    assert np.fromfile("x.txt", dtype=int, sep=";").tolist() == [0, 3, 1, 4, 2, 5]
    with open("x.bin", "wb") as file:
        x.tofile(file)
    assert os.path.getsize("x.bin") == 12
    with pytest.raises(ValueError):
        np.fromstring("12", sep="")
