"""Which zmqpp and which libzmq this is, and what libzmq can do."""

from . import _core
from ._core import __version__, build_info, has, zmq_version, zmq_version_info

#: Whether the draft sockets, options and calls of libzmq work here.
DRAFT_API: bool = has("draft")


def _installed(*names: str) -> str:
    from pathlib import Path  # late: it takes longer to import than the rest of zmqpp

    # Beside the extension module. These files stay in the source tree in an editable install.
    return str(Path(_core.__file__).parent.joinpath(*names))


def get_include() -> str:
    """The folder of zmqpp's C++ headers, for extension modules that share sockets with Python.

    `python -m zmqpp --include-dir` prints it.
    """
    return _installed("include")


def get_cmake_dir() -> str:
    """The folder of zmqpp's CMake package, for find_package(zmqpp CONFIG).

    `python -m zmqpp --cmake-dir` prints it. It is a value for zmqpp_DIR.
    """
    return _installed("share", "cmake", "zmqpp")


def get_pkgconfig_dir() -> str:
    """The folder of zmqpp.pc, which is to pkg-config what the CMake package is to CMake.

    `python -m zmqpp --pkgconfig-dir` prints it. It is a folder for PKG_CONFIG_PATH.
    """
    return _installed("share", "pkgconfig")


def get_libzmq() -> str:
    """The path of the libzmq that is loaded here, or "" where the system does not tell.

    `python -m zmqpp --libzmq` prints it. C code, ctypes and other languages that load this file share
    contexts with zmqpp.
    """
    path: str = build_info()["libzmq_path"]
    return path


__all__ = [
    "DRAFT_API",
    "__version__",
    "build_info",
    "get_cmake_dir",
    "get_include",
    "get_libzmq",
    "get_pkgconfig_dir",
    "has",
    "zmq_version",
    "zmq_version_info",
]
