"""RMSprop."""

from mltensor._core import optimize
from mltensor._core.gradient import gradients

from .optimizer import Optimizer, refuse_differentiable, require


class RMSprop(Optimizer):
    r"""Steps divided by the root of a running average of the squared gradient.

    :math:`v \leftarrow \alpha v + (1-\alpha) g^2`,
    :math:`\theta \leftarrow \theta - \gamma\, g / (\sqrt{v} + \epsilon)`.

    Parameters
    ----------
    params : iterable
        Parameters or groups of them, see `Optimizer`.
    lr : float
        Step length :math:`\gamma`.
    alpha : float
        Decay rate of the average.
    eps : float
        Added to the denominator.
    weight_decay : float
        Multiple of the parameter that is added to its gradient (L2 penalty).
    momentum : float
        Decay rate of the velocity along the scaled gradient.
    centered : bool
        Divide by the standard deviation: the squared running mean of the gradient is subtracted from :math:`v`.
    maximize : bool
        Climb instead of descending.
    capturable, foreach, differentiable
        Accepted for PyTorch's signature. Every step is one fused call.

    Notes
    -----
    G. Hinton, Neural networks for machine learning, lecture 6, 2012. A. Graves, Generating sequences
    with recurrent neural networks, 2013 (centered).
    """

    def __init__(self, params, lr=0.01, alpha=0.99, eps=1e-08, weight_decay=0, momentum=0, centered=False,
                 capturable=False, foreach=None, maximize=False, differentiable=False):
        refuse_differentiable(differentiable)
        require(lr >= 0, "lr", lr)
        require(0 <= alpha <= 1, "alpha", alpha)
        require(eps >= 0, "eps", eps)
        require(weight_decay >= 0, "weight_decay", weight_decay)
        require(momentum >= 0, "momentum", momentum)
        super().__init__(params, {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay,
                                  "momentum": momentum, "centered": centered, "maximize": maximize})

    def step_group(self, group, scale):
        """Change the parameters of one group; see `Optimizer.step_group`."""
        params = group["params"]
        optimize.rmsprop(params, gradients(params), self.state, group["lr"], group["alpha"], group["eps"],
                         group["weight_decay"], group["momentum"], group["centered"], group["maximize"], scale)
