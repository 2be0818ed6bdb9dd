"""The page on accuracy has every function that is measured, keeps the bounds, and is up to date for a sample."""

import pytest

import mltensor as np
from ops import ulp

ROWS = ulp.page_rows(ulp.PAGE.read_text())
COLUMNS = [(dtype, isa) for dtype in ulp.DTYPES for isa in ulp.INSTRUCTION_SETS]
SAMPLE = ("exp", "log", "tanh", "erf", "atan")


def test_page_has_every_function():
    assert list(ROWS) == [*ulp.UNARY, *ulp.BINARY]


@pytest.mark.parametrize("name", ROWS)
def test_errors_on_the_page_are_within_the_bounds(name):
    assert len(ROWS[name]) == len(COLUMNS)
    for (dtype, isa), error in zip(COLUMNS, ROWS[name], strict=True):
        assert float(error) <= ulp.BOUNDS[dtype], (dtype, isa)


@pytest.mark.parametrize("dtype", ulp.DTYPES)
@pytest.mark.parametrize("name", SAMPLE)
def test_page_is_up_to_date(name, dtype):
    """Write it anew with `python tests/ops/ulp.py --pages` where this fails."""
    assert ROWS[name][COLUMNS.index((dtype, np.isa()))] == ulp.written(ulp.measure(name, dtype, ulp.PAGE_COUNT)[0])


def test_page_is_up_to_date_for_the_baseline():
    errors = ulp.errors_under("base", ulp.PAGE_COUNT, SAMPLE[:2])
    for name in SAMPLE[:2]:
        for dtype in ulp.DTYPES:
            assert ROWS[name][COLUMNS.index((dtype, "base"))] == ulp.written(errors[f"{name} {dtype}"][0])
