"""Docstrings, their examples, signatures, other spellings of arguments; what a new record needs."""

import doctest
import inspect
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import mltensor as np
from mltensor._build import OPERATIONS
from mltensor._ops import TABLE, loop_lines, record
from ops.records import name_of

ROOT = Path(__file__).resolve().parents[2]
WITH_AXIS = [one for one in TABLE.values() if any(name == "axis" for name, *_ in one.arguments)]
WITH_KEEPDIMS = [one for one in TABLE.values() if any(name == "keepdims" for name, *_ in one.arguments)]


@pytest.mark.parametrize("one", TABLE.values(), ids=name_of)
def test_examples_of_the_docstring_run(one):
    examples = doctest.DocTestParser().get_doctest(one.doc, {"np": np}, one.name, None, 0)
    results = doctest.DocTestRunner(verbose=False).run(examples, out=lambda text: None)
    assert results.failed == 0, one.doc


@pytest.mark.parametrize("one", [one for one in TABLE.values() if one.expr], ids=name_of)
def test_an_elementwise_operation_has_an_example(one):
    assert ">>> " in one.doc


@pytest.mark.parametrize("one", TABLE.values(), ids=name_of)
def test_documentation_and_signature(one):
    operation = OPERATIONS[one.name]
    assert one.doc.splitlines()[0] in operation.__doc__
    assert operation.__doc__.startswith(f"{one.name}(")
    assert operation.__name__ == operation.__qualname__ == one.name
    assert repr(operation).startswith(f"<operation {one.name}(")
    signature = inspect.signature(operation)
    assert list(signature.parameters) == [name for name, *_ in one.arguments]
    for name, kind, default in one.arguments:
        parameter = signature.parameters[name]
        assert parameter.default == (inspect.Parameter.empty if default is ... else default)
        assert kind in ("tensor", "tensors", "ints", "value")


@pytest.mark.parametrize("one", TABLE.values(), ids=name_of)
def test_calls_that_do_not_fit_the_signature(one):
    operation = OPERATIONS[one.name]
    with pytest.raises(TypeError, match=re.escape(f"{one.name}()")):
        operation(*[np.ones(2)] * (one.positional + 1))
    with pytest.raises(TypeError, match=re.escape(f"{one.name}()")):
        operation()
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        operation(*[np.ones(2)] * sum(default is ... for *_, default in one.arguments), colour=1)


def test_an_operation_pickles_as_itself():
    assert pickle.loads(pickle.dumps(np.exp)) is np.exp


# --- other spellings -----------------------------------------------------------------------------------

X = numpy.arange(1.0, 7.0).reshape(2, 3)
ONLY_A_TENSOR = [one for one in WITH_AXIS if [default for _, _, default in one.arguments].count(...) == 1
                 and one.arguments[0][1] == "tensor"]


@pytest.mark.parametrize("one", ONLY_A_TENSOR, ids=name_of)
def test_dim_means_axis(one):
    operation, x = OPERATIONS[one.name], np.array(X[:, None])
    axis = 0 if one.name != "squeeze" else 1
    by_axis, by_dim = operation(x, axis=axis), operation(x, dim=axis)
    for first, second in zip(*((value if isinstance(value, tuple) else (value,)) for value in (by_axis, by_dim)), strict=True):
        assert first.tolist() == second.tolist()
    with pytest.raises(TypeError, match="same argument"):
        operation(x, axis=axis, dim=axis)


@pytest.mark.parametrize("one", WITH_KEEPDIMS, ids=name_of)
def test_keepdim_means_keepdims(one):
    operation, x = OPERATIONS[one.name], np.array(X)
    assert operation(x, dim=1, keepdim=True).shape == (2, 1)
    assert operation(x, 1, keepdims=True).shape == (2, 1)
    with pytest.raises(TypeError, match="same argument"):
        operation(x, keepdim=True, keepdims=True)


def test_other_spellings():
    x = np.array(X)
    assert np.sum(input=x).item() == 21
    assert np.add(input=x, other=1).tolist() == (X + 1).tolist()
    assert x.sum(dim=(0, 1)).item() == 21
    assert x.var(unbiased=True).item() == pytest.approx(numpy.var(X, ddof=1))
    assert x.var(unbiased=False).item() == pytest.approx(numpy.var(X))
    assert np.permute_dims(x, dims=(1, 0)).shape == (3, 2)
    assert x.permute(1, 0).shape == x.permute((1, 0)).shape == (3, 2)
    assert x.reshape(3, 2).shape == x.reshape((3, 2)).shape == np.reshape(x, shape=(3, 2)).shape == (3, 2)
    assert np.clip(x, a_min=2, a_max=4).tolist() == X.clip(2, 4).tolist()
    with pytest.raises(TypeError, match="two values for 'x1'"):
        np.add(x, x, input=x)


# --- one place to add an operation ------------------------------------------------------------------------

def test_a_new_record_is_everywhere():
    """Added to the table alone it has its line of C, its signature and documentation, and its page."""
    op = record.family("arithmetic")
    try:
        new = op("triple", accepts="NUMERIC", expr="3 * a", vjp=lambda g: 3 * g, gpu="ElementwiseKernel",
                 doc="Three times the number.")
        assert "MLT_OPERATION1(triple, NUMERIC, SAME, 3 * a)" in loop_lines()["arithmetic"]
        assert new.inputs == ["a"]
        assert new.documentation.startswith("triple(x, /, out=None, *, where=True, dtype=None)\n\nThree times the number.")
        with pytest.raises(ValueError, match="twice"):
            op("triple", expr="3 * a", doc="Again.")
    finally:
        TABLE.pop("triple")
    with pytest.raises(ValueError, match="exactly one of"):
        op("nothing", doc="Computed in no way.")
    with pytest.raises(ValueError, match="unknown category"):
        op("nothing", expr="a", accepts="EVERYTHING", doc="Of an unknown category.")
    with pytest.raises(ValueError, match="1 gradient rules for inputs"):
        op("nothing", expr="a + b", vjp=lambda g: g, doc="With too few rules.")
    with pytest.raises(ValueError, match="needs a signature"):
        op("nothing", kernel="nothing", doc="Without a signature.")


def test_the_reference_is_written_from_the_table(tmp_path):
    subprocess.run([sys.executable, ROOT / "docs" / "build_reference.py", "--to", tmp_path], check=True,
                   capture_output=True)
    text = "".join(page.read_text() for page in tmp_path.rglob("*.md"))
    for name, one in TABLE.items():
        assert f"### {name}\n" in text
        assert one.doc.splitlines()[0] in text
