"""The examples in the guide do what it says they do."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Its examples are of an operation that the reader is about to add.
OF_THE_FUTURE = {"add_an_operation.md"}
PAGES = sorted(path.name for path in DOCS.glob("*.md")
               if "\n>>> " in path.read_text(encoding="utf-8") and path.name not in OF_THE_FUTURE)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_of_a_page(page):
    # In a process of their own: a page may set what libraries read when they are imported.
    answer = subprocess.run([sys.executable, "-W", "error", __file__, str(DOCS / page)], capture_output=True, text=True,
                            check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert int(answer.stdout.split()[-1]) > 0


if __name__ == "__main__":
    failed, attempted = doctest.testfile(sys.argv[1], module_relative=False, encoding="utf-8")
    print(attempted)
    sys.exit(failed > 0)
