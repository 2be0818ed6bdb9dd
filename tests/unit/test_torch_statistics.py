"""Statistics of the PyTorch face: signatures, dtypes, the lower of two middle elements, classes."""

import numpy
import pytest

import mltensor.torch as torch

NAN = float("nan")


@pytest.fixture
def x():
    return torch.tensor([[3.0, NAN, 1.0, 2.0], [NAN, NAN, NAN, NAN], [5.0, 6.0, 8.0, 7.0]])


def test_sums_and_means(x):
    assert torch.nansum(x).item() == 32.0
    assert torch.nansum(x, 1, True).tolist() == [[6.0], [0.0], [26.0]]
    assert x.nansum(dim=1).dtype == torch.float32
    assert torch.nansum(x, dim=1, dtype=torch.float64).dtype == torch.float64
    assert x.nanmean(0)[:1].tolist() == [4.0]
    assert torch.nanmean(x, dim=(0, 1)).item() == pytest.approx(32 / 7)
    assert type(x.nansum()) is torch.Tensor


def test_medians(x):
    assert torch.nanmedian(x).item() == 5.0
    values, indices = x.nanmedian(dim=1)
    assert values[[0, 2]].tolist() == [2.0, 6.0]
    assert numpy.isnan(values[1].item())
    assert indices[[0, 2]].tolist() == [3, 1]
    assert torch.nanmedian(x, 1, keepdim=True).values.shape == (3, 1)
    assert torch.median(x[2]).item() == 6.0
    assert numpy.isnan(torch.median(x).item())
    assert torch.nanmedian(torch.tensor([4, 1, 3, 2])).item() == 2
    assert torch.nanmedian(torch.tensor(4.0), dim=0).indices.item() == 0


def test_quantiles(x):
    row = x[2]
    assert torch.quantile(row, 0.5).item() == 6.5
    assert torch.quantile(row, torch.tensor([0.0, 0.5])).tolist() == [5.0, 6.5]
    assert torch.quantile(row, 0.5, interpolation="lower").item() == 6.0
    assert row.quantile(torch.tensor([0.25, 0.75]), dim=0, keepdim=True).shape == (2, 1)
    assert torch.nanquantile(x, 0.5, dim=1)[[0, 2]].tolist() == [2.0, 6.5]
    assert torch.nanquantile(x, torch.tensor([0.5, 1.0]), dim=1).shape == (2, 3)
    assert torch.quantile(row, 0.5).dtype == torch.float32
    leaf = row.clone().requires_grad_()
    leaf.quantile(0.5).backward()
    assert leaf.grad.tolist() == [0.0, 0.5, 0.0, 0.5]


def test_covariances():
    rows = torch.tensor([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    assert torch.cov(rows).tolist() == [[1.0, -1.0], [-1.0, 1.0]]
    assert torch.cov(rows).dtype == torch.float32
    assert torch.cov(rows[0], correction=0).item() == pytest.approx(2 / 3)
    assert torch.cov(rows, fweights=torch.tensor([1, 2, 1]), aweights=rows[1] + 1).dtype == torch.float32
    assert torch.cov(torch.tensor([[1, 2, 4]])).dtype == torch.float32
    assert torch.corrcoef(rows).tolist() == [[1.0, -1.0], [-1.0, 1.0]]


def test_areas():
    y = torch.tensor([[1.0, 2.0, 4.0]])
    assert torch.trapezoid(y).tolist() == [4.5]
    assert torch.trapz(y, dx=2).tolist() == [9.0]
    assert torch.trapezoid(y, torch.tensor([0.0, 1.0, 3.0])).tolist() == [7.5]
    assert torch.cumulative_trapezoid(y).tolist() == [[1.5, 4.5]]
    assert torch.cumulative_trapezoid(y, torch.tensor([0.0, 1.0, 3.0])).tolist() == [[1.5, 7.5]]
    (slopes,) = torch.gradient(torch.tensor([1.0, 2.0, 4.0, 7.0], requires_grad=True))
    assert slopes.tolist() == [1.0, 1.5, 2.5, 3.0]
    assert slopes.requires_grad


def test_functions_of_numbers():
    assert torch.nan_to_num(torch.tensor([NAN, 1.0, float("inf")]), nan=2.0, posinf=3.0).tolist() == [2.0, 1.0, 3.0]
    mantissa, exponent = torch.frexp(torch.tensor([6.0, -1.0]))
    assert (mantissa.tolist(), exponent.tolist(), exponent.dtype) == ([0.75, -0.5], [3, 1], torch.int32)
    assert torch.ldexp(torch.tensor([1.0]), torch.tensor([3, -1])).tolist() == [8.0, 0.5]
    assert torch.ldexp(torch.tensor([2]), torch.tensor([0.5])).item() == pytest.approx(2 * 2**0.5)
    assert torch.gcd(torch.tensor([12, 18]), torch.tensor(8)).tolist() == [4, 2]
    assert torch.tensor([4]).lcm(torch.tensor([6])).tolist() == [12]
    assert torch.logaddexp2(torch.tensor(3.0), torch.tensor(3.0)).item() == 4.0
    assert torch.sinc(torch.tensor([0.0, 1.0])).tolist() == [1.0, 0.0]
    assert torch.i0(torch.tensor([0])).dtype == torch.float32
    assert torch.sinc(torch.tensor([0])).dtype == torch.float32
    assert type(torch.frexp(torch.tensor(1.0)).mantissa) is torch.Tensor
