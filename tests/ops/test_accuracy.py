"""The transcendental functions against mpmath: float32 within 2 units in the last place, float64 within 1.5."""

import json
import os
import subprocess
import sys

import pytest

import mltensor as np
from ops import ulp

INSTRUCTION_SETS = ("base", "avx2", "avx512")
OTHERS = INSTRUCTION_SETS[:INSTRUCTION_SETS.index(np.isa())]


@pytest.mark.parametrize("dtype", ulp.DTYPES)
@pytest.mark.parametrize("name", [*ulp.UNARY, *ulp.BINARY])
def test_error_in_units_of_the_last_place(name, dtype):
    largest, place = ulp.measure(name, dtype, 1500)
    assert largest <= ulp.BOUNDS[dtype], f"{name}{place} is {largest} units off"


@pytest.mark.parametrize("isa", OTHERS)
def test_error_on_lesser_instruction_sets(isa):
    done = subprocess.run([sys.executable, ulp.__file__, "200"], capture_output=True, text=True, check=True,
                          env={**os.environ, "MLTENSOR_ISA": isa})
    measured = json.loads(done.stdout)
    assert measured["isa"] == isa
    wrong = {what: found for what, found in measured["errors"].items() if found[0] > ulp.BOUNDS[what.split()[1]]}
    assert not wrong
    assert len(measured["errors"]) == 2 * len([*ulp.UNARY, *ulp.BINARY])
