"""``torch.utils.data``: mltensor's data sets and loader; batches are torch tensors."""

from mltensor import data as base
from mltensor.data import *  # noqa: F403

from ..tensor import as_torch

__all__ = base.__all__


class DataLoader(base.DataLoader):
    """Batches of a data set, as torch tensors. Parameters as of :class:`mltensor.data.DataLoader`."""

    def __iter__(self):
        return map(as_torch, super().__iter__())


def default_collate(batch):
    """A batch of a list of samples, as torch tensors."""
    return as_torch(base.default_collate(batch))
