"""Schedules of the learning rate against closed formulas."""

import math

import pytest

from mltensor import nn, optim
from mltensor.optim import lr_scheduler


def optimizer(rates=(1.0,)):
    return optim.SGD([{"params": [nn.Parameter([0.0])], "lr": rate} for rate in rates])


def rates_of(scheduler, epochs):
    found = []
    for _ in range(epochs):
        found.append(scheduler.get_last_lr()[0])
        scheduler.step()
    return found


@pytest.mark.parametrize(("make", "formula"), [
    (lambda o: lr_scheduler.StepLR(o, 3, 0.5), lambda t: 0.5 ** (t // 3)),
    (lambda o: lr_scheduler.MultiStepLR(o, [2, 2, 5], 0.5), lambda t: 0.5 ** (2 * (t >= 2) + (t >= 5))),
    (lambda o: lr_scheduler.ExponentialLR(o, 0.9), lambda t: 0.9**t),
    (lambda o: lr_scheduler.LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t)),
    (lambda o: lr_scheduler.CosineAnnealingLR(o, 4, 0.1), lambda t: 0.1 + 0.45 * (1 + math.cos(math.pi * t / 4))),
])
def test_rates(make, formula):
    assert rates_of(make(optimizer()), 12) == pytest.approx([formula(t) for t in range(12)], rel=1e-9)


def test_schedulers_multiply():
    base = optimizer()
    first = lr_scheduler.ExponentialLR(base, 0.5)
    second = lr_scheduler.StepLR(base, 2, 0.1)
    for _ in range(2):
        first.step()
        second.step()
    assert second.get_last_lr() == pytest.approx([0.25 * 0.1])


def test_groups_keep_their_ratio():
    scheduler = lr_scheduler.StepLR(optimizer((1.0, 0.1)), 1, 0.5)
    scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.5, 0.05])
    scheduler = lr_scheduler.LambdaLR(optimizer((1.0, 0.1)), [lambda t: 2, lambda t: 3])
    assert scheduler.get_last_lr() == pytest.approx([2, 0.3])
    with pytest.raises(ValueError, match="1 functions for 2 parameter groups"):
        lr_scheduler.LambdaLR(optimizer((1.0, 0.1)), [lambda t: 2])


def test_going_on_from_a_saved_state():
    base = optimizer()
    scheduler = lr_scheduler.CosineAnnealingLR(base, 10)
    whole = rates_of(scheduler, 4)
    saved, groups = scheduler.state_dict(), base.state_dict()
    rest = rates_of(scheduler, 4)
    again = optimizer()
    again.load_state_dict(groups)
    second = lr_scheduler.CosineAnnealingLR(again, 10, last_epoch=3)
    second.load_state_dict(saved)
    assert second.last_epoch == 4 and again.param_groups[0]["initial_lr"] == whole[0]
    again.param_groups[0]["lr"] = saved["_last_lr"][0]
    assert rates_of(second, 4) == pytest.approx(rest)
    assert "lr_lambdas" not in lr_scheduler.LambdaLR(base, lambda t: 1).state_dict()
    with pytest.raises(KeyError, match="initial_lr"):
        lr_scheduler.StepLR(optimizer(), 1, last_epoch=3)
