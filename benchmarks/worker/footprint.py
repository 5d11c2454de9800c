"""What a library takes before anything is sent: time and memory of its import, and of its objects.

Memory is what the system says that the process has (/proc/self/statm), so this is for Linux.
"""

from __future__ import annotations

import importlib
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from sockets import open_socket, payload
from task import MissingError, Task

IMPORT = """
import time
def resident():
    with open("/proc/self/statm") as statm: return int(statm.read().split()[1])
pages = resident(); start = time.perf_counter()
import {}
print((time.perf_counter() - start) * 1e3, resident() - pages)
"""
IMPORTS = 7
SOCKETS = 1000
QUEUED = 500
HELD = 20_000


def resident() -> int:
    """Bytes of memory that this process has."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        raise MissingError("/proc/self/statm") from None


def measure(library: str, task: Task) -> float:
    if task.call.startswith("import"):
        return imports(library, task.call)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    zmq = importlib.import_module(library)
    return {"socket": sockets, "queued": queued, "held": held}[task.call](zmq, task)


def imports(library: str, call: str) -> float:
    """Milliseconds, or MiB of memory, that an import adds to a Python that has just started."""
    samples = []
    for _ in range(IMPORTS):
        command = [sys.executable, "-c", IMPORT.format(library)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
        samples.append([float(word) for word in done.stdout.split()])
    time_ms = statistics.median(sample[0] for sample in samples)
    pages = statistics.median(sample[1] for sample in samples)
    if call == "import_time":
        return time_ms
    resident()  # or raise
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def each(make: Callable[[], object], times: int) -> float:
    """Bytes that each thing takes which `make` makes and which is kept.

    As many are made before, which take what memory the process had and did not use.
    """
    kept: list[object] = [None] * (2 * times)
    for place in range(times):
        kept[place] = make()
    before = resident()
    for place in range(times, 2 * times):
        kept[place] = make()
    return (resident() - before) / times


def sockets(zmq: Any, task: Task) -> float:
    """Bytes that a socket takes."""
    context = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 2 * SOCKETS + 10)
    return each(lambda: open_socket(zmq, context, zmq.PAIR, task), SOCKETS)


def unlimited_pair(zmq: Any, task: Task) -> tuple[Any, Any]:
    context = zmq.Context()
    sender, receiver = (open_socket(zmq, context, zmq.PAIR, task) for _ in range(2))
    for socket in (sender, receiver):
        socket.setsockopt(zmq.SNDHWM, 0)
        socket.setsockopt(zmq.RCVHWM, 0)
    sender.bind("inproc://unlimited")
    receiver.connect("inproc://unlimited")
    return sender, receiver


def queued(zmq: Any, task: Task) -> float:
    """Bytes that a sent message takes until it is received, when its bytes live on anyway."""
    sender, _ = unlimited_pair(zmq, task)
    data = payload(task)
    taken = each(lambda: sender.send(data), QUEUED)
    if (
        taken < task.size / 10
    ):  # it is not copied, so that many have room, and are needed to be seen
        taken = each(lambda: sender.send(data), HELD)
    return taken


def held(zmq: Any, task: Task) -> float:
    """Bytes that a message takes which was received with copy=False and is kept."""
    sender, receiver = unlimited_pair(zmq, task)
    data = payload(task)

    def receive() -> Any:
        sender.send(data)
        return receiver.recv(copy=False)

    return each(receive, HELD)
