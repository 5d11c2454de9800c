"""Runs commands, and builds C++ of others on the package: a program and an extension module."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ELSEWHERE = ("ZMQ_PREFIX", "CMAKE_PREFIX_PATH", "PYTHONPATH")  # of the machine, not of the test

needs_system_libzmq = pytest.mark.skipif(
    sys.platform == "win32"
    or shutil.which("pkg-config") is None
    or subprocess.run(["pkg-config", "--exists", "libzmq"], check=False).returncode != 0,
    reason="needs a libzmq that pkg-config knows",
)


def execute(
    *command: object, folder: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Runs a command in the machine's environment less what the test chooses itself."""
    variables = {k: v for k, v in os.environ.items() if k not in ELSEWHERE}
    return subprocess.run(
        [str(word) for word in command],
        env={**variables, **environment},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=500,
        check=False,
    )


def run(*command: object, folder: Path | None = None, **environment: str) -> str:
    """Runs a command; its output, with line breaks and runs of blanks made single blanks."""
    process = execute(*command, folder=folder, **environment)
    output = " ".join(process.stdout.split())
    return output if process.returncode == 0 else f"failed: {output}"


def succeed(*command: str | Path, folder: Path | None = None, **environment: str) -> str:
    """Runs a command that must succeed; its output, as `run` gives it."""
    output = run(*command, folder=folder, **environment)
    assert not output.startswith("failed: "), output
    return output


def build(folder: Path, lists: str, *arguments: str | Path) -> str:
    """Builds a project in folder/build. What CMake says when it configures, where it warns of nothing."""
    (folder / "CMakeLists.txt").write_text(textwrap.dedent(lists))
    # Nothing is optimised: the tests are about what is found and linked.
    options = ["-DCMAKE_CXX_FLAGS=-O0", *arguments]
    said = succeed("cmake", "-S", folder, "-B", folder / "build", *options)
    assert "Warning" not in said, said
    succeed("cmake", "--build", folder / "build")
    return said


PROGRAM = """
    #include <iostream>
    #include <zmqpp/core.hpp>

    int main()
    {
        zmqpp::Context context;
        zmqpp::Socket pull(context, zmqpp::SocketType::pull);
        zmqpp::Socket push(context, zmqpp::SocketType::push);
        push.connect(pull.bind("inproc://program"));
        push.send(zmqpp::Message(std::string(7, 'x')));
        std::cout << pull.recv(std::chrono::seconds(5))->size() << " bytes by libzmq ";
        std::cout << zmqpp::library_version().to_string() << std::endl;
    }
"""

CONSUMER = """
    cmake_minimum_required(VERSION 3.18...4.0)
    project(program LANGUAGES CXX)
    find_package(zmqpp %s CONFIG REQUIRED)
    add_executable(program program.cpp)
    target_link_libraries(program PRIVATE zmqpp::core)
"""
MODULE_CONSUMER = """
    cmake_minimum_required(VERSION 3.18...4.0)
    project(neighbour LANGUAGES CXX)
    set(PYBIND11_FINDPYTHON ON)
    find_package(zmqpp CONFIG REQUIRED)
    find_package(pybind11 CONFIG REQUIRED)
    pybind11_add_module(neighbour module.cpp)
    target_link_libraries(neighbour PRIVATE zmqpp::python)
"""

# With a context that Python owns, over inproc: what one side sends the other receives.
MODULE = """
    #include <pybind11/pybind11.h>

    #include <zmqpp/core.hpp>

    std::string exchange(std::uintptr_t context, const std::string& endpoint)
    {
        zmqpp::Socket pair(zmqpp::Context::borrow(reinterpret_cast<void*>(context)),
                           zmqpp::SocketType::pair);
        pair.bind(endpoint);
        pair.send(zmqpp::Message(std::string("from C++")));
        return std::string(pair.recv(std::chrono::seconds(5))->view());
    }

    PYBIND11_MODULE(neighbour, m) { m.def("exchange", &exchange); }
"""

# What a Python program does with the module. `first` is imported before the other of the two.
USE = """
    import sys
    import {first}
    import zmqpp
    from {module} import exchange

    with zmqpp.Context() as context, context.socket(zmqpp.PAIR, rcvtimeo=5000, sndtimeo=5000) as pair:
        pair.connect("inproc://both")
        pair.send(b"from Python")
        print(exchange(context.underlying, "inproc://both"), pair.recv().decode(), sep=", ")
    libraries = {{line.split()[-1] for line in open("/proc/self/maps") if "zmq" in line and ".so" in line}}
    print(*[path for path in libraries if "libzmq" in path])
"""


def write(folder: Path, **files: str) -> None:
    """Writes C++ files named `program` or `module`, each from the text of that name."""
    for stem, text in files.items():
        (folder / f"{stem}.cpp").write_text(textwrap.dedent(text))
