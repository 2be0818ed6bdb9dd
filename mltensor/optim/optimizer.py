"""The base of all optimisers: groups of parameters, their state, saving and loading."""

import copy
import math

import mltensor as np
from mltensor._core.gradient import clear_grads, gradients
from mltensor._core.optimize import norm
from mltensor._core.tensor import Tensor, as_class
from mltensor.errors import StateError, UnsupportedError


class Optimizer:
    """Parameters in groups, each group with its own settings.

    Parameters
    ----------
    params : iterable of Tensor, of (name, Tensor), or of dict
        The parameters; or groups, each a dictionary with ``"params"`` and the settings in which it
        differs from `defaults`.
    defaults : dict
        Settings of groups that do not name their own.

    Attributes
    ----------
    param_groups : list of dict
        The groups. Settings such as ``"lr"`` may be changed at any time.
    state : dict
        For each parameter that has taken a step, its state: a dictionary of tensors and numbers.
    """

    def __init__(self, params, defaults):
        if isinstance(params, Tensor):
            raise TypeError(
                f"params must be an iterable of tensors or of dicts, not one tensor of shape {params.shape}; "
                "write [parameter]")
        self.defaults = defaults
        self.state = {}
        self.param_groups = []
        groups = list(params)
        if not groups:
            raise ValueError("the optimizer got no parameters; does the model have any? Parameters are found in "
                             "attributes of a Module and in lists, tuples and dicts there")
        if not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group):
        """Add parameters with settings of their own, for example a layer that is thawed later."""
        if not isinstance(param_group, dict):
            raise TypeError(f"a parameter group must be a dict, not {type(param_group).__name__}")
        params = param_group["params"]
        if isinstance(params, (set, frozenset)):
            raise TypeError("parameters need an order; give a list, not a set")
        params = [params] if isinstance(params, Tensor) else list(params)
        names = [entry[0] for entry in params if isinstance(entry, tuple)]
        params = [entry[1] if isinstance(entry, tuple) else entry for entry in params]
        known = {id(param) for group in self.param_groups for param in group["params"]}
        for position, param in enumerate(params):
            if not isinstance(param, Tensor):
                raise TypeError(f"an optimizer changes tensors, not {type(param).__name__} (position {position})")
            if not param.is_leaf:
                raise ValueError(
                    f"cannot optimize the tensor of shape {param.shape} at position {position}: it is the result "
                    "of an operation, not a leaf; optimize the tensors it was computed from")
            if id(param) in known:
                raise ValueError(f"the parameter of shape {param.shape} at position {position} is in the optimizer "
                                 "twice; each parameter belongs to one group")
            known.add(id(param))
        group = {"params": params}
        if names:
            group["param_names"] = names
        for name, value in self.defaults.items():
            group[name] = param_group.get(name, value)
        group.update({name: value for name, value in param_group.items() if name != "params"})
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters; with ``set_to_none=False`` fill them with zeros."""
        for group in self.param_groups:
            if set_to_none:
                clear_grads(group["params"])
                continue
            for param in group["params"]:
                if param.grad is not None:
                    param.grad = np.zeros_like(param.grad.detach())

    def step(self, closure=None, *, max_norm=None, zero_grad=False):
        """Change the parameters once, following their gradients.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss again and its gradients; its result is returned.
        max_norm : float, optional
            Step as if `nn.utils.clip_grad_norm_` had clipped the gradients of all groups to this norm. It costs
            one reading of the gradients; they stay as they are.
        zero_grad : bool
            Forget the gradients afterwards, as `zero_grad` does.

        Raises
        ------
        ValueError
            If `max_norm` is given and the norm is infinite or NaN; no parameter has changed then.
        """
        loss = None if closure is None else evaluate(closure)
        scale = 1.0 if max_norm is None else self.clipping(max_norm)
        for group in self.param_groups:
            self.step_group(group, scale)
        if zero_grad:
            self.zero_grad()
        return loss

    def step_group(self, group, scale):
        """Change the parameters of one group, with gradients that count `scale` times."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it takes a step")

    def clipping(self, max_norm):
        """What to multiply all gradients with so that their norm is at most `max_norm`."""
        require(max_norm >= 0, "max_norm", max_norm)
        found = [gradient for group in self.param_groups for gradient in gradients(group["params"])
                 if gradient is not None]
        total = float(norm(found, False))
        if not math.isfinite(total):
            raise ValueError(f"the norm of the gradients is {total}; no parameter was changed. Look for an infinite "
                             "loss or a learning rate that is too high")
        return min(1.0, max_norm / (total + 1e-6))

    def state_dict(self):
        """State and settings by position instead of by parameter: what a checkpoint holds.

        Returns
        -------
        dict
            ``{"state": {position: {...}}, "param_groups": [{..., "params": [positions]}]}``, in the
            form of PyTorch. The tensors are not copied.
        """
        positions = {}
        groups = []
        for group in self.param_groups:
            for param in group["params"]:
                positions[id(param)] = len(positions)
            saved = {name: value for name, value in group.items() if name != "params"}
            groups.append({**saved, "params": [positions[id(param)] for param in group["params"]]})
        state = {positions[id(param)]: record for param, record in self.state.items() if id(param) in positions}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict):
        """Take over the state and settings that `state_dict` returned for an optimiser of the same shape.

        Raises
        ------
        StateError
            If the groups or the shapes of the state do not fit the parameters.
        """
        if not isinstance(state_dict, dict) or not {"param_groups", "state"} <= state_dict.keys():
            raise StateError("an optimizer's state is a dict with 'param_groups' and 'state', as state_dict() gives")
        groups = state_dict["param_groups"]
        lengths = [len(group["params"]) for group in self.param_groups]
        if [len(group["params"]) for group in groups] != lengths:
            raise StateError(
                f"the state has groups of {[len(group['params']) for group in groups]} parameters, "
                f"the optimizer has groups of {lengths}")
        by_position = {}
        for group, saved in zip(self.param_groups, groups, strict=True):
            by_position.update(zip(saved["params"], group["params"], strict=True))
        state = {}
        for position, record in state_dict["state"].items():
            param = by_position.get(int(position))
            if param is None:
                raise StateError(f"the state of parameter {position} belongs to no group")
            state[param] = {name: loaded_value(name, value, param) for name, value in record.items()}
        self.state = state
        for group, saved in zip(self.param_groups, groups, strict=True):
            group.update(copy.deepcopy({name: value for name, value in saved.items() if name != "params"}))

    def __repr__(self):
        lines = [f"{type(self).__name__} ("]
        for number, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {number}")
            lines += [f"    {name}: {group[name]}" for name in sorted(group) if name not in ("params", "param_names")]
        return "\n".join([*lines, ")"])


def loaded_value(name, value, param):
    """A copy of one saved piece of state, in the dtype and on the device of its parameter."""
    if not isinstance(value, Tensor):
        return copy.copy(value)
    if name == "step":
        return int(value)
    if value.shape != param.shape:
        raise StateError(f"optimizer state {name!r} has shape {value.shape}, its parameter {param.shape}; "
                         "was it saved for another model?")
    # A step of half-precision parameters is computed, and its state kept, in single precision.
    dtype = np.float32 if param.dtype == np.float16 else param.dtype
    loaded = np.array(value.detach(), dtype=dtype, device=param.device)
    return as_class(loaded, getattr(type(param), "_result_class", Tensor))


def evaluate(closure):
    """Loss that a closure computes, with the tape on."""
    if closure is None:
        return None
    with np.enable_grad():
        return closure()


def require(condition, name, value):
    """Refuse a setting that is out of its range."""
    if not condition:
        raise ValueError(f"invalid {name}: {value!r}")


def refuse_differentiable(differentiable):
    """A step changes memory in place; it is not on the tape."""
    if differentiable:
        raise UnsupportedError("differentiable=True: steps are not recorded on the tape; write the update with "
                               "tensor operations to differentiate through it")
