"""Neighbours in one process: pyzmq, which has a libzmq of its own, and PyNaCl, with its own libsodium.

Each works with what it brought, whoever was imported first; and contexts of one libzmq are kept from
the other.
"""

from __future__ import annotations

import importlib.util
import itertools
import sysconfig

import pytest

from subprocess_runner import run_python

NEIGHBOURS = ("zmqpp", "zmq", "nacl.public")

# The extra `test` brings them, so it is an error if they are missing, but where they have no wheels.
MAY_BE_MISSING = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
pytestmark = pytest.mark.skipif(
    MAY_BE_MISSING and not all(map(importlib.util.find_spec, ("zmq", "nacl"))),
    reason="needs pyzmq and PyNaCl",
)

WORK = """
import importlib, itertools, sys

for name in sys.argv[1:]:
    importlib.import_module(name)
import nacl.public, zmq, zmqpp


def ask(server, client, encrypted):
    keys = server.curve_keypair() if encrypted else None
    with server.Context() as here, client.Context() as there:
        with here.socket(server.REP) as rep, there.socket(client.REQ) as req:
            for socket in (rep, req):
                socket.linger = 0
                socket.rcvtimeo = 5000
            if encrypted:
                rep.curve_server = True
                rep.curve_secretkey = keys[1]
                req.curve_serverkey = keys[0]
                req.curve_publickey, req.curve_secretkey = client.curve_keypair()
            rep.bind("tcp://127.0.0.1:*")
            req.connect(rep.last_endpoint.decode())
            req.send(b"question")
            assert rep.recv() == b"question"
            rep.send(b"answer")
            assert req.recv() == b"answer"


def seal():
    alice, bob = nacl.public.PrivateKey.generate(), nacl.public.PrivateKey.generate()
    sealed = nacl.public.Box(alice, bob.public_key).encrypt(b"secret")
    assert nacl.public.Box(bob, alice.public_key).decrypt(sealed) == b"secret"


curve = zmqpp.has("curve") and zmq.has("curve")
seal()
for server, client in itertools.product((zmqpp, zmq), repeat=2):
    ask(server, client, encrypted=False)
    if curve:
        ask(server, client, encrypted=True)
seal()
"""


@pytest.mark.parametrize("order", [*itertools.permutations(NEIGHBOURS)], ids=" ".join)
def test_neighbours_work_in_one_process(order: tuple[str, ...]) -> None:
    """zmqpp, pyzmq and PyNaCl work, and the first two with each other, whatever is imported first."""
    run_python(WORK, *order, prelude="")


def test_a_context_of_pyzmq_is_refused() -> None:
    """What pyzmq's own libzmq made is refused; the error names both copies and says how to have one."""
    run_python(
        """
        import os, re
        import zmq

        ours = zmqpp.build_info()["libzmq_path"]
        with zmq.Context() as theirs, zmqpp.Context() as context, theirs.socket(zmq.PAIR) as pair:
            for borrow, kind in [
                (lambda: zmqpp.Context.shadow(theirs), "context"),
                (lambda: zmqpp.Context.shadow(theirs.underlying), "context"),
                (lambda: zmqpp.Socket.shadow(pair, context), "socket"),
                (lambda: zmqpp.Socket.shadow(pair.underlying, context), "socket"),
            ]:
                try:
                    borrow()
                except zmqpp.StateError as error:
                    text = str(error)
                else:
                    raise AssertionError("borrowed")
                assert f"no open {kind} of libzmq {zmqpp.zmq_version()} ({ours})" in text, text
                other = re.search(r"another copy of libzmq \\(([^)]+)\\)", text).group(1)
                assert os.path.exists(other) and not os.path.samefile(ours, other)
                for advice in ("build_info()", "libzmq_path", "find_package(zmqpp)", "zmqpp::core"):
                    assert advice in text, text
            pair.bind("inproc://refused")  # and is none the worse for it
        """
    )


# The other way round, zmq.Context.shadow(zmqpp_context.underlying) is beyond our reach: pyzmq takes the
# address for a context of its own libzmq. It is one where both were built against the same file.
