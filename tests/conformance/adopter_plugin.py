"""A pytest plugin: another library's own tests, with mltensor as the namespace that they are about.

`adopters.py` loads it with ``pytest -p adopter_plugin`` and says in the environment variable ADOPTER whose tests they
are. None of these libraries lets a namespace register itself for its tests, so each one's list of namespaces is
replaced by ours alone; their tests, markers and tolerances stay as they are.
"""

import os

import pytest

import mltensor

NAME = mltensor.__name__
ADOPTER = os.environ["ADOPTER"]


def only_here_in_scikit_learn():
    """scikit-learn asks functions for the namespaces, devices and dtypes to test."""
    import sklearn.utils._array_api as its  # noqa: PLC0415

    pair = its.NamespaceAndDevice
    its.yield_namespaces = lambda include_numpy_namespaces=True: iter([NAME])
    its.yield_namespace_device_dtype_combinations = lambda include_numpy_namespaces=True: iter(
        [(NAME, None, "float64"), (NAME, None, "float32")])
    its.yield_mixed_namespace_input_permutations = lambda: iter([
        (pair(NAME, None), pair("numpy", None), f"{NAME} to numpy"),
        (pair("numpy", None), pair(NAME, None), f"numpy to {NAME}"),
        (pair(NAME, None), pair("torch", "cpu"), f"{NAME} to torch cpu")])


def only_here_in_array_api_extra():
    """array-api-extra has an enumeration of backends, which an enumeration's own syntax cannot extend."""
    from array_api_extra._lib._backends import Backend  # noqa: PLC0415

    member = object.__new__(Backend)
    member._value_, member._name_, member.__objclass__ = NAME, NAME.upper(), Backend
    Backend._member_map_[member._name_] = member
    Backend._value2member_map_[NAME] = member
    Backend._member_names_[:] = [member._name_]


def only_here_in_array_api_compat():
    """array-api-compat has two lists of names."""
    from array_api_compat.tests import _helpers  # noqa: PLC0415

    _helpers.all_libraries[:] = [NAME]
    _helpers.wrapped_libraries[:] = []


def only_here_in_einops():
    """einops builds the backends to test from a list of classes inside a function."""
    import einops.tests  # noqa: PLC0415

    from mltensor.einops import Backend  # noqa: PLC0415

    einops.tests.collect_test_backends = lambda symbolic=False, layers=False: [] if symbolic else [Backend()]
    einops.tests.is_backend_tested = lambda backend: backend == NAME


PREPARATIONS = {
    "scikit-learn": only_here_in_scikit_learn,
    "array-api-extra": only_here_in_array_api_extra,
    "array-api-compat": only_here_in_array_api_compat,
    "einops": only_here_in_einops,
}
PREPARATIONS.get(ADOPTER, lambda: None)()


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc):
    """SciPy's fixture `xp` is parametrised by the namespaces."""
    if not ADOPTER.startswith("scipy") or "xp" not in metafunc.fixturenames:
        return
    parameter = pytest.param(mltensor, id=NAME, marks=pytest.mark.array_api_backends)
    for definition in metafunc._arg2fixturedefs.get("xp", ()):
        if definition.params is not None:
            definition.params = (parameter,)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Note beside a failure that SciPy itself marks the test as one for NumPy alone.

    SciPy skips such a test for the other namespaces that it knows by name. Here they run, as most of them pass.
    """
    if (yield).get_result().failed:
        for marker in item.iter_markers():
            if marker.name in ("skip_xp_backends", "xfail_xp_backends") and marker.kwargs.get("np_only"):
                why = marker.kwargs.get("reason", "without saying why")
                item.user_properties.append(("numpy_only", f"SciPy marks it as for NumPy only: {why}"))
                break
