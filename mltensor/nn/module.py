"""The base of all layers and models."""

from collections import namedtuple

import mltensor as np
from mltensor._core.gradient import clear_grads
from mltensor._core.tensor import Tensor, set_data
from mltensor.errors import DTypeError, IndexingError, StateError

from . import parameter as parameters
from .diagnosis import locate
from .hooks import Hooks

MISSING = object()


class LoadResult(namedtuple("LoadResult", ["missing_keys", "unexpected_keys"])):
    """What `Module.load_state_dict` found: names without a value, values without a name."""

    __slots__ = ()

    def __repr__(self):
        return "<All keys matched successfully>" if not any(self) else super().__repr__()

    __str__ = __repr__


class Module:
    """A layer or a model: parameters, buffers and other modules as plain attributes, and a `forward`.

    Parameters and modules are found wherever they are: in attributes, and in lists, tuples and
    dictionaries there, however deep. Their names follow the way to them, as in
    ``layers.0.weight``.

    Attributes
    ----------
    training : bool
        Whether layers that differ between training and use (dropout, batch norm) behave as in
        training; see `train` and `eval`.
    """

    # What the module knows of itself lies beside its attributes, which hold the user's things only.
    __slots__ = ("__dict__", "__weakref__", "_buffer_names", "_hooks", "training")

    # Class of the parameters that layers make for themselves.
    parameter_class = parameters.Parameter

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        self.training = True
        self._hooks = None
        self._buffer_names = {}
        return self

    def forward(self, *args, **kwargs):
        """What the module computes; call the module itself, not this."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward")

    def __call__(self, input=MISSING, /, *args, **kwargs):
        # One argument is what nearly every call has: handing it on by itself costs half.
        try:
            if self._hooks is None and not args and not kwargs and input is not MISSING:
                return self.forward(input)
            args = () if input is MISSING else (input, *args)
            if self._hooks is None:
                return self.forward(*args, **kwargs)
            return self._hooks.call(self, args, kwargs)
        except (ValueError, DTypeError, IndexingError) as error:
            locate(error, self, args or (input,))
            raise

    # --- what layers are made with --------------------------------------------------------

    def make_parameter(self, data, requires_grad=True):
        """A parameter of this module's kind. Every layer makes its parameters here."""
        return self.parameter_class(data, requires_grad)

    def empty_parameter(self, shape, dtype=None, device=None):
        """A parameter whose values are not set yet."""
        return self.make_parameter(np.empty(shape, dtype=dtype or parameters.default_dtype, device=device))

    # --- putting things in ----------------------------------------------------------------

    def register_buffer(self, name, tensor, persistent=True):
        """Keep a tensor that is part of the state but not trained, as a running mean is.

        Parameters
        ----------
        name : str
            The attribute that holds it.
        tensor : Tensor or None
        persistent : bool
            Whether `state_dict` contains it.
        """
        self._check_name(name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(f"buffer {name!r} must be a tensor or None, not {type(tensor).__name__}")
        self._buffer_names[name] = persistent
        setattr(self, name, tensor)

    def register_parameter(self, name, param):
        """The same as assigning a `Parameter`, or None, to the attribute `name`."""
        self._check_name(name)
        if param is not None and not isinstance(param, parameters.Parameter):
            raise TypeError(f"parameter {name!r} must be a Parameter or None, not {type(param).__name__}")
        setattr(self, name, param)

    def register_module(self, name, module):
        """The same as assigning a module, or None, to the attribute `name`."""
        self._check_name(name)
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"module {name!r} must be a Module or None, not {type(module).__name__}")
        vars(self)[name] = module

    add_module = register_module

    def _check_name(self, name):
        if not isinstance(name, str) or not name or "." in name:
            raise KeyError(f"{name!r} cannot be the name of an attribute: it must be a string without '.'")
        if hasattr(type(self), name):
            raise KeyError(f"{type(self).__name__} has an attribute {name!r} of its own")

    # --- finding them ---------------------------------------------------------------------

    def _entries(self):
        """List of (path, parameter or module) of what belongs to this module directly."""
        found = []
        collect(vars(self).items(), "", found, ())
        return found

    def named_children(self):
        """Iterator of (name, module) over the modules directly in this one, each once."""
        seen = set()
        for name, value in self._entries():
            if isinstance(value, Module) and id(value) not in seen:
                seen.add(id(value))
                yield name, value

    def children(self):
        """Iterator over the modules directly in this one, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        """Iterator of (path, module) over this module and all in it; its own path is `prefix`."""
        memo = set() if memo is None else memo
        if id(self) in memo:
            return
        memo.add(id(self))
        yield prefix, self
        for name, value in self._entries():
            if isinstance(value, Module):
                yield from value.named_modules(memo, join(prefix, name), remove_duplicate)
        if not remove_duplicate:
            # Known only while its own parts are listed: a second way to it counts, a circle does not.
            memo.discard(id(self))

    def modules(self):
        """Iterator over this module and all in it, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        """Iterator of (path, parameter); a parameter that is shared comes once, under its first name."""
        seen = set()
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in module._entries():
                if isinstance(value, Module) or (remove_duplicate and id(value) in seen):
                    continue
                seen.add(id(value))
                yield join(path, name), value

    def parameters(self, recurse=True):
        """Iterator over the parameters, each once, in the order of `named_parameters`."""
        found = []
        collect_parameters(self, found, {id(self)}, recurse)
        return iter(found)

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        """Iterator of (path, buffer); a buffer that is shared comes once."""
        seen = set()
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else [(prefix, self)]
        for path, module in modules:
            for name in module._buffer_names:
                value = vars(module).get(name)
                if value is None or (remove_duplicate and id(value) in seen):
                    continue
                seen.add(id(value))
                yield join(path, name), value

    def buffers(self, recurse=True):
        """Iterator over the buffers, each once."""
        return (value for _, value in self.named_buffers("", recurse))

    def get_submodule(self, target):
        """The module at a path such as ``"encoder.layers.0"``; this one for ``""``."""
        for path, module in self.named_modules(remove_duplicate=False):
            if path == target:
                return module
        raise AttributeError(f"{type(self).__name__} has no module {target!r}; it has "
                             + ", ".join(repr(path) for path, _ in self.named_modules() if path))

    def get_parameter(self, target):
        """The parameter at a path such as ``"layers.0.weight"``."""
        for path, value in self.named_parameters(remove_duplicate=False):
            if path == target:
                return value
        raise AttributeError(f"{type(self).__name__} has no parameter {target!r}; it has "
                             + ", ".join(repr(path) for path, _ in self.named_parameters()))

    def get_buffer(self, target):
        """The buffer at a path such as ``"norm.running_mean"``."""
        for path, value in self.named_buffers(remove_duplicate=False):
            if path == target:
                return value
        raise AttributeError(f"{type(self).__name__} has no buffer {target!r}; it has "
                             + ", ".join(repr(path) for path, _ in self.named_buffers()))

    # --- state ----------------------------------------------------------------------------

    def _named_state(self, prefix=""):
        """List of (path, tensor) of all that is saved, shared tensors under each of their names."""
        found = []
        for path, module in self.named_modules(None, "", False):
            found += [(join(path, name), value) for name, value in module._entries() if not isinstance(value, Module)]
            for name, persistent in module._buffer_names.items():
                if persistent and vars(module).get(name) is not None:
                    found.append((join(path, name), vars(module)[name]))
        return [(prefix + path, value) for path, value in found]

    def state_dict(self, *, destination=None, prefix="", keep_vars=False):
        """All parameters and persistent buffers by path.

        Parameters
        ----------
        destination : dict, optional
            Put them in here.
        prefix : str
            Put before each path.
        keep_vars : bool
            Give the parameters themselves instead of tensors that share their memory.

        Returns
        -------
        dict of str to Tensor
        """
        destination = {} if destination is None else destination
        for path, value in self._named_state(prefix):
            destination[path] = value if keep_vars else value.detach()
        return destination

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Copy values into the parameters and buffers. Nothing is changed unless everything fits.

        Parameters
        ----------
        state_dict : dict of str to array_like
            In the form that `state_dict` returns.
        strict : bool
            Whether the names must be the same. Shapes always must.
        assign : bool
            Take over the given tensors' memory and dtype instead of copying the values.

        Returns
        -------
        named tuple
            ``missing_keys`` and ``unexpected_keys``.

        Raises
        ------
        StateError
            If something does not fit; the message lists everything that does not.
        """
        own = dict(self._named_state())
        missing = [path for path in own if path not in state_dict]
        unexpected = [path for path in state_dict if path not in own]
        values = {path: np.asarray(state_dict[path]) for path in own if path in state_dict}
        problems = []
        if strict and missing:
            problems.append("missing: " + ", ".join(missing))
        if strict and unexpected:
            problems.append("unexpected: " + ", ".join(unexpected))
        problems += [f"{path} has shape {tuple(value.shape)} in the state, {tuple(own[path].shape)} in the model"
                     for path, value in values.items() if tuple(value.shape) != tuple(own[path].shape)]
        if problems:
            raise StateError(f"the state does not fit {type(self).__name__}:\n  " + "\n  ".join(problems))
        with np.no_grad():
            for path, value in values.items():
                if assign:
                    replace(own[path], value)
                else:
                    own[path][...] = value
        return LoadResult(missing, unexpected)

    # --- modes, conversions ---------------------------------------------------------------

    def train(self, mode=True):
        """Behave as in training, here and in all modules inside; returns the module."""
        for module in self.modules():
            module.training = bool(mode)
        return self

    def eval(self):
        """Behave as in use: no dropout, fixed statistics; returns the module."""
        return self.train(False)

    def apply(self, fn):
        """Call ``fn(module)`` for all modules inside, then for this one; returns the module."""
        for child in self.children():
            child.apply(fn)
        fn(self)
        return self

    def zero_grad(self, set_to_none=True):
        """Forget the gradients of all parameters; with ``set_to_none=False`` fill them with zeros."""
        if set_to_none:
            clear_grads(self.parameters())
            return
        for param in self.parameters():
            if param.grad is not None:
                param.grad = np.zeros_like(param.grad.detach())

    def requires_grad_(self, requires_grad=True):
        """Set whether the parameters want gradients; returns the module."""
        for param in self.parameters():
            param.requires_grad_(requires_grad)
        return self

    def _convert(self, function):
        """Replace the memory of each parameter and buffer by what `function` makes of it.

        The tensors stay the same objects, so that optimisers and shared uses see the change.
        """
        for param in self.parameters():
            gradient = param.grad
            present = param.detach()
            converted = function(present)
            if converted is present:
                continue
            replace(param, converted)
            if gradient is not None:
                param.grad = function(gradient.detach())
        for buffer in self.buffers():
            converted = function(buffer)
            if converted is not buffer:
                replace(buffer, converted)
        return self

    def to(self, *args, device=None, dtype=None, non_blocking=False):
        """Move parameters and buffers to a device or a floating dtype (or those of a tensor), in place.

        Integer buffers keep their dtype. Returns the module.
        """
        for value in args:
            if isinstance(value, Tensor):
                device, dtype = value.device, value.dtype
            elif isinstance(value, bool):
                continue
            elif isinstance(value, (str, np.device)) and not is_dtype_name(value):
                device = value
            elif value is not None:
                dtype = value
        if dtype is not None:
            dtype = np.dtype(dtype)
            if dtype.kind not in "fc":
                raise DTypeError(f"a module can be converted to floating dtypes only, not {dtype}")

        def move(tensor):
            wanted = dtype if dtype is not None and tensor.dtype.kind in "fc" else tensor.dtype
            return np.asarray(tensor, dtype=wanted, device=device)

        return self._convert(move)

    def float(self):
        """Convert floating parameters and buffers to float32; returns the module."""
        return self.to(dtype=np.float32)

    def double(self):
        """Convert floating parameters and buffers to float64; returns the module."""
        return self.to(dtype=np.float64)

    def half(self):
        """Convert floating parameters and buffers to float16; returns the module."""
        return self.to(dtype=np.float16)

    def cpu(self):
        """Move parameters and buffers to the processor; returns the module."""
        return self.to(device="cpu")

    def cuda(self, device=None):
        """Move parameters and buffers to a GPU, where there is one; returns the module."""
        return self.to(device="cuda" if device is None else f"cuda:{device}" if isinstance(device, int) else device)

    def type(self, dst_type):
        """Convert floating parameters and buffers to a dtype; returns the module."""
        return self.to(dtype=dst_type)

    # --- hooks ----------------------------------------------------------------------------

    def _hook_kinds(self):
        if self._hooks is None:
            self._hooks = Hooks()
        return self._hooks

    def register_forward_pre_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call ``hook(module, args)`` before `forward`; what it returns (not None) replaces the arguments.

        With `with_kwargs` it is ``hook(module, args, kwargs)`` and returns both. Returns a handle
        with ``remove()``, as the other kinds do.
        """
        return Hooks.add(self._hook_kinds().before, (hook, with_kwargs), prepend)

    def register_forward_hook(self, hook, *, prepend=False, with_kwargs=False):
        """Call ``hook(module, args, output)`` after `forward`; what it returns (not None) replaces the output.

        With `with_kwargs` it is ``hook(module, args, kwargs, output)``.
        """
        return Hooks.add(self._hook_kinds().after, (hook, with_kwargs), prepend)

    def register_full_backward_hook(self, hook, prepend=False):
        """Call ``hook(module, grad_input, grad_output)`` when the gradients of the inputs are known.

        Both are tuples, with None where there is no gradient; what the hook returns (not None)
        replaces `grad_input`.
        """
        return Hooks.add(self._hook_kinds().backward, hook, prepend)

    # --- text -----------------------------------------------------------------------------

    def extra_repr(self):
        """The settings that `repr` shows in the parentheses."""
        return ""

    def _parts(self):
        """List of (name, text) of what `repr` shows inside."""
        return [(name, repr(child)) for name, child in self.named_children()]

    def __repr__(self):
        lines = [f"({name}): " + text.replace("\n", "\n  ") for name, text in self._parts()]
        settings = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({settings})"
        if settings:
            lines.insert(0, settings)
        return f"{type(self).__name__}(\n  " + "\n  ".join(lines) + "\n)"


def join(prefix, name):
    """Path of `name` in the module at `prefix`."""
    return f"{prefix}.{name}" if prefix else name


def collect(items, prefix, found, inside):
    """Append (path, value) of the parameters and modules among `items`, through containers."""
    for name, value in items:
        if isinstance(value, (parameters.Parameter, Module)):
            found.append((f"{prefix}{name}", value))
        elif isinstance(value, (list, tuple, dict)) and value and id(value) not in inside:
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            collect(pairs, f"{prefix}{name}.", found, (*inside, id(value)))


def collect_parameters(module, found, seen, recurse):
    """Append the parameters of a module, then those of the modules in it; without their names, which cost most."""
    children = []
    sort_parts(module.__dict__.values(), found, children, seen, ())
    if recurse:
        for child in children:
            if id(child) not in seen:
                seen.add(id(child))
                collect_parameters(child, found, seen, True)


def sort_parts(values, found, children, seen, inside):
    """Append parameters that were not seen before to `found` and modules to `children`, through containers."""
    for value in values:
        if isinstance(value, Module):
            children.append(value)
        elif isinstance(value, parameters.Parameter):
            if id(value) not in seen:
                seen.add(id(value))
                found.append(value)
        elif isinstance(value, (list, tuple, dict)) and value and id(value) not in inside:
            parts = value.values() if isinstance(value, dict) else value
            sort_parts(parts, found, children, seen, (*inside, id(value)))


def replace(tensor, value):
    """Give a tensor the memory, dtype and device of another; it stays a leaf of the same object."""
    wanted = tensor.requires_grad
    set_data(tensor, value.detach())
    if wanted:
        tensor.requires_grad_()


def is_dtype_name(value):
    """Whether a string names a dtype, not a device."""
    if not isinstance(value, str):
        return False
    try:
        np.dtype(value)
    except TypeError:
        return False
    return True
