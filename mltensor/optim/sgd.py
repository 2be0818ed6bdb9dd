"""Stochastic gradient descent, with momentum."""

from mltensor._core import optimize
from mltensor._core.gradient import gradients

from .optimizer import Optimizer, refuse_differentiable, require


class SGD(Optimizer):
    r"""Stochastic gradient descent, optionally with (Nesterov) momentum.

    With gradient :math:`g` (plus `weight_decay` times the parameter) and velocity :math:`b`:
    :math:`b \leftarrow \mu b + (1 - \tau) g` (at the first step :math:`b = g`) and
    :math:`\theta \leftarrow \theta - \gamma b`, with Nesterov
    :math:`\theta \leftarrow \theta - \gamma (g + \mu b)`.

    Parameters
    ----------
    params : iterable
        Parameters or groups of them, see `Optimizer`.
    lr : float
        Step length :math:`\gamma`.
    momentum, dampening : float
        :math:`\mu` and :math:`\tau`.
    weight_decay : float
        Multiple of the parameter that is added to its gradient (L2 penalty).
    nesterov : bool
        Look ahead along the velocity.
    maximize : bool
        Climb instead of descending.
    foreach, differentiable, fused
        Accepted for PyTorch's signature. Every step is one fused call.

    Notes
    -----
    I. Sutskever et al., On the importance of initialization and momentum in deep learning, ICML 2013.
    """

    def __init__(self, params, lr=0.001, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
                 foreach=None, differentiable=False, fused=None):
        refuse_differentiable(differentiable)
        require(lr >= 0, "lr", lr)
        require(momentum >= 0, "momentum", momentum)
        require(weight_decay >= 0, "weight_decay", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0, "
                             f"got momentum={momentum}, dampening={dampening}")
        super().__init__(params, {"lr": lr, "momentum": momentum, "dampening": dampening,
                                  "weight_decay": weight_decay, "nesterov": nesterov, "maximize": maximize})

    def step_group(self, group, scale):
        """Change the parameters of one group; see `Optimizer.step_group`."""
        params = group["params"]
        optimize.sgd(params, gradients(params), self.state, group["lr"], group["momentum"], group["dampening"],
                     group["weight_decay"], group["nesterov"], group["maximize"], scale)
