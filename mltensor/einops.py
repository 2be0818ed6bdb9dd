"""Tensors in `einops <https://einops.rocks>`_: after this import its functions take them, and its layers are here.

einops finds out about a library through a class; importing this module defines it. Gradients flow through all of
its functions, as they are made of operations of the table.

Examples
--------
>>> import mltensor.einops
>>> from einops import rearrange
>>> rearrange(np.arange(6.0), "(row column) -> column row", row=2)
tensor([[0., 3.],
        [1., 4.],
        [2., 5.]])
>>> mltensor.einops.Rearrange("batch c h w -> batch (c h w)")(np.zeros((8, 1, 4, 4))).shape
(8, 16)
"""

import sys

import numpy
from einops._backends import AbstractBackend
from einops.layers import RearrangeMixin, ReduceMixin
from einops.layers._einmix import _EinmixMixin

import mltensor
from mltensor.nn import Module, Parameter

__all__ = ["EinMix", "Rearrange", "Reduce"]


class Backend(AbstractBackend):
    """What einops asks a library for."""

    framework_name = "mltensor"

    def is_appropriate_type(self, tensor):
        return isinstance(tensor, mltensor.Tensor)

    def from_numpy(self, x):
        # In the manner of the other backends that have gradients: floats come with one.
        tensor = mltensor.array(x)
        return tensor.requires_grad_() if self.is_float_type(tensor) else tensor

    def to_numpy(self, x):
        return numpy.asarray(x.detach())

    def arange(self, start, stop):
        return mltensor.arange(start, stop)

    def stack_on_zeroth_dimension(self, tensors):
        return mltensor.stack(tensors)

    def add_axis(self, x, new_position):
        return mltensor.expand_dims(x, new_position)

    def add_axes(self, x, n_axes, pos2len):
        # A view: nothing is repeated in memory until somebody needs it so.
        for position, _ in sorted(pos2len.items()):
            x = mltensor.expand_dims(x, position)
        return mltensor.broadcast_to(x, [pos2len.get(axis, x.shape[axis]) for axis in range(n_axes)])

    def tile(self, x, repeats):
        return mltensor.tile(x, repeats)

    def concat(self, tensors, axis):
        return mltensor.concatenate(tensors, axis=axis)

    def is_float_type(self, x):
        return x.dtype.kind == "f"

    def einsum(self, pattern, *x):
        return mltensor.einsum(pattern, *x)

    def layers(self):
        return sys.modules[__name__]


class Recipe(Module):
    """A layer whose work is the recipe that one of einops's mixins made of a pattern."""

    def forward(self, input):
        return self._apply_recipe(input)


class Rearrange(RearrangeMixin, Recipe):
    """The layer form of ``einops.rearrange``: the pattern is checked when the model is built.

    Parameters
    ----------
    pattern : str
        Such as ``"b c h w -> b (c h w)"``.
    **axes_lengths : int
        Lengths of axes that the input's shape leaves open.
    """


class Reduce(ReduceMixin, Recipe):
    """The layer form of ``einops.reduce``.

    Parameters
    ----------
    pattern : str
        Such as ``"b c (h 2) (w 2) -> b c h w"``.
    reduction : str
        ``"min"``, ``"max"``, ``"sum"``, ``"mean"`` or ``"prod"``.
    **axes_lengths : int
        Lengths of axes that the input's shape leaves open.
    """


class EinMix(_EinmixMixin, Module):
    """A linear layer over named axes: an ``einsum`` with a weight, a bias and a rearrangement before and after.

    Parameters
    ----------
    pattern : str
        Such as ``"b token c -> b token d"``.
    weight_shape : str
        Axes of the weight, such as ``"c d"``.
    bias_shape : str, optional
        Axes of the bias; without it there is none.
    **axes_lengths : int
        Lengths of the axes of weight and bias.
    """

    def _create_parameters(self, weight_shape, weight_bound, bias_shape, bias_bound):
        self.weight = Parameter(mltensor.zeros(weight_shape).uniform_(-weight_bound, weight_bound))
        self.bias = None
        if bias_shape is not None:
            self.bias = Parameter(mltensor.zeros(bias_shape).uniform_(-bias_bound, bias_bound))

    def _create_rearrange_layers(self, pre_reshape_pattern, pre_reshape_lengths, post_reshape_pattern,
                                 post_reshape_lengths):
        self.pre_rearrange = self.post_rearrange = None
        if pre_reshape_pattern is not None:
            self.pre_rearrange = Rearrange(pre_reshape_pattern, **pre_reshape_lengths)
        if post_reshape_pattern is not None:
            self.post_rearrange = Rearrange(post_reshape_pattern, **post_reshape_lengths)

    def forward(self, input):
        if self.pre_rearrange is not None:
            input = self.pre_rearrange(input)
        result = mltensor.einsum(self.einsum_pattern, input, self.weight)
        if self.bias is not None:
            result = result + self.bias
        return result if self.post_rearrange is None else self.post_rearrange(result)
