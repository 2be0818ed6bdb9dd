"""Whole PyTorch programs under the PyTorch face: their losses are those of PyTorch 2.13 with the same weights."""

import pytest

import mltensor.torch as torch
from scripts import torch_programs

LOSSES = {
    "attention": [4.54648, 3.469, 3.68987, 3.07775, 3.31417, 2.76796, 2.98032, 2.93386, 3.07317, 2.9457],
    "adversarial": [7.34392, 0.70548, 7.15604, 0.70439, 6.93264, 0.70185, 6.71523, 0.69925, 6.56865, 0.69755, 6.30242,
                    0.69429],
    "by_hand": [6.26967, 0.69315, 0.45831, 0.43346, 0.41175, 0.39263],
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses_are_those_of_pytorch(name):
    assert getattr(torch_programs, name)(torch) == pytest.approx(LOSSES[name], abs=2e-5)
