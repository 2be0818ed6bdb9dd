"""The groups of cases by name."""

from . import calls, large, moving, products, small, training

GROUPS = {
    "small": small.cases,
    "calls": calls.cases,
    "elementwise": large.elementwise,
    "dtypes": large.dtypes,
    "mathematics": large.mathematics,
    "reductions": large.reductions,
    "scans": large.scans,
    "sorting": moving.sorting,
    "softmax": large.softmax,
    "strided": moving.strided,
    "indexing": moving.indexing,
    "matmul": products.cases,
    "optimizer": training.optimizer,
    "training": training.cases,
}


def find_case(options, group, name):
    """The case of a name."""
    return next(case for case in GROUPS[group](options) if case.name == name)
