"""The build: which libzmq it takes and what it says, and what is in the package that comes out."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import zmqpp
from building import ROOT, needs_system_libzmq, run, succeed

Configure = Callable[..., str]

pytestmark = pytest.mark.skipif(
    not (ROOT / "CMakeLists.txt").exists() or shutil.which("cmake") is None,
    reason="needs the source tree and cmake",
)


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Configures the C++ core alone; returns what CMake said."""

    def configure(*arguments: str, **environment: str) -> str:
        return run("cmake", "-S", ROOT, "-B", tmp_path / "build", *arguments, **environment)

    return configure


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """A private copy of the system's libzmq: header, library, .pc file."""

    def variable(name: str) -> Path:
        return Path(run("pkg-config", f"--variable={name}", "libzmq"))

    prefix = tmp_path / "prefix"
    (prefix / "include").mkdir(parents=True)
    (prefix / "lib" / "pkgconfig").mkdir(parents=True)
    shutil.copy(variable("includedir") / "zmq.h", prefix / "include")
    library = "libzmq.dylib" if sys.platform == "darwin" else "libzmq.so"
    real = (variable("libdir") / library).resolve()
    shutil.copy(real, prefix / "lib" / library)
    shutil.copy(real, prefix / "lib" / "libzmq.so.5")
    (prefix / "lib" / "pkgconfig" / "libzmq.pc").write_text(
        "Name: libzmq\nDescription: libzmq\n"
        f"Version: {run('pkg-config', '--modversion', 'libzmq')}\n"
        f"includedir={prefix}/include\nlibdir={prefix}/lib\n"
        "Cflags: -I${includedir}\nLibs: -L${libdir} -lzmq\n"
    )
    return prefix


def set_header_version(prefix: Path, version: str) -> None:
    header = prefix / "include" / "zmq.h"
    text = header.read_text()
    for part, number in zip(("MAJOR", "MINOR", "PATCH"), version.split(".")):
        text = re.sub(rf"(#define ZMQ_VERSION_{part}) \d+", rf"\1 {number}", text)
    header.write_text(text)


def hide_system(tmp_path: Path) -> dict[str, str]:
    """Environment in which pkg-config knows nothing."""
    return {"PKG_CONFIG_LIBDIR": str(tmp_path), "PKG_CONFIG_PATH": ""}


# --- which libzmq -------------------------------------------------------------------------------


@needs_system_libzmq
def test_the_choice_is_one_line(configure: Configure) -> None:
    """One line of the output says which libzmq is used, where it is and how it was found."""
    output = configure("-DZMQPP_LIBZMQ=system")
    assert output.count("zmqpp uses libzmq") == 1
    assert re.search(
        r"zmqpp uses libzmq 4\.\d+\.\d+, a system one, found by [^:]+: /\S+libzmq", output
    )


@needs_system_libzmq
@pytest.mark.parametrize("way", ["environment", "define"])
def test_private_prefix(configure: Configure, prefix: Path, way: str) -> None:
    """A libzmq in ZMQ_PREFIX is used and named, whatever the system has."""
    if way == "environment":
        output = configure(ZMQ_PREFIX=str(prefix))
    else:
        output = configure(f"-DZMQ_PREFIX={prefix}")
    assert f"the one in ZMQ_PREFIX={prefix}: {prefix}/lib/libzmq" in output


@needs_system_libzmq
def test_prefix_path(configure: Configure, prefix: Path) -> None:
    """CMAKE_PREFIX_PATH goes before the system."""
    assert f"found by pkg-config: {prefix}/lib/libzmq" in configure(f"-DCMAKE_PREFIX_PATH={prefix}")


@needs_system_libzmq
def test_prefix_is_obeyed_anew(configure: Configure, prefix: Path) -> None:
    """Another choice in the same build folder is not answered with what was found before."""
    assert "a system one" in configure("-DZMQ_PREFIX=")
    assert "ZMQ_PREFIX=" in configure(f"-DZMQ_PREFIX={prefix}")
    assert "a system one" in configure("-DZMQ_PREFIX=")


def test_prefix_without_libzmq(configure: Configure, tmp_path: Path) -> None:
    """A ZMQ_PREFIX that holds no libzmq stops the build; no other libzmq is taken."""
    output = configure(f"-DZMQ_PREFIX={tmp_path}")
    assert output.startswith("failed")
    assert f"There is no libzmq in ZMQ_PREFIX={tmp_path}" in output


def test_no_libzmq(configure: Configure, tmp_path: Path) -> None:
    """Without any libzmq the message says what to install, what to name and how to build one."""
    output = configure(
        "-DZMQPP_LIBZMQ=system", "-DCMAKE_DISABLE_FIND_PACKAGE_ZeroMQ=ON", **hide_system(tmp_path)
    )
    assert output.startswith("failed")
    assert "No libzmq was found" in output
    assert "apt install libzmq3-dev" in output
    assert "ZMQ_PREFIX=/opt/zmq" in output
    assert "-C cmake.define.ZMQPP_LIBZMQ=bundled" in output


def test_unknown_choice(configure: Configure) -> None:
    """A value of ZMQPP_LIBZMQ that does not exist is refused with those that do."""
    assert "it can be auto, system or bundled" in configure("-DZMQPP_LIBZMQ=newest")


@needs_system_libzmq
def test_too_old(configure: Configure, prefix: Path) -> None:
    """A libzmq older than 4.2 is refused."""
    set_header_version(prefix, "4.1.0")
    output = configure(f"-DZMQ_PREFIX={prefix}")
    assert output.startswith("failed")
    assert "is too old: zmqpp needs 4.2 or newer" in output
    assert "apt install libzmq3-dev" in output


@needs_system_libzmq
@pytest.mark.parametrize(
    ("version", "holes"),
    [
        (
            "4.2.0",
            ["2019-6250", "2019-13132", "2020-15166", "2021-20234", "2021-20235", "2020-36400"],
        ),
        ("4.3.2", ["2020-15166", "2021-20234", "2021-20235", "2020-36400"]),
        ("4.3.3", ["2020-36400"]),
        ("4.3.4", []),
    ],
)
def test_known_holes(configure: Configure, prefix: Path, version: str, holes: list[str]) -> None:
    """A libzmq with known security holes is warned of, by the names of those it has."""
    set_header_version(prefix, version)
    assert re.findall(r"CVE-(\d+-\d+)", configure(f"-DZMQ_PREFIX={prefix}")) == holes


@needs_system_libzmq
def test_header_and_library_disagree(configure: Configure, prefix: Path) -> None:
    """A header and a library of two versions are refused, with both versions and both files."""
    set_header_version(prefix, "4.3.99")
    output = configure(f"-DZMQ_PREFIX={prefix}")
    assert output.startswith("failed")
    assert re.search(r"disagree: the header is 4\.3\.99 and the library 4\.", output)
    assert f"{prefix}/include/zmq.h" in output
    assert f"{prefix}/lib/libzmq" in output


@needs_system_libzmq
@pytest.mark.skipif(zmqpp.has("draft"), reason="needs a libzmq without drafts")
def test_drafts_disagree(configure: Configure, prefix: Path) -> None:
    """Drafts in the header but not in the library are a disagreement too."""
    pc_file = prefix / "lib" / "pkgconfig" / "libzmq.pc"
    pc_file.write_text(pc_file.read_text().replace("Cflags:", "Cflags: -DZMQ_BUILD_DRAFT_API=1"))
    output = configure(f"-DCMAKE_PREFIX_PATH={prefix}")
    assert output.startswith("failed")
    assert "the header has drafts and the library has none" in output


@pytest.fixture
def libzmq_source(tmp_path: Path) -> Path:
    """A folder that is to CMake what the source of libzmq is."""
    folder = tmp_path / "source"
    (folder / "include").mkdir(parents=True)
    version = zip(("MAJOR", "MINOR", "PATCH"), (4, 3, 5))
    lines = [f"#define ZMQ_VERSION_{part} {number}\n" for part, number in version]
    (folder / "include" / "zmq.h").write_text("".join(lines))
    (folder / "zmq.cpp").write_text("int zmq;\n")
    (folder / "LICENSE").write_text("")
    (folder / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 2.8.12)\nadd_library(libzmq SHARED zmq.cpp)\n"
    )
    return folder


def test_auto_without_a_system_one(
    configure: Configure, tmp_path: Path, libzmq_source: Path
) -> None:
    """`auto` builds the bundled libzmq where there is no other, and says that this is why."""
    output = configure(
        "-DZMQPP_CURVE=OFF",
        "-DCMAKE_DISABLE_FIND_PACKAGE_ZeroMQ=ON",
        f"-DFETCHCONTENT_SOURCE_DIR_LIBZMQ={libzmq_source}",
        **hide_system(tmp_path),
    )
    assert f"libzmq 4.3.5, bundled because no other was found, from: {libzmq_source}" in output


def test_bundled(configure: Configure, libzmq_source: Path) -> None:
    """`bundled` is obeyed where the system has a libzmq."""
    output = configure(
        "-DZMQPP_LIBZMQ=bundled",
        "-DZMQPP_CURVE=OFF",
        f"-DFETCHCONTENT_SOURCE_DIR_LIBZMQ={libzmq_source}",
    )
    assert f"libzmq 4.3.5, bundled as asked for, from: {libzmq_source}" in output


def test_bundled_without_libsodium(configure: Configure) -> None:
    """A bundled libzmq is not built without CURVE in silence: it takes libsodium, or a word."""
    output = configure(
        "-DZMQPP_LIBZMQ=bundled", "-DCMAKE_IGNORE_PATH=/usr/include;/usr/local/include"
    )
    if "zmqpp uses" in output:
        pytest.skip("libsodium is where this test cannot hide it")
    assert output.startswith("failed")
    assert "libsodium-dev" in output
    assert "ZMQPP_CURVE=OFF" in output


# --- what comes out -----------------------------------------------------------------------------


def installed_files() -> list[str]:
    names = [str(file) for file in importlib.metadata.files("zmqpp") or ()]
    if any("editable" in name for name in names):
        pytest.skip("an editable install leaves the Python files where they are")
    return names


def check_contents(names: list[str]) -> None:
    for name in (
        "zmqpp/__init__.py",
        "zmqpp/_core.pyi",
        "zmqpp/py.typed",
        "zmqpp/include/zmqpp/capi.h",
        "zmqpp/include/zmqpp/core.hpp",
        "zmqpp/include/zmqpp/python.hpp",
        "zmqpp/include/zmqpp/core/socket.hpp",
        "zmqpp/share/cmake/zmqpp/zmqppConfig.cmake",
        "zmqpp/share/cmake/zmqpp/zmqppConfigVersion.cmake",
        "zmqpp/share/cmake/zmqpp/libzmq.cmake",
        "zmqpp/share/pkgconfig/zmqpp.pc",
    ):
        assert name in names
    assert any(re.fullmatch(r"zmqpp-[^/]+\.dist-info/licenses/LICENSE", name) for name in names)
    assert (
        sum(name.startswith("zmqpp/_core.") and name.endswith((".so", ".pyd")) for name in names)
        == 1
    )
    assert all(name.startswith(("zmqpp/", "zmqpp-")) for name in names)
    if any("libzmq-zmqpp" in name for name in names):
        assert "zmqpp/include/zmq.h" in names
        assert {"zmqpp/share/licenses/libzmq/" + name for name in ("LICENSE", "COPYING")} & {*names}


def test_installed_files() -> None:
    """The package brings its headers, CMake files, type information and licences, and no more."""
    check_contents(installed_files())


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("nm") is None,
    reason="needs nm of binutils",
)
def test_only_the_entry_point_is_exported() -> None:
    """No symbol of ours but PyInit__core can meet those of another library in the process."""
    output = run("nm", "--dynamic", "--defined-only", zmqpp._core.__file__)
    assert re.findall(r"\S+ [A-Za-z] (\S+)", output) == ["PyInit__core"]


def test_versions_agree() -> None:
    """pyproject.toml, CMakeLists.txt and the installed package tell one version."""
    pyproject = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    cmake = re.search(r"SKBUILD_PROJECT_VERSION (\d\S+)\)", (ROOT / "CMakeLists.txt").read_text())
    assert pyproject is not None
    assert cmake is not None
    assert pyproject[1] == cmake[1] == zmqpp.__version__ == importlib.metadata.version("zmqpp")


@pytest.mark.slow
@pytest.mark.timeout(600)
@needs_system_libzmq
def test_files_stand_alone() -> None:
    """Each file of the extension includes what it needs, though all are compiled as one."""
    pybind11 = pytest.importorskip("pybind11")
    folders = [ROOT / "cpp/include", pybind11.get_include(), sysconfig.get_path("include")]
    flags = ["-std=c++17", "-fsyntax-only", '-DZMQPP_VERSION="0"', *(f"-I{f}" for f in folders)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda file: succeed("c++", *flags, file), ROOT.glob("cpp/bind/*.cpp")))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_sdist_builds_a_wheel(tmp_path: Path) -> None:
    """The source distribution holds all that a wheel is built from, and nothing of our workshop."""
    pytest.importorskip("scikit_build_core")
    pytest.importorskip("pybind11")
    script = "import sys; from scikit_build_core.build import build_sdist; build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        entries = {
            name.split("/", 1)[1].split("/")[0] for name in archive.getnames() if "/" in name
        }
    assert {"cpp", "python", "tests", "CMakeLists.txt", "pyproject.toml", "LICENSE"} <= entries
    assert not {".ci", ".git", ".github", "build"} & entries

    pip = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(sdist)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive_of_wheel:
        check_contents(archive_of_wheel.namelist())
        archive_of_wheel.extractall(tmp_path / "site")
    script = "import zmqpp; print(zmqpp.__file__, zmqpp.zmq_version())"
    output = run(sys.executable, "-c", script, PYTHONPATH=str(tmp_path / "site"))
    assert str(tmp_path / "site") in output
    assert zmqpp.zmq_version() in output
