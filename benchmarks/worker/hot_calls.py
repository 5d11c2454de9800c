"""The calls that matter most, so many times and nothing else: what is counted under callgrind.

python hot_calls.py MODULE CALL TIMES
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

SIZE = 64
BATCH = 1000
NOT_THERE = 3  #: the exit status for a call that the library does not have


def pair(zmq: Any, context: Any) -> tuple[Any, Any]:
    sender, receiver = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    sender.bind("inproc://hot")
    receiver.connect("inproc://hot")
    return sender, receiver


def send_recv(zmq: Any, sender: Any, receiver: Any, times: int) -> None:
    send, recv, data = sender.send, receiver.recv, b"x" * SIZE
    for _ in range(times):
        send(data)
        recv()


def multipart(zmq: Any, sender: Any, receiver: Any, times: int) -> None:
    send, recv, parts = sender.send_multipart, receiver.recv_multipart, [b"x" * SIZE] * 3
    for _ in range(times):
        send(parts)
        recv()


def batch(zmq: Any, sender: Any, receiver: Any, times: int) -> None:
    send, recv, messages = sender.send_many, receiver.recv_many, [b"x" * SIZE] * BATCH
    for _ in range(times // BATCH):
        send(messages)
        left = BATCH
        while left:
            left -= len(recv(left))


def poll(zmq: Any, sender: Any, receiver: Any, times: int) -> None:
    poller = zmq.Poller()
    poller.register(receiver, zmq.POLLIN)
    send, wait, recv, data = sender.send, poller.poll, receiver.recv, b"x" * SIZE
    for _ in range(times):
        send(data)
        wait(1000)
        recv()


def try_recv(zmq: Any, sender: Any, receiver: Any, times: int) -> None:
    call = receiver.try_recv
    for _ in range(times):
        call()


CALLS = {
    "send_recv": send_recv,
    "multipart": multipart,
    "batch": batch,
    "poll": poll,
    "try_recv": try_recv,
}

if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1])
    if sys.argv[2] == "batch" and not hasattr(module.Socket, "send_many"):
        sys.exit(NOT_THERE)
    context = module.Context()
    CALLS[sys.argv[2]](module, *pair(module, context), int(sys.argv[3]))
    os._exit(0)
