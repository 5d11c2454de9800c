"""Measurements of which one alone says little: what the plots are drawn from, in a full run."""

from __future__ import annotations

from plan import Measurement, everyone, only

SIZES = [8, 64, 512, 4096, 32_768, 262_144, 1 << 20]
PROCESSES = {"inproc": 1, "ipc": 2, "tcp": 2}


def by_size() -> list[Measurement]:
    return [
        Measurement(
            f"PUSH/PULL {transport}, {size:,} B",
            "throughput over message size",
            {"shape": "throughput", "transport": transport, "size": size, "processes": processes},
            everyone(),
            curve=(f"size {transport}", size),
        )
        for transport, processes in PROCESSES.items()
        for size in SIZES
    ]


def by_threads() -> list[Measurement]:
    return [
        Measurement(
            f"send+recv, 64 B, {threads} threads, a pair each",
            "throughput over threads",
            {"shape": "one_thread", "threads": threads},
            everyone(),
            curve=("threads", threads),
        )
        for threads in (1, 2, 4, 8)
    ]


def by_sockets() -> list[Measurement]:
    return [
        Measurement(
            f"poll, 1 ready of {sockets:,}",
            "polls over sockets",
            {"shape": "polling", "sockets": sockets},
            everyone(),
            curve=("sockets", sockets),
        )
        for sockets in (1, 3, 10, 30, 100, 300, 1000)
    ]


def latencies() -> list[Measurement]:
    kinds = [("inproc", "pair", 1), ("tcp", "reqrep", 2), ("ipc", "reqrep", 2)]
    return [
        Measurement(
            f"time of a round trip, {transport}",
            "latency distribution, 64 B, on one core",
            {
                "shape": "round_trip",
                "transport": transport,
                "pattern": pattern,
                "processes": processes,
                "latency": 1,
            },
            only("libzmq", "zmqpp", "pyzmq", "pyzmq-wheel", "pyomq"),
            pinned=True,
            curve=(f"latency {transport}", 0),
        )
        for transport, pattern, processes in kinds
    ]


def curves() -> list[Measurement]:
    return [*by_size(), *by_threads(), *by_sockets(), *latencies()]
