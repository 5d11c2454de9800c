"""Compiles and runs C++ programs on the core's headers and the libzmq that the package uses."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

import zmqpp

ROOT = Path(__file__).parents[1]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]


def _flags() -> list[str]:
    """Where zmq.h and libzmq are. A bundled zmq.h lies with the package's other headers."""
    include = Path(zmqpp.get_include())
    headers = include if (include / "zmqpp").exists() else ROOT / "cpp" / "include"
    library = zmqpp.build_info()["libzmq_path"]
    flags = ["-I", str(headers), library, f"-Wl,-rpath,{Path(library).parent}", "-pthread"]
    if shutil.which("pkg-config"):
        known = ["pkg-config", "--cflags", "libzmq"]
        flags += subprocess.run(known, capture_output=True, text=True, check=False).stdout.split()
    return flags


def compile_module(source: Path, folder: Path) -> Path:
    """Compiles an extension module of one file with pybind11, like a program."""
    pybind11 = pytest.importorskip("pybind11")
    includes = [pybind11.get_include(), sysconfig.get_path("include")]
    options = [option for include in includes for option in ("-isystem", include)]
    built = compile_cpp(source, folder, "-shared", "-fPIC", "-fvisibility=hidden", *options)
    return built.rename(folder / (source.stem + sysconfig.get_config_var("EXT_SUFFIX")))


def compile_cpp(source: Path, folder: Path, *options: str) -> Path:
    """Compiles a program of one file, with warnings as errors; skips where that cannot be done."""
    compiler = shutil.which("c++")
    if compiler is None:
        pytest.skip("needs a C++ compiler called c++")
    probe = folder / "probe.cpp"
    probe.write_text("#include <zmq.h>\nint main() { return zmq_errno(); }\n")
    program = folder / source.stem
    for file, extra in ((probe, []), (source, [*WARNINGS, *options])):
        command = [compiler, "-std=c++17", *extra, str(file), "-o", str(program), *_flags()]
        compiled = subprocess.run(command, capture_output=True, text=True, check=False)
        if compiled.returncode != 0 and file == probe:
            pytest.skip(f"needs zmq.h and libzmq for programs: {compiled.stderr.splitlines()[0]}")
        assert compiled.returncode == 0, compiled.stderr
    return program
