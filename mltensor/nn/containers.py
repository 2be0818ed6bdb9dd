"""Modules that hold other modules in order or by name."""

from collections.abc import Mapping

from mltensor.errors import IndexingError

from .module import Module
from .parameter import Parameter


class Numbered(Module):
    """What is held has the names "0", "1", ... and can be used like a list."""

    # Class of what is held.
    member = Module

    def _members(self):
        return [value for name, value in vars(self).items() if name.isdigit()]

    def _set_members(self, members):
        """Hold these, under new numbers; other attributes stay."""
        members = [self._checked(value) for value in members]
        attributes = vars(self)
        for name in [name for name in attributes if name.isdigit()]:
            del attributes[name]
        attributes.update((str(number), value) for number, value in enumerate(members))

    def _checked(self, value):
        if not isinstance(value, self.member):
            raise TypeError(f"{type(self).__name__} holds {self.member.__name__}s, not {type(value).__name__}")
        return value

    def __len__(self):
        return sum(name.isdigit() for name in vars(self))

    def __iter__(self):
        return iter(self._members())

    def __contains__(self, value):
        return any(value is member for member in self._members())

    def __getitem__(self, index):
        members = self._members()
        if isinstance(index, slice):
            return type(self)(members[index])
        return members[self._position(index, len(members))]

    def __setitem__(self, index, value):
        vars(self)[str(self._position(index, len(self)))] = self._checked(value)

    def __delitem__(self, index):
        members = self._members()
        if isinstance(index, slice):
            del members[index]
        else:
            del members[self._position(index, len(members))]
        self._set_members(members)

    def _position(self, index, count):
        position = index + count if index < 0 else index
        if not 0 <= position < count:
            raise IndexingError(f"index {index} is out of range for {type(self).__name__} of length {count}")
        return position

    def append(self, value):
        """Put one more behind the others; returns the container."""
        vars(self)[str(len(self))] = self._checked(value)
        return self

    def extend(self, values):
        """Put several more behind the others; returns the container."""
        for value in list(values):
            self.append(value)
        return self

    def insert(self, index, value):
        """Put one more before number `index`."""
        members = self._members()
        members.insert(index, value)
        self._set_members(members)

    def pop(self, index=-1):
        """Take one out and return it."""
        value = self[index]
        del self[index]
        return value

    def __iadd__(self, values):
        return self.extend(values)


def repeated(parts):
    """Equal parts in a row as one: ("0-2", "3 x Linear(...)")."""
    runs = []
    for name, text in parts:
        if runs and runs[-1][2] == text:
            runs[-1][1] = name
            runs[-1][3] += 1
        else:
            runs.append([name, name, text, 1])
    return [(first, text) if count == 1 else (f"{first}-{last}", f"{count} x {text}")
            for first, last, text, count in runs]


class ModuleList(Numbered):
    """Modules in a list. A plain list in an attribute does the same; this one has a `repr` and `to` of its own.

    Parameters
    ----------
    modules : iterable of Module, optional
    """

    def __init__(self, modules=None):
        self._set_members(modules or [])

    def __add__(self, other):
        return type(self)([*self, *other])

    def _parts(self):
        return repeated([(str(number), repr(module)) for number, module in enumerate(self)])


class ParameterList(Numbered):
    """Parameters in a list.

    Parameters
    ----------
    values : iterable of array_like, optional
        What is not a `Parameter` becomes one.
    """

    member = Parameter

    def __init__(self, values=None):
        self._set_members(values or [])

    def _checked(self, value):
        return value if isinstance(value, Parameter) else self.make_parameter(value)

    def _parts(self):
        return [(str(number), f"Parameter of shape {tuple(value.shape)}, {value.dtype}")
                for number, value in enumerate(self)]


class Sequential(Module):
    """Modules that are called one after the other.

    Parameters
    ----------
    *args : Module
        Named "0", "1", ...; or one dictionary of name to module.
    """

    def __init__(self, *args):
        if len(args) == 1 and isinstance(args[0], Mapping):
            for name, module in args[0].items():
                self.add_module(name, module)
            return
        for number, module in enumerate(args):
            self.add_module(str(number), module)

    def forward(self, input):
        """The last module's output."""
        for module in self.__dict__.values():
            if isinstance(module, Module):
                input = module(input)
        return input

    def _names(self):
        return [name for name, value in vars(self).items() if isinstance(value, Module)]

    def _name(self, index):
        names = self._names()
        if not -len(names) <= index < len(names):
            raise IndexingError(f"index {index} is out of range for {type(self).__name__} of length {len(names)}")
        return names[index]

    def __len__(self):
        return len(self._names())

    def __iter__(self):
        return iter([vars(self)[name] for name in self._names()])

    def __getitem__(self, index):
        if isinstance(index, slice):
            return type(self)({name: vars(self)[name] for name in self._names()[index]})
        return vars(self)[self._name(index)]

    def __setitem__(self, index, module):
        self.register_module(self._name(index), module)

    def __delitem__(self, index):
        names = self._names()[index] if isinstance(index, slice) else [self._name(index)]
        for name in names:
            del vars(self)[name]
        self._renumber()

    def _renumber(self):
        """Numbers without gaps again; names that are words stay."""
        if not all(name.isdigit() for name in self._names()):
            return
        modules = list(self)
        for name in self._names():
            del vars(self)[name]
        vars(self).update((str(number), module) for number, module in enumerate(modules))

    def append(self, module):
        """Put one more module at the end; returns the container."""
        self.register_module(str(len(self)), module)
        return self

    def extend(self, modules):
        """Put several more modules at the end; returns the container."""
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index, module):
        """Put a module before number `index`; returns the container."""
        modules = list(self)
        modules.insert(index, module)
        for name in self._names():
            del vars(self)[name]
        for number, value in enumerate(modules):
            self.add_module(str(number), value)
        return self


    def pop(self, index):
        """Take a module out and return it."""
        module = self[index]
        del self[index]
        return module

    def __add__(self, other):
        if not isinstance(other, Sequential):
            return NotImplemented
        return type(self)(*self, *other)

    def __iadd__(self, other):
        if not isinstance(other, Sequential):
            return NotImplemented
        return self.extend(other)

    def __mul__(self, times):
        if not isinstance(times, int):
            return NotImplemented
        return type(self)(*list(self) * times)

    __rmul__ = __mul__

    def __imul__(self, times):
        if not isinstance(times, int):
            return NotImplemented
        return self.extend(list(self) * (times - 1))


class ModuleDict(Module):
    """Modules by name, used like a dictionary.

    Parameters
    ----------
    modules : mapping of str to Module, or iterable of (name, module), optional
    """

    def __init__(self, modules=None):
        self.update(modules or {})

    def update(self, modules):
        """Take over the entries of a mapping or of an iterable of pairs."""
        for name, module in modules.items() if hasattr(modules, "items") else modules:
            self[name] = module

    def __getitem__(self, name):
        return vars(self)[name]

    def __setitem__(self, name, module):
        self.register_module(name, module)

    def __delitem__(self, name):
        del vars(self)[name]

    def __len__(self):
        return len(self.keys())

    def __iter__(self):
        return iter(self.keys())

    def __contains__(self, name):
        return isinstance(vars(self).get(name), Module)

    def keys(self):
        """The names."""
        return {name: None for name, value in vars(self).items() if isinstance(value, Module)}.keys()

    def values(self):
        """The modules."""
        return {name: vars(self)[name] for name in self.keys()}.values()

    def items(self):
        """Pairs of name and module."""
        return {name: vars(self)[name] for name in self.keys()}.items()

    def pop(self, name):
        """Take a module out and return it."""
        return vars(self).pop(name)

    def clear(self):
        """Take all modules out."""
        for name in list(self.keys()):
            del vars(self)[name]
