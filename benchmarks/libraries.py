"""Where each library is, and how a process that measures it is started.

zmqpp is the one of the Python that runs this. Each peer gets an environment of its own below
build/benchmarks, made when it is first needed; plain libzmq is a program compiled from baseline/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
WORKER = HERE / "worker"
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
INSTALL_S = 600

MODULES = {"zmqpp": "zmqpp", "pyzmq": "zmq", "pyzmq-wheel": "zmq", "pyomq": "pyomq"}
#: What pip is told. The first compiles pyzmq against the system's libzmq, which pkg-config finds.
REQUIREMENTS = {
    "pyzmq": ["--no-cache-dir", "--no-binary", "pyzmq", "pyzmq"],
    "pyzmq-wheel": ["--only-binary", "pyzmq", "pyzmq"],
    "pyomq": ["--only-binary", "pyomq", "pyomq"],
}
ENVIRONMENT = {"pyzmq": {"PYZMQ_NO_BUNDLE": "1", "ZMQ_PREFIX": ""}}
VERSION = """
import importlib.metadata as metadata
import {module} as m
libzmq = getattr(m, "zmq_version", lambda: "")()
name = "{module}".replace("zmq", "pyzmq", "{module}" == "zmq")
version = getattr(m, "__version__", None) or metadata.version(name)
print(version, "" if "{module}" == "pyomq" else "on libzmq " + libzmq)
"""


class Library(NamedTuple):
    name: str
    command: list[str]
    version: str


class LeftOutError(Exception):
    """A library that cannot be had here; the text says why."""


def run(command: list[str | Path], **more: object) -> str:
    """The output of a command; LeftOutError with the last line of what it complained about."""
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            timeout=INSTALL_S,
            **more,  # type: ignore[call-overload]
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LeftOutError(str(error)) from None
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"{command[0]} failed"]
        raise LeftOutError(lines[-1])
    return str(done.stdout)


def version(python: str | Path, module: str) -> str:
    return run([python, "-c", VERSION.format(module=module)]).strip()


def environment(name: str, folder: Path) -> Path:
    """The Python of a peer's environment, which is made if it is not there yet."""
    place = folder / f"{name}-{PYTHON}"
    python = place / "bin" / "python"
    if not (place / "installed").exists():
        print(f"preparing {name} in {place}", file=sys.stderr, flush=True)
        shutil.rmtree(place, ignore_errors=True)
        run([sys.executable, "-m", "venv", place])
        command: list[str | Path] = [python, "-m", "pip", "install", "-q", *REQUIREMENTS[name]]
        run(command, env={**os.environ, **ENVIRONMENT.get(name, {})})
        (place / "installed").touch()
    return python


def build_baseline(folder: Path) -> Path:
    """The program of baseline/, compiled again when a source is newer."""
    program = folder / "baseline"
    sources = sorted((HERE / "baseline").glob("*.cpp"))
    newest = max(path.stat().st_mtime for path in (HERE / "baseline").iterdir())
    if not program.exists() or program.stat().st_mtime < newest:
        print(f"compiling {program}", file=sys.stderr, flush=True)
        compiler = shutil.which("c++") or shutil.which("g++")
        if compiler is None:
            raise LeftOutError("there is no C++ compiler")
        flags = run(["pkg-config", "--cflags", "--libs", "libzmq"]).split()
        command: list[str | Path] = [
            compiler,
            "-std=c++17",
            "-O2",
            *sources,
            "-o",
            program,
            *flags,
            "-pthread",
        ]
        run(command)
    return program


def build_extension(folder: Path) -> Path:
    """The folder with the C++ side of hybrids, compiled again when a source or zmqpp is newer."""
    place = folder / f"extension-{PYTHON}"
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    cmake = shutil.which("cmake", path=tools)
    if cmake is None:
        raise LeftOutError("there is no cmake")
    if not place.exists():
        print(f"compiling {place}", file=sys.stderr, flush=True)
    # -U, because the zmqpp that was found last may be that of another environment.
    configure: list[str | Path] = [cmake, "-S", HERE / "extension", "-B", place, "-U", "*_DIR"]
    configure += [
        "-DCMAKE_BUILD_TYPE=Release",
        f"-DCMAKE_PREFIX_PATH={sysconfig.get_path('platlib')}",
        f"-DPython_EXECUTABLE={sys.executable}",
    ]
    run(configure)
    run([cmake, "--build", place])
    return place


def find(name: str, folder: Path) -> Library:
    """A library, prepared in `folder` if needed; raises LeftOutError if it cannot be had."""
    if name == "libzmq":
        program = build_baseline(folder)
        known = run(["pkg-config", "--modversion", "libzmq"]).strip()
        return Library(name, [str(program)], f"{known} in C++, without a binding")
    if name == "asyncio":
        return Library(name, [sys.executable, str(WORKER), name], f"streams of Python {PYTHON}")
    python = Path(sys.executable) if name == "zmqpp" else environment(name, folder)
    module = MODULES[name]
    found = version(python, module)
    if name == "pyzmq":
        found += ", built from source"
    return Library(name, [str(python), str(WORKER), module], found)
