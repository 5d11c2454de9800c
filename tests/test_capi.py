"""<zmqpp/capi.h>: a module in plain C, which links nothing of zmqpp, uses Python's sockets by the table."""

from __future__ import annotations

import ctypes
import threading
from typing import Any

import pytest

import zmqpp
from hybrid_modules import hybrid_module
from subprocess_runner import run_python

table: Any = hybrid_module("hybrid_table")


@pytest.fixture
def pair() -> Any:
    with zmqpp.Context() as context:
        with context.socket(zmqpp.PAIR) as a, context.socket(zmqpp.PAIR) as b:
            a.bind("inproc://pair")
            b.connect("inproc://pair")
            yield a, b


def test_about() -> None:
    """The table says which zmqpp it is of, and which libzmq that has loaded."""
    about = table.about()
    assert about["version"] == 1
    assert about["zmqpp_version"] == zmqpp.__version__
    assert about["libzmq_path"] == zmqpp.build_info()["libzmq_path"]
    major, minor, patch = zmqpp.zmq_version_info()
    assert about["libzmq_version"] == major * 10_000 + minor * 100 + patch


def test_identity(pair: Any) -> None:
    """By way of C handles, a socket or context is still the same object."""
    a, _ = pair
    assert table.same(a) is a
    assert table.same(a.context) is a.context
    with pytest.raises(TypeError, match=r"expected a zmqpp\.Context, not int"):
        table.same(1)


def test_echo(pair: Any) -> None:
    """C receives and sends messages of one and several parts, waiting without the GIL."""
    a, b = pair
    replies = []
    thread = threading.Thread(target=lambda: replies.append(table.echo(b, 10_000)))
    thread.start()
    a.send_multipart([b"a", b"", b"x" * 100_000])
    assert a.recv_multipart(timeout=5000) == [b"a", b"", b"x" * 100_000]
    thread.join(10)
    assert replies == [3]
    assert table.echo(b, 0) == 0
    assert table.echo(b, 10) == 0


def test_batches_over_tcp() -> None:
    """Contexts, sockets, endpoints and batches of C's own."""
    assert table.pipe(12_345) == 12_345


def test_memory_is_shared(pair: Any) -> None:
    """Bytes go to C and come from there where they are."""
    a, b = pair
    data = bytearray(100_000)
    memory = ctypes.addressof(ctypes.c_char.from_buffer(data))
    assert table.address(data) == memory
    message, made = table.make(100_000)
    assert message.bytes == b"m" * 100_000
    assert table.address(message) == made
    a.send(message, copy=False)
    assert table.address(b.recv(copy=False, timeout=5000)) == made
    with pytest.raises(TypeError, match="takes bytes, not str"):
        table.address("text")


def test_options(pair: Any) -> None:
    """Options by number, with the core's errors."""
    a, _ = pair
    a.linger = 123
    assert table.option(a, zmqpp.LINGER) == 123
    with a.context.socket(zmqpp.DEALER, routing_id=b"0123456789") as dealer:
        with pytest.raises(zmqpp.ZMQError, match="it has 10 bytes, and there is room for 4"):
            table.option(dealer, zmqpp.ROUTING_ID)
    with pytest.raises(zmqpp.ZMQError, match="no socket option has the number 9999"):
        table.option(a, 9999)


def test_failures_are_zmqpps(pair: Any) -> None:
    """What fails in C is raised as zmqpp's class, and what Python raises has a kind in C."""
    a, _ = pair
    a.close()
    with pytest.raises(zmqpp.SocketClosed, match="PAIR socket is closed"):
        table.echo(a, 0)

    def fails(error: BaseException) -> Any:
        def function() -> None:
            raise error

        return function

    assert table.failure(fails(zmqpp.Timeout(11, "late"))) == (2, 11, "late")
    assert table.failure(fails(zmqpp.ZMQError(22, "words"))) == (1, 22, "words")
    assert table.failure(fails(ValueError())) == (0, 0, "")


# A table as another zmqpp might have it, in the place of the real one.
FAKE = """
    import ctypes
    import zmqpp._core as core
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    class Table(ctypes.Structure):
        _fields_ = [("version", ctypes.c_int), ("is_loaded", ctypes.c_int), ("size", ctypes.c_size_t),
                    ("zmqpp_version", ctypes.c_char_p), ("core_layout", ctypes.c_char_p),
                    ("libzmq_path", ctypes.c_char_p)]
    NAME = b"zmqpp._core._C_API"
    real = Table.from_address(pointer(core._C_API, NAME))
    memory = ctypes.create_string_buffer(real.size)
    ctypes.memmove(memory, ctypes.addressof(real), real.size)
    fake = Table.from_buffer(memory)
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    fake.zmqpp_version = b"7.7.7"
    {change}
    core._C_API = new(ctypes.addressof(fake), NAME, None)
    try:
        import {module}
    except ImportError as error:
        print(error)
"""


def import_with(change: str, module: str = "hybrid_table") -> str:
    return run_python(FAKE.format(change=change, module=module))


def test_another_version_is_refused() -> None:
    """A module built for another version of the table does not load, and says which two do not fit."""
    text = import_with("fake.version = 99")
    assert "built for version 1 " in text
    assert "zmqpp 7.7.7 has version 99" in text
    assert "install the zmqpp it was built for" in text
    assert f"({table.about()['size']} bytes)" in import_with("fake.size = 8")
    assert import_with("pass") == ""
    assert import_with("fake.size = fake.size + 8") == ""  # more functions at the end are no harm


def test_two_names_of_one_libzmq_are_no_harm() -> None:
    """A C++ module must use the libzmq that zmqpp has loaded, by whatever path each knows it."""
    # That another one is refused is seen in test_hybrid_examples.py.
    assert import_with("fake.libzmq_path = b'/other/libzmq.so'", "hybrid_casters") == ""


def test_another_layout_is_refused() -> None:
    """A C++ module built from other headers does not load, and says so."""
    text = import_with("fake.core_layout = b'0-other'", "hybrid_casters")
    assert "has the layout 0-other" in text
    assert "with the layout 1-" in text
    assert "zmqpp 7.7.7" in text
    assert "zmqpp.get_include()" in text
    assert import_with("fake.core_layout = b'0-other'") == ""  # C shares no objects of C++
