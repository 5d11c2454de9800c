"""Sends frames as NumPy arrays through a stage of C++ threads, and checks what comes back.

python pipeline.py [frames] [pixels] [module with the stage]
"""

import importlib
import sys
import threading

import numpy as np

import zmqpp


def main(count: int = 200, pixels: int = 1_000_000, module: str = "filters") -> None:
    filters = importlib.import_module(module)
    frames = [np.random.default_rng(i).integers(0, 256, pixels, dtype=np.uint8) for i in range(8)]
    with zmqpp.Context() as context:
        source, sink = context.socket(zmqpp.PUSH), context.socket(zmqpp.PULL)
        source.bind("inproc://frames")
        sink.bind("inproc://results")
        stage = filters.Stage(context, "inproc://frames", "inproc://results", threads=2)

        def send() -> None:
            for number in range(count):  # the arrays are lent, not copied
                source.send_multipart([b"%d" % number, frames[number % 8]], copy=False)

        sender = threading.Thread(target=send)
        sender.start()
        seen = set()
        for _ in range(count):
            number, message = sink.recv_multipart(copy=False, timeout=30_000)
            result = np.frombuffer(message, dtype=np.uint8)  # the C++ vector's own memory
            frame = frames[int(number.bytes) % 8].astype(np.uint16)
            assert (result[1:-1] == (frame[:-2] + frame[1:-1] + frame[2:]) // 3).all()
            seen.add(int(number.bytes))
        sender.join()
        stage.stop()
    assert seen == set(range(count))
    print(f"{count} frames of {pixels} pixels went through {stage.done} calls of C++")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:])
