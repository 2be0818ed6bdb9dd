"""The house: imports run one way, rooms keep their size, nothing generated or pickled."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYX = sorted((ROOT / "pyx").glob("*.p[yx][xd]"))
PYTHON = sorted((ROOT / "mltensor").rglob("*.py"))

# From the bottom up; a module may import from its own layer and from those before it.
COMPILED = [
    {"dtypes", "storage", "shapes"}, {"tensor"}, {"buffer", "scalars"}, {"elementwise"},
    {"view", "foreign", "interop", "create", "ranges", "dlpack"},
    {"strided", "keys", "index", "gather", "histogram", "positions", "join", "split", "repeat", "sort", "reduce",
     "scan", "neural", "matmul", "optimize", "fourier", "lapack", "reduce_numbers", "select", "correlate",
     "interpolate", "draw"},
    {"tape"}, {"engine", "gradient"}, {"operation"}, {"arguments", "ufunc", "fold"}, {"dispatch"}, {"operators"},
]
COMPILED_LAYER = {name: number for number, names in enumerate(COMPILED) for name in names}
# Python packages from the bottom up; private modules of the top level make the namespace.
PACKAGES = ["errors", "_core", "_ops", "namespace", "autograd", "nn", "upper"]
UPPER = {"optim", "data", "io", "torch", "examples", "random", "linalg"}


def cimported(path):
    return set(re.findall(r"^from mltensor\._core\.(\w+) c?import", path.read_text(), re.M))


@pytest.mark.parametrize("path", PYX, ids=lambda path: path.name)
def test_compiled_modules_import_downwards(path):
    layer = COMPILED_LAYER[path.stem]
    for name in cimported(path) - {path.stem}:
        assert COMPILED_LAYER[name] <= layer, f"{path.name} imports {name}, which lies above it"


@pytest.mark.parametrize("path", PYX, ids=lambda path: path.name)
def test_compiled_modules_import_no_python_but_errors(path):
    found = set(re.findall(r"^(?:from|import) mltensor\.(\w+)", path.read_text(), re.M))
    assert found <= {"_core", "errors"}


def package(module):
    """Layer of an imported module of ours."""
    parts = module.split(".")
    if len(parts) == 1:
        return PACKAGES.index("namespace")
    head = parts[1]
    if head in UPPER:
        return PACKAGES.index("upper")
    return PACKAGES.index(head) if head in PACKAGES else PACKAGES.index("namespace")


def imports(path):
    """(module, inside a function) of every import of ours in a file."""
    tree = ast.parse(path.read_text())
    inside = {node for function in ast.walk(tree) if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
              for node in ast.walk(function) if isinstance(node, (ast.Import, ast.ImportFrom))}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                yield one.name, node in inside
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            if node.module == "mltensor":
                for one in node.names:
                    yield f"mltensor.{one.name}", node in inside
            else:
                yield node.module, node in inside


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_inside_a_function(path):
    assert not [module for module, inside in imports(path) if inside]


def test_the_table_imports_nothing_of_ours():
    for path in (ROOT / "mltensor" / "_ops").glob("*.py"):
        assert not [module for module, _ in imports(path) if module.startswith("mltensor")], path.name


@pytest.mark.parametrize("name", ["nn", "autograd"])
def test_lower_packages_do_not_import_upper_ones(name):
    for path in (ROOT / "mltensor" / name).rglob("*.py"):
        for module, _ in imports(path):
            if module.startswith("mltensor."):
                head = module.split(".")[1]
                assert head not in {"optim", "data", "io", "torch", "examples"}, f"{path.name} imports {module}"
                if name == "autograd":
                    assert package(module) <= PACKAGES.index("autograd"), f"{path.name} imports {module}"


def rooms():
    patterns = ("pyx/*.pyx", "pyx/*.pxd", "include/mltensor/*.h", "mltensor/**/*.py", "tests/**/*.py",
                "benchmarks/*.py", "docs/*.py", "setup.py")
    return [path for pattern in patterns for path in ROOT.glob(pattern)]


def test_rooms_keep_their_size():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in rooms()}
    assert not {name: size for name, size in sizes.items() if size > 700}
    assert sum(size > 400 for size in sizes.values()) <= len(sizes) // 8
    assert sorted(sizes.values())[len(sizes) // 2] <= 200


def test_nothing_is_pickled_or_evaluated():
    for path in PYTHON:
        tree = ast.parse(path.read_text())
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        called = {function.id for function in calls if isinstance(function, ast.Name)}
        assert not called & {"eval", "exec"}, path.name
        assert "pickle" not in {module for module, _ in imports(path)}, path.name
