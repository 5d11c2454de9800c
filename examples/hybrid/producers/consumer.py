"""C++ threads produce, Python consumes, and the other way round: python consumer.py [messages]"""

import sys
import threading
import time

import ticks

import zmqpp


def from_cpp(context: zmqpp.Context, count: int, batch: int) -> float:
    """Seconds for `count` messages of a C++ thread's, received one by one or in batches."""
    with context.socket(zmqpp.PULL) as pull:
        pull.bind("inproc://ticks")
        start = time.perf_counter()
        producer = ticks.Producer(context, "inproc://ticks", count)
        total = 0
        if batch == 1:
            for _ in range(count):
                total += int.from_bytes(pull.recv()[:8], sys.byteorder)
        else:
            received = 0
            while received < count:
                messages = pull.recv_many(batch, timeout=30_000)
                received += len(messages)
                total += sum(int.from_bytes(m[:8], sys.byteorder) for m in messages)
        del producer
        seconds = time.perf_counter() - start
    assert total == count * (count - 1) // 2, "each message came once"
    return seconds


def to_cpp(context: zmqpp.Context, count: int) -> float:
    """Seconds for `count` messages from Python to a C++ function that sums them up."""
    with context.socket(zmqpp.PULL) as pull, context.socket(zmqpp.PUSH) as push:
        pull.bind("inproc://ticks")
        push.connect("inproc://ticks")
        sums = []
        consumer = threading.Thread(target=lambda: sums.append(ticks.consume(pull, count)))
        start = time.perf_counter()
        consumer.start()
        for first in range(0, count, 1000):
            numbers = range(first, min(first + 1000, count))
            push.send_many([n.to_bytes(8, sys.byteorder) for n in numbers])
        consumer.join()
        seconds = time.perf_counter() - start
    assert sums == [count * (count - 1) // 2], "each message came once"
    return seconds


def main(count: int = 1_000_000) -> None:
    with zmqpp.Context() as context:
        for name, seconds in (
            ("C++ to Python, one by one", from_cpp(context, count, 1)),
            ("C++ to Python, batches", from_cpp(context, count, 1000)),
            ("Python to C++, batches", to_cpp(context, count)),
        ):
            print(f"{name:26} {count / seconds:12,.0f} messages/s")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
