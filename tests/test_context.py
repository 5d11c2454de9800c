"""Context: its making, its options and defaults, the shared instance, and the ways it ends."""

from __future__ import annotations

import copy
import gc
import pickle
import threading
import time
import weakref
from datetime import timedelta

import pytest

import zmqpp
from zmqpp import DEALER, PAIR, PUB, PULL, PUSH, REP, SUB


@pytest.fixture
def other():
    """A second context, for tests that end it themselves."""
    context = zmqpp.Context()
    yield context
    context.destroy(linger=0)


# --- making one ---


def test_a_new_context(context):
    """A new context has one I/O thread, no sockets, and is open."""
    assert context.io_threads == 1
    assert context.sockets == []
    assert not context.closed
    assert context.underlying != 0


def test_options_at_construction():
    """Keywords are options of the context or defaults for its sockets."""
    with zmqpp.Context(2, max_sockets=10, linger=0, rcvtimeo=50) as context:
        assert context.io_threads == 2
        assert context.max_sockets == 10
        assert context.linger == 0
        with context.socket(PAIR) as socket:
            assert socket.linger == 0
            assert socket.rcvtimeo == 50


def test_unknown_keyword():
    """A keyword that is no option is a TypeError that names it."""
    with pytest.raises(TypeError, match="no option 'colour'"):
        zmqpp.Context(colour="green")


def test_read_only_keyword():
    """A keyword for an option that can only be read says that."""
    with pytest.raises(AttributeError, match="socket_limit"):
        zmqpp.Context(socket_limit=5)


@pytest.mark.parametrize(
    ("io_threads", "error"), [(-1, zmqpp.ZMQError), ("two", TypeError), (1.5, TypeError)]
)
def test_bad_io_threads(io_threads, error):
    """A number of threads that cannot be is refused by the constructor, by name."""
    with pytest.raises(error, match="io_threads"):
        zmqpp.Context(io_threads)


@pytest.mark.parametrize(
    ("option", "value"), [("io_threads", 2), ("max_sockets", 5), ("thread_name_prefix", 7)]
)
def test_too_late(context, open_socket, option, value):
    """Options that only have an effect before the first socket raise StateError after it."""
    open_socket(PAIR)
    with pytest.raises(zmqpp.StateError, match=f"Context.{option}: too late"):
        setattr(context, option, value)


def test_no_io_threads(unique_endpoint):
    """A context without I/O threads will do for inproc."""
    with zmqpp.Context(io_threads=0) as context:
        with context.socket(PUSH) as push, context.socket(PULL) as pull:
            push.connect(pull.bind(unique_endpoint()))
            push.send(b"x")
            assert pull.recv(timeout=1000) == b"x"


def test_unknown_attribute(context):
    """An attribute that is no option raises AttributeError, read or written."""
    with pytest.raises(AttributeError, match="colour"):
        _ = context.colour
    with pytest.raises(AttributeError, match="colour"):
        context.colour = 1


def test_out_of_sockets():
    """Too many sockets: the error says how many there are, and which option is the limit."""
    with zmqpp.Context(max_sockets=3) as context:
        sockets = [context.socket(PAIR) for _ in range(3)]
        with pytest.raises(zmqpp.ZMQError, match="3 sockets are open and max_sockets is 3"):
            context.socket(PAIR)
        for socket in sockets:
            socket.close()


# --- the shared instance ---


@pytest.fixture
def instance():
    """The shared instance, ended after the test."""
    context = zmqpp.Context.instance()
    yield context
    zmqpp.Context.instance().destroy(linger=0)


def test_instance_is_shared(instance):
    """Context.instance() is the same object each time."""
    assert zmqpp.Context.instance() is instance


def test_instance_is_one_for_all_threads():
    """Threads that ask for the instance at the same moment get the same one."""
    for _ in range(20):
        barrier = threading.Barrier(8)
        found = []

        def find(barrier=barrier, found=found):
            barrier.wait()
            found.append(zmqpp.Context.instance())

        threads = [threading.Thread(target=find) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({id(context) for context in found}) == 1
        found[0].term()


def test_instance_after_term(instance):
    """After the instance was terminated there is a new one."""
    instance.term()
    fresh = zmqpp.Context.instance()
    assert fresh is not instance
    assert not fresh.closed


def test_instance_of_a_subclass(instance, unique_endpoint):
    """A subclass has an instance of its own class, on the same libzmq context."""

    class Mine(zmqpp.Context):
        pass

    mine = Mine.instance()
    assert type(mine) is Mine
    assert mine is Mine.instance()
    assert mine == instance
    with mine.socket(PUSH) as push, instance.socket(PULL) as pull:
        push.connect(pull.bind(unique_endpoint()))
        push.send(b"one context")
        assert pull.recv(timeout=5000) == b"one context"


# --- sockets ---


def test_sockets_lists_the_open_ones(context, open_socket):
    """`sockets` has the open sockets, oldest first, as the objects that were made."""
    first, second, third = (open_socket(PAIR) for _ in range(3))
    second.close()
    assert len(context.sockets) == 2
    assert context.sockets[0] is first
    assert context.sockets[1] is third


def test_sockets_know_their_context(context, open_socket):
    """A socket's context is the object it was opened in."""
    assert open_socket(PAIR).context is context


def test_socket_class(context):
    """socket_class, or a subclass's _socket_class, makes sockets of that class."""

    class Named(zmqpp.Socket):
        def __init__(self, *args, name="nobody", **options):
            super().__init__(*args, **options)
            self.name = name

    class Mine(zmqpp.Context):
        _socket_class = Named

    with context.socket(PAIR, socket_class=Named, name="Ada", linger=0) as socket:
        assert socket.name == "Ada"
        assert socket.linger == 0
    with Mine() as mine, mine.socket(PAIR) as socket:
        assert socket.name == "nobody"


@pytest.mark.parametrize("socket_type", ["REP", None, 2.0])
def test_socket_type_is_a_number(context, socket_type):
    """A socket type that is no SocketType is a TypeError."""
    with pytest.raises(TypeError, match=f"not {type(socket_type).__name__}"):
        context.socket(socket_type)


def test_unknown_socket_type(context):
    """A socket type that libzmq does not have is named with libzmq's version."""
    with pytest.raises(zmqpp.ZMQError, match=r"socket\(99\): no such socket type in libzmq 4"):
        context.socket(99)


# --- defaults for the options of sockets ---


def test_defaults_for_sockets(context, open_socket):
    """An option set on the context is the default of new sockets, which may have their own."""
    before = open_socket(PAIR)
    context.sndhwm = 7
    assert context.sndhwm == 7
    assert open_socket(PAIR).sndhwm == 7
    assert open_socket(PAIR, sndhwm=8).sndhwm == 8
    assert before.sndhwm == 1000


def test_defaults_by_number(context, open_socket):
    """setsockopt() and getsockopt() of a context are its defaults, by number."""
    context.setsockopt(zmqpp.RCVHWM, 5)
    context.setsockopt(zmqpp.LINGER, 77)
    assert context.getsockopt(zmqpp.RCVHWM) == 5
    assert context.getsockopt(zmqpp.LINGER) == 77
    assert context.sockopts == {"rcvhwm": 5}
    socket = open_socket(PAIR)
    assert (socket.rcvhwm, socket.linger) == (5, 77)


def test_defaults_can_be_taken_back(context, open_socket):
    """`del` takes a default back; one that was not set is no attribute."""
    context.sndhwm = 7
    del context.sndhwm
    with pytest.raises(AttributeError, match="sndhwm"):
        _ = context.sndhwm
    with pytest.raises(AttributeError):
        del context.sndhwm
    assert open_socket(PAIR).sndhwm == 1000


def test_defaults_are_for_sockets_that_know_them(context, open_socket, link):
    """A default that a socket type does not have is not meant for it."""
    context.subscribe = b"a"
    open_socket(PUSH)
    pub, _ = link(zmqpp.XPUB, SUB)
    assert pub.recv() == b"\x01a"


def test_wrong_default_is_an_error(context):
    """A default of the wrong type fails where it is used, by name, and leaves no socket behind."""
    context.rcvtimeo = "soon"
    with pytest.raises(TypeError, match="rcvtimeo"):
        context.socket(PAIR)
    assert context.sockets == []


@pytest.mark.parametrize(
    ("given", "read"), [(0, 0), (-1, -1), (2.1, 3), (timedelta(seconds=2), 2000)]
)
def test_linger(context, open_socket, given, read):
    """The context's linger is that of new sockets: milliseconds, rounded up, or a timedelta."""
    assert context.linger == 10_000
    context.linger = given
    assert context.linger == read
    assert open_socket(PAIR).linger == read


def test_wrong_linger(context):
    """A linger that is no time is a TypeError that says so."""
    with pytest.raises(TypeError, match="linger takes milliseconds or a timedelta, not str"):
        context.linger = "long"


# --- the end ---


def test_with_closes_and_terminates(unique_endpoint):
    """Leaving `with` closes the sockets and terminates the context."""
    with zmqpp.Context() as context:
        socket = context.socket(PULL)
        socket.bind(unique_endpoint("tcp"))
    assert socket.closed
    assert context.closed
    assert context.underlying == 0


def test_with_delivers(context, open_socket, unique_endpoint):
    """Leaving `with` in peace waits until unsent messages are sent."""
    pull = open_socket(PULL, rcvhwm=1)
    endpoint = pull.bind(unique_endpoint("tcp"))
    got = []

    def receive():
        while len(got) < 500:
            got.append(pull.recv())

    thread = threading.Thread(target=receive)
    thread.start()
    with zmqpp.Context() as sender:
        push = sender.socket(PUSH)
        push.connect(endpoint)
        for _ in range(500):
            push.send(b"x" * 1000)
    thread.join()
    assert len(got) == 500


def test_with_left_by_an_exception(unique_endpoint):
    """An exception that leaves `with` waits at most about a second for unsent messages."""
    start = time.monotonic()
    with pytest.raises(KeyError), zmqpp.Context() as context:
        push = context.socket(PUSH, linger=60_000)
        push.connect("tcp://127.0.0.1:1")  # nobody is there
        push.send(b"never sent")
        raise KeyError
    assert time.monotonic() - start < 3
    assert push.closed


def test_term_names_open_sockets(other):
    """term(timeout=) with a socket open raises Timeout naming its type, endpoint and line."""
    with other.socket(REP) as socket:
        endpoint = socket.bind("tcp://127.0.0.1:*")
        with pytest.raises(zmqpp.Timeout) as caught:
            other.term(timeout=20)
        assert isinstance(caught.value, TimeoutError)
        assert f"REP socket [{endpoint}], created at {__file__}:" in str(caught.value)
        assert not other.closed
    other.term()
    assert other.closed


@pytest.mark.parametrize("timeout", [30, 29.5, timedelta(milliseconds=30)])
def test_term_takes_its_time(other, timeout):
    """term() waits for its whole timeout: milliseconds, or a timedelta."""
    with other.socket(PAIR):
        start = time.monotonic()
        with pytest.raises(TimeoutError):
            other.term(timeout)
        assert 0.029 <= time.monotonic() - start < 5


def test_term_waits_for_sockets(other, wait_until):
    """term() returns as soon as the last socket is closed, by whichever thread."""
    socket = other.socket(PAIR)
    done = threading.Event()

    def end():
        other.term(timeout=-1)
        done.set()

    thread = threading.Thread(target=end)
    thread.start()
    with pytest.raises(zmqpp.ContextTerminated):
        socket.recv(timeout=5000)
    assert not done.is_set()
    socket.close()
    assert done.wait(5)
    thread.join()


@pytest.mark.parametrize("how", ["term", "shutdown", "destroy"])
def test_the_end_wakes_blocked_calls(other, how, wait_until):
    """Threads blocked in a call on a socket of the context leave it with ContextTerminated."""
    sockets = [other.socket(PULL), other.socket(DEALER), other.socket(SUB)]
    errors = []

    def work(socket):
        try:
            socket.recv()
        except zmqpp.ZMQError as error:
            errors.append(type(error))
        finally:
            socket.close()

    threads = [threading.Thread(target=work, args=(socket,)) for socket in sockets]
    for thread in threads:
        thread.start()
    getattr(other, how)()
    for thread in threads:
        thread.join(5)
    assert errors
    assert set(errors) <= {zmqpp.ContextTerminated, zmqpp.SocketClosed}
    assert how == "destroy" or zmqpp.SocketClosed not in errors


def test_shutdown_leaves_sockets_to_be_closed(other):
    """After shutdown() every call raises ContextTerminated, and sockets can still be closed."""
    socket = other.socket(PULL)
    other.shutdown()
    other.shutdown()
    with pytest.raises(zmqpp.ContextTerminated):
        socket.recv()
    with pytest.raises(zmqpp.ContextTerminated):
        other.socket(PAIR)
    assert not other.closed
    socket.close()
    other.term()


def test_ends_are_idempotent(other):
    """Ending a context that has ended does nothing."""
    other.term()
    other.term()
    other.destroy()
    other.shutdown()
    assert other.closed


def test_use_after_the_end(other):
    """A terminated context opens no sockets and has no options any more."""
    other.term()
    with pytest.raises(zmqpp.ContextTerminated, match=r"Context\.socket\(\).*terminated"):
        other.socket(PAIR)
    with pytest.raises(zmqpp.ContextTerminated, match="io_threads"):
        _ = other.io_threads
    with pytest.raises(zmqpp.ContextTerminated, match="ipv6"):
        other.ipv6 = True


def test_destroy_closes_sockets(other, unique_endpoint):
    """destroy() closes the sockets that are open, with a linger if one is given."""
    push = other.socket(PUSH, linger=60_000)
    push.connect("tcp://127.0.0.1:1")  # nobody is there
    push.send(b"never sent")
    start = time.monotonic()
    other.destroy(linger=timedelta(milliseconds=10))
    assert time.monotonic() - start < 5
    assert push.closed
    assert other.closed


def test_a_forgotten_context_ends_by_itself():
    """A context without sockets that nobody holds is gone at once, and blocks nobody."""
    context = zmqpp.Context()
    context.socket(PAIR).close()
    gone = weakref.ref(context)
    start = time.monotonic()
    del context
    gc.collect()
    assert gone() is None
    assert time.monotonic() - start < 1


# --- other handles ---


def test_shadow_cannot_end_it(context, open_socket, unique_endpoint):
    """A shadow opens sockets in the same context, and may not end it."""
    shadow = zmqpp.Context.shadow(context)
    with shadow.socket(PUSH) as push:
        pull = open_socket(PULL)
        push.connect(pull.bind(unique_endpoint()))
        push.send(b"x")
        assert pull.recv() == b"x"
    for end in (shadow.term, shadow.destroy, shadow.shutdown):
        with pytest.raises(zmqpp.StateError, match="borrowed; only its owner may end it"):
            end()
    with shadow:
        pass
    assert not context.closed


def test_shadow_by_address(context):
    """A shadow can be made of the address of a libzmq context, and sees its end."""
    with zmqpp.Context() as owner:
        shadow = zmqpp.Context.shadow(owner.underlying)
        assert shadow == owner
        assert shadow.underlying == owner.underlying
    assert shadow.closed
    with pytest.raises(zmqpp.ContextTerminated):
        shadow.socket(PAIR)


def test_shadow_of_nothing():
    """The address 0 is no context."""
    with pytest.raises(zmqpp.StateError, match="null"):
        zmqpp.Context.shadow(0)


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy])
def test_copies_are_shadows(context, copying):
    """A copy of a context is a shadow: the same context, which it cannot end."""
    twin = copying(context)
    assert twin == context
    assert hash(twin) == hash(context)
    with pytest.raises(zmqpp.StateError):
        twin.term()


def test_contexts_stay_in_their_process(context):
    """A context cannot be pickled, and says why."""
    with pytest.raises(TypeError, match="belong to this process"):
        pickle.dumps(context)


def test_equality(context, other):
    """Contexts are equal when they are the same libzmq context."""
    assert context == context.shadow(context)
    assert context != other
    assert context != 5


def test_repr(context, open_socket):
    """repr() says how many sockets are open, or that the context has ended."""
    open_socket(PUB)
    assert repr(context) == "<zmqpp.Context: 1 open sockets>"
    ended = zmqpp.Context()
    ended.term()
    assert repr(ended) == "<zmqpp.Context: closed>"
