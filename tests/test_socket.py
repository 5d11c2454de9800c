"""Socket: its making and its end, what it is, other handles on it, topics, iteration, patterns."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import select
import sys
import threading
from datetime import timedelta
from unittest import mock

import pytest

import zmqpp
from zmqpp import (
    DEALER,
    PAIR,
    POLLIN,
    POLLOUT,
    PUB,
    PULL,
    PUSH,
    REP,
    REQ,
    ROUTER,
    STREAM,
    SUB,
    XPUB,
    XSUB,
)

TYPES = [PAIR, PUB, SUB, REQ, REP, DEALER, ROUTER, PULL, PUSH, XPUB, XSUB, STREAM]


# --- making one ---


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: kind.name)
def test_every_type_opens(context, kind):
    """Each of libzmq's stable socket types opens, and says what it is."""
    with context.socket(kind) as socket:
        assert socket.socket_type is kind
        assert socket.type is kind
        assert repr(socket) == f"<zmqpp.Socket: {kind.name} socket>"


def test_options_as_keywords(context):
    """Keywords are options, methods that set one, and attributes of the class."""
    with context.socket(SUB, hwm=3, rcvtimeo=timedelta(seconds=1), subscribe="a") as socket:
        assert (socket.sndhwm, socket.rcvhwm) == (3, 3)
        assert socket.rcvtimeo == 1000
    with context.socket(PUSH, copy_threshold=10) as socket:
        assert socket.copy_threshold == 10


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"colour": 1}, TypeError, "Socket has no option 'colour'"),
        ({"send": 1}, TypeError, "Socket has no option 'send'"),
        ({"linger": "long"}, TypeError, "option linger takes milliseconds"),
        ({"rcvmore": True}, AttributeError, "rcvmore"),
        ({"subscribe": "x"}, zmqpp.ZMQError, "subscribe"),
    ],
)
def test_bad_keywords(context, options, error, text):
    """A keyword that is no option, or a bad value, is an error by name, and no socket stays open."""
    with pytest.raises(error, match=text):
        context.socket(PUSH, **options)
    assert context.sockets == []


def test_made_without_the_context_method(context):
    """Socket(context, type) is context.socket(type)."""
    with zmqpp.Socket(context, PAIR, linger=5) as socket:
        assert socket.context is context
        assert socket.linger == 5
        assert context.sockets == [socket]


def test_unknown_attributes(context, open_socket):
    """An attribute that is no option raises AttributeError, read or written."""
    socket = open_socket(PAIR)
    with pytest.raises(AttributeError, match="colour"):
        _ = socket.colour
    with pytest.raises(AttributeError, match="colour"):
        socket.colour = 1


def test_subclasses(context):
    """A subclass may have attributes, an __init__ and options of its own names."""

    class Worker(zmqpp.Socket):
        def __init__(self, context, socket_type, *, name):
            self.name = name
            super().__init__(context, socket_type)
            self.sent = 0

        def send(self, *args, **options):
            self.sent += 1
            return super().send(*args, **options)

    with Worker(context, PUB, name="w") as worker:
        worker.send(b"x")
        worker.send_string("y")
        assert (worker.name, worker.sent) == ("w", 2)
        assert repr(worker) == "<zmqpp.Worker: PUB socket>"


def test_use_before_init(context):
    """A subclass whose __init__ forgot the base class is told so, instead of crashing."""

    class Forgetful(zmqpp.Socket):
        def __init__(self):
            pass

    with pytest.raises(TypeError, match="__init__"):
        Forgetful()


# --- the end ---


def test_close(context):
    """A closed socket is closed, closing it again does nothing, and it is no longer listed."""
    socket = context.socket(PAIR)
    assert not socket.closed
    socket.close()
    socket.close()
    assert socket.closed
    assert socket.underlying == 0
    assert context.sockets == []
    assert "closed" in repr(socket)


USES = {
    "send": lambda s: s.send(b""),
    "recv": lambda s: s.recv(),
    "send_multipart": lambda s: s.send_multipart([b""]),
    "recv_multipart": lambda s: s.recv_multipart(),
    "try_recv": lambda s: s.try_recv(),
    "try_recv_multipart": lambda s: s.try_recv_multipart(),
    "recv_into": lambda s: s.recv_into(bytearray(1)),
    "poll": lambda s: s.poll(0),
    "bind": lambda s: s.bind("inproc://closed"),
    "connect": lambda s: s.connect("inproc://closed"),
    "unbind": lambda s: s.unbind("inproc://closed"),
    "disconnect": lambda s: s.disconnect("inproc://closed"),
    "get": lambda s: s.get(zmqpp.LINGER),
    "set": lambda s: s.set(zmqpp.LINGER, 0),
    "linger": lambda s: s.linger,
    "fileno": lambda s: s.fileno(),
    "monitor": lambda s: s.get_monitor_socket(),
}


@pytest.mark.parametrize("use", USES)
def test_use_after_close(context, use):
    """Whatever is done with a closed socket raises SocketClosed naming its type."""
    socket = context.socket(PAIR)
    socket.close()
    with pytest.raises(zmqpp.SocketClosed, match="PAIR socket is closed") as caught:
        USES[use](socket)
    assert caught.value.errno == zmqpp.ENOTSOCK


def test_with_closes(context):
    """Leaving `with` closes the socket, also by an exception."""
    with context.socket(PAIR) as socket:
        pass
    assert socket.closed
    with pytest.raises(KeyError), context.socket(PAIR) as socket:
        raise KeyError
    assert socket.closed


@pytest.mark.parametrize("linger", [0, 0.5, -1, timedelta(seconds=1), None])
def test_close_with_linger(context, linger):
    """close() takes a linger for this end alone, as the option does."""
    socket = context.socket(PAIR)
    socket.close(linger=linger)
    assert socket.closed


def test_close_with_a_bad_linger(context, open_socket):
    """A linger that is no time is a TypeError, and the socket stays open."""
    socket = open_socket(PAIR)
    with pytest.raises(TypeError, match="linger takes milliseconds or a timedelta, not str"):
        socket.close(linger="long")
    assert not socket.closed


@pytest.mark.parametrize("kind", [PULL, SUB, DEALER, ROUTER, REP], ids=lambda kind: kind.name)
def test_close_wakes_a_blocked_call(context, kind):
    """close() from another thread ends a call that waits, with SocketClosed."""
    socket = context.socket(kind)
    errors = []
    started = threading.Event()

    def work():
        started.set()
        try:
            socket.recv()
        except zmqpp.ZMQError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    started.wait()
    socket.close()
    thread.join(5)
    assert [type(error) for error in errors] == [zmqpp.SocketClosed]


def test_forgotten_socket(context):
    """A socket that nobody closed gives one ResourceWarning naming it and the line that made it."""
    socket = context.socket(PULL)
    socket.bind("inproc://forgotten")
    with pytest.warns(ResourceWarning) as caught:
        del socket
        gc.collect()
    assert len(caught) == 1
    text = str(caught[0].message)
    assert text.startswith("unclosed PULL socket [inproc://forgotten], created at " + __file__)


# --- what it is ---


def test_describing_itself(context, open_socket):
    """repr() has the type and the endpoints; `origin` is the line that made it."""
    socket = open_socket(REP)
    endpoint = socket.bind("tcp://127.0.0.1:*")
    assert repr(socket) == f"<zmqpp.Socket: REP socket [{endpoint}]>"
    with context.socket(PAIR) as socket:
        line = inspect.currentframe().f_lineno - 1
        assert socket.origin == f"{__file__}:{line}"


def test_equality(context, open_socket):
    """Sockets are equal when they are the same libzmq socket."""
    socket, other = open_socket(PAIR), open_socket(PAIR)
    assert socket == zmqpp.Socket.shadow(socket)
    assert hash(socket) == hash(zmqpp.Socket.shadow(socket))
    assert socket != other
    assert socket != 5
    assert socket.underlying not in (0, other.underlying)


def test_events_and_fileno(link):
    """fileno() becomes readable when a message comes; `events` says what can be done."""
    if sys.platform == "win32":
        pytest.skip("select() there takes nothing but sockets")
    pull, push = link(PULL, PUSH)
    assert pull.events == 0
    assert push.events == POLLOUT
    push.send(b"x")
    readable, _, _ = select.select([pull], [], [], 5)
    assert readable == [pull]
    assert pull.fileno() == pull.fd
    assert pull.events == POLLIN


def test_a_mock_of_it(context):
    """A mock with the class as its specification has methods and options, and no other names."""
    fake = mock.Mock(spec=zmqpp.Socket)
    fake.send(b"x")
    fake.subscribe("topic")
    assert fake.linger
    with pytest.raises(AttributeError):
        _ = fake.colour
    assert {"linger", "subscribe", "send", "closed"} <= set(dir(zmqpp.Socket))


# --- other handles ---


def test_shadow(context, open_socket):
    """A shadow is the same socket, which it cannot close; it sees its end."""
    socket = open_socket(PAIR, linger=5)
    shadow = zmqpp.Socket.shadow(socket)
    shadow.linger = 6
    assert socket.linger == 6
    assert shadow.context is context
    with pytest.raises(zmqpp.StateError, match="borrowed; only its owner may close it"):
        shadow.close()
    assert not socket.closed
    socket.close()
    assert shadow.closed


def test_shadow_by_address(context, open_socket):
    """A shadow can be made of the address of a libzmq socket, with its context."""
    socket = open_socket(PAIR)
    shadow = zmqpp.Socket.shadow(socket.underlying, context)
    assert shadow == socket
    with pytest.raises(TypeError, match="needs the context"):
        zmqpp.Socket.shadow(socket.underlying)
    with pytest.raises(zmqpp.StateError, match="null"):
        zmqpp.Socket.shadow(0, context)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy])
def test_copies_are_shadows(open_socket, copying):
    """A copy of a socket is a shadow of it."""
    socket = open_socket(PAIR)
    twin = copying(socket)
    assert twin == socket
    with pytest.raises(zmqpp.StateError):
        twin.close()


def test_sockets_stay_in_their_process(open_socket):
    """A socket cannot be pickled, and says why."""
    with pytest.raises(TypeError, match="belong to this process"):
        pickle.dumps(open_socket(PAIR))


# --- topics ---


@pytest.mark.parametrize("topic", ["weather", b"weather", bytearray(b"weather")])
@pytest.mark.parametrize("how", ["call", "attribute", "option", "keyword"])
def test_subscribing(link, open_socket, how, topic):
    """A topic is subscribed to by method, attribute, option or keyword, as text or bytes."""
    xpub, sub = link(XPUB, SUB)
    if how == "call":
        sub.subscribe(topic)
    elif how == "attribute":
        sub.subscribe = topic
    elif how == "option":
        sub.set(zmqpp.SUBSCRIBE, topic)
    else:
        sub = open_socket(SUB, subscribe=topic)
        sub.connect(xpub.endpoints[0])
    assert xpub.recv() == b"\x01weather"
    xpub.send_multipart([b"sports", b"0:0"])
    xpub.send_multipart([b"weather.today", b"rain"])
    assert sub.recv_multipart() == [b"weather.today", b"rain"]


def test_unsubscribing(link):
    """unsubscribe() takes subscribe() back, once for each time."""
    xpub, sub = link(XPUB, SUB)
    sub.subscribe("a")
    sub.subscribe("a")
    assert xpub.recv() == b"\x01a"
    sub.unsubscribe("a")
    xpub.send(b"a1")
    assert sub.recv() == b"a1"
    sub.unsubscribe = "a"
    assert xpub.recv() == b"\x00a"


def test_subscribing_through_the_class(link):
    """Socket.subscribe(socket, topic) is socket.subscribe(topic)."""
    xpub, sub = link(XPUB, SUB)
    zmqpp.Socket.subscribe(sub, "a")
    assert xpub.recv() == b"\x01a"
    zmqpp.Socket.unsubscribe(sub, "a")
    assert xpub.recv() == b"\x00a"


# --- iteration ---


def test_iteration_ends_when_closed(link):
    """`for message in socket` goes on until the socket is closed."""
    pull, push = link(PULL, PUSH)
    for number in range(3):
        push.send(b"%d" % number)
    got = []
    for message in pull:
        got.append(message)
        if len(got) == 3:
            pull.close()
    assert got == [b"0", b"1", b"2"]


def test_iteration_ends_with_the_context():
    """`for message in socket` ends quietly when the context does."""
    with zmqpp.Context() as context, context.socket(PULL) as pull:
        got = []
        thread = threading.Thread(target=lambda: got.extend(pull))
        thread.start()
        context.shutdown()
        thread.join(5)
        assert not thread.is_alive()
        assert got == []


def test_iteration_and_timeouts(link):
    """rcvtimeo ends an iteration with Timeout: silence is not the end."""
    pull, push = link(PULL, PUSH, rcvtimeo=10)
    push.send(b"x")
    messages = iter(pull)
    assert next(messages) == b"x"
    with pytest.raises(zmqpp.Timeout):
        next(messages)


# --- the patterns ---


def test_request_and_reply(link, transport):
    """REQ and REP take turns."""
    rep, req = link(REP, REQ, transport)
    for number in range(3):
        req.send(b"%d" % number)
        rep.send(rep.recv() + b"!")
        assert req.recv() == b"%d!" % number


def test_publish_and_subscribe(link, transport, wait_until):
    """A SUB gets what PUB sends to its topics, from the moment the subscription has arrived."""
    pub, sub = link(PUB, SUB, transport)
    sub.subscribe("yes")

    def publish():
        pub.send(b"no")
        pub.send(b"yes")
        return sub.try_recv()

    assert wait_until(publish) == b"yes"


def test_pipeline_spreads_the_load(open_socket, unique_endpoint):
    """PUSH deals its messages out to the connected PULLs in turn."""
    push = open_socket(PUSH)
    endpoint = push.bind(unique_endpoint())
    pulls = [open_socket(PULL) for _ in range(3)]
    for pull in pulls:
        pull.connect(endpoint)
    for number in range(6):
        push.send(b"%d" % number)
    assert [[pull.recv(), pull.recv()] for pull in pulls] == [
        [b"0", b"3"],
        [b"1", b"4"],
        [b"2", b"5"],
    ]


def test_router_addresses_peers(link, transport):
    """ROUTER puts the sender's routing id in front of a message, and sends by it."""
    router, dealer = link(ROUTER, DEALER, transport)
    other = zmqpp.Socket(dealer.context, DEALER, routing_id="other", rcvtimeo=5000)
    with other:
        other.connect(router.endpoints[0])
        other.send(b"hello")
        assert router.recv_multipart() == [b"other", b"hello"]
        router.send_multipart([b"other", b"you"])
        assert other.recv() == b"you"
    dealer.send_multipart([b"a", b"b"])
    identity, *parts = router.recv_multipart()
    assert identity not in (b"", b"other")
    assert parts == [b"a", b"b"]


def test_xpub_and_xsub(link, transport):
    """XPUB receives subscriptions as messages, and XSUB sends them as such."""
    xpub, xsub = link(XPUB, XSUB, transport)
    xsub.send(b"\x01topic")
    assert xpub.recv() == b"\x01topic"
    xpub.send(b"topic: news")
    assert xsub.recv() == b"topic: news"


def test_pair_is_two_way(pair):
    """PAIR sends and receives at both ends, in any order."""
    a, b = pair
    b.send(b"from b")
    a.send(b"from a")
    assert a.recv() == b"from b"
    assert b.recv() == b"from a"
