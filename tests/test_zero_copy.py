"""Zero-copy: lent memory is pinned while libzmq has it, comes back by itself, and is never changed."""

from __future__ import annotations

import array
import gc
import mmap
import os
import sys
import threading
import time
from typing import Any

import pytest

import zmqpp
from blocking_calls import DEAD
from conftest import Link, OpenSocket, WaitUntil
from subprocess_runner import run_python

BIG = 200_000

#: The stress tests run longer when asked to.
STRESS_SECONDS = float(os.environ.get("ZMQPP_STRESS_SECONDS", "1"))

# numpy's way to see the bytes of a message, where there is numpy.
numpy: Any
try:
    import numpy
except ImportError:
    numpy = None


def is_pinned(data: bytearray) -> bool:
    """Whether somebody holds the bytes of a bytearray, so that it cannot change its size."""
    try:
        data.append(0)
    except BufferError:
        return True
    data.pop()
    return False


def test_a_lent_buffer_is_pinned(link: Link, wait_until: WaitUntil) -> None:
    """A bytearray cannot change its size while libzmq has it, and can again afterwards."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    data = bytearray(b"x" * BIG)
    tracker = push.send(data, copy=False, track=True)
    assert tracker is not None
    assert not tracker.done
    assert is_pinned(data)
    message = pull.recv(copy=False)
    assert message.bytes == b"x" * BIG
    assert is_pinned(data)  # over inproc the receiver has the sender's memory
    del message
    tracker.wait(5)
    assert not is_pinned(data)
    assert tracker.done


def test_done_means_that_the_buffer_is_free(link: Link) -> None:
    """As soon as a tracker is done, in any thread, the buffers of its message are no longer pinned."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, "tcp")
    for i in range(300):
        data = bytearray(BIG)
        tracker = push.send_multipart([b"head", data, b"tail"], copy=False, track=True)
        pull.recv_multipart(copy=False)
        if i % 2:
            tracker.wait(5)
        else:
            while not tracker.done:
                time.sleep(0)
        data.append(1)


@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_references_come_back_without_further_calls(busy: bool) -> None:
    """Within a second of its delivery, a lent object is released though zmqpp is not called again."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("tcp://127.0.0.1:*"))

        class Data(bytearray):
            pass

        if sys.argv[1] == "busy":
            end = time.monotonic() + 2
            def spin():
                while time.monotonic() < end:
                    pass
            threading.Thread(target=spin, daemon=True).start()

        datas = [Data(b"x" * 100000) for _ in range(50)]
        before = [sys.getrefcount(data) for data in datas]
        receiver = threading.Thread(target=lambda: [pull.recv() for _ in datas])
        receiver.start()
        for data in datas:
            push.send(data, copy=False)
        del data
        receiver.join()
        deadline = time.monotonic() + 1
        while [sys.getrefcount(data) for data in datas] != before and time.monotonic() < deadline:
            time.sleep(0.01)  # no call of zmqpp here
        assert [sys.getrefcount(data) for data in datas] == before
        for data in datas:
            data.append(1)
        context.destroy()
        """,
        "busy" if busy else "idle",
    )


def test_no_thread_is_needed_for_it(link: Link) -> None:
    """Zero-copy starts no thread of Python's."""
    before = threading.active_count()
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    push.send(bytes(BIG), copy=False)
    pull.recv()
    assert threading.active_count() == before


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_a_tracker_covers_every_part(link: Link, transport: str) -> None:
    """The tracker of a multipart message is done when the memory of all its parts is free."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, transport)
    parts = [bytearray(BIG), bytearray(10), bytearray(BIG), b"end"]
    waiting = push.context.socket(zmqpp.PUSH)
    waiting.connect(DEAD)
    with waiting:
        tracker = waiting.send_multipart(parts, copy=False, track=True)
        assert tracker is not None
        assert not tracker.done
        with pytest.raises(zmqpp.NotDone):
            tracker.wait(0.05)
        assert is_pinned(parts[0])  # type: ignore[arg-type]
        assert is_pinned(parts[2])  # type: ignore[arg-type]
        assert not is_pinned(parts[1])  # type: ignore[arg-type]  # too small to be lent
        waiting.close(linger=0)
        tracker.wait(5)
        assert not is_pinned(parts[0])  # type: ignore[arg-type]

    tracker = push.send_multipart(parts, copy=False, track=True)
    assert tracker is not None
    received = pull.recv_multipart(copy=False)
    if transport == "inproc":
        assert not tracker.done
        del received[0]
        assert not tracker.done
    del received
    tracker.wait(5)
    for part in parts[:3]:
        assert not is_pinned(part)  # type: ignore[arg-type]


def test_a_tracker_of_copies_is_done(link: Link) -> None:
    """With copy=True nothing is lent, so the tracker is done at once and the data is free."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    data = bytearray(b"x" * BIG)
    tracker = push.send(data, copy=True, track=True)
    assert tracker is not None
    assert tracker.done
    data[:] = b"y" * BIG
    assert pull.recv() == b"x" * BIG


def test_a_copy_is_made_before_the_wait(link: Link) -> None:
    """With copy=True, data that changes while send() waits for room is sent as it was."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, hwm=1)
    while push.poll(0, zmqpp.POLLOUT):
        push.send(b"fill")
    for size in (10, BIG):
        data = bytearray(b"x" * size)
        thread = threading.Thread(target=push.send, args=(data,))
        thread.start()
        time.sleep(0.05)
        assert not is_pinned(data)
        data[:] = b"y" * size
        data.clear()
        got = b"fill"
        while got == b"fill":
            got = pull.recv()
        thread.join()
        assert got == b"x" * size
        while push.poll(0, zmqpp.POLLOUT):
            push.send(b"fill")


def test_failed_sends_leak_nothing() -> None:
    """Sends that fail, of lent and of copied data, leave no reference and no memory behind."""
    run_python(
        """
        context = zmqpp.Context()
        push = context.socket(zmqpp.PUSH)
        rep = context.socket(zmqpp.REP)
        datas = [bytes(100000), bytearray(100000), bytes(10)]

        def rounds(count):
            for _ in range(count):
                for data in datas:
                    for send in (
                        lambda: push.send(data, zmqpp.DONTWAIT, copy=False),
                        lambda: push.send(data, zmqpp.DONTWAIT),
                        lambda: push.send_multipart([data, data], zmqpp.DONTWAIT, copy=False, track=True),
                        lambda: push.send(data, copy=False, timeout=0),
                        lambda: rep.send(data, copy=False),
                        lambda: push.send_multipart([data, 7], copy=False),
                    ):
                        try:
                            send()
                        except (zmqpp.Again, zmqpp.StateError, TypeError):
                            pass
                        else:
                            raise AssertionError("sent")

        def memory():
            if not os.path.exists("/proc/self/statm"):
                return 0
            with open("/proc/self/statm") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        rounds(30)
        time.sleep(0.01)
        counts = [sys.getrefcount(data) for data in datas]
        before = memory()
        rounds(int(1500 * float(sys.argv[1])))
        time.sleep(0.01)
        assert [sys.getrefcount(data) for data in datas] == counts
        datas[1].append(1)
        assert memory() - before < 10_000_000, memory() - before
        context.destroy()
        """,
        STRESS_SECONDS,
        timeout=30 + 2 * STRESS_SECONDS,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="measures memory with the module resource")
def test_received_messages_leak_nothing() -> None:
    """Messages received in place, with views of them, leave no memory behind."""
    run_python(
        """
        import resource

        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        data = bytes(1_000_000)

        def rounds(count):
            for _ in range(count):
                push.send(data, copy=False)
                message = pull.recv(copy=False, timeout=5000)
                assert len(memoryview(message)[1:]) == len(message.buffer) - 1

        rounds(30)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        rounds(300)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 20_000 or sys.platform == "darwin", grown
        context.destroy()
        """
    )


def test_a_receiver_cannot_change_the_senders_bytes(link: Link) -> None:
    """What comes over inproc may be the sender's memory, so it can only be read."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    data = b"immutable" * 30_000
    push.send(data, copy=False)
    push.send(data)
    push.send(b"small")
    for _ in range(3):
        message = pull.recv(copy=False)
        assert memoryview(message).readonly
        assert message.buffer.readonly
        with pytest.raises(TypeError):
            message.buffer[0] = 1
        with pytest.raises((TypeError, BufferError)):
            pull.recv_into(message)
    assert data == b"immutable" * 30_000


def test_what_came_over_a_wire_may_be_changed(link: Link) -> None:
    """What comes over tcp is the receiver's own memory, and can be written, unless it is shared."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, "tcp")
    data = b"immutable" * 30_000
    push.send(data, copy=False)
    message = pull.recv(copy=False)
    message.buffer[0] = ord("I")
    assert message.bytes == b"I" + data[1:]
    twin = message.fast_copy()
    assert message.buffer.readonly
    assert twin.buffer.readonly
    assert data == b"immutable" * 30_000


@pytest.mark.parametrize("end", ["subscribers", "nobody", "close"])
def test_the_last_subscriber_releases(
    open_socket: OpenSocket, wait_until: WaitUntil, end: str
) -> None:
    """A lent buffer that goes to many subscribers is released once, after the last of them has it."""
    pub = open_socket(zmqpp.XPUB)
    endpoint = pub.bind("inproc://publish")
    subs = [open_socket(zmqpp.SUB, subscribe="") for _ in range(3 if end != "nobody" else 0)]
    for sub in subs:
        sub.connect(endpoint)
        assert pub.recv() == b"\x01" or sub is not subs[0]
        if sub is subs[0]:
            pub.xpub_verbose = True
    data = bytearray(BIG)
    tracker = pub.send(data, copy=False, track=True)
    assert tracker is not None
    if end == "close":
        pub.close(linger=0)
        for sub in subs:
            sub.close(linger=0)
    elif end == "subscribers":
        for sub in subs:
            assert not tracker.done
            assert is_pinned(data)
            assert len(sub.recv()) == BIG
    tracker.wait(5)
    assert not is_pinned(data)


def test_closing_releases(context: zmqpp.Context) -> None:
    """What a closed socket gave up is released, by close(linger=0) and by the end of the context."""
    for end in ("close", "destroy"):
        data = bytearray(BIG)
        own = zmqpp.Context()
        push = own.socket(zmqpp.PUSH)
        push.connect(DEAD)
        tracker = push.send(data, copy=False, track=True)
        assert tracker is not None
        assert is_pinned(data)
        if end == "close":
            push.close(linger=0)
        else:
            own.destroy(linger=0)
        tracker.wait(5)
        assert not is_pinned(data)
        own.destroy(linger=0)


def test_a_busy_gil_does_not_stall_the_traffic() -> None:
    """libzmq's threads never wait for the GIL to give memory back."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        data = bytes(70_000)
        trackers = [push.send(data, copy=False, track=True) for _ in range(200)]
        # Now this thread keeps the GIL: sorting never gives it up. Meanwhile libzmq sends and receives.
        numbers = list(range(1_000_000, 0, -1)) * 2
        for _ in range(3):
            sorted(numbers)
        assert all(tracker.done for tracker in trackers)
        for _ in trackers:
            assert len(pull.recv()) == 70_000
        context.destroy()
        """
    )


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="counts threads in /proc")
@pytest.mark.parametrize("endpoint", ["inproc://lent", "tcp://127.0.0.1:*"])
def test_lending_beside_a_thread_that_keeps_the_gil(endpoint: str) -> None:
    """However much is lent while another thread has the GIL, nothing stalls, piles up or stays behind."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH, hwm=50), context.socket(zmqpp.PULL, hwm=50)
        push.connect(pull.bind(sys.argv[1]))
        total = int(3000 * float(sys.argv[2]))
        datas = [bytes(100_000) for _ in range(7)]
        counts = [sys.getrefcount(data) for data in datas]
        received, memory, tasks, longest = 0, [], [], 0.0

        def hold():
            numbers = list(range(300_000, 0, -1)) * 2
            while received < total:
                sorted(numbers)  # for some milliseconds, in which nobody gets the GIL

        def receive():
            global received
            while received < total:
                assert len(pull.recv(copy=False, timeout=20000)) == 100_000
                received += 1

        threads = [threading.Thread(target=work) for work in (hold, receive)]
        for thread in threads:
            thread.start()
        last = time.monotonic()
        for i in range(total):
            push.send(datas[i % 7], copy=False, timeout=20000)
            if i % (total // 20) == 0:
                tasks.append(len(os.listdir("/proc/self/task")))
                with open("/proc/self/statm") as file:
                    memory.append(int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
            now = time.monotonic()
            last, longest = now, max(longest, now - last)
        for thread in threads:
            thread.join()
        deadline = time.monotonic() + 1
        while [sys.getrefcount(data) for data in datas] != counts and time.monotonic() < deadline:
            time.sleep(0.01)  # no call of zmqpp here
        assert [sys.getrefcount(data) for data in datas] == counts
        assert longest < 5, longest
        assert max(tasks) == min(tasks), tasks
        # What may be under way, a hundred messages in libzmq and some in the system, and no more.
        assert max(memory[3:]) - memory[2] < 60_000_000, memory
        context.destroy()
        """,
        endpoint,
        STRESS_SECONDS,
        timeout=60 + 5 * STRESS_SECONDS,
    )


def test_lending_from_many_threads() -> None:
    """Buffers lent by many threads at once all come back, and none is lost or released twice."""
    run_python(
        """
        context = zmqpp.Context()
        push, pull = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        push.connect(pull.bind("tcp://127.0.0.1:*"))
        datas = [bytearray(b"%d" % i * 70_000) for i in range(8)]
        counts = [sys.getrefcount(data) for data in datas]

        def send(data):
            for _ in range(200):
                push.send_multipart([data, data[:10], data], copy=False)

        threads = [threading.Thread(target=send, args=(data,)) for data in datas]
        for thread in threads:
            thread.start()
        for _ in range(200 * len(datas)):
            first, small, second = pull.recv_multipart(timeout=5000)
            assert first == second and first[:10] == small
        for thread in threads:
            thread.join()
        del thread, threads
        deadline = time.monotonic() + 1
        while [sys.getrefcount(data) for data in datas] != counts and time.monotonic() < deadline:
            time.sleep(0.01)
        assert [sys.getrefcount(data) for data in datas] == counts
        for data in datas:
            data.append(1)
        context.destroy()
        """
    )


def test_the_release_may_run_any_code(link: Link) -> None:
    """The owner of a lent buffer may be destroyed by its release, and do anything then."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    ended = []

    class Data(bytearray):
        def __del__(self) -> None:
            push.send(b"from the finalizer")
            ended.append(self[:2])

    push.send(Data(b"x" * BIG), copy=False)
    pull.recv()
    push.send(b"the next call")
    gc.collect()
    deadline = time.monotonic() + 1
    while not ended and time.monotonic() < deadline:
        time.sleep(0.001)
    assert ended == [b"xx"]
    assert {pull.recv(), pull.recv()} == {b"from the finalizer", b"the next call"}


@pytest.mark.parametrize("peer", ["dead", "slow"])
def test_exit_with_buffers_in_flight(peer: str) -> None:
    """A process may end while libzmq has memory of its objects."""
    run_python(
        """
        from blocking_calls import DEAD
        import mmap

        context = zmqpp.Context()
        push = context.socket(zmqpp.PUSH, linger=100)
        if sys.argv[1] == "dead":
            push.connect(DEAD)
        else:
            pull = context.socket(zmqpp.PULL)
            push.connect(pull.bind("tcp://127.0.0.1:*"))

        class Data(bytearray):
            def __del__(self):
                pass

        for _ in range(20):
            push.send(Data(100000), copy=False)
            push.send(bytes(100000), copy=False, track=True)
            push.send(mmap.mmap(-1, 100000), copy=False)
            push.copy_threshold = 0
            push.send(b"small", copy=False)
            push.copy_threshold = 65536
        """,
        peer,
        timeout=5,
    )


def test_all_kinds_of_buffers(link: Link) -> None:
    """Whatever has contiguous bytes can be lent; what has not is refused before anything is sent."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL)
    content = bytes(range(256)) * 1024
    with mmap.mmap(-1, len(content)) as mapped:
        mapped[:] = content
        sources: list[Any] = [
            content, bytearray(content), memoryview(content), memoryview(bytearray(content)),
            array.array("i", content), mapped, zmqpp.Message(content), memoryview(content)[:100_000],
        ]  # fmt: skip
        for source in sources:
            for copy in (True, False):
                push.send(source, copy=copy)
                received = pull.recv()
                assert received == bytes(memoryview(source).cast("B"))
        del source, sources
        tracker = push.send(b"x" * BIG, copy=False, track=True)  # releases what came back
        pull.recv()
        assert tracker is not None
        tracker.wait(5)
    for bad in (memoryview(content)[::2], "text", 7, None, [b"x"]):
        with pytest.raises((TypeError, BufferError, ValueError)):
            push.send(bad, copy=False)  # type: ignore[arg-type]
        with pytest.raises((TypeError, BufferError, ValueError)):
            push.send_multipart([b"good", bad], copy=False)  # type: ignore[list-item]
    assert pull.try_recv() is None


@pytest.mark.skipif(numpy is None, reason="needs numpy")
def test_numpy_arrays(link: Link) -> None:
    """Arrays are sent without a copy, and received messages become arrays without one."""
    push, pull = link(zmqpp.PUSH, zmqpp.PULL, "tcp")
    sent = numpy.arange(100_000, dtype="int64")
    tracker = push.send(sent, copy=False, track=True)
    message = pull.recv(copy=False)
    got = numpy.frombuffer(message, dtype="int64")
    assert (got == sent).all()
    del message
    got[0] = 7
    assert got[0] == 7
    tracker.wait(5)
    fresh = numpy.zeros(10, dtype="int64")
    push.send(numpy.ones(10, dtype="int64"))
    assert pull.recv_into(fresh) == 80
    assert fresh.sum() == 10


def test_a_message_is_pinned_by_its_views(link: Link) -> None:
    """The memory of a Message made of lent data is given back when its last view is gone."""
    data = bytearray(BIG)
    message = zmqpp.Message(data, track=True)
    view = message.buffer
    tracker = message.tracker
    assert tracker is not None
    del message
    gc.collect()
    assert not tracker.done
    assert is_pinned(data)
    view.release()
    assert tracker.done
    assert not is_pinned(data)
    if hasattr(sys, "getrefcount"):
        assert sys.getrefcount(data) == 2
