"""Which zmqpp and which libzmq this is, and what libzmq can do."""

from ._core import __version__, build_info, has, zmq_version, zmq_version_info

#: Whether the draft sockets, options and calls of libzmq work here.
DRAFT_API: bool = has("draft")


def get_include() -> str:
    """The folder of zmqpp's C++ headers, for extension modules that share sockets with Python."""
    from pathlib import Path

    return str(Path(__file__).parent / "include")


def get_cmake_dir() -> str:
    """The folder of zmqpp's CMake package, for find_package(zmqpp CONFIG)."""
    from pathlib import Path

    return str(Path(__file__).parent / "share" / "cmake" / "zmqpp")


__all__ = [
    "DRAFT_API",
    "__version__",
    "build_info",
    "get_cmake_dir",
    "get_include",
    "has",
    "zmq_version",
    "zmq_version_info",
]
