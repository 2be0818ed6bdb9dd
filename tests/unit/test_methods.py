"""Methods of tensors in NumPy's and PyTorch's names."""

import numpy
import pytest

import mltensor as np
from mltensor.errors import DeviceError


@pytest.fixture
def m():
    return np.asarray([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])


def test_questions(m):
    assert m.numel() == m.nelement() == 6 and m.dim() == m.ndimension() == 2
    assert m.stride() == (3, 1) and m.T.stride(0) == 1 and m.element_size() == 8
    assert m.is_contiguous() and not m.T.is_contiguous() and m.T.contiguous().is_contiguous()
    assert m.is_floating_point() and not m.is_complex() and m.is_signed()
    assert m.is_cpu and not m.is_cuda and m.get_device() == -1
    assert m.data_ptr() == m.__array_interface__["data"][0]
    assert m.is_same_size(m) and not m.is_same_size(m.T)


@pytest.mark.parametrize("name, dtype", [
    ("float", "f4"), ("double", "f8"), ("half", "f2"), ("long", "i8"), ("int", "i4"), ("short", "i2"), ("char", "i1"),
    ("byte", "u1"), ("bool", "bool"), ("cfloat", "c8"), ("cdouble", "c16")])
def test_casts(m, name, dtype):
    assert getattr(m, name)().dtype == dtype


def test_to(m):
    assert m.to("cpu") is m and m.to(np.float64) is m and m.cpu() is m
    assert m.to(np.float32).dtype == np.float32 and m.to("float32").dtype == np.float32
    assert m.to("cpu:1").device == "cpu:1" and m.to(device="cpu:1", dtype="f4").dtype == np.float32
    assert m.to("cpu:1", np.float32).device == "cpu:1"
    assert m.to(np.zeros(1, dtype="i4")).dtype == np.int32
    assert m.to(np.float64, copy=True) is not m
    assert m.type() == "torch.DoubleTensor" and m.type(np.float32).dtype == np.float32
    assert m.type_as(np.zeros(1, dtype="f4")).dtype == np.float32
    with pytest.raises(ValueError):
        m.cuda()
    with pytest.raises(DeviceError):
        m.to("nonsense")


def test_casts_are_recorded():
    x = np.array([1.0], requires_grad=True)
    (x.float() * 2).double().sum().backward()
    assert x.grad.tolist() == [2]


def test_shapes(m):
    assert m.permute(1, 0).shape == m.permute((1, 0)).shape == (3, 2)
    assert m.transpose().shape == m.transpose(1, 0).shape == m.transpose((1, 0)).shape == m.transpose(None).shape
    assert np.zeros((2, 3, 4)).transpose(1, 2).shape == (2, 4, 3)
    assert np.zeros((2, 3, 4)).transpose(2, 0, 1).shape == (4, 2, 3)
    assert m.unsqueeze(1).shape == (2, 1, 3) and m.unsqueeze(-1).shape == (2, 3, 1)
    assert np.asarray([[1], [2]]).expand(2, 3).tolist() == [[1, 1, 1], [2, 2, 2]]
    assert np.asarray([[1], [2]]).expand(4, -1, 3).shape == (4, 2, 3)
    assert np.asarray([1.0, 2, 3]).expand_as(m).shape == (2, 3)
    assert m.view_as(m.T).shape == m.reshape_as(m.T).shape == (3, 2)
    assert m.t().tolist() == m.T.tolist()
    assert m.unflatten(1, (3, 1)).shape == (2, 3, 1)
    assert [row.tolist() for row in m.unbind()] == m.tolist()
    assert m.narrow(1, 1, 2).tolist() == [[1, 2], [5, 4]]
    assert [part.shape for part in np.arange(5).chunk(2)] == [(3,), (2,)]
    assert m.flatten().tolist() == [3, 1, 2, 6, 5, 4] and m.flatten("F").tolist() == [3, 6, 1, 5, 2, 4]
    assert np.zeros((2, 3, 4)).flatten(1).shape == (2, 12) and np.zeros((2, 3, 4)).flatten(0, 1).shape == (6, 4)
    assert m.view(3, 2).shape == m.view((3, 2)).shape == m.view(-1, 2).shape == (3, 2)
    assert m.view(np.int64).dtype == np.int64
    with pytest.raises(ValueError):
        m.T.view(6)
    with pytest.raises(ValueError):
        m.narrow(0, 1, 2)
    with pytest.raises(ValueError):
        np.zeros((1, 1, 1)).t()


def test_selection(m):
    assert m.index_select(1, np.asarray([2, 0])).tolist() == [[2, 3], [4, 6]]
    assert m.masked_fill(m > 3, 0.0).tolist() == [[3, 1, 2], [0, 0, 0]]
    assert m.masked_select(m > 3).tolist() == [6, 5, 4]
    assert m.index_fill(0, np.asarray([0]), 9).tolist() == [[9, 9, 9], [6, 5, 4]]
    assert m.compress([False, True], axis=0).tolist() == [[6, 5, 4]]


def test_arithmetic(m):
    one = np.ones((2, 3))
    assert m.add(one, alpha=2)[0, 0] == 5 and m.sub(one)[0, 0] == 2 and m.mul(2)[0, 0] == 6
    assert m.div(2, rounding_mode="floor")[0].tolist() == [1, 0, 1]
    assert (-m).div(2, rounding_mode="trunc")[0].tolist() == [-1, 0, -1]
    assert m.clamp(2, 4).tolist() == [[3, 2, 2], [4, 4, 4]] and m.clamp(min=5)[0, 0] == 5
    assert m.eq(3)[0].tolist() == [True, False, False] and m.ge(3)[0, 0]
    assert m.mm(m.t()).shape == (2, 2)
    assert float(m.norm()) == pytest.approx(numpy.linalg.norm(m.numpy()))
    assert m.norm(1, dim=1).tolist() == [6, 15] and m.norm(float("inf")) == 6 and m.norm(0) == 6
    assert float(m.norm(3)) == pytest.approx((m.numpy() ** 3).sum() ** (1 / 3))
    assert m.lerp(one, 0.5)[0].tolist() == [2, 1, 1.5]
    assert np.asarray([4.0]).rsqrt().tolist() == [0.5]
    assert one.addmm(m, m.T @ m).shape == (2, 3)
    assert m.amax(1).tolist() == [3, 6] and m.ptp() == 5
    with pytest.raises(ValueError):
        m.div(2, rounding_mode="up")


def test_new_tensors(m):
    x = m.float().to("cpu:1")
    for made in (x.new_zeros(2, 2), x.new_ones((2, 2)), x.new_empty(2, 2), x.new_full((2, 2), 3),
                 x.new_tensor([[1], [2]])):
        assert made.dtype == np.float32 and made.device == "cpu:1"


def test_in_place():
    x = np.asarray([1.0, 4.0, 9.0])
    assert x.add_(1) is x and x.tolist() == [2, 5, 10]
    assert x.sub_(1).sqrt_().tolist() == [1, 2, 3]
    assert x.mul_(2).div_(2).pow_(2).clamp_(max=5).tolist() == [1, 4, 5]
    assert x.masked_fill_(x > 3, 0).tolist() == [1, 0, 0]
    assert x.fill_(7).tolist() == [7, 7, 7] and x.zero_().tolist() == [0, 0, 0]
    assert x.copy_([1.0, 2.0, 3.0]).neg_().tolist() == [-1, -2, -3]
    assert np.eye(2).fill_diagonal_(3).tolist() == [[3, 0], [0, 3]]
    x.fill(2)
    assert x.tolist() == [2, 2, 2]


def test_in_place_methods_are_recorded():
    leaf = np.array([1.0, 2.0, 3.0], requires_grad=True)
    x = leaf * 1
    x.mul_(2).exp_().add_(leaf, alpha=3)
    x.sum().backward()
    numpy.testing.assert_allclose(leaf.grad.numpy(), 2 * numpy.exp([2, 4, 6]) + 3)
    with pytest.raises(RuntimeError):
        leaf.add_(1)


def test_in_place_random():
    rng = np.random.default_rng(0)
    x = np.empty(1000)
    assert x.uniform_(2, 3, generator=rng) is x and x.min() >= 2 and x.max() < 3
    assert abs(float(x.normal_(5, 0.1, generator=rng).mean()) - 5) < 0.05
    assert set(x.bernoulli_(0.5).tolist()) == {0, 1}
    assert set(x.random_(3).tolist()) == {0, 1, 2}
    assert x.random_(5, 7).min() == 5
    assert x.exponential_(2.0).min() >= 0
    assert np.zeros(4, dtype="f4").normal_().dtype == np.float32
    assert np.ones(3).bernoulli().tolist() == [1, 1, 1]


def test_array_methods(m):
    m.sort()
    assert m.tolist() == [[1, 2, 3], [4, 5, 6]]
    m.put([0, -1], [9, 8])
    assert m.tolist() == [[9, 2, 3], [4, 5, 8]]
    m.put([7], 0, mode="wrap")
    assert m[0, 1] == 0
    assert m.tobytes() == m.numpy().tobytes()
    assert m.numpy(dtype="f4").dtype == np.float32
