"""Adam and AdamW."""

from mltensor._core import optimize
from mltensor._core.gradient import gradients

from .optimizer import Optimizer, refuse_differentiable, require


class Adam(Optimizer):
    r"""Steps scaled by running averages of the gradient and of its square.

    :math:`m \leftarrow \beta_1 m + (1-\beta_1) g`, :math:`v \leftarrow \beta_2 v + (1-\beta_2) g^2`,
    :math:`\theta \leftarrow \theta - \gamma\, \hat m / (\sqrt{\hat v} + \epsilon)` with
    :math:`\hat m = m / (1-\beta_1^t)` and :math:`\hat v = v / (1-\beta_2^t)`.

    Parameters
    ----------
    params : iterable
        Parameters or groups of them, see `Optimizer`.
    lr : float
        Step length :math:`\gamma`.
    betas : (float, float)
        Decay rates of the two averages.
    eps : float
        Added to the denominator.
    weight_decay : float
        Multiple of the parameter that is added to its gradient (L2 penalty).
    amsgrad : bool
        Divide by the largest :math:`v` so far instead of the current one.
    maximize : bool
        Climb instead of descending.
    decoupled_weight_decay : bool
        Shrink the parameter itself, as AdamW does.
    foreach, capturable, differentiable, fused
        Accepted for PyTorch's signature. Every step is one fused call.

    Notes
    -----
    D. P. Kingma, J. Ba, Adam: a method for stochastic optimization, ICLR 2015. S. J. Reddi, S. Kale,
    S. Kumar, On the convergence of Adam and beyond, ICLR 2018 (amsgrad).
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0, amsgrad=False, *,
                 foreach=None, maximize=False, capturable=False, differentiable=False, fused=None,
                 decoupled_weight_decay=False):
        refuse_differentiable(differentiable)
        require(lr >= 0, "lr", lr)
        require(len(betas) == 2 and all(0 <= beta < 1 for beta in betas), "betas", betas)
        require(eps >= 0, "eps", eps)
        require(weight_decay >= 0, "weight_decay", weight_decay)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
                                  "amsgrad": amsgrad, "maximize": maximize,
                                  "decoupled_weight_decay": decoupled_weight_decay})

    def step_group(self, group, scale):
        """Change the parameters of one group; see `Optimizer.step_group`."""
        params = group["params"]
        beta1, beta2 = group["betas"]
        optimize.adam(params, gradients(params), self.state, group["lr"], beta1, beta2, group["eps"],
                      group["weight_decay"], group["decoupled_weight_decay"], group["amsgrad"],
                      group["maximize"], scale)


class AdamW(Adam):
    """Adam with decoupled weight decay: the parameter is multiplied by ``1 - lr * weight_decay``.

    The parameters are those of `Adam`.

    Notes
    -----
    I. Loshchilov, F. Hutter, Decoupled weight decay regularization, ICLR 2019.
    """

    def __init__(self, params, lr=0.001, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.01, amsgrad=False, *,
                 maximize=False, foreach=None, capturable=False, differentiable=False, fused=None):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize,
                         differentiable=differentiable, decoupled_weight_decay=True)
