"""Sending and receiving large messages without copying them.

copy=False lends the memory to ZeroMQ until every receiver has it; the tracker says when. While it
is lent it must not change, and its owner cannot resize it. On the other side, copy=False gives a
Message that has the bytes where ZeroMQ put them, and any number of views of them.
"""

from __future__ import annotations

import zmqpp

SAMPLES = 4_000_000
PATIENCE_S = 5


def main() -> None:
    with zmqpp.Context() as context:
        sender, receiver = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        receiver.connect(sender.bind("inproc://samples"))

        samples = bytearray(SAMPLES * 8)
        memoryview(samples).cast("d")[-1] = 42.0
        tracker = sender.send(samples, copy=False, track=True)
        assert tracker is not None

        message = receiver.recv(copy=False)
        view = memoryview(message).cast("d")
        print(f"{len(view)} samples arrived, the last is {view[-1]}")

        print("lent:", not tracker.done)
        try:
            samples.append(0)
        except BufferError:
            print("while lent, the owner cannot resize it")

        view.release()
        del message  # over inproc the receiver has the sender's own memory, and now gives it back
        tracker.wait(timeout=PATIENCE_S)
        print("given back:", tracker.done)
        samples.append(0)


if __name__ == "__main__":
    main()
