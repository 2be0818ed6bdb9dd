"""Build: one extension module per pyx/*.pyx, the C loops from the table of operations, OpenBLAS.

    pip install .            a release build
    MLTENSOR_DEBUG=1         bounds checks, assertions, no optimisation
    MLTENSOR_NO_OPENMP=1     one thread
    MLTENSOR_BUILD_JOBS=1    compilers side by side (as many as there are cores)

C files and objects stay in build/, a folder per kind of build, and are made again when they are out of date.
"""

import concurrent.futures
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.command.build_py import build_py
from setuptools.modified import newer_group

ROOT = Path(__file__).resolve().parent
DEBUG = os.environ.get("MLTENSOR_DEBUG", "") not in ("", "0")
SERIAL = os.environ.get("MLTENSOR_NO_OPENMP", "") not in ("", "0")
CORE = "mltensor._core"
VARIANT = sys.implementation.cache_tag + ("-debug" if DEBUG else "") + ("-serial" if SERIAL else "")


def load_table():
    """The table of operations, without importing the package: the table imports nothing compiled."""
    folder = ROOT / "mltensor" / "_ops"
    spec = importlib.util.spec_from_file_location(
        "_ops", folder / "__init__.py", submodule_search_locations=[str(folder)])
    module = importlib.util.module_from_spec(spec)
    sys.modules["_ops"] = module
    spec.loader.exec_module(module)
    return module


_ops = load_table()

COMMON = ["-std=gnu11", "-D_GNU_SOURCE=1", "-Wall", "-Wno-unused-function", "-fvisibility=hidden",
          "-ffp-contract=off",
          "-fno-math-errno", "-fno-trapping-math", "-fcx-fortran-rules", "-fwrapv",
          "-Wno-int-in-bool-context"]
OPTIMISE = ["-O0", "-g", "-UNDEBUG"] if DEBUG else ["-O3", "-g0"]
DIRECTIVES = {
    "language_level": 3,
    "boundscheck": True,  # of lists and tuples, which callers give; loops over numbers use pointers
    "allow_none_for_extension_args": False,
    "wraparound": False,
    "initializedcheck": DEBUG,
    "cdivision": True,
    "embedsignature": False,
    "binding": True,
    "freethreading_compatible": True,
    "auto_pickle": False,
    "legacy_implicit_noexcept": False,
}


def openmp_flags():
    """The compiler's OpenMP flag if a probe program builds with it, else nothing."""
    if SERIAL:
        return []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text("#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n")
        command = [os.environ.get("CC", "cc"), "-fopenmp", str(source), "-o", str(Path(folder, "probe"))]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return ["-fopenmp"]
    print("mltensor: the compiler has no OpenMP; building for one thread", file=sys.stderr)
    return []


def write_if_changed(path, text):
    """Write a generated file only when its text is new, so that nothing is rebuilt for nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def generated_loops(folder):
    """C files with one macro line per elementwise operation, a file per family of the table."""
    sources = []
    for family, lines in _ops.loop_lines().items():
        path = folder / f"loops_{family}.c"
        text = f"#define MLT_FAMILY {family}\n#define MLT_LINES \"loops_{family}.inc\"\n" \
               '#include "mltensor/loops_family.h"\n'
        write_if_changed(folder / f"loops_{family}.inc", "".join(line + "\n" for line in lines))
        write_if_changed(path, text)
        sources.append(path)
    families = "".join(f"MLT_FAMILY_LINE({family})\n" for family in _ops.loop_lines())
    write_if_changed(folder / "loops_families.inc", families)
    return sources


def copy_declarations():
    """Put the .pxd files and C headers where `cimport mltensor._core.…` finds them."""
    core = ROOT / "mltensor" / "_core"
    for source in (ROOT / "pyx").glob("*.pxd"):
        write_if_changed(core / source.name, source.read_text())
    for source in (ROOT / "include" / "mltensor").glob("*.h"):
        write_if_changed(ROOT / "mltensor" / "include" / "mltensor" / source.name, source.read_text())


def openblas():
    """Folder and name of the OpenBLAS library that goes into the package."""
    import scipy_openblas64

    return Path(scipy_openblas64.get_lib_dir()), Path(scipy_openblas64.get_include_dir())


class Object:
    """An object file, and what it was made of.

    Beside it lie a list of the headers that went into it, which the compiler writes, and a checksum of the source:
    pip installs Cython anew for every build, which writes all C files anew, most of them the same.
    """

    def __init__(self, name, source):
        self.name, self.source = name, source
        self.headers_file, self.checksum_file = Path(f"{name}.d"), Path(f"{name}.crc")

    def checksum(self):
        """Of the source without Cython's comment on how it was made, which names temporary folders."""
        text = Path(self.source).read_text()
        return f"{zlib.crc32(text[max(0, text.find('END: Cython Metadata')):].encode()):08x}"

    def headers(self):
        _, _, files = self.headers_file.read_text().replace("\\\n", " ").partition(": ")
        files = [file.replace("\\ ", " ") for file in re.split(r"(?<!\\)\s+", files) if file]
        return [file for file in files if file != self.source]

    def is_current(self, depends):
        if not (self.headers_file.exists() and self.checksum_file.exists()):
            return False
        return (self.checksum_file.read_text() == self.checksum()
                and not newer_group([*depends, *self.headers()], self.name, missing="newer"))

    def compile(self, compile_one, suffix, options, extra, flags):
        self.checksum_file.unlink(missing_ok=True)
        compile_one(self.name, self.source, suffix, options, [*extra, "-MMD", "-MF", str(self.headers_file)], flags)
        self.checksum_file.write_text(self.checksum())


class BuildExtensions(build_ext):
    """Compiles all objects of all modules side by side; carries OpenBLAS into the package."""

    def finalize_options(self):
        super().finalize_options()
        self.build_temp = str(ROOT / "build" / f"objects-{VARIANT}")
        self.force = True  # always link: the modules of another variant may lie there

    def build_extensions(self):
        self.carry_openblas(Path(self.get_ext_fullpath(f"{CORE}.storage")).parent)
        jobs = int(os.environ.get("MLTENSOR_BUILD_JOBS", os.cpu_count() or 1))
        compile_one = self.compiler._compile

        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            def compile_side_by_side(sources, output_dir=None, macros=None, include_dirs=None, debug=0,
                                     extra_preargs=None, extra_postargs=None, depends=None):
                compiler = self.compiler
                _, objects, extra, flags, build = compiler._setup_compile(
                    output_dir, macros, include_dirs, sources, depends, extra_postargs)
                options = compiler._get_cc_args(flags, debug, extra_preargs)
                made = [(Object(name, build[name][0]), build[name][1]) for name in objects]
                waiting = [pool.submit(one.compile, compile_one, suffix, options, extra, flags)
                           for one, suffix in made if not one.is_current(depends)]
                for job in waiting:
                    job.result()
                return objects

            self.compiler.compile = compile_side_by_side
            with concurrent.futures.ThreadPoolExecutor(len(self.extensions)) as modules:
                waiting = [modules.submit(self.build_extension, module) for module in self.extensions]
                for job in waiting:
                    job.result()

    def run(self):
        super().run()
        if not (self.inplace or self.editable_mode):
            # Python started in this folder finds the sources before the installed package.
            self.copy_extensions_to_source()

    def copy_extensions_to_source(self):
        super().copy_extensions_to_source()
        self.carry_openblas(ROOT / "mltensor" / "_core")

    def carry_openblas(self, core):
        """Copy the library beside the modules; they find it by a path relative to themselves."""
        library, _ = openblas()
        target = core / "lib"
        target.mkdir(parents=True, exist_ok=True)
        for file in library.glob("libscipy_openblas64_*.so*"):
            if not (target / file.name).exists():
                shutil.copy2(file, target / file.name)


class BuildPython(build_py):
    """Takes the declarations along, so that an installed wheel can be cimported from."""

    def run(self):
        copy_declarations()
        super().run()


def extensions():
    from Cython.Build import cythonize

    copy_declarations()
    generated = ROOT / "build" / "generated"
    flags = openmp_flags()
    library, blas_headers = openblas()
    includes = ["include", str(generated.relative_to(ROOT)), str(blas_headers)]
    modules = []
    for source in sorted((ROOT / "pyx").glob("*.pyx")):
        sources = [str(source.relative_to(ROOT))]
        depends = [str(ROOT / "setup.py")]
        link = [*flags, "-Wl,-O1", "-Wl,--as-needed", *([] if DEBUG else ["-s"])]
        libraries = ["m"]
        if source.stem == "elementwise":
            loops = generated_loops(generated)
            sources += [str(path.relative_to(ROOT)) for path in loops]
        if source.stem in ("matmul", "lapack"):
            libraries = ["scipy_openblas64_", "m"]
            link += ["-Wl,-rpath,$ORIGIN/lib"]
        modules.append(Extension(
            f"{CORE}.{source.stem}", sources, include_dirs=includes, depends=depends,
            libraries=libraries, library_dirs=[str(library)],
            extra_compile_args=[*COMMON, *OPTIMISE, *flags], extra_link_args=link))
    # Cython looks at the times of sources only; other directives make other code.
    folder = ROOT / "build" / f"cython-{VARIANT}-{zlib.crc32(repr(DIRECTIVES).encode()):08x}"
    return cythonize(modules, build_dir=str(folder.relative_to(ROOT)), compiler_directives=DIRECTIVES,
                     include_path=[str(ROOT)], nthreads=0)


setup(
    ext_modules=extensions(),
    cmdclass={"build_ext": BuildExtensions, "build_py": BuildPython},
)
