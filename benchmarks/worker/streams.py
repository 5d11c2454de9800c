"""The same over raw asyncio streams, without ZeroMQ: a length, then the bytes, over TCP.

It is what a program that needs no more than a connection could do with Python alone.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio import StreamReader, StreamWriter

from task import MissingError, Task


async def read(reader: StreamReader) -> bytes:
    size = int.from_bytes(await reader.readexactly(4), "big")
    return await reader.readexactly(size)


async def write(writer: StreamWriter, data: bytes) -> None:
    writer.write(len(data).to_bytes(4, "big") + data)
    await writer.drain()


async def measured(reader: StreamReader, writer: StreamWriter, task: Task) -> float:
    data, done = b"x" * task.size, 0
    start = now = time.perf_counter()
    while now - start < task.seconds:
        for _ in range(10):
            if task.shape == "round_trip":
                await write(writer, data)
            await read(reader)
        done += 10
        now = time.perf_counter()
    return done / (now - start)


async def partner(reader: StreamReader, writer: StreamWriter, task: Task) -> None:
    data = b"x" * task.size
    while True:
        if task.shape == "round_trip":
            await write(writer, await read(reader))
        else:
            await write(writer, data)


async def serve(task: Task, port: int) -> float:
    result: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def accepted(reader: StreamReader, writer: StreamWriter) -> None:
        result.set_result(await measured(reader, writer, task))

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    os.write(port, str(server.sockets[0].getsockname()[1]).encode())
    return await result


async def connect(task: Task, port: int) -> None:
    number = int(os.read(port, 100))
    await partner(*await asyncio.open_connection("127.0.0.1", number), task)


def measure(library: str, task: Task) -> float:
    """Messages or round trips per second, between two processes."""
    if task.shape not in ("round_trip", "throughput") or task.transport != "tcp":
        raise MissingError(f"{task.shape} over {task.transport}")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            signal.alarm(60)  # a child does not inherit it
            asyncio.run(connect(task, reading))
        finally:
            os._exit(1)
    try:
        return asyncio.run(asyncio.wait_for(serve(task, writing), 30))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
