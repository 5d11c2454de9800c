"""The projects of examples/hybrid, each built from scratch as its README says, against the installed package."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

import zmqpp
from building import execute
from cpp_compiler import compile_module

HYBRID = Path(__file__).parents[1] / "examples" / "hybrid"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not HYBRID.exists() or shutil.which("cmake") is None or shutil.which("c++") is None,
        reason="needs the source tree, cmake and a compiler called c++",
    ),
]


def run(*command: object, **environment: str) -> str:
    process = execute(*command, **environment)
    assert process.returncode == 0, process.stdout
    return process.stdout


def needs(*modules: str) -> None:
    for module in modules:
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"needs {module}")


def build(example: str, folder: Path, *definitions: str) -> Path:
    """By hand, with CMake."""
    build = folder / "build"
    run(
        *("cmake", "-G", "Ninja", "-S", HYBRID / example, "-B", build),
        "-DCMAKE_BUILD_TYPE=Release",
        f"-DPython_EXECUTABLE={sys.executable}",
        f"-Dzmqpp_DIR={zmqpp.get_cmake_dir()}",
        *definitions,
    )
    run("cmake", "--build", build)
    return build


def pybind11_dir() -> str:
    needs("pybind11")
    return f"-Dpybind11_DIR={run(sys.executable, '-m', 'pybind11', '--cmakedir').strip()}"


def test_filters(tmp_path: Path) -> None:
    """A package with a C++ stage is installed by pip, and NumPy frames go through its threads."""
    needs("numpy", "scikit_build_core", "pybind11")
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    source = tmp_path / "filters"
    shutil.copytree(HYBRID / "filters", source)  # pip builds in the folder
    run(*pip, "--no-build-isolation", "--no-deps", "--target", tmp_path / "site", source)
    output = run(
        *(sys.executable, HYBRID / "filters" / "pipeline.py", 200, 300_000),
        PYTHONPATH=str(tmp_path / "site"),
    )
    assert output == "200 frames of 300000 pixels went through 200 calls of C++\n"


def test_filters_with_nanobind(tmp_path: Path) -> None:
    """The same stage by the C API, which needs no pybind11."""
    needs("numpy", "nanobind")
    cmake_dir = run(sys.executable, "-m", "nanobind", "--cmake_dir").strip()
    folder = build("filters_nanobind", tmp_path, f"-Dnanobind_DIR={cmake_dir}")
    pipeline = HYBRID / "filters" / "pipeline.py"
    output = run(
        *(sys.executable, pipeline, 200, 300_000, "filters_nanobind"), PYTHONPATH=str(folder)
    )
    assert output == "200 frames of 300000 pixels went through 200 calls of C++\n"


def test_producers(tmp_path: Path) -> None:
    """A million messages cross in each way, each once, by a module of under 60 lines of C++ and 15 of CMake."""
    for file, most in (("ticks.cpp", 60), ("CMakeLists.txt", 15)):
        assert len((HYBRID / "producers" / file).read_text().splitlines()) < most
    folder = build("producers", tmp_path, pybind11_dir())
    output = run(sys.executable, HYBRID / "producers" / "consumer.py", PYTHONPATH=str(folder))
    assert output.count("messages/s") == 3


def test_another_pybind11(tmp_path: Path) -> None:
    """Modules of another release of pybind11 share sockets and messages with ours all the same."""
    pip = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--target", tmp_path / "site", "pybind11==2.13.6")
    cmake_dir = tmp_path / "site" / "pybind11" / "share" / "cmake" / "pybind11"
    folder = build("../../tests/hybrid", tmp_path, f"-Dpybind11_DIR={cmake_dir}")
    output = run(
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
        Path(__file__).with_name("test_casters.py"),
        PYTHONPATH=str(folder),
        ZMQPP_HYBRID=str(folder),
    )
    assert " passed" in output


SECOND_LIBZMQ = """
#include <zmqpp/python.hpp>
PYBIND11_MODULE(second, m)
{
    zmqpp::python::import_core();
    m.attr("loaded") = true;
}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs patchelf")
def test_a_second_libzmq_is_refused(tmp_path: Path) -> None:
    """A module that is linked to another copy of libzmq does not load, and names both files."""
    patchelf = shutil.which("patchelf")
    if patchelf is None:
        pytest.skip("needs patchelf")
    second = tmp_path / "libzmq-second.so"
    shutil.copy(Path(zmqpp.build_info()["libzmq_path"]).resolve(), second)
    run(patchelf, "--set-soname", second.name, second)
    source = tmp_path / "second.cpp"
    source.write_text(SECOND_LIBZMQ)
    module = compile_module(source, tmp_path)
    needed = run(patchelf, "--print-needed", module).split()
    (first,) = (name for name in needed if "zmq" in name)
    run(patchelf, "--replace-needed", first, second.name, "--set-rpath", tmp_path, module)
    code = "import zmqpp\ntry:\n    import second\nexcept ImportError as error:\n    print(error)\n"
    output = run(sys.executable, "-c", code, PYTHONPATH=str(tmp_path))
    assert f"linked to another copy of libzmq ({second})" in output
    assert zmqpp.build_info()["libzmq_path"] in output
    assert "find_package(zmqpp)" in output


def test_handlers(tmp_path: Path) -> None:
    """A C++ application answers requests by Python, and restarts it while a client waits."""
    folder = build("handlers", tmp_path, pybind11_dir())
    paths = [*sys.path, sysconfig.get_path("purelib")]
    output = run(
        folder / "service", HYBRID / "handlers", PYTHONPATH=os.pathsep.join(filter(None, paths))
    )
    assert sorted(output.splitlines()) == sorted(
        [
            "stressed -> desserts",
            "fail -> error: no such request",
            "reload -> done",
            "Python has ended, and starts again",
            "stressed -> desserts",
            "stop -> done",
            *("log: Python has started", "log: handled stressed") * 2,
        ]
    )
