"""The installed package as a C++ package: CMake, pkg-config, and `python -m zmqpp`, which leads to them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import textwrap
import venv
from pathlib import Path

import pytest

import zmqpp
from building import (
    CONSUMER,
    MODULE,
    MODULE_CONSUMER,
    PROGRAM,
    ROOT,
    USE,
    build,
    needs_system_libzmq,
    run,
    succeed,
    write,
)

SAYS = f"7 bytes by libzmq {zmqpp.zmq_version()}"  # the last line of PROGRAM
SITE = Path(zmqpp._core.__file__).parents[1]

needs_cmake = pytest.mark.skipif(
    shutil.which("cmake") is None or shutil.which("c++") is None,
    reason="needs cmake and a C++ compiler",
)
needs_source = pytest.mark.skipif(
    not (ROOT / "CMakeLists.txt").exists(), reason="needs the source tree"
)
needs_pkg_config = pytest.mark.skipif(shutil.which("pkg-config") is None, reason="needs pkg-config")


# --- where things are ---


def test_folders() -> None:
    """The folders that C++ code needs lie beside the extension module, editable or not."""
    package = Path(zmqpp._core.__file__).parent
    assert Path(zmqpp.get_include()) == package / "include"
    assert (package / "include" / "zmqpp" / "core.hpp").is_file()
    assert (Path(zmqpp.get_cmake_dir()) / "zmqppConfig.cmake").is_file()
    assert (Path(zmqpp.get_pkgconfig_dir()) / "zmqpp.pc").is_file()


def test_libzmq_is_the_loaded_one() -> None:
    """get_libzmq() is the file that this process runs."""
    path = zmqpp.get_libzmq()
    if path == "":
        pytest.skip("the system does not tell")
    assert path == zmqpp.build_info()["libzmq_path"]
    assert Path(path).is_file()
    if sys.platform.startswith("linux"):
        assert str(Path(path).resolve()) in Path("/proc/self/maps").read_text()


ANSWERS = {
    "--cmake-dir": zmqpp.get_cmake_dir(),
    "--include-dir": zmqpp.get_include(),
    "--libzmq": zmqpp.get_libzmq(),
    "--pkgconfig-dir": zmqpp.get_pkgconfig_dir(),
    "--version": zmqpp.__version__,
}


@pytest.mark.parametrize("question", ANSWERS)
def test_question(question: str) -> None:
    """`python -m zmqpp` answers a question with what the function returns, and nothing more."""
    output = subprocess.check_output([sys.executable, "-m", "zmqpp", question], text=True)
    assert output == ANSWERS[question] + "\n"


def test_questions() -> None:
    """Several questions are answered a line each, in the order they were asked."""
    questions = ["--version", "--libzmq", "--cmake-dir", "--version"]
    output = subprocess.check_output([sys.executable, "-m", "zmqpp", *questions], text=True)
    assert output.splitlines() == [ANSWERS[question] for question in questions]


@pytest.mark.parametrize("words", [[], ["--no-such-thing"]])
def test_no_answer(words: list[str]) -> None:
    """A script that asks nothing, or what does not exist, fails and does not go on with no answer."""
    asked = subprocess.run([sys.executable, "-m", "zmqpp", *words], capture_output=True, text=True)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "usage" in asked.stderr


# --- versions ---

OWN = zmqpp.__version__.split(".")


@needs_cmake
@pytest.mark.parametrize(
    ("version", "fits"),
    [
        (OWN[0] + "." + OWN[1], True),
        (zmqpp.__version__, True),
        (f"{OWN[0]}.{OWN[1]}.99", False),
        (f"{OWN[0]}.99", False),
        ("0.0", False),
        ("9.0", False),
    ],
)
def test_version_check(tmp_path: Path, version: str, fits: bool) -> None:
    """A project gets the minor version it asks for, no older and no other."""
    script = tmp_path / "script.cmake"
    major, minor, *_ = version.split(".")
    script.write_text(
        f"set(PACKAGE_FIND_VERSION {version})\n"
        f"set(PACKAGE_FIND_VERSION_MAJOR {major})\nset(PACKAGE_FIND_VERSION_MINOR {minor})\n"
        f"include({zmqpp.get_cmake_dir()}/zmqppConfigVersion.cmake)\n"
        "message(${PACKAGE_VERSION_COMPATIBLE})\n"
    )
    assert succeed("cmake", "-P", script) == str(fits).upper()


@needs_pkg_config
def test_pkg_config_version() -> None:
    """pkg-config knows zmqpp and its version."""
    environment = {"PKG_CONFIG_PATH": zmqpp.get_pkgconfig_dir()}
    assert succeed("pkg-config", "--modversion", "zmqpp", **environment) == zmqpp.__version__
    assert run("pkg-config", "--exists", "zmqpp >= 9", **environment).startswith("failed")


@needs_pkg_config
def test_pkg_config_is_relocatable(tmp_path: Path) -> None:
    """The .pc file of a package that was moved names the headers where they are now."""
    moved = tmp_path / "elsewhere" / "share" / "pkgconfig"
    shutil.copytree(zmqpp.get_pkgconfig_dir(), moved)
    flags = succeed("pkg-config", "--cflags", "zmqpp", PKG_CONFIG_PATH=str(moved)).split()
    headers = [Path(flag[2:]).resolve() for flag in flags if flag.startswith("-I")]
    assert tmp_path / "elsewhere" / "include" in headers
    assert Path(zmqpp.get_include()) not in headers


# --- real builds, in every way there is ---

# Asks for a version that is not there, finds the package twice and in a folder below, and uses zmqpp::python without
# pybind11.
DEMANDING = """
    cmake_minimum_required(VERSION 3.18...4.0)
    project(demanding LANGUAGES CXX)
    find_package(zmqpp 9.0 CONFIG QUIET)
    if(zmqpp_FOUND)
      message(FATAL_ERROR "found ${zmqpp_VERSION}, which is not 9.0")
    endif()
    find_package(zmqpp CONFIG REQUIRED)
    find_package(zmqpp CONFIG REQUIRED)
    add_subdirectory(below)
    file(WRITE "${CMAKE_BINARY_DIR}/module.cpp" "#include <zmqpp/core/version.hpp>")
    add_library(module MODULE "${CMAKE_BINARY_DIR}/module.cpp")
    target_link_libraries(module PRIVATE zmqpp::python)
"""
AROUND = """
    cmake_minimum_required(VERSION 3.18...4.0)
    project(around LANGUAGES CXX)
    %s
    add_executable(program program.cpp)
    target_link_libraries(program PRIVATE zmqpp::core zmqpp::python)
    get_directory_property(tests DIRECTORY "${zmqpp_SOURCE_DIR}" TESTS)
    if(CMAKE_BUILD_TYPE OR tests OR TARGET zmqpp_tests OR NOT "${CMAKE_CXX_STANDARD}" STREQUAL "")
      message(FATAL_ERROR "something is imposed: '${CMAKE_BUILD_TYPE}' '${tests}'")
    endif()
"""

slow = pytest.mark.slow
patient = pytest.mark.timeout(300)
needs_pybind11 = pytest.mark.skipif(
    run(sys.executable, "-c", "import pybind11").startswith("failed"), reason="needs pybind11"
)


def for_python() -> list[str]:
    """What makes CMake build a module for the Python that runs this."""
    pybind11 = succeed(sys.executable, "-m", "pybind11", "--cmakedir")
    return [f"-Dpybind11_DIR={pybind11}", f"-DPython_EXECUTABLE={sys.executable}"]


def use_module(python: str | Path, *folders: Path) -> None:
    """Imports the module before zmqpp and after; messages go both ways, and there is one libzmq."""
    for first in ("neighbour", "zmqpp"):
        program = textwrap.dedent(USE.format(first=first, module="neighbour"))
        search = ":".join(map(str, folders))
        output = succeed(python, "-c", program, PYTHONPATH=search)
        exchanged, _, libraries = output.partition("from C++ ")
        assert exchanged == "from Python, "
        assert len(libraries.split()) == 1, output


@slow
@patient
@needs_cmake
def test_installed(tmp_path: Path) -> None:
    """find_package() finds the package in site-packages, by its prefix and by zmqpp_DIR."""
    write(tmp_path, program=PROGRAM)
    for place in (f"-DCMAKE_PREFIX_PATH={SITE}", f"-Dzmqpp_DIR={zmqpp.get_cmake_dir()}"):
        said = build(tmp_path, CONSUMER % f"{OWN[0]}.{OWN[1]}", place)
        assert "FETCHCONTENT" not in said
        assert succeed(tmp_path / "build" / "program") == SAYS


@slow
@patient
@needs_cmake
def test_demanding(tmp_path: Path) -> None:
    """find_package() may be called again and in folders below, and zmqpp::python needs no pybind11."""
    write(tmp_path, program=PROGRAM)
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "CMakeLists.txt").write_text(
        "find_package(zmqpp CONFIG REQUIRED)\nadd_executable(below ../program.cpp)\n"
        "target_link_libraries(below PRIVATE zmqpp::core)\n"
    )
    build(tmp_path, DEMANDING, f"-DCMAKE_PREFIX_PATH={SITE}")
    assert succeed(tmp_path / "build" / "below" / "below") == SAYS


@slow
@patient
@needs_cmake
@needs_pybind11
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/maps")
def test_module(tmp_path: Path) -> None:
    """An extension module of zmqpp::python exchanges messages with Python, on one libzmq."""
    write(tmp_path, module=MODULE)
    build(tmp_path, MODULE_CONSUMER, f"-DCMAKE_PREFIX_PATH={SITE}", *for_python())
    use_module(sys.executable, tmp_path / "build", SITE)


@slow
@patient
@needs_cmake
@needs_source
@needs_system_libzmq
def test_plain_prefix(tmp_path: Path) -> None:
    """`cmake --install` puts things where they are looked for, without Python."""
    prefix = tmp_path / "prefix"
    succeed(
        "cmake",
        "-S",
        ROOT,
        "-B",
        tmp_path / "zmqpp",
        "-DZMQPP_LIBZMQ=system",
        f"-DCMAKE_INSTALL_PREFIX={prefix}",
    )
    succeed("cmake", "--install", tmp_path / "zmqpp")
    for name in (
        "include/zmqpp/core.hpp",
        "share/cmake/zmqpp/zmqppConfig.cmake",
        "share/pkgconfig/zmqpp.pc",
    ):
        assert (prefix / name).is_file()
    assert not (prefix / "zmqpp").exists()
    assert not (prefix / "include" / "zmq.h").exists()
    write(tmp_path, program=PROGRAM)
    build(tmp_path, CONSUMER % "", f"-DCMAKE_PREFIX_PATH={prefix}")
    assert succeed(tmp_path / "build" / "program").startswith("7 bytes by libzmq")


@slow
@patient
@needs_cmake
@needs_source
@needs_system_libzmq
@pytest.mark.parametrize("way", ["add_subdirectory", "FetchContent"])
def test_inside_another_project(tmp_path: Path, way: str) -> None:
    """The repository is part of another project, of which it decides nothing and installs nothing."""
    taken = {
        "add_subdirectory": f"add_subdirectory({ROOT} zmqpp)",
        "FetchContent": f"include(FetchContent)\nFetchContent_Declare(zmqpp SOURCE_DIR {ROOT})\n"
        "FetchContent_MakeAvailable(zmqpp)",
    }[way]
    write(tmp_path, program=PROGRAM)
    build(tmp_path, AROUND % taken, "-DZMQPP_LIBZMQ=system")
    assert succeed(tmp_path / "build" / "program").startswith("7 bytes by libzmq")
    succeed("cmake", "--install", tmp_path / "build", "--prefix", tmp_path / "prefix")
    assert not (tmp_path / "prefix").exists()


@slow
@patient
@needs_cmake
@needs_pkg_config
def test_pkg_config(tmp_path: Path) -> None:
    """The flags of pkg-config are all that a compiler needs, and the program finds its libzmq."""
    write(tmp_path, program=PROGRAM)
    command = ["pkg-config", "--cflags", "--libs", "zmqpp"]
    flags = succeed(*command, PKG_CONFIG_PATH=zmqpp.get_pkgconfig_dir()).split()
    program = tmp_path / "program"
    succeed("c++", "-std=c++17", "-O0", tmp_path / "program.cpp", "-o", program, *flags)
    assert succeed(program) == SAYS


@slow
@pytest.mark.timeout(600)
@needs_cmake
@needs_source
@needs_pybind11
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/self/maps")
def test_editable(tmp_path: Path) -> None:
    """In an editable install the Python files are the source tree's, and C++ code finds all the rest."""
    pytest.importorskip("scikit_build_core")
    # The build folder of the Makefile: what it has compiled for this Python is not compiled again.
    settings = {"build-dir": f"build/wheel-{Path(sys.prefix).name}"}
    hook = "import sys; from scikit_build_core.build import build_editable as build; "
    hook += f"build(sys.argv[1], {settings})"
    succeed(sys.executable, "-c", hook, tmp_path, folder=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    succeed(python, "-m", "pip", "install", "--no-index", "--no-deps", wheel)

    where = succeed(python, "-c", "import zmqpp; print(zmqpp.__file__)", folder=tmp_path)
    assert Path(where) == ROOT / "python" / "zmqpp" / "__init__.py"
    questions = ("--cmake-dir", "--include-dir", "--pkgconfig-dir")
    folders = succeed(python, "-m", "zmqpp", *questions, folder=tmp_path).split()
    site = sysconfig.get_path("platlib", vars={"platbase": str(tmp_path / "venv")})
    assert all(Path(folder).is_dir() and folder.startswith(site) for folder in folders)
    write(tmp_path, module=MODULE)
    build(tmp_path, MODULE_CONSUMER, f"-Dzmqpp_DIR={folders[0]}", *for_python())
    use_module(python, tmp_path / "build")
