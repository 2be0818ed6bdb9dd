"""Padding in the modes that compute something; those that repeat elements are tested with joining."""

import numpy
import pytest

import mltensor as np

ARRAYS = {"floats": numpy.array([[0.5, 2.0, -1.0, 4.0], [3.0, 1.0, 7.5, -2.0]]), "line": numpy.array([3, 1, 9, 4, 7]),
          "one": numpy.array([[2.0]]), "small": numpy.array([[100, 3], [7, 250], [1, 2]], "uint8"),
          "complex": numpy.array([1 + 2j, 3.0, 4j])}
WIDTHS = [0, 1, 2, 7, (1, 2), (0, 3), ((4, 0),)]
SETTINGS = [
    ("linear_ramp", {}), ("linear_ramp", {"end_values": 3}), ("linear_ramp", {"end_values": (1, -2)}),
    ("maximum", {}), ("minimum", {}), ("mean", {}), ("median", {}), ("maximum", {"stat_length": 2}),
    ("mean", {"stat_length": (1, 2)}), ("median", {"stat_length": 2}), ("minimum", {"stat_length": 9}),
    ("reflect", {"reflect_type": "odd"}), ("symmetric", {"reflect_type": "odd"})]


@pytest.mark.parametrize("array", ARRAYS)
@pytest.mark.parametrize(("mode", "settings"), SETTINGS, ids=str)
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_computed_margins(array, mode, settings, width):
    values = ARRAYS[array]
    if values.dtype.kind == "c" and mode in ("maximum", "minimum", "median"):
        return
    if values.dtype.kind == "u" and mode == "linear_ramp" and "end_values" in settings:
        settings = {"end_values": 3}
    wanted = numpy.pad(values, width, mode, **settings)
    actual = np.pad(np.asarray(values), width, mode, **settings)
    assert actual.dtype == wanted.dtype
    numpy.testing.assert_allclose(numpy.asarray(actual), wanted, rtol=1e-12)


def test_gradients_of_computed_margins():
    for mode, settings in SETTINGS:
        x = np.asarray(ARRAYS["floats"]).copy().requires_grad_()
        assert np.autograd.gradcheck(lambda x, mode=mode, settings=settings: np.pad(x, (1, 2), mode, **settings), [x])


def test_settings_that_do_not_fit():
    with pytest.raises(ValueError, match="bogus"):
        np.pad(np.ones(2), 1, "bogus")
    with pytest.raises(ValueError, match="reflect_type"):
        np.pad(np.ones(2), 1, "reflect", reflect_type="strange")
    with pytest.raises(TypeError, match="integers"):
        np.pad(np.ones(2), 1.5)
    with pytest.raises(ValueError, match="stat_length"):
        np.pad(np.ones(2), 1, "maximum", stat_length=0)
    with pytest.raises(ValueError, match="length 0"):
        np.pad(np.ones((0, 2)), 1, "mean")
