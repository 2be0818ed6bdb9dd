"""Measures the loops of all elementwise operations and prints the module `mltensor._costs`.

    MLTENSOR_CALIBRATE=1 python -m mltensor._calibrate > costs.py

The costs decide from how many elements on an operation goes to all threads, nothing else; they need not be exact.
"""

import sys

from mltensor import _costs
from mltensor._core.elementwise import loop_costs
from mltensor._ops import TABLE


def table():
    """The text of the module with the costs measured in this process."""
    rows = {record.name: loop_costs(record.name) for record in TABLE.values() if record.expr is not None}
    lines = [f'    "{name}": {rows[name]},\n' for name in sorted(rows)]
    return f'"""{_costs.__doc__}"""\n\nCOSTS = {{\n{"".join(lines)}}}\n'


if __name__ == "__main__":
    sys.stdout.write(table())
