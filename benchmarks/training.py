"""Training steps as a user writes them: forward, loss, backward, optimiser."""

import itertools

import numpy

from .cases import Case

STEP = """\
optimizer.zero_grad()
loss = loss_of(model(inputs), targets)
loss.backward()
optimizer.step()"""

# (layers, batch, optimiser, what our time over PyTorch's is to be at most)
RUNS = [
    ((64, 64, 64, 10), 1, "Adam", 0.1),
    ((64, 64, 64, 10), 32, "Adam", 0.1),
    ((64, 64, 64, 10), 256, "Adam", None),
    ((784, 512, 512, 10), 32, "SGD", None),
    ((784, 512, 512, 10), 256, "SGD", None),
    ((784, 512, 512, 10), 32, "Adam", None),
    ((784, 512, 512, 10), 256, "Adam", 0.9),
]


def names(layers, batch, optimizer):
    """The setup of one run: the network, its optimiser and one batch."""

    def setup(library):
        nn, optim = library.module("nn"), library.module("optim")
        rng = numpy.random.default_rng(0)
        modules = []
        for wide, narrow in itertools.pairwise(layers):
            modules += [nn.Linear(wide, narrow), nn.ReLU()]
        model = nn.Sequential(*modules[:-1])
        return {"model": model, "loss_of": nn.CrossEntropyLoss(),
                "optimizer": getattr(optim, optimizer)(model.parameters(), lr=0.001),
                "inputs": library.tensor(rng.standard_normal((batch, layers[0])).astype(numpy.float32)),
                "targets": library.tensor(rng.integers(0, layers[-1], batch))}

    return setup


def cases(_options):
    """Rows of the table. NumPy has neither layers nor gradients."""
    return [Case(f"{'-'.join(map(str, layers))}, batch {batch}, {optimizer}", STEP,
                 names(layers, batch, optimizer), {"numpy": None}, checked=False,
                 targets={} if target is None else {"torch": target})
            for layers, batch, optimizer, target in RUNS]
