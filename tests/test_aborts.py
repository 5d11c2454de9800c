"""Danger: aborts. What libzmq asserts, or aborts for in a thread of its own, is refused before it gets there.

Each case runs in a process of its own, and ends with the sockets and contexts in use, so that what was not
refused has its time to go wrong.
"""

from __future__ import annotations

import sys

import pytest

import zmqpp
from subprocess_runner import PRELUDE, run_python

needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="descriptors as on Unix")

WORDS = (
    PRELUDE
    + '''
import socket as plain
import zmqpp as zmq


def refused(call, *words, error=zmq.ZMQError):
    """The call fails, and says what about."""
    try:
        call()
    except error as caught:
        text = str(caught)
        assert all(word in text for word in words), text
    else:
        raise AssertionError("not refused")


def dial(endpoint):
    """Somebody connects and says ZMTP's first words."""
    if endpoint.startswith("ipc://"):
        peer = plain.socket(plain.AF_UNIX)
        peer.connect(endpoint[6:])
    else:
        peer = plain.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])))
    with peer:
        peer.settimeout(5)
        peer.sendall(b"\\xff" + bytes(8) + b"\\x7f\\x03\\x00PLAIN" + bytes(47))
        try:
            while peer.recv(1000):
                pass
        except OSError:
            pass


context = zmq.Context()
'''
)


def run(code: str, *arguments: object) -> None:
    run_python(code, *arguments, prelude=WORDS)


@pytest.mark.parametrize("type_name", ["ROUTER", "STREAM"])
def test_a_name_is_given_once(type_name):
    """connect_routing_id names one peer: the same name for a second one raises StateError."""
    run(
        f"""
        with context, context.socket(zmq.{type_name}) as router:
            router.connect_routing_id = "name"
            router.connect("tcp://127.0.0.1:1")
            router.connect_routing_id = "name"
            refused(lambda: router.connect("tcp://127.0.0.1:2"), "connect_routing_id", "'name'",
                    error=zmq.StateError)
            router.disconnect("tcp://127.0.0.1:1")
            refused(lambda: router.connect("tcp://127.0.0.1:1"), "connect_routing_id")
            router.connect_routing_id = "another"
            router.connect("tcp://127.0.0.1:2")
            router.connect("tcp://127.0.0.1:3")
        """
    )


def test_the_name_of_a_peer_is_taken():
    """connect_routing_id may not be the routing_id of a peer that is there: StateError, not an abort."""
    run(
        """
        with context, context.socket(zmq.ROUTER) as router, context.socket(zmq.DEALER) as dealer:
            dealer.routing_id = b"name"
            dealer.connect(router.bind("tcp://127.0.0.1:*"))
            dealer.send(b"hello")
            assert router.recv_multipart(timeout=5000) == [b"name", b"hello"]
            router.connect_routing_id = "name"
            refused(lambda: router.connect("inproc://x"), "connect_routing_id", error=zmq.StateError)
            router.send_multipart([b"nobody", b""])  # which is not mandatory, still
            router.send_multipart([b"name", b"world"])
            assert dealer.recv(timeout=5000) == b"", "the empty message that tells"
            assert dealer.recv(timeout=5000) == b"world"
            router.send(b"name", zmq.SNDMORE)
            router.connect_routing_id = "new"
            refused(lambda: router.connect("inproc://x"), "middle of a message", error=zmq.StateError)
            router.send(b"again")
            router.connect("inproc://x")
            assert dealer.recv(timeout=5000) == b"again"
        """
    )


def test_names_that_cannot_be_given():
    """connect_routing_id cannot be a name like those that libzmq makes up, and a REP gives no names."""
    run(
        """
        with context, context.socket(zmq.ROUTER) as router, context.socket(zmq.REP) as rep:
            def name(socket, value):
                socket.connect_routing_id = value
            refused(lambda: name(router, bytes(4) + b"1"), "connect_routing_id", "zero")
            refused(lambda: name(rep, b"name"), "connect_routing_id", "REP")
        """
    )


@needs_posix
@pytest.mark.parametrize("transport", ["tcp", "ipc"])
@pytest.mark.parametrize(
    "kind", ["file", "pipe", "closed", "idle", "datagram", "other", "connected"]
)
def test_use_fd_listens(kind, transport, tmp_path):
    """bind() with a use_fd that does not listen, or is of another family, raises and names it."""
    run(
        """
        kind, transport, path = sys.argv[1:]
        unix = (transport == "ipc") != (kind == "other")
        family = plain.AF_UNIX if unix else plain.AF_INET
        keep = plain.socket(family, plain.SOCK_DGRAM if kind == "datagram" else plain.SOCK_STREAM)
        if kind == "other":
            keep.bind(path + "/s" if unix else ("127.0.0.1", 0))
            keep.listen()
        elif kind == "connected":
            keep, other = plain.socketpair()
        ends = os.pipe()
        fd = {"file": os.open(path, os.O_RDONLY), "pipe": ends[0], "closed": 999}.get(
            kind, keep.fileno())
        with context, context.socket(zmq.PULL, use_fd=fd) as pull:
            endpoint = "ipc://" + path + "/x" if transport == "ipc" else "tcp://127.0.0.1:*"
            refused(lambda: pull.bind(endpoint), "use_fd", str(fd))
            pull.use_fd = -1
            dial(pull.bind(endpoint))
        """,
        kind,
        transport,
        tmp_path,
    )


@needs_posix
def test_use_fd_is_handed_over_once():
    """A descriptor that libzmq has cannot be bound again; a duplicate can, and so can a new one."""
    run(
        """
        def listen():
            with plain.create_server(("127.0.0.1", 0)) as server:
                return server.detach()

        for _ in range(3):
            with zmq.Context() as context, context.socket(zmq.PULL) as pull:
                fd = listen()
                pull.use_fd = fd
                endpoint = pull.bind("tcp://127.0.0.1:*")
                refused(lambda: pull.bind("tcp://127.0.0.1:*"), "use_fd", "before")
                with context.socket(zmq.PULL, use_fd=fd) as second:
                    refused(lambda: second.bind("tcp://127.0.0.1:*"), "use_fd", "before")
                with context.socket(zmq.PUSH) as push:
                    push.connect(endpoint)
                    push.send(b"hello", timeout=5000)
                    assert pull.recv(timeout=5000) == b"hello"
                with context.socket(zmq.PULL, use_fd=os.dup(fd)) as second:
                    second.bind("tcp://127.0.0.1:*")
        """
    )


def test_plain_server_without_a_domain():
    """zap_enforce_domain with plain_server needs a zap_domain: bind() and connect() raise without."""
    run(
        """
        with context, context.socket(zmq.PULL, plain_server=True) as pull:
            try:
                pull.zap_enforce_domain = True
            except zmq.NotSupported:
                sys.exit()
            for attach in pull.bind, pull.connect:
                refused(lambda: attach("tcp://127.0.0.1:1"), "zap_enforce_domain", "zap_domain",
                        error=zmq.StateError)
            pull.zap_domain = "domain"
            dial(pull.bind("tcp://127.0.0.1:*"))
        """
    )


@needs_posix
@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("thread_sched_policy", 1000),
        ("thread_sched_policy", 1),  # SCHED_FIFO without a priority
        ("thread_affinity_cpu_add", 1020),
        ("thread_affinity_cpu_add", 1_000_000),
    ],
)
def test_threads_that_cannot_start(option, value):
    """What the system refuses the I/O threads is raised by the first socket(), naming the option."""
    run(
        """
        option, value = sys.argv[1], int(sys.argv[2])
        setattr(context, option, value)
        refused(lambda: context.socket(zmq.PULL), option)
        if option == "thread_sched_policy":
            context.thread_sched_policy = 0
        else:
            context.thread_affinity_cpu_remove = value
        context.socket(zmq.PULL).close()
        context.term()
        """,
        option,
        value,
    )


@needs_posix
def test_a_priority_that_is_not_allowed():
    """thread_priority is raised by the first socket() where the system refuses it, and else holds."""
    run(
        """
        context.thread_sched_policy = 1
        context.thread_priority = 1000
        refused(lambda: context.socket(zmq.PULL), "thread_priority", "1000")
        context.term()
        """
    )


@needs_posix
def test_threads_need_descriptors():
    """Without descriptors for its I/O threads a context opens no socket, and says what is short."""
    run(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        context.io_threads = 100
        refused(lambda: context.socket(zmq.PULL), "ulimit")
        context.io_threads = 1
        context.socket(zmq.PULL).close()
        context.term()
        refused(lambda: zmq.Context(io_threads=10**9), "io_threads", "1024")
        """
    )


def test_who_authenticates():
    """Only a REP or ROUTER can be bound where libzmq asks an authenticator (ZAP)."""
    run(
        """
        with context, context.socket(zmq.PULL) as pull, context.socket(zmq.REP) as rep:
            refused(lambda: pull.bind("inproc://zeromq.zap.01"), "ZAP", error=zmq.StateError)
            rep.bind("inproc://zeromq.zap.01")
        """
    )


def test_a_stream_is_for_foreigners():
    """A STREAM meets no peers by inproc, where a message of several parts would make it abort."""
    run(
        """
        with context, context.socket(zmq.STREAM) as stream, context.socket(zmq.PAIR) as pair:
            stream.bind("inproc://x")
            refused(lambda: pair.connect("inproc://x"), "STREAM", error=zmq.StateError)
            pair.bind("inproc://y")
            refused(lambda: stream.connect("inproc://y"), "STREAM", error=zmq.StateError)
            pair.connect("inproc://z")
            refused(lambda: stream.bind("inproc://z"), "STREAM", error=zmq.StateError)
        """
    )


def test_two_parts_and_no_others():
    """A STREAM sends the peer and the data: other numbers of parts would shift all that follow."""
    run(
        """
        with context, context.socket(zmq.STREAM) as stream:
            with plain.create_server(("127.0.0.1", 0)) as server:
                stream.connect_routing_id = "peer"
                stream.connect(f"tcp://127.0.0.1:{server.getsockname()[1]}")
                peer, _ = server.accept()
                with peer:
                    for parts in [b"peer"], [b"peer", b"a", b"b"]:
                        refused(lambda: stream.send_multipart(parts), "two parts")
                    refused(lambda: stream.send(b"peer"), "two parts")
                    stream.send_multipart([b"peer", b"1"])
                    stream.send(b"peer", zmq.SNDMORE)
                    stream.send(b"2", zmq.SNDMORE)  # as ZeroMQ's own examples have it
                    stream.send_multipart([b"peer", b"3"])
                    peer.settimeout(5)
                    got = b""
                    while len(got) < 3:
                        got += peer.recv(10)
                    assert got == b"123", got
        """
    )


@pytest.mark.skipif(zmqpp.has("draft"), reason="this libzmq has drafts")
def test_drafts_without_drafts():
    """Sockets of draft types meet no peers over tcp if libzmq does not know what they are called."""
    run(
        """
        try:
            client = context.socket(zmq.CLIENT)
        except zmq.ZMQError:
            sys.exit()
        refused(lambda: client.connect("tcp://127.0.0.1:1"), "CLIENT", error=zmq.NotSupported)
        client.close()
        dgram = context.socket(zmq.DGRAM)
        refused(lambda: dgram.send_multipart([b"a", b"b"], timeout=0), error=zmq.Again)
        refused(lambda: dgram.send(b"a"), "two parts")
        dgram.close()
        context.term()
        """
    )


@pytest.mark.parametrize(
    ("waiter", "binder"),
    [("PUSH", "PULL"), ("DEALER", "PAIR"), ("SUB", "XPUB"), ("ROUTER", "PAIR"), ("REP", "XPUB")],
)
def test_who_meets_a_ghost(waiter, binder):
    """Binding a name of inproc that a socket waited for which was closed either works or raises."""
    run(
        """
        waiter, binder = (getattr(zmq, name) for name in sys.argv[1:])
        conflate = sys.argv[1] in ("PUSH", "DEALER", "SUB")
        for number in range(40):
            name = f"inproc://{number}"
            with zmq.Context() as context:
                sockets = [context.socket(waiter) for _ in range(1 + number % 2)]
                for socket in sockets:
                    if conflate:
                        socket.conflate = True
                    socket.connect(name)
                sockets[0].close()
                time.sleep(number % 4 / 1000)
                with context.socket(binder) as bound:
                    if sys.argv[2] == "XPUB":
                        bound.xpub_welcome_msg = b"welcome"
                    try:
                        bound.bind(name)
                    except zmq.StateError as error:
                        assert number % 2, error
                for socket in sockets:
                    socket.close()
        """,
        waiter,
        binder,
    )


def test_connected_to_itself():
    """A socket that is bound and connected to one name of inproc unbinds first, and disconnects then."""
    run(
        """
        with context, context.socket(zmq.DEALER) as dealer:
            dealer.bind("inproc://x")
            dealer.connect("inproc://x")
            refused(lambda: dealer.disconnect("inproc://x"), "unbind", error=zmq.StateError)
            dealer.unbind("inproc://x")
            dealer.disconnect("inproc://x")
            with context.socket(zmq.REP) as rep, context.socket(zmq.PAIR) as pair:
                rep.connect("inproc://x")
                pair.connect("inproc://x")
                refused(lambda: pair.bind("inproc://x"), "PAIR", error=zmq.StateError)
        """
    )


def test_conflating_cannot_be_taken_back():
    """A connection that conflates does so after the option is off: several parts are refused still."""
    run(
        """
        with context, context.socket(zmq.XSUB) as xsub, context.socket(zmq.PUB, conflate=True) as pub:
            xsub.bind("inproc://x")
            pub.connect("inproc://x")
            xsub.send(b"\\1")
            import warnings
            warnings.simplefilter("ignore", zmq.OptionTooLateWarning)
            pub.conflate = False
            while not xsub.poll(1, zmq.POLLIN):
                refused(lambda: pub.send_multipart([b"a", b"b", b"c"]), "conflate")
                pub.send(b"one")
            assert xsub.recv_multipart() == [b"one"]
        """
    )


@pytest.mark.parametrize(
    ("bound", "connected"), [("PUB", "SUB"), ("XPUB", "XSUB"), ("DEALER", "ROUTER")]
)
@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_disconnecting_with_a_message_at_hand(bound, connected, transport):
    """What poll() saw can be received after disconnect(), whole, and nothing of another message with it."""
    run(
        """
        bound, connected = (getattr(zmq, name) for name in sys.argv[1:3])
        endpoint = {"inproc": "inproc://x", "tcp": "tcp://127.0.0.1:*"}[sys.argv[3]]
        with context, context.socket(bound) as sender, context.socket(connected) as receiver:
            endpoint = sender.bind(endpoint)
            for _ in range(20):
                receiver.connect(endpoint)
                if connected == zmq.SUB:
                    receiver.subscribe(b"")
                elif connected == zmq.XSUB:
                    receiver.send(b"\\1")
                deadline = time.monotonic() + 10
                while not receiver.poll(1) and time.monotonic() < deadline:
                    sender.send_multipart([b"a", b"b", b"c"])
                receiver.disconnect(endpoint)
                assert receiver.events & zmq.POLLIN
                assert receiver.poll(0) == zmq.POLLIN
                first = receiver.recv()
                assert receiver.rcvmore
                parts = [first, *receiver.recv_multipart()]
                assert parts[-3:] == [b"a", b"b", b"c"] and len(parts) == 3 + (connected == zmq.ROUTER)
                assert not receiver.rcvmore
                while receiver.poll(0):
                    assert receiver.recv_multipart()[-3:] == [b"a", b"b", b"c"]
        """,
        bound,
        connected,
        transport,
    )


def test_rep_takes_no_options_of_router():
    """A REP, which is a ROUTER to libzmq, refuses the options that would make it abort."""
    run(
        """
        with context, context.socket(zmq.REP) as rep:
            for name in "router_mandatory", "router_raw":
                refused(lambda: setattr(rep, name, True), name, "REP")
        """
    )
