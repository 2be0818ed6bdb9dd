"""Steps of an optimiser, and training steps as a user writes them: forward, loss, backward, optimiser."""

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
    ((784, 512, 512, 10), 32, "SGD", 0.6),
    ((784, 512, 512, 10), 256, "SGD", 0.75),
    ((784, 512, 512, 10), 32, "Adam", 0.6),
    ((784, 512, 512, 10), 256, "Adam", 0.75),
]
WORK = "training step MLP 784-512-512-10, batch 32 and 256, SGD and Adam"


def network(library, layers):
    """Linear layers with ReLU between them."""
    nn = library.module("nn")
    modules = []
    for wide, narrow in itertools.pairwise(layers):
        modules += [nn.Linear(wide, narrow), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def names(layers, batch, optimizer):
    """The setup of one run: the network, its optimiser and one batch."""

    def setup(library):
        rng = numpy.random.default_rng(0)
        model = network(library, layers)
        return {"model": model, "loss_of": library.module("nn").CrossEntropyLoss(),
                "optimizer": getattr(library.module("optim"), optimizer)(model.parameters(), lr=0.001),
                "inputs": library.tensor(rng.standard_normal((batch, layers[0])).astype(numpy.float32)),
                "targets": library.tensor(rng.integers(0, layers[-1], batch))}

    return setup


def multiplications(layers, batch):
    """Floating-point operations of one step's products: forward, of the weights, of all inputs but the first."""
    sizes = [wide * narrow for wide, narrow in itertools.pairwise(layers)]
    return 2 * batch * (2 * sum(sizes) + sum(sizes[1:]))


def cases(_options):
    """Rows of the table. NumPy has neither layers nor gradients, JAX neither layers nor optimisers."""
    return [Case(f"{'-'.join(map(str, layers))}, batch {batch}, {optimizer}", STEP,
                 names(layers, batch, optimizer), {"numpy": None, "jax": None}, checked=False,
                 targets={} if target is None else {"torch": target},
                 flops=multiplications(layers, batch) if layers[0] == 784 else 0, dtype="float32",
                 work=WORK if layers[0] == 784 else "training step MLP 64-64-64-10")
            for layers, batch, optimizer, target in RUNS]


def stepping(layers, fused):
    """The setup of a step alone: parameters that have their gradients."""

    def setup(library):
        parameters = list(network(library, layers).parameters())
        for parameter in parameters:
            parameter.grad = library.tensor(numpy.full(tuple(parameter.shape), 0.01, numpy.float32))
        options = {"fused": True} if fused and library.name == "torch" else {}
        return {"optimizer": library.module("optim").Adam(parameters, lr=0.001, **options)}

    return setup


def optimizer(_options):
    """Adam's step over many parameters and over few, against PyTorch's fused one."""
    found = []
    for layers, title, target, count in (((784, 512, 512, 10), "670,000 parameters", 0.65, 669_706),
                                         ((64, 64, 64, 10), "9,000 parameters in 6 tensors", 0.2, 0),
                                         ((3162, 3162), "10,000,000 parameters", None, 3162 * 3163)):
        targets = {} if target is None else {"torch": target}
        found.append(Case(f"Adam, {title}", "optimizer.step()", stepping(layers, True),
                          {"numpy": None, "jax": None}, checked=False,
                          targets=targets | ({"floor": 1.25} if count else {}),
                          work=f"Adam step over {title} against the fused one", reads=16 * count, writes=12 * count))
    return found
