"""Versions: of zmqpp, of libzmq, and what libzmq can do."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest

import zmqpp


def test_libzmq_version():
    """zmq_version() and zmq_version_info() are the version of the loaded libzmq, at least 4.2."""
    info = zmqpp.zmq_version_info()
    assert info >= (4, 2, 0)
    assert all(isinstance(number, int) for number in info)
    assert zmqpp.zmq_version() == ".".join(str(number) for number in info)


def test_own_version():
    """__version__ is the version that was installed."""
    assert re.match(r"\d+\.\d+\.\d+", zmqpp.__version__)
    try:
        installed = importlib.metadata.version("zmqpp")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("runs from the source tree")
    assert zmqpp.__version__ == installed


@pytest.mark.parametrize(
    "capability", ["ipc", "curve", "gssapi", "pgm", "norm", "tipc", "ws", "wss"]
)
def test_capabilities(capability):
    """has() answers for each capability, in any case, as build_info() does."""
    assert zmqpp.has(capability) in (True, False)
    assert zmqpp.has(capability.upper()) is zmqpp.has(capability)
    assert zmqpp.build_info()["capabilities"][capability] is zmqpp.has(capability)


def test_unknown_capability():
    """libzmq has no capability that nobody knows."""
    assert zmqpp.has("telepathy") is False


def test_has_tells_the_truth(open_socket, unique_endpoint):
    """What has() says about a transport is what bind() finds."""
    pull = open_socket(zmqpp.PULL)
    if zmqpp.has("ipc"):
        pull.bind(unique_endpoint("ipc"))
    else:
        with pytest.raises(zmqpp.ZMQError, match="unknown transport"):
            pull.bind(unique_endpoint("ipc"))


def test_build_info():
    """build_info() tells the libzmq compiled with from the one that is loaded, and where that is."""
    info = zmqpp.build_info()
    assert info["libzmq_loaded"] == zmqpp.zmq_version()
    compiled = tuple(int(number) for number in info["libzmq_compiled"].split("."))
    assert compiled <= zmqpp.zmq_version_info()
    assert info["drafts"] is zmqpp.DRAFT_API
    assert "zmq" in Path(info["libzmq_path"]).name or info["libzmq_path"] == ""


def test_drafts_are_as_promised(open_socket):
    """Where DRAFT_API is False the draft calls say that they are not there."""
    if zmqpp.DRAFT_API:
        assert zmqpp.has("draft")
    else:
        with pytest.raises(zmqpp.NotSupported, match=r"join\(\) is a draft"):
            open_socket(zmqpp.PAIR).join("group")
        with pytest.raises(zmqpp.NotSupported, match=r"leave\(\) is a draft"):
            open_socket(zmqpp.PAIR).leave("group")
