"""A pipeline whose workers share their sockets.

Tasks go through PUSH and PULL to four threads, results back through PUSH and PULL. In ZeroMQ each
thread needs a socket of its own; here all workers receive from one socket and send by another.
"""

from __future__ import annotations

import threading

import zmqpp

WORKERS = 4
TASKS = 1000
PATIENCE_MS = 5000


def work(tasks: zmqpp.Socket, results: zmqpp.Socket) -> None:
    for task in tasks:  # until the socket is closed
        number = int(task)
        results.send_multipart([task, b"%d" % number**2])


def main() -> None:
    with zmqpp.Context() as context:
        tasks_in, tasks_out = context.socket(zmqpp.PULL), context.socket(zmqpp.PUSH)
        results_in, results_out = context.socket(zmqpp.PULL), context.socket(zmqpp.PUSH)
        tasks_in.bind("inproc://tasks")
        tasks_out.connect("inproc://tasks")
        results_in.bind("inproc://results")
        results_out.connect("inproc://results")

        workers = [
            threading.Thread(target=work, args=(tasks_in, results_out)) for _ in range(WORKERS)
        ]
        for worker in workers:
            worker.start()
        for number in range(TASKS):
            tasks_out.send(b"%d" % number)
        squares = {}
        for _ in range(TASKS):
            task, result = results_in.recv_multipart(timeout=PATIENCE_MS)
            squares[int(task)] = int(result)

        tasks_in.close()  # wakes the workers, who are waiting in it
        for worker in workers:
            worker.join()
    assert squares == {number: number**2 for number in range(TASKS)}
    print(f"{WORKERS} threads on two shared sockets did {TASKS} tasks, each once")


if __name__ == "__main__":
    main()
