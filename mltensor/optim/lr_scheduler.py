"""Learning rates that change from epoch to epoch.

Each scheduler computes the next rate from the present one, so that two of them on one optimiser
multiply their effects.
"""

import math


class LRScheduler:
    """Base of the schedulers: call `step` once after each epoch.

    Parameters
    ----------
    optimizer : Optimizer
        Whose ``param_groups[...]["lr"]`` are changed.
    last_epoch : int
        Epochs done before, when training goes on from a checkpoint; -1 to begin.
    """

    def __init__(self, optimizer, last_epoch=-1):
        self.optimizer = optimizer
        for number, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group["initial_lr"] = group["lr"]
            elif "initial_lr" not in group:
                raise KeyError(f"last_epoch={last_epoch} goes on with an earlier training, but parameter group "
                               f"{number} has no 'initial_lr'")
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self.step()

    def get_lr(self):
        """Rates of the groups for the epoch `last_epoch`, from the present ones."""
        raise NotImplementedError(f"{type(self).__name__} does not say how the rate changes")

    def get_last_lr(self):
        """Rates of the groups that the last `step` set."""
        return self._last_lr

    def step(self):
        """Go on to the next epoch."""
        self.last_epoch += 1
        for group, rate in zip(self.optimizer.param_groups, self.get_lr(), strict=True):
            group["lr"] = rate
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def rates(self):
        """Present rates of the groups."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        """Everything but the optimiser, for a checkpoint."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict):
        """Take over what `state_dict` returned."""
        vars(self).update(state_dict)


class LambdaLR(LRScheduler):
    """Initial rate times a function of the epoch.

    Parameters
    ----------
    optimizer : Optimizer
    lr_lambda : callable or list of callable
        Takes the epoch and returns the factor; one function for all groups or one for each.
    last_epoch : int
    """

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        if len(self.lr_lambdas) != groups:
            raise ValueError(f"{len(self.lr_lambdas)} functions for {groups} parameter groups")
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [base * factor(self.last_epoch) for base, factor in zip(self.base_lrs, self.lr_lambdas, strict=True)]

    def state_dict(self):
        """Everything but the optimiser and the functions, which are not saved."""
        return {name: value for name, value in super().state_dict().items() if name != "lr_lambdas"}


class StepLR(LRScheduler):
    """Rate times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1):
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        due = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        return [rate * self.gamma if due else rate for rate in self.rates()]


class MultiStepLR(LRScheduler):
    """Rate times `gamma` at each epoch named in `milestones`."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1):
        self.milestones = sorted(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        times = self.milestones.count(self.last_epoch)
        return [rate * self.gamma**times for rate in self.rates()]


class ExponentialLR(LRScheduler):
    """Rate times `gamma` every epoch."""

    def __init__(self, optimizer, gamma, last_epoch=-1):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [rate * self.gamma if self.last_epoch > 0 else rate for rate in self.rates()]


class CosineAnnealingLR(LRScheduler):
    r"""From the initial rate to `eta_min` along half a cosine of `T_max` epochs, and back.

    :math:`\eta_t = \eta_{min} + (\eta_0 - \eta_{min}) (1 + \cos(\pi t / T_{max})) / 2`, computed from
    :math:`\eta_{t-1}`.

    Notes
    -----
    I. Loshchilov, F. Hutter, SGDR: stochastic gradient descent with warm restarts, ICLR 2017.
    """

    def __init__(self, optimizer, T_max, eta_min=0.0, last_epoch=-1):
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        epoch, period = self.last_epoch, self.T_max
        if epoch <= 0:
            return self.rates()
        if (epoch - 1 - period) % (2 * period) == 0:
            # The step after a minimum: the ratio below would be 0 / 0.
            rise = (1 - math.cos(math.pi / period)) / 2
            return [rate + (base - self.eta_min) * rise
                    for base, rate in zip(self.base_lrs, self.rates(), strict=True)]
        ratio = (1 + math.cos(math.pi * epoch / period)) / (1 + math.cos(math.pi * (epoch - 1) / period))
        return [ratio * (rate - self.eta_min) + self.eta_min for rate in self.rates()]
