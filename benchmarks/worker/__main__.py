"""One measurement of one library, in a process of its own: what run.py starts again and again.

    python benchmarks/worker LIBRARY shape=SHAPE [key=value ...]      (keys: task.py)

LIBRARY is zmqpp, a module with pyzmq's names, or asyncio for raw streams. A shape is a file beside
this one. It has `measure(library, task)`; or, if two sides take part, `types(zmq, task)` for what they
open, `measured(zmq, socket, task, go)` and `partner(zmq, socket, task, go)`.

Prints JSON: {"value": number, "details": {name: number}}, or {"missing": "what the library lacks"}.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import threading
import traceback
from typing import Any

from sockets import Line, bind, compute_beside, open_socket
from task import MissingError, Task

#: No measurement takes so long: the system ends a process, whatever it hangs in.
LIFETIME_S = 60


def two_sides(library: str, shape: Any, task: Task) -> Any:
    """Connects to a partner in a thread, or in a process split off before a library is loaded."""
    address, go = Line(), Line()
    child = os.fork() if task.processes == 2 else None
    if child == 0:
        signal.alarm(LIFETIME_S)  # a child does not inherit it
    try:
        zmq = importlib.import_module(library)
        context = zmq.Context()

        def partner() -> None:
            if child is not None and task.busy == "sender":
                compute_beside()
            socket = open_socket(zmq, context, shape.types(zmq, task)[1], task)
            address.tell(bind(zmq, socket, task.transport))
            shape.partner(zmq, socket, task, go)

        if child == 0:
            partner()
        if task.busy == "receiver":
            compute_beside()
        if child is None:
            threading.Thread(target=partner, daemon=True).start()
        socket = open_socket(zmq, context, shape.types(zmq, task)[0], task)
        socket.connect(address.hear())
        return shape.measured(zmq, socket, task, go)
    except BaseException:
        if child == 0:  # its error must not run on into what the parent does
            traceback.print_exc()
            os._exit(1)
        raise
    finally:
        if child is not None:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def main() -> None:
    signal.alarm(LIFETIME_S)
    library, task = sys.argv[1], Task.from_words(sys.argv[2:])
    try:
        shape = importlib.import_module("streams" if library == "asyncio" else task.shape)
        if hasattr(shape, "measure"):
            value = shape.measure(library, task)
        else:
            value = two_sides(library, shape, task)
        result = value if isinstance(value, dict) else {"value": value}
    except MissingError as missing:
        result = {"missing": str(missing)}
    print(json.dumps(result), flush=True)
    os._exit(0)  # what a library does at the end is not measured here


if __name__ == "__main__":
    main()
