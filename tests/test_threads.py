"""Sockets shared between threads: nothing aborts, nothing tears, nothing waits for ever."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import zmqpp
from blocking_calls import ALL
from subprocess_runner import run_python

#: The stress tests run longer when asked to.
STRESS_SECONDS = float(os.environ.get("ZMQPP_STRESS_SECONDS", "3"))

# What a call on a socket is told when the socket is closed: the calls that wait for sockets raise.
RAISING = [name for name in ALL if name not in ("term", "tracker_wait", "iteration")]


def test_eight_threads_share_a_dealer() -> None:
    """Whatever many threads send and receive on one socket arrives once, and whole."""
    run_python(
        """
        import collections

        seconds = float(sys.argv[1])
        context = zmqpp.Context()
        router = context.socket(zmqpp.ROUTER, hwm=0, router_mandatory=True, rcvtimeo=1000)
        dealer = context.socket(zmqpp.DEALER, hwm=0, rcvtimeo=1000)
        dealer.connect(router.bind("tcp://127.0.0.1:*"))
        done = threading.Event()
        sent, received, failures = [], [], []

        def guarded(work):
            try:
                work()
            except BaseException as error:
                failures.append(repr(error))

        def echo():
            while True:
                try:
                    router.send_multipart(router.recv_multipart())
                except zmqpp.Timeout:
                    if done.is_set():
                        return

        def send(number):
            end = time.monotonic() + seconds
            serial = 0
            while time.monotonic() < end:
                word = b"%d:%d" % (number, serial)
                dealer.send_multipart([word, b"", word * (serial % 50)])
                serial += 1
                if serial - len(arrived[number]) > 1000:  # keeps the memory in bounds
                    time.sleep(0.001)
            sent.append((number, serial))

        arrived = collections.defaultdict(set)

        def receive():
            while True:
                try:
                    word, empty, tail = dealer.recv_multipart()
                except zmqpp.Timeout:
                    if done.is_set():
                        return
                    continue
                number, serial = map(int, word.split(b":"))
                assert empty == b"" and tail == word * (serial % 50), "torn"
                assert serial not in arrived[number], "received twice"
                arrived[number].add(serial)

        for number in range(4):
            arrived[number]
        senders = [threading.Thread(target=guarded, args=(lambda n=n: send(n),)) for n in range(4)]
        others = [threading.Thread(target=guarded, args=(w,)) for w in [echo] + [receive] * 4]
        for thread in senders + others:
            thread.start()
        for thread in senders:
            thread.join()
        end = time.monotonic() + 20
        while sum(map(len, arrived.values())) < sum(n for _, n in sent) and time.monotonic() < end:
            time.sleep(0.01)
        done.set()
        for thread in others:
            thread.join()
        context.destroy(linger=0)
        assert not failures, failures
        for number, count in sent:
            assert arrived[number] == set(range(count)), f"{count - len(arrived[number])} lost"
        assert sum(n for _, n in sent) > 100 * seconds
        """,
        STRESS_SECONDS,
        timeout=STRESS_SECONDS + 40,
    )


def test_anything_at_any_time() -> None:
    """Random calls from many threads on a few shared objects end in results or in ZMQErrors."""
    run_python(
        """
        import random
        from blocking_calls import DEAD

        context = zmqpp.Context()
        pool = {}
        end = time.monotonic() + float(sys.argv[1])
        allowed = (zmqpp.ZMQError, ValueError)
        failures = []
        kinds = [zmqpp.PAIR, zmqpp.PUB, zmqpp.SUB, zmqpp.REQ, zmqpp.REP, zmqpp.DEALER, zmqpp.ROUTER,
                 zmqpp.PULL, zmqpp.PUSH, zmqpp.XPUB, zmqpp.XSUB]
        pollers = [zmqpp.Poller() for _ in range(3)]

        def endpoints_of(slot):
            return [e for e in pool[slot].endpoints if e.startswith("tcp")]

        def open_one(dice):
            slot = dice.randrange(8)
            old = pool.get(slot)
            pool[slot] = context.socket(dice.choice(kinds), linger=0, rcvtimeo=5, sndtimeo=5)
            if old is not None:
                old.close()

        def play(seed):
            dice = random.Random(seed)
            operations = [
                lambda s: s.send(b"x" * dice.randrange(100)),
                lambda s: s.send(b"x", zmqpp.SNDMORE),
                lambda s: s.send_multipart([b"a", b"b" * dice.randrange(100)]),
                lambda s: s.send(bytes(70000), copy=False, track=True),
                lambda s: s.recv(), lambda s: s.recv_multipart(), lambda s: s.recv(copy=False),
                lambda s: s.try_recv(), lambda s: s.poll(dice.randrange(5)),
                lambda s: s.poll(1, zmqpp.POLLOUT), lambda s: s.events, lambda s: repr(s),
                lambda s: s.bind("inproc://%d" % dice.randrange(20)),
                lambda s: s.bind("tcp://127.0.0.1:*"),
                lambda s: s.connect("inproc://%d" % dice.randrange(20)),
                lambda s: s.connect(dice.choice([DEAD, *endpoints_of(dice.choice(list(pool)))])),
                lambda s: s.unbind(dice.choice(s.endpoints)) if s.endpoints else None,
                lambda s: s.disconnect(dice.choice(s.endpoints)) if s.endpoints else None,
                lambda s: s.get_monitor_socket().close(),
                lambda s: dice.choice(pollers).register(s, zmqpp.POLLIN),
                lambda s: dice.choice(pollers).poll(2),
                lambda s: [p.unregister(s) for p in pollers if s in p],
                lambda s: context.sockets, lambda s: s.context,
                lambda s: setattr(s, "linger", 10), lambda s: setattr(s, "rcvhwm", 10),
            ]
            while time.monotonic() < end:
                try:
                    if not pool or dice.random() < 0.05:
                        open_one(dice)
                    dice.choice(operations)(pool[dice.choice(list(pool))])
                except KeyError:
                    pass
                except allowed:
                    pass
                except BaseException:
                    import traceback
                    failures.append(traceback.format_exc())

        threads = [threading.Thread(target=play, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for poller in pollers:
            for registered, _ in poller.sockets:
                poller.unregister(registered)
        context.destroy(linger=0)
        assert not failures, failures[0]
        """,
        STRESS_SECONDS / 2,
        timeout=STRESS_SECONDS + 30,
    )


def test_recv_and_send_on_one_socket() -> None:
    """A thread that waits in recv() does not keep others from sending on the same socket."""
    run_python(
        """
        context = zmqpp.Context()
        server, client = context.socket(zmqpp.PAIR), context.socket(zmqpp.PAIR)
        client.connect(server.bind("inproc://talk"))
        answers = []
        receiver = threading.Thread(target=lambda: answers.extend(client.recv() for _ in range(2000)))
        receiver.start()
        for i in range(2000):
            client.send(b"%d" % i, timeout=5000)
            server.send(server.recv(timeout=5000), timeout=5000)
        receiver.join(10)
        assert answers == [b"%d" % i for i in range(2000)]
        context.destroy()
        """
    )


@pytest.mark.parametrize("transport", ["inproc://pool", "tcp://127.0.0.1:*"])
def test_no_wake_up_is_lost(transport: str) -> None:
    """Of many threads that wait on one socket, one wakes for each message."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind(sys.argv[1]))
        taken = []
        more = threading.Semaphore(0)

        def take():
            for message in pull:
                taken.append(message)
                more.release()

        threads = [threading.Thread(target=take) for _ in range(5)]
        for thread in threads:
            thread.start()
        for i in range(400):
            for j in range(3):
                push.send(b"%d" % (3 * i + j))
            for j in range(3):
                assert more.acquire(timeout=5), (len(taken), i)
        assert sorted(map(int, taken)) == list(range(1200))
        context.destroy()
        for thread in threads:
            thread.join(5)
            assert not thread.is_alive()
        """,
        transport,
    )


def test_waits_for_both_directions() -> None:
    """Threads that wait to send, to receive and to poll on one socket all go on when they can."""
    run_python(
        """
        context = zmqpp.Context()
        a, b = context.socket(zmqpp.PAIR, hwm=1), context.socket(zmqpp.PAIR, hwm=1)
        done = []

        def each(call):
            for _ in range(500):
                call()
            done.append(call)

        def poll():
            while len(done) < 4:
                a.poll(20, zmqpp.POLLIN | zmqpp.POLLOUT)
                b.poll(20, zmqpp.POLLOUT)

        calls = [lambda: a.send(b"to b"), lambda: b.send(b"to a"), a.recv, b.recv]
        threads = [threading.Thread(target=each, args=(call,)) for call in calls]
        threads += [threading.Thread(target=poll) for _ in range(2)]
        for thread in threads:
            thread.start()
        b.connect(a.bind("inproc://both"))
        for thread in threads:
            thread.join(20)
            assert not thread.is_alive()
        context.destroy(linger=0)
        """
    )


WAKING = """
    from blocking_calls import ALL
    from promptness import assert_prompt

    name, how, expected = sys.argv[1:]

    def wake():
        '''Seconds until a blocked call has ended.'''
        context = zmqpp.Context()
        call, socket = ALL[name](context, None)
        outcome = []

        def block():
            try:
                outcome.append(call())
            except Exception as error:
                outcome.append(type(error).__name__)
            outcome.append(time.monotonic())

        thread = threading.Thread(target=block)
        thread.start()
        time.sleep(0.01)  # it is blocked by now, and if not, the outcome is the same
        assert not outcome
        start = time.monotonic()
        if how == "close":
            socket.close(linger=0)
        elif how == "shutdown":
            context.shutdown()
        else:
            try:
                context.term(timeout=0)
            except zmqpp.Timeout:
                pass
        thread.join(10)
        assert outcome, "still blocked"
        assert outcome[0] == (None if expected == "None" else expected), outcome
        context.destroy(linger=0)
        return outcome[1] - start

    assert_prompt(wake)
"""


@pytest.mark.parametrize("name", RAISING)
def test_close_wakes(name: str) -> None:
    """close() from another thread ends a blocked call with SocketClosed, at once."""
    run_python(WAKING, name, "close", "SocketClosed")


@pytest.mark.parametrize(("name", "outcome"), [("term", "None"), ("tracker_wait", "None")])
def test_close_is_waited_for(name: str, outcome: str) -> None:
    """Calls that wait for a socket to go, or for its messages, return when it is closed."""
    run_python(WAKING, name, "close", outcome)


@pytest.mark.parametrize("how", ["close", "shutdown", "term"])
def test_the_end_of_a_socket_ends_its_iteration(how: str) -> None:
    """A loop over a socket ends when the socket is closed or its context ends."""
    run_python(WAKING, "iteration", how, "StopIteration")


@pytest.mark.parametrize("how", ["shutdown", "term"])
@pytest.mark.parametrize("name", RAISING)
def test_the_end_of_the_context_wakes(name: str, how: str) -> None:
    """shutdown() and term() end every blocked call in the context with ContextTerminated, at once."""
    run_python(WAKING, name, how, "ContextTerminated")


def test_closing_twice_at_once() -> None:
    """Threads that close one socket, and destroy its context, at the same time all return."""
    run_python(
        """
        for _ in range(200):
            context = zmqpp.Context()
            socket = context.socket(zmqpp.PULL)
            start = threading.Barrier(5)

            def end(call):
                start.wait()
                call()

            calls = [socket.close, socket.close, lambda: context.destroy(linger=0), context.shutdown]
            threads = [threading.Thread(target=end, args=(call,)) for call in calls]
            for thread in threads:
                thread.start()
            start.wait()
            for thread in threads:
                thread.join(5)
                assert not thread.is_alive()
            assert socket.closed and context.closed
        """
    )


def test_a_part_from_another_thread_is_refused(context: zmqpp.Context) -> None:
    """A second thread that sends in the middle of a message gets a ThreadError naming both threads."""
    push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
    with push, pull:
        push.connect(pull.bind("inproc://torn"))
        push.send(b"begun", zmqpp.SNDMORE)
        errors: list[zmqpp.ThreadError] = []

        def interfere() -> None:
            for call in (lambda: push.send(b"x"), lambda: push.send_multipart([b"x", b"y"])):
                with pytest.raises(zmqpp.ThreadError) as caught:
                    call()
                errors.append(caught.value)

        thread = threading.Thread(target=interfere, name="the intruder")
        thread.start()
        thread.join()
        assert len(errors) == 2
        for error in errors:
            assert threading.current_thread().name in str(error)
            assert "the intruder" in str(error)
        push.send(b"ended")
        assert pull.recv_multipart(timeout=5000) == [b"begun", b"ended"]


def test_a_part_for_another_thread_is_refused(context: zmqpp.Context) -> None:
    """A message that one thread receives part by part is not continued by another thread."""
    push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
    with push, pull, ThreadPoolExecutor(1, thread_name_prefix="other") as pool:
        push.connect(pull.bind("inproc://torn"))
        push.send_multipart([b"1", b"2"])
        assert pull.recv(timeout=5000) == b"1"
        with pytest.raises(zmqpp.ThreadError, match=r"MainThread.*other"):
            pool.submit(pull.recv).result()
        assert pull.recv() == b"2"


def test_a_socket_may_move(context: zmqpp.Context) -> None:
    """A socket may be opened, connected, used and closed by a different thread each time."""
    with context.socket(zmqpp.PULL) as pull:
        endpoint = pull.bind("tcp://127.0.0.1:*")

        def in_a_thread(call):  # type: ignore[no-untyped-def]
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(call).result(10)

        push = in_a_thread(lambda: context.socket(zmqpp.PUSH))
        in_a_thread(lambda: push.connect(endpoint))
        in_a_thread(lambda: push.send(b"hello"))
        assert in_a_thread(lambda: pull.recv(timeout=5000)) == b"hello"
        in_a_thread(push.close)
        assert push.closed


def test_one_instance_for_all_threads() -> None:
    """Context.instance() is one object for all threads, and a new one after it was terminated."""
    run_python(
        """
        known = []
        for _ in range(50):
            start = threading.Barrier(32)
            found = []

            def look():
                start.wait()
                found.append(zmqpp.Context.instance())

            threads = [threading.Thread(target=look) for _ in range(32)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(set(map(id, found))) == 1
            assert not found[0].closed and found[0] not in known
            known.append(found[0])
            found[0].term()
        """
    )


def test_sockets_are_listed_while_others_are_opened() -> None:
    """Context.sockets can be read while other threads open and close sockets."""
    run_python(
        """
        context = zmqpp.Context()
        stop = threading.Event()

        def open_and_close():
            while not stop.is_set():
                for socket in [context.socket(zmqpp.PAIR) for _ in range(10)]:
                    socket.close()

        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=open_and_close) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(100):
                assert len(context.sockets) <= 30
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        context.term(timeout=5000)
        """
    )


def test_term_names_the_sockets_still_open(context: zmqpp.Context) -> None:
    """term() that runs out of time says which sockets are open, where they are, and who made them."""
    bound = context.socket(zmqpp.REP)
    line = "test_threads.py:"
    endpoint = bound.bind("tcp://127.0.0.1:*")
    idle = context.socket(zmqpp.XPUB)
    with bound, idle:
        with pytest.raises(zmqpp.Timeout) as caught:
            context.term(timeout=50)
        assert isinstance(caught.value, TimeoutError)
        text = str(caught.value)
        assert f"REP socket [{endpoint}]" in text
        assert "XPUB socket" in text
        assert text.count(line) == 2
        assert bound.origin in text
        assert idle.origin in text
    context.term(timeout=5000)
    assert context.closed


def test_a_poller_may_change_during_its_poll() -> None:
    """Another thread may register and unregister while a poll goes on with what it began with."""
    run_python(
        """
        context = zmqpp.Context()
        first, second = context.socket(zmqpp.PULL), context.socket(zmqpp.PULL)
        push = context.socket(zmqpp.PUSH)
        push.connect(first.bind("inproc://first"))
        poller = zmqpp.Poller()
        poller.register(first, zmqpp.POLLIN)
        ready = []
        thread = threading.Thread(target=lambda: ready.extend(poller.poll(10000)))
        thread.start()
        time.sleep(0.05)
        for _ in range(1000):
            poller.register(second, zmqpp.POLLIN)
            poller.unregister(second)
        poller.unregister(first)
        push.send(b"x")
        thread.join(5)
        assert ready == [(first, zmqpp.POLLIN)]
        assert poller.poll(0) == []
        context.destroy()
        """
    )


def test_high_water_marks_come_before_traffic(context: zmqpp.Context) -> None:
    """A high water mark may be set until a bound or connected socket is used: then peers may have left."""
    with context.socket(zmqpp.PULL, rcvhwm=7) as pull, context.socket(zmqpp.PUSH) as push:
        endpoint = pull.bind("tcp://127.0.0.1:*")
        pull.rcvhwm = 8
        push.connect(endpoint)
        push.hwm = 9
        push.send(b"x")
        assert pull.recv(timeout=5000) == b"x"
        for socket in (push, pull):
            for name in ("sndhwm", "rcvhwm", "hwm"):
                with pytest.raises(zmqpp.StateError, match=r"hwm.* too late"):
                    setattr(socket, name, 5)
            with pytest.raises(zmqpp.StateError, match=r"sndhwm.* too late"):
                socket.set(zmqpp.SNDHWM, 5)
        assert (pull.rcvhwm, push.sndhwm, push.rcvhwm) == (8, 9, 9)
        push.disconnect(endpoint)
        with pytest.raises(zmqpp.StateError, match="sndhwm"):
            push.sndhwm = 5


@pytest.mark.skipif(not zmqpp.has("curve"), reason="libzmq has no CURVE")
def test_keys_are_made_while_contexts_come_and_go() -> None:
    """curve_keypair() may run in any thread, whatever CURVE connections and contexts others make."""
    run_python(
        """
        end = time.monotonic() + 1
        failures = []

        def repeat(work):
            try:
                while time.monotonic() < end:
                    work()
            except BaseException as error:
                failures.append(repr(error))

        def come_and_go():
            with zmqpp.Context() as context:
                context.socket(zmqpp.PAIR).close()

        def talk():
            with zmqpp.Context() as context:
                public, secret = zmqpp.curve_keypair()
                server = context.socket(
                    zmqpp.PULL, curve_server=1, curve_secretkey=secret, curve_publickey=public
                )
                mine, mine_secret = zmqpp.curve_keypair()
                client = context.socket(
                    zmqpp.PUSH, curve_serverkey=public, curve_publickey=mine,
                    curve_secretkey=mine_secret,
                )
                client.connect(server.bind("tcp://127.0.0.1:*"))
                client.send(b"secret")
                assert server.recv(timeout=5000) == b"secret"

        works = [come_and_go, zmqpp.curve_keypair, talk, talk]
        threads = [threading.Thread(target=repeat, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures
        """
    )
