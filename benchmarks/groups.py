"""The groups of cases by name."""

from . import large, products, small, training

GROUPS = {
    "small": small.cases,
    "elementwise": large.elementwise,
    "reductions": large.reductions,
    "matmul": products.cases,
    "training": training.cases,
}


def find_case(options, group, name):
    """The case of a name."""
    return next(case for case in GROUPS[group](options) if case.name == name)
