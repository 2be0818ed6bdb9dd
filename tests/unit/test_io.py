"""Checkpoints: what goes in comes out, and no file is ever half written."""

import os
import stat

import numpy
import pytest

import mltensor as np
from mltensor import io, nn, optim
from mltensor.errors import StateError
from mltensor.io import atomic


def test_state_dict_round_trip(tmp_path):
    path = tmp_path / "model.safetensors"
    model, other = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)), nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    io.save(model.state_dict(), path)
    other.load_state_dict(io.load(path))
    for name, value in model.state_dict().items():
        assert np.all(other.state_dict()[name] == value)
    assert sorted(os.listdir(tmp_path)) == ["model.safetensors"]


@pytest.mark.parametrize("dtype", ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                                   "float16", "float32", "float64", "complex64"])
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_every_dtype_and_shape(tmp_path, dtype, shape):
    values = numpy.arange(numpy.prod(shape, dtype=int)).reshape(shape).astype(dtype)
    io.save({"x": np.asarray(values)}, tmp_path / "x")
    loaded = io.load(tmp_path / "x")["x"]
    assert loaded.dtype == values.dtype and loaded.shape == shape
    assert numpy.array_equal(loaded.numpy(), values)


def test_any_strides_and_gradients(tmp_path):
    x = np.asarray(numpy.arange(12.0).reshape(3, 4))
    x.requires_grad_()
    io.save({"turned": x.T[::-1], "constant": np.broadcast_to(np.ones(()), (2, 3)), "array": numpy.ones(2)},
            tmp_path / "x")
    loaded = io.load(tmp_path / "x")
    assert loaded["turned"].tolist() == x.detach().T[::-1].tolist()
    assert loaded["constant"].shape == (2, 3) and not loaded["turned"].requires_grad
    loaded["turned"][...] = 1


def test_whole_training_state(tmp_path):
    model = nn.Linear(2, 1)
    optimizer = optim.Adam(model.parameters())
    np.sum(model(np.ones((1, 2)))).backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 3, "rate": 0.1, "note": None,
             "list": [np.ones(2), "text", (1, 2)], 5: True, "model.weight": np.zeros(1)}
    io.save(state, tmp_path / "x")
    loaded = io.load(tmp_path / "x")
    assert list(loaded) == list(state)
    assert loaded["list"][1:] == ["text", (1, 2)] and loaded[5] is True and loaded["rate"] == 0.1
    assert loaded["optimizer"]["state"][0]["step"] == 1
    assert loaded["optimizer"]["param_groups"] == optimizer.state_dict()["param_groups"]
    assert np.all(loaded["model"]["weight"] == model.weight) and loaded["model.weight"].shape == (1,)
    second = optim.Adam(model.parameters())
    second.load_state_dict(loaded["optimizer"])
    assert np.all(second.state[model.weight]["exp_avg"] == optimizer.state[model.weight]["exp_avg"])


def test_metadata(tmp_path):
    io.save({"x": np.ones(1), "n": 1}, tmp_path / "x", {"author": "me"})
    assert io.read_metadata(tmp_path / "x") == {"author": "me"}
    io.save({}, tmp_path / "empty")
    assert io.load(tmp_path / "empty") == {} and io.read_metadata(tmp_path / "empty") == {}
    with pytest.raises(TypeError, match="strings"):
        io.save({}, tmp_path / "x", {"n": 1})


def test_device(tmp_path):
    io.save({"x": np.ones(1, device="cpu:1")}, tmp_path / "x")
    assert str(io.load(tmp_path / "x")["x"].device) == "cpu"
    assert str(io.load(tmp_path / "x", "cpu:1")["x"].device) == "cpu:1"
    assert str(io.load(tmp_path / "x", map_location="cpu:1", weights_only=True)["x"].device) == "cpu:1"


def test_broken_files(tmp_path):
    path = tmp_path / "model.pt"
    io.save({"x": np.ones(100), "n": 1}, path)
    whole = path.read_bytes()
    for data in (b"", b"PK\x03\x04 something else", whole[:-1], whole[:50], whole + b"more",
                 whole.replace(b"F64", b"F99")):
        path.write_bytes(data)
        with pytest.raises(StateError, match=r"model\.pt is not a sound safetensors file.*pickled files"):
            io.load(path)
    assert issubclass(StateError, ValueError)
    with pytest.raises(FileNotFoundError):
        io.load(tmp_path / "none")


def test_a_structure_that_names_a_missing_tensor_is_refused(tmp_path):
    io.save({"a": {"x": np.ones(2)}}, tmp_path / "x")
    data = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(data.replace(b'tensor\\": \\"a.x', b'tensor\\": \\"a.y'))
    with pytest.raises(StateError, match="structure"):
        io.load(tmp_path / "x")


def test_what_cannot_be_saved_leaves_the_old_file(tmp_path):
    path = tmp_path / "x"
    io.save({"x": np.ones(1)}, path)
    for state, reason in (({"f": [print]}, "builtin_function_or_method at f.0"), ([1], "must be a dictionary"),
                          ({"z": np.ones(1, dtype=np.complex128)}, "complex128"),
                          ({"s": numpy.array(["a"])}, "<U1"), ({(1, 2): 3}, "key of type tuple")):
        with pytest.raises(TypeError, match=reason):
            io.save(state, path)
    assert io.load(path)["x"].tolist() == [1] and os.listdir(tmp_path) == ["x"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "x"
    io.save({"x": np.ones(1)}, path)

    def fail(descriptor):
        raise OSError("disk full")

    monkeypatch.setattr(atomic.os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        io.save({"x": np.zeros(1)}, path)
    monkeypatch.undo()
    assert io.load(path)["x"].tolist() == [1] and os.listdir(tmp_path) == ["x"]


def test_permissions_and_links_are_kept(tmp_path):
    path, link = tmp_path / "x", tmp_path / "link"
    io.save({"x": np.ones(1)}, path)
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask
    path.chmod(0o600)
    link.symlink_to(path)
    io.save({"x": np.zeros(1)}, link)
    assert link.is_symlink() and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert io.load(path)["x"].tolist() == [0]
