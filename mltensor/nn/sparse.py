"""Embeddings: rows of a table by number."""

import mltensor as np

from . import init
from .functional import embedding
from .module import Module


class Embedding(Module):
    """A table from which integers pick rows.

    Parameters
    ----------
    num_embeddings : int
        Rows of the table.
    embedding_dim : int
        Length of a row.
    padding_idx : int, optional
        A row that begins as zeros and gets no gradient.
    device, dtype : optional
        Of the table; float32 by default.

    Attributes
    ----------
    weight : Parameter
        Shape (num_embeddings, embedding_dim), from the standard normal distribution.
    """

    def __init__(self, num_embeddings, embedding_dim, padding_idx=None, device=None, dtype=None):
        if padding_idx is not None:
            if not -num_embeddings <= padding_idx < num_embeddings:
                raise ValueError(f"padding_idx {padding_idx} is not a row of {num_embeddings}")
            padding_idx %= num_embeddings
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_idx
        self.weight = self.empty_parameter((num_embeddings, embedding_dim), dtype, device)
        self.reset_parameters()

    def reset_parameters(self):
        """Draw fresh values."""
        init.normal_(self.weight)
        if self.padding_idx is not None:
            with np.no_grad():
                self.weight[self.padding_idx] = 0

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None):
        """An embedding with the rows of a matrix; `freeze` keeps them from being trained."""
        embeddings = np.asarray(embeddings)
        layer = cls(*embeddings.shape, padding_idx=padding_idx, dtype=embeddings.dtype)
        layer.weight = layer.make_parameter(embeddings, not freeze)
        return layer

    def forward(self, input):
        """Rows for an integer tensor of any shape: result of shape ``(*input.shape, embedding_dim)``."""
        return embedding(input, self.weight, self.padding_idx)

    def extra_repr(self):
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"
