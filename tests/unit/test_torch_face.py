"""The PyTorch face: classes, the names with two meanings, whole programs."""

import io
import pickle

import numpy
import pytest

import mltensor
import mltensor.torch as torch
from mltensor.torch import nn
from mltensor.torch.differences import DIFFERENCES
from mltensor.torch.utils.data import DataLoader, TensorDataset


@pytest.fixture
def m():
    return torch.tensor([[3.0, 1.0, 2.0], [6.0, 5.0, 4.0]])


def test_class_propagates(m):
    for result in (m + 1, 1 - m, -m, m @ m.T, m[0], m[m > 2], m.sum(), m.reshape(6), m.T, m.exp(), torch.cat([m, m]),
                   torch.exp(m), m.float(), m.detach(), m.clone(), m.to("cpu:1"), m > 1, m.numpy().sum() * m,
                   torch.stack([m, m]), torch.where(m > 1, m, 0.0), m.mean(dim=1), torch.zeros_like(m),
                   m + numpy.ones(3), mltensor.ones(3) * m, *m.unbind(), *m.max(1)):
        assert type(result) is torch.Tensor, result
    m += 1
    assert type(m) is torch.Tensor


def test_gradients_have_the_class(m):
    m.requires_grad_()
    (m * m).sum().backward()
    assert type(m.grad) is torch.Tensor and torch.equal(m.grad, 2 * m.detach())


def test_conversion_shares_memory_and_tape(m):
    plain = m.as_np()
    assert type(plain) is mltensor.Tensor and type(plain.as_torch()) is torch.Tensor
    plain[0, 0] = 9
    assert m[0, 0].item() == 9 and m.as_torch() is m and plain.as_np() is plain
    x = torch.ones(2, requires_grad=True)
    (x.as_np() * 3).sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_sizes(m):
    assert m.size == 6 and m.size() == (2, 3) and m.size(0) == 2 and m.size(-1) == 3
    assert m.shape == (2, 3) and m.shape.numel() == 6 and isinstance(m.shape[1:], torch.Size)
    assert repr(m.shape) == "torch.Size([2, 3])" and type(m.size() + m.shape) is torch.Size
    assert torch.zeros(m.size()).shape == m.shape and torch.numel(m) == 6


def test_extremes(m):
    values, indices = torch.max(m, 1)
    assert values.tolist() == [3, 6] and indices.tolist() == [0, 0]
    assert m.min(dim=0, keepdim=True).values.tolist() == [[3, 1, 2]]
    assert torch.max(m, m * 0 + 3)[0].tolist() == [3, 3, 3] and m.max().item() == 6
    assert torch.max(m, dim=1)[1].dtype == torch.int64
    assert torch.tensor(2.0).max(0).indices.item() == 0
    m.requires_grad_()
    m.max(1).values.sum().backward()
    assert m.grad.tolist() == [[1, 0, 0], [1, 0, 0]]


def test_order(m):
    values, indices = m.sort()
    assert values.tolist() == [[1, 2, 3], [4, 5, 6]] and indices.tolist() == [[1, 2, 0], [2, 1, 0]]
    assert torch.sort(m, dim=0, descending=True).values[0].tolist() == [6, 5, 4]
    assert m.argsort(dim=1).tolist() == indices.tolist()
    assert torch.topk(m, 2).values.tolist() == [[3, 2], [6, 5]] and m.topk(1, largest=False).indices.tolist() == [[1],
        [2]]
    assert torch.median(m).item() == 3 and m.median(1).values.tolist() == [2, 5]
    assert torch.median(torch.tensor([1, 2, 3, 4])).item() == 2
    assert numpy.isnan(torch.median(torch.tensor([1.0, float("nan"), 0.0])).item())
    assert torch.mode(torch.tensor([1, 2, 2, 3])).values.item() == 2
    with pytest.raises(ValueError):
        m.topk(4)


def test_statistics(m):
    assert m.std().item() == pytest.approx(m.numpy().std(ddof=1)) and torch.var(m, 1).tolist() == [1, 1]
    assert m.var(unbiased=False).item() == pytest.approx(m.numpy().var(), rel=1e-6)
    assert m.std(0, correction=0, keepdim=True).shape == (1, 3)
    s, mean = torch.std_mean(m)
    assert mean.item() == 3.5 and s.item() == pytest.approx(m.std().item())


def test_shapes(m):
    assert [part.shape for part in m.split(2, dim=1)] == [(2, 2), (2, 1)]
    assert [part.tolist() for part in torch.split(torch.arange(3), [1, 2])] == [[0], [1, 2]]
    assert torch.tensor([1, 2]).repeat(2, 2).tolist() == [[1, 2, 1, 2]] * 2
    assert torch.arange(2).repeat(3).tolist() == [0, 1, 0, 1, 0, 1]
    assert m.view(3, 2).shape == m.view(-1).view(3, 2).shape == (3, 2) and m.view(torch.int32).dtype == torch.int32
    assert m.transpose(0, 1).tolist() == torch.transpose(m, 0, 1).tolist() == m.T.tolist()
    assert torch.zeros(2, 1, 3).squeeze(0).shape == (2, 1, 3) and torch.zeros(2, 1).squeeze(1).shape == (2,)
    assert torch.flatten(torch.zeros(2, 3, 4), 1).shape == (2, 12) and m.permute(1, 0).shape == (3, 2)
    assert torch.chunk(m, 3, dim=1)[2].tolist() == [[2], [4]] and torch.unsqueeze(m, 0).shape == (1, 2, 3)
    with pytest.raises(RuntimeError, match="add up"):
        m.split([1, 1], dim=1)


def test_indices():
    x = torch.tensor([[0, 1], [2, 0]])
    assert torch.nonzero(x).tolist() == [[0, 1], [1, 0]]
    assert [t.tolist() for t in x.nonzero(as_tuple=True)] == [t.tolist() for t in torch.where(x)] == [[0, 1], [1, 0]]
    assert x.take(torch.tensor([1, 2])).tolist() == [1, 2]
    assert x.put(torch.tensor([0]), torch.tensor([9])).tolist() == [[9, 1], [2, 0]] and x[0, 0] == 0
    assert x.select(1, 0).tolist() == [0, 2]
    assert torch.tril_indices(2, 2).tolist() == [[0, 1, 1], [0, 0, 1]]
    assert torch.triu_indices(2, 3, 1).tolist() == [[0, 0, 1], [1, 2, 2]]


def test_comparison_and_others(m):
    assert torch.equal(m, m.clone()) is True and not torch.equal(m, m + 1) and m.equal(m)
    values, inverse, counts = torch.unique(torch.tensor([3, 1, 3]), return_inverse=True, return_counts=True)
    assert values.tolist() == [1, 3] and inverse.tolist() == [1, 0, 1] and counts.tolist() == [1, 2]
    assert torch.cross(torch.tensor([1.0, 0, 0]), torch.tensor([0, 1.0, 0])).tolist() == [0, 0, 1]
    assert torch.cross(torch.eye(3), torch.ones(3, 3))[:, 0].tolist() == numpy.cross([1, 0, 0], [1, 1, 1]).tolist()
    assert torch.meshgrid(torch.arange(2), torch.arange(3))[0].shape == (2, 3)
    assert torch.histc(torch.tensor([1.0, 2, 2]), bins=2).tolist() == [1, 2]
    assert [t.shape for t in torch.atleast_1d([torch.tensor(1), torch.zeros(2)])] == [(1,), (2,)]
    assert torch.atleast_3d(torch.zeros(2)).shape == (1, 2, 1) and torch.atleast_3d(torch.zeros(2, 3)).shape == (2, 3,
        1)
    assert isinstance(torch.gradient(torch.tensor([1.0, 2, 4])), tuple)
    assert torch.norm(m).item() == pytest.approx(numpy.linalg.norm(m.numpy()))
    assert torch.linalg.norm(m).item() == torch.linalg.vector_norm(m).item()
    assert torch.add(m, 1, alpha=2)[0, 0].item() == 5 and torch.div(m, 2, rounding_mode="floor")[0, 0].item() == 1
    assert torch.clamp(m, min=2).min().item() == 2 and torch.abs(-m)[0, 0].item() == 3
    assert torch.einsum("ij->j", m).tolist() == [9, 6, 6]


def test_creation():
    for made in (torch.zeros(2), torch.ones(2, 3), torch.empty(2), torch.rand(2), torch.randn(2, 3), torch.eye(2),
                 torch.linspace(0, 1, 3), torch.tensor([1.0]), torch.tensor(2.5), torch.full((2,), 1.5),
                 torch.arange(0, 1, 0.5),
                 torch.Tensor([1, 2]), torch.Tensor(2, 3), torch.FloatTensor([1]), torch.normal(0.0, 1.0, (2,)),
                 torch.as_tensor([1.0])):
        assert type(made) is torch.Tensor and made.dtype is torch.float32
    for made in (torch.arange(3), torch.tensor([1, 2]), torch.randint(3, (2,)), torch.randint(1, 3, (2,)),
                 torch.randperm(4),
                 torch.LongTensor([1]), torch.full((2,), 1)):
        assert made.dtype is torch.int64
    assert torch.tensor([1j]).dtype is torch.complex64 and torch.tensor(numpy.ones(1)).dtype is torch.float64
    assert torch.Tensor(2, 3).shape == (2, 3) and torch.Tensor().shape == (0,)
    assert torch.zeros(size=(2, 3)).shape == torch.zeros((2, 3)).shape == torch.zeros([2, 3]).shape
    assert isinstance(torch.zeros(1), torch.FloatTensor) and not isinstance(torch.zeros(1), torch.LongTensor)
    assert torch.range(1, 3).tolist() == [1, 2, 3] and torch.linspace(0, 1, steps=3).tolist() == [0, 0.5, 1]
    x = torch.ones(2, requires_grad=True)
    assert torch.tensor(x).is_leaf and not torch.tensor(x).requires_grad
    array = numpy.zeros(2)
    torch.from_numpy(array)[0] = 1
    assert array[0] == 1


def test_random():
    torch.manual_seed(0)
    first = torch.rand(3)
    torch.manual_seed(0)
    assert torch.equal(first, torch.rand(3)) and torch.initial_seed() == 0
    generator = torch.Generator().manual_seed(1)
    assert torch.randn(2, generator=generator).tolist() != torch.randn(2, generator=generator).tolist()
    assert torch.randn_like(first).shape == torch.rand_like(first).shape == (3,)
    assert torch.multinomial(torch.tensor([0.0, 1.0]), 3, replacement=True).tolist() == [1, 1, 1]
    assert torch.bernoulli(torch.ones(2)).tolist() == [1, 1]
    with pytest.raises(ValueError):
        torch.multinomial(torch.tensor([0.0, 1.0]), 2)


def test_multinomial_draws_by_the_weights():
    torch.manual_seed(0)
    weights = torch.tensor([[0.0, 1.0, 3.0, 0.0, 4.0], [2.0, 0.0, 0.0, 6.0, 0.0]])
    shares = weights.numpy() / weights.numpy().sum(1, keepdims=True)
    many = torch.multinomial(weights, 20_000, replacement=True)
    assert tuple(many.shape) == (2, 20_000)
    found = numpy.stack([numpy.bincount(row, minlength=5) for row in many.numpy()]) / 20_000
    numpy.testing.assert_allclose(found, shares, atol=0.02)
    one = torch.multinomial(weights[0].expand(20_000, 5), 1)
    assert tuple(one.shape) == (20_000, 1)
    numpy.testing.assert_allclose(numpy.bincount(one.numpy()[:, 0], minlength=5) / 20_000, shares[0], atol=0.02)
    pairs = torch.multinomial(weights[0].expand(20_000, 5), 2).numpy()
    assert (pairs[:, 0] != pairs[:, 1]).all()
    numpy.testing.assert_allclose(numpy.bincount(pairs[:, 0], minlength=5) / 20_000, shares[0], atol=0.02)
    after_last = pairs[pairs[:, 0] == 4][:, 1]  # of weights 1 and 3
    numpy.testing.assert_allclose(numpy.bincount(after_last, minlength=5) / len(after_last), [0, 0.25, 0.75, 0, 0],
                                  atol=0.03)
    assert torch.multinomial(torch.tensor([0.0, 5.0, 0.0]), 1).tolist() == [1]



def test_default_dtype():
    try:
        torch.set_default_dtype(torch.float64)
        assert torch.zeros(1).dtype is torch.float64 and nn.Linear(1, 1).weight.dtype is torch.float64
        assert repr(torch.ones(1)) == "tensor([1.])"
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.get_default_dtype() is torch.float32 and mltensor.zeros(1).dtype == numpy.float64


def test_printing():
    assert repr(torch.tensor([[1.0, 2.5]])) == str(torch.tensor([[1.0, 2.5]])) == "tensor([[1.0000, 2.5000]])"
    assert repr(torch.zeros(1, dtype=torch.float64)) == "tensor([0.], dtype=torch.float64)"
    assert repr(torch.tensor(2.0, requires_grad=True)) == "tensor(2., requires_grad=True)"
    assert f"{torch.tensor(2.5):.2f} {torch.tensor(2.5)}" == "2.50 2.5"


def test_modes_and_data():
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        assert not (x * 2).requires_grad and not torch.is_grad_enabled()
    assert not x.data.requires_grad
    x.data = torch.zeros(3)
    assert x.shape == (3,) and x.requires_grad
    assert torch.autograd.grad((x * x).sum(), x, only_inputs=True)[0].shape == (3,)
    assert torch.autograd.Variable(torch.ones(1), requires_grad=True).requires_grad
    assert not torch.cuda.is_available() and torch.cuda.device_count() == 0
    assert torch.device("cuda" if torch.cuda.is_available() else "cpu") == "cpu" and torch.device("cpu").type == "cpu"
    torch.backends.cudnn.benchmark = True
    assert torch.is_tensor(x) and torch.compile(x) is x
    assert torch.finfo(torch.float32).eps == 2.0**-23


def test_save_and_load(tmp_path):
    model = nn.Linear(2, 3)
    torch.save(model.state_dict(), tmp_path / "model.safetensors")
    loaded = torch.load(tmp_path / "model.safetensors", map_location="cpu")
    assert type(loaded["weight"]) is torch.Tensor and torch.equal(loaded["weight"], model.weight)
    torch.save([torch.ones(2), 3], tmp_path / "list.safetensors")
    assert torch.load(tmp_path / "list.safetensors")[0].tolist() == [1, 1]


def test_parameters_are_torch_tensors():
    layer = nn.Linear(3, 2)
    assert isinstance(layer.weight, torch.Tensor) and isinstance(layer.weight, nn.Parameter)
    assert isinstance(layer.weight, mltensor.nn.Parameter) and isinstance(layer, nn.Module)
    assert layer.weight.size(0) == 2 and type(layer.weight * 2) is torch.Tensor
    assert type(layer(torch.randn(4, 3))) is torch.Tensor
    assert "Parameter containing:\ntensor(" in repr(layer.weight)
    assert repr(layer) == "Linear(in_features=3, out_features=2, bias=True)"


def test_every_difference_is_there():
    for row in DIFFERENCES:
        if row.method:
            assert row.name in torch.Tensor.__dict__, row.name
        if row.module:
            assert getattr(torch, row.name) is row.function
    with pytest.raises(AttributeError):
        torch.no_such_function  # noqa: B018


def test_data_loader_gives_torch_tensors():
    data = TensorDataset(torch.randn(10, 3), torch.arange(10))
    for inputs, targets in DataLoader(data, batch_size=4):
        assert type(inputs) is torch.Tensor and type(targets) is torch.Tensor and inputs.size(1) == 3


def test_printing_program(capsys):
    torch.manual_seed(0)
    a = torch.randn(2, 3, device=torch.device("cpu"), dtype=torch.float)
    b = torch.randn(2, 3, device=torch.device("cpu"), dtype=torch.float)
    print(a)
    print(a * b)
    print(a.sum())
    print(a[1, 2])
    print(a.max())
    lines = capsys.readouterr().out.split("\n")
    assert lines[0].startswith("tensor([[") and lines[1].startswith("        [") and lines[1].endswith("]])")
    assert all(line.startswith("tensor(") and line.endswith(")") and "dtype" not in line for line in lines[4:7])


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.flatten = nn.Flatten()
        self.linear_relu_stack = nn.Sequential(
            nn.Linear(28 * 28, 512),
            nn.ReLU(),
            nn.Linear(512, 512),
            nn.ReLU(),
            nn.Linear(512, 10),
        )

    def forward(self, x):
        x = self.flatten(x)
        return self.linear_relu_stack(x)


def test_training_program():
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = NeuralNetwork().to(device)
    assert "(0): Linear(in_features=784, out_features=512, bias=True)" in str(model)
    loss_fn = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-1)
    x = torch.rand(16, 1, 28, 28, device=device)
    y = torch.randint(0, 10, (16,))
    model.train()
    losses = []
    for _ in range(20):
        pred = model(x)
        loss = loss_fn(pred, y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] and type(pred) is torch.Tensor
    model.eval()
    with torch.no_grad():
        pred = model(x)
        correct = (pred.argmax(1) == y).type(torch.float).sum().item()
    assert 0 <= correct <= 16
    assert nn.Softmax(dim=1)(pred).sum(dim=1).size() == (16,)


def test_assignment_to_data_keeps_the_leaf():
    x = torch.ones(2, requires_grad=True)
    calls = []
    x.register_hook(calls.append)
    (x * 3).sum().backward()
    x.data = x.data - 0.5 * x.grad
    x.data -= 1.0
    assert x.tolist() == [-1.5, -1.5] and x.is_leaf and x.requires_grad and x.grad.tolist() == [3, 3]
    (x * 3).sum().backward()
    assert x.grad.tolist() == [6, 6] and len(calls) == 2
    x.data = x.data.double()
    assert x.dtype is torch.float64 and x.requires_grad and x.grad is None


@pytest.mark.parametrize("compute", [
    lambda i, x: i * 2.0, lambda i, x: i / 2, lambda i, x: i / i, lambda i, x: 2.0 ** i, lambda i, x: torch.sqrt(i),
    lambda i, x: i * x, lambda i, x: x - i, lambda i, x: torch.where(i > 1, 1.0, 0.0), lambda i, x: (i > 1) * 0.5,
    lambda i, x: torch.where(i > 1, i, 0.5), lambda i, x: torch.cat([i, x]), lambda i, x: torch.stack([x, i]),
    lambda i, x: torch.clamp(i, min=0.5), lambda i, x: torch.lerp(x, x, i), lambda i, x: i.to(torch.int32) + x,
])
def test_integers_become_the_default_float(compute):
    i, x = torch.arange(3), torch.ones(3)
    assert compute(i, x).dtype is torch.float32
    try:
        torch.set_default_dtype(torch.float64)
        assert compute(i, torch.ones(3)).dtype is torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    assert (i * 1j).dtype is torch.complex64 and (i * 2).dtype is torch.int64
    assert (i.as_np() * 2.0).dtype == numpy.float64
    half = compute(i.half(), x.half())
    assert half.dtype in (torch.float16, torch.float32)


def test_text_and_class_of_what_the_tape_gives():
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    assert repr(y) == "tensor([2., 2.], grad_fn=<MulBackward0>)"
    y.retain_grad()
    y.norm().backward()
    assert isinstance(y.grad, torch.Tensor) and isinstance(x.grad, torch.Tensor)
    z = torch.zeros(2, requires_grad=True)
    z.norm().backward()
    assert z.grad.tolist() == [0, 0]


def test_what_is_not_there_says_so():
    with pytest.raises(AttributeError, match=r"no 'Conv2d' in this version; it has .*Linear"):
        nn.Conv2d(1, 1, 3)
    with torch.autograd.set_detect_anomaly(True), torch.autograd.detect_anomaly():
        assert torch.ones(1).type(torch.DoubleTensor).dtype is torch.float64


def test_saving_into_an_open_file():
    file = io.BytesIO()
    torch.save({"epoch": 3, "weights": torch.ones(2)}, file)
    file.seek(0)
    loaded = torch.load(file)
    assert loaded["epoch"] == 3 and torch.equal(loaded["weights"], torch.ones(2))
    with pytest.raises(ValueError, match="not a sound safetensors file"):
        torch.load(io.BytesIO(b"something else"))


def test_the_class_in_modules_and_optimisers(tmp_path):
    layer = nn.BatchNorm1d(2)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.randn(4, 2)).sum().backward()
    kept = [*layer.buffers(), nn.utils.clip_grad_norm_(layer.parameters(), 1.0)]
    for _ in range(2):
        optimizer.step()
        kept += [value for state in optimizer.state.values() for name, value in state.items() if name != "step"]
        optimizer.load_state_dict(optimizer.state_dict())
    x = torch.ones(2)
    kept += [x.new_zeros(2), x.new_ones((1,)), x.new_empty(1), x.new_full((2,), 3.0), x.new_tensor([1]),
             pickle.loads(pickle.dumps(x))]
    assert {type(value) for value in kept} == {torch.Tensor}
    assert layer.weight.new_zeros(1).requires_grad is False
