"""The slow joiner: what a PUB sends before anybody has subscribed is lost, so it can wait for them."""

from __future__ import annotations

import os
import socket as plain
import threading
import time

import pytest

import zmqpp
from subprocess_runner import run_python
from zmqpp import POLLIN, POLLOUT, PUB, PULL, PUSH, REQ, SUB, XPUB, XSUB


def there(pub, topic=None):
    """How many subscriptions there are now."""
    return pub.wait_for_subscribers(0, topic=topic)


@pytest.fixture
def publisher(open_socket, unique_endpoint):
    """A bound PUB, and a function that connects another SUB to it."""
    pub = open_socket(PUB)
    endpoint = pub.bind(unique_endpoint())

    def subscriber(*topics, at=endpoint):
        sub = open_socket(SUB)
        for topic in topics:
            sub.subscribe(topic)
        sub.connect(at)
        return sub

    return pub, subscriber


# --- the first message ---


@pytest.mark.parametrize("bound", [PUB, SUB], ids=["PUB-bound", "SUB-bound"])
def test_the_first_message_arrives(context, unique_endpoint, transport, bound):
    """Connect or bind, wait, publish: the first message is there, a hundred times of a hundred."""
    for number in range(100):
        with context.socket(PUB) as pub, context.socket(SUB, subscribe="") as sub:
            first, second = (pub, sub) if bound == PUB else (sub, pub)
            second.connect(first.bind(unique_endpoint(transport)))
            assert pub.wait_for_subscribers(timeout=20_000) == 1
            pub.send(b"%d" % number)
            assert sub.recv(timeout=20_000) == b"%d" % number


def test_every_subscriber_gets_it(publisher, unique_endpoint):
    """Waiting for n subscriptions is waiting until n peers get the message, over all transports."""
    pub, subscriber = publisher
    at = [pub.bind(unique_endpoint(transport)) for transport in ("tcp", "inproc")]
    subs = [subscriber("news", at=at[number % 2]) for number in range(20)]
    assert pub.wait_for_subscribers(20, 20_000, topic="news") == 20
    pub.send(b"news")
    assert [sub.recv() for sub in subs] == [b"news"] * 20


def test_subscribing_later(publisher):
    """A connection is no subscription: the wait goes on until there is one."""
    pub, subscriber = publisher
    sub = subscriber()
    with pytest.raises(zmqpp.Timeout):
        pub.wait_for_subscribers(timeout=20)
    timer = threading.Timer(0.05, sub.subscribe, [b"late"])
    timer.start()
    pub.wait_for_subscribers(timeout=5000)
    pub.send(b"early")
    pub.send(b"late")
    assert sub.recv() == b"late"
    timer.join()


def test_both_may_go_at_once():
    """A SUB is closed at once, also if its publisher has just gone and it would subscribe to the next."""
    for _ in range(100):
        with zmqpp.Context(linger=30_000) as context:
            pub, sub = context.socket(PUB), context.socket(SUB, subscribe="")
            sub.connect(pub.bind("tcp://127.0.0.1:*"))
            pub.wait_for_subscribers(timeout=20_000)
            pub.send(b"first and last")
            sub.recv(timeout=20_000)
            began = time.monotonic()
        assert time.monotonic() - began < 10


# --- what counts ---


def test_topics(publisher):
    """With a topic, subscriptions to that very one count; without, all of them do."""
    pub, subscriber = publisher
    subscriber("a", "ab")
    subscriber("a", "", b"\0\xff")
    assert pub.wait_for_subscribers(5, 5000) == 5
    counts = {topic: there(pub, topic) for topic in ("a", b"ab", "", b"\0\xff", "b", b"\0")}
    assert counts == {"a": 2, b"ab": 1, "": 1, b"\0\xff": 1, "b": 0, b"\0": 0}


def test_leaving(publisher, wait_until, transport, unique_endpoint):
    """Who unsubscribes, disconnects or closes is not counted any more; others are."""
    pub, subscriber = publisher
    endpoint = pub.bind(unique_endpoint(transport))
    subs = [subscriber("a", "b", at=endpoint) for _ in range(4)]
    pub.wait_for_subscribers(8, 5000)
    subs[0].unsubscribe("a")
    wait_until(lambda: (there(pub, "a"), there(pub, "b")) == (3, 4))
    subs[1].disconnect(endpoint)
    wait_until(lambda: (there(pub, "a"), there(pub, "b")) == (2, 3))
    subs[2].close()
    wait_until(lambda: (there(pub, "a"), there(pub, "b")) == (1, 2))
    pub.send(b"a")
    assert subs[3].recv() == b"a"


def test_nobody_is_left(publisher, wait_until):
    """When the last subscriber has gone, the wait is for a new one, and its first message arrives."""
    pub, subscriber = publisher
    for number in range(20):
        with subscriber("") as sub:
            pub.wait_for_subscribers(timeout=5000)
            pub.send(b"%d" % number)
            assert sub.recv() == b"%d" % number
        wait_until(lambda: there(pub) == 0)


@pytest.mark.parametrize("transport", ["tcp"])
def test_subscribing_twice(publisher, unique_endpoint, transport, wait_until):
    """A peer's subscription to a topic counts once, however often it is made."""
    pub, subscriber = publisher
    endpoint = pub.bind(unique_endpoint(transport))
    twice, once = subscriber("a", "a", "a", at=endpoint), subscriber("a", at=endpoint)
    marker = subscriber("marker", at=endpoint)
    pub.wait_for_subscribers(2, 5000, topic="a")
    twice.subscribe("b")  # comes after the rest
    pub.wait_for_subscribers(1, 5000, topic="b")
    assert there(pub, "a") == 2
    twice.close()
    wait_until(lambda: there(pub, "a") == 1)
    once.subscribe("a")
    once.subscribe("c")
    pub.wait_for_subscribers(1, 5000, topic="c")
    assert there(pub, "a") == 1
    once.close()
    wait_until(lambda: there(pub, "a") == 0)
    assert not marker.closed


def test_a_peer_that_comes_back(context, unique_endpoint, wait_until):
    """A PUB that connects keeps what it sends to a peer that went away, and counts it once throughout."""
    with context.socket(PUB, reconnect_ivl=10) as pub:
        with context.socket(SUB, subscribe="") as sub:
            endpoint = str(sub.bind("tcp://127.0.0.1:*"))
            pub.connect(endpoint)
            pub.wait_for_subscribers(timeout=5000)
        for number in range(5):
            with context.socket(SUB, subscribe=["", "x"][number % 2]) as sub:
                wait_until(lambda sub=sub: rebind(sub, endpoint))
                sub.subscribe(f"now {number}")
                pub.wait_for_subscribers(timeout=5000, topic=f"now {number}")
                assert there(pub, "") == 1


def rebind(socket, endpoint):
    try:
        return socket.bind(endpoint)
    except zmqpp.AddressInUse:
        return None


def test_many_come_and_go(publisher, wait_until, unique_endpoint):
    """However many subscribers come and go, the count is right in the end."""
    pub, subscriber = publisher
    endpoint = pub.bind(unique_endpoint("tcp"))
    stays = [subscriber("a", at=endpoint), subscriber("a")]
    pub.wait_for_subscribers(2, 5000)
    for _ in range(10):
        group = [subscriber("a", "b", at=endpoint) for _ in range(5)]
        pub.wait_for_subscribers(12, 5000)
        for sub in group:
            sub.close()
        wait_until(lambda: there(pub) == 2)
    pub.send(b"a")
    assert [sub.recv() for sub in stays] == [b"a", b"a"]


def test_messages_of_an_xsub(link):
    """What an XSUB sends upstream, apart from subscriptions, a PUB ignores as ever."""
    pub, xsub = link(PUB, XSUB)
    for _ in range(3):
        xsub.send(b"hello")
        xsub.send_multipart([b"two", b"", b"parts"])
    xsub.send(b"\1a")
    pub.wait_for_subscribers(timeout=5000)
    assert there(pub) == 1
    assert pub.poll(20, POLLIN) == 0


def test_peers_of_other_make(publisher):
    """A subscription that comes as a message, as in ZMTP 3.0, counts like one that is a command."""
    pub, _ = publisher
    endpoint = pub.bind("tcp://127.0.0.1:*")
    with plain.create_connection(("127.0.0.1", endpoint.port)) as peer:
        greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
        ready = b"\x05READY\x0bSocket-Type\x00\x00\x00\x03SUB"
        peer.settimeout(10)
        peer.sendall(greeting + b"\x04" + bytes([len(ready)]) + ready)
        heard = b""
        while b"READY" not in heard:  # libzmq loses what comes before
            heard += peer.recv(1000)
        peer.sendall(b"\x00\x02\x01a" * 3)
        assert pub.wait_for_subscribers(1, 5000, topic="a") == 1
        peer.sendall(b"\x00\x02\x01b")
        assert pub.wait_for_subscribers(1, 5000, topic="b") == 1
        assert there(pub) == 2


# --- waiting ---


def test_the_time_runs_out(publisher):
    """Timeout tells the socket, what is there, and what was wanted, after its time and not before."""
    pub, subscriber = publisher
    subscriber("a", "b")
    pub.wait_for_subscribers(2, 5000)
    began = time.monotonic()
    with pytest.raises(
        zmqpp.Timeout, match=r"PUB socket \[inproc.*with 2 of 3 subscriptions there"
    ):
        pub.wait_for_subscribers(3, 50)
    assert time.monotonic() - began >= 0.05
    with pytest.raises(zmqpp.Timeout, match=r"with 0 of 1 subscriptions to 0x0063 there"):
        pub.wait_for_subscribers(topic=b"\0c", timeout=0)


def test_other_threads_send_meanwhile(publisher):
    """While one thread waits, others may send; whoever takes note of the subscriber wakes it."""
    pub, subscriber = publisher
    stop = threading.Event()

    def flood():
        while not stop.is_set():
            for _ in range(100):
                pub.send(b"flood")
            stop.wait(0.001)

    threads = [threading.Thread(target=flood) for _ in range(2)]
    found = []
    waiters = [
        threading.Thread(target=lambda n=n: found.append(pub.wait_for_subscribers(n, 20_000)))
        for n in (1, 2, 3, 3)
    ]
    for thread in (*threads, *waiters):
        thread.start()
    subs = [subscriber("x") for _ in range(3)]
    for waiter in waiters:
        waiter.join(20)
    stop.set()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert max(found) == len(subs) == 3


@pytest.mark.parametrize("end", ["close", "shutdown"])
def test_the_end_wakes_it(end):
    """close() ends the wait with SocketClosed, the end of the context with ContextTerminated."""
    with zmqpp.Context() as context:
        pub = context.socket(PUB)
        raised = []

        def wait():
            with pytest.raises(zmqpp.ZMQError) as caught:
                pub.wait_for_subscribers(timeout=20_000)
            raised.append(caught.type)

        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.05)
        began = time.monotonic()
        (pub.close if end == "close" else context.shutdown)()
        thread.join(10)
        assert time.monotonic() - began < 2
        assert raised == [zmqpp.SocketClosed if end == "close" else zmqpp.ContextTerminated]


def test_signals():
    """A signal interrupts the wait: its handler runs, and Ctrl-C is a KeyboardInterrupt."""
    run_python(
        """
        handled = []
        signal.signal(signal.SIGALRM, lambda *_: handled.append(time.monotonic()))
        with zmqpp.Context() as context, context.socket(zmqpp.PUB) as pub:
            signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
            began = time.monotonic()
            try:
                pub.wait_for_subscribers(timeout=400)
            except zmqpp.Timeout:
                pass
            assert time.monotonic() - began >= 0.4 and len(handled) >= 3, handled
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            try:
                pub.wait_for_subscribers()
            except KeyboardInterrupt:
                pass
            else:
                sys.exit("no KeyboardInterrupt")
        """,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (XPUB, "receives its subscriptions, with recv"),
        (SUB, "SUB socket: only a PUB"),
        (REQ, "REQ socket: only a PUB"),
    ],
)
def test_other_sockets(open_socket, kind, text):
    """Sockets of other types say why there is nothing to wait for."""
    with pytest.raises(zmqpp.StateError, match=text):
        open_socket(kind).wait_for_subscribers()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"n": -1}, ValueError),
        ({"n": "one"}, TypeError),
        ({"topic": 5}, TypeError),
        ({"timeout": "soon"}, TypeError),
    ],
)
def test_wrong_arguments(open_socket, arguments, error):
    """What is no number, no time and no topic is refused."""
    with pytest.raises(error):
        open_socket(PUB).wait_for_subscribers(**arguments)


# --- it stays a PUB ---


def test_it_stays_a_pub(publisher, wait_until):
    """That it can count does not show: type, events, receiving and polling are those of a PUB."""
    pub, subscriber = publisher
    subscriber("a")
    pub.wait_for_subscribers(timeout=5000)
    subscriber("b")
    assert (pub.type, pub.socket_type, pub.get(zmqpp.TYPE)) == (PUB, PUB, PUB)
    assert repr(pub).startswith("<zmqpp.Socket: PUB socket")
    for _ in range(20):
        assert pub.events == pub.get(zmqpp.EVENTS) == POLLOUT
        time.sleep(0.001)
    assert pub.poll(20, POLLIN) == 0
    assert pub.poll(0, POLLIN | POLLOUT) == POLLOUT
    poller = zmqpp.Poller()
    poller.register(pub, POLLIN)
    assert poller.poll(20) == []
    for receive in (pub.recv, pub.recv_multipart, pub.try_recv):
        with pytest.raises(
            zmqpp.NotSupported, match=r"recv\w*\(\) on PUB socket.*does not do that"
        ):
            receive()
    assert there(pub) == 2
    again = zmqpp.Socket.shadow(pub.underlying, pub.context)
    assert (again.type, there(again)) == (PUB, 2)


def test_verbosity_is_of_no_concern(open_socket, unique_endpoint):
    """A PUB takes the options of an XPUB as ever, and goes on counting."""
    pub = open_socket(PUB, xpub_verbose=False, xpub_nodrop=True)
    endpoint = pub.bind(unique_endpoint())
    pub.xpub_verboser = False
    subs = [open_socket(SUB, subscribe="a") for _ in range(2)]
    for sub in subs:
        sub.connect(endpoint)
    assert pub.wait_for_subscribers(2, 5000) == 2


def test_connecting_twice(open_socket):
    """A second connect to the same endpoint is ignored: messages do not come twice."""
    pub, sub = open_socket(PUB), open_socket(SUB, subscribe="")
    endpoint = sub.bind("tcp://127.0.0.1:*")
    assert pub.connect(endpoint) == pub.connect(endpoint) == endpoint
    pub.wait_for_subscribers(timeout=5000)
    pub.send(b"once")
    pub.send(b"end")
    assert [sub.recv(), sub.recv()] == [b"once", b"end"]
    pub.disconnect(endpoint)
    assert pub.endpoints == []


def test_conflate(open_socket, unique_endpoint, wait_until):
    """A PUB with conflate keeps the last message alone, as libzmq's does, and cannot count."""
    pub = open_socket(PUB, linger=123, sndhwm=77, conflate=True, routing_id=b"me")
    assert (pub.linger, pub.sndhwm, pub.conflate, pub.routing_id) == (123, 77, True, b"me")
    with pytest.raises(zmqpp.StateError, match="the subscribers of a PUB with conflate"):
        pub.wait_for_subscribers()
    sub = open_socket(SUB, subscribe="")
    pub.connect(sub.bind(unique_endpoint()))  # the pipe is as the one who connects will have it
    wait_until(lambda: pub.send(b"first") or sub.try_recv())
    for number in range(10):
        pub.send(b"%d" % number)
    assert sub.recv() == b"9"
    assert sub.try_recv() is None


def test_conflate_comes_in_time(open_socket, unique_endpoint):
    """conflate may be set until the socket is bound, connected or shared with other code."""
    pub = open_socket(PUB)
    pub.linger = 5
    pub.conflate = True
    assert (pub.linger, pub.conflate) == (5, True)
    for share in (
        lambda pub: pub.bind(unique_endpoint()),
        lambda pub: pub.connect(unique_endpoint()),
        lambda pub: pub.underlying,
        lambda pub: pub.fileno(),
        lambda pub: pub.monitor(unique_endpoint()),
    ):
        pub = open_socket(PUB)
        share(pub)
        with pytest.raises(zmqpp.StateError, match=r"conflate.*too late"):
            pub.conflate = True


def test_conflate_while_others_wait(open_socket):
    """Threads that wait for a PUB meanwhile go on with the socket that conflates."""
    pub = open_socket(PUB)
    results = []

    def wait():
        with pytest.raises(zmqpp.ZMQError) as caught:
            pub.wait_for_subscribers(timeout=20_000)
        results.append(caught.type)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.05)
    pub.conflate = True
    thread.join(10)
    assert results == [zmqpp.StateError]


def test_a_proxy_to_a_pub(open_socket, unique_endpoint):
    """A proxy may have a PUB on one side, and does not take its subscriptions for messages."""
    front, back = open_socket(PULL), open_socket(PUB)
    push, sub = open_socket(PUSH), open_socket(SUB, subscribe="")
    push.connect(front.bind(unique_endpoint()))
    sub.connect(back.bind(unique_endpoint()))
    with zmqpp.Proxy(front, back):
        back.wait_for_subscribers(timeout=5000)
        push.send(b"x")
        assert sub.recv() == b"x"


@pytest.mark.timeout(600)
def test_nothing_piles_up():
    """A PUB that only sends grows by nothing, however often peers come and go."""
    output = run_python(
        """
        import resource
        def kilobytes():
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * resource.getpagesize() // 1024
        topic = "x" * 200
        def round():
            for _ in range(1000):
                sub.subscribe(topic); sub.unsubscribe(topic)
                pub.send(b"y")
        with zmqpp.Context() as context, context.socket(zmqpp.PUB, rcvhwm=0) as pub:
            with context.socket(zmqpp.SUB, sndhwm=0) as sub:
                sub.connect(pub.bind("inproc://x"))
                for _ in range(10):
                    round()
                before = kilobytes()
                for _ in range(int(sys.argv[1])):
                    round()
                print(kilobytes() - before)
        """,
        20 * int(os.environ.get("ZMQPP_STRESS_SECONDS", "1")),
        timeout=500,
    )
    assert int(output) < 4000  # 20,000 notifications of 200 bytes are 4,000 and more
