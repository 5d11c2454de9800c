"""The contract: each row is one or more measurements, and what zmqpp must reach in them.

Bounds are written as `p` (ratio to pyzmq built from source), `C` (ratio to plain libzmq), and what is
aimed at comes after what must be.
"""

from __future__ import annotations

from typing import Any

from hybrids import hybrids
from plan import BATCH, Goal, Measurement, Run, everyone, only

KIB, MIB = 1 << 10, 1 << 20


def p(must: float | None, aim: float | None = None, **more: Any) -> Goal:
    return Goal(must, aim, "pyzmq", **more)


def c(must: float | None, aim: float | None = None, **more: Any) -> Goal:
    return Goal(must, aim, "libzmq", **more)


def at_most(must: float, aim: float | None = None) -> Goal:
    return Goal(must, aim)


def batched() -> dict[str, Run]:
    """Peers send and receive one by one: they have no calls for many."""
    return {**everyone(), "zmqpp": Run("zmqpp", {"batch": BATCH})}


def one_thread() -> list[Measurement]:
    row = "one thread, inproc"
    base = {"shape": "one_thread"}
    return [
        Measurement("send+recv, 64 B", row, base, everyone(), goals=(p(3.3, 4), c(0.58, 0.70))),
        Measurement(
            "multipart, 3 x 64 B",
            row,
            {**base, "parts": 3},
            everyone(),
            goals=(p(15, 19), c(0.58, 0.67)),
        ),
        Measurement(
            f"batches of {BATCH:,}, 64 B",
            row,
            {**base, "depth": BATCH},
            batched(),
            goals=(c(0.85, 0.95),),
        ),
    ]


def instructions() -> list[Measurement]:
    return [
        Measurement(
            "send+recv, 64 B, instructions",
            "one thread, inproc",
            {"shape": "callgrind", "call": "send_recv"},
            only("zmqpp"),
            unit="",
            less_is_better=True,
            rounds=1,
            goals=(at_most(1900),),
        )
    ]


def throughput() -> list[Measurement]:
    row = "PUSH/PULL"
    base = {"shape": "throughput"}
    found = [
        Measurement(
            "inproc, two threads, 64 B", row, base, everyone(), goals=(p(3.5, 4.3), c(0.5))
        ),
        Measurement(
            f"inproc, two threads, 64 B, batches of {BATCH:,}",
            row,
            base,
            batched(),
            goals=(c(0.6, 0.78),),
        ),
    ]
    for transport in ("tcp", "ipc"):
        wire = {**base, "transport": transport, "processes": 2}
        peers = everyone(**(only("asyncio") if transport == "tcp" else {}))
        found.append(
            Measurement(
                f"{transport}, two processes, 64 B",
                row,
                wire,
                peers,
                goals=(p(2.1, 2.5), c(0.75, 0.95)),
            )
        )
        kib = {**wire, "size": KIB}
        found.append(
            Measurement(
                f"{transport}, two processes, 1 KiB", row, kib, everyone(), goals=(c(0.92, 1.0),)
            )
        )
    wire = {**base, "transport": "tcp", "processes": 2}
    found.append(
        Measurement(
            f"tcp, two processes, 64 B, batches of {BATCH:,}",
            row,
            wire,
            batched(),
            goals=(c(0.9, 1.0),),
        )
    )
    return found


def large() -> list[Measurement]:
    row = "large messages, PUSH/PULL"
    base = {"shape": "throughput"}
    found = []
    for transport in ("ipc", "tcp"):
        found.append(
            Measurement(
                f"{transport}, two processes, 1 MiB, plain send(bytes) and recv",
                row,
                {**base, "transport": transport, "processes": 2, "size": MIB},
                everyone(**{"libzmq, no copies": Run("libzmq", {"send_copy": 0, "recv_copy": 0})}),
                goals=(p(1.2, 1.5),),
            )
        )
    found.append(
        Measurement(
            "inproc, two threads, 1 MiB, plain send(bytes) and recv",
            row,
            {**base, "size": MIB},
            everyone(
                **{
                    "zmqpp, 16 MiB": Run("zmqpp", {"size": 16 * MIB}),
                    "libzmq, no copies": Run("libzmq", {"send_copy": 0, "recv_copy": 0}),
                }
            ),
            # What an object costs that is handed over does not depend on its size.
            goals=(p(30, 44), Goal(0.5, 0.9, "zmqpp", run="zmqpp, 16 MiB")),
        )
    )
    for transport in ("tcp", "ipc"):
        found.append(
            Measurement(
                f"{transport}, two processes, 16 MiB, received with copy=False",
                row,
                {**base, "transport": transport, "processes": 2, "size": 16 * MIB},
                {
                    **everyone(),
                    "zmqpp": Run("zmqpp", {"recv_copy": 0}),
                    "libzmq, no copies": Run("libzmq", {"send_copy": 0, "recv_copy": 0}),
                    "pyzmq, copy=False": Run("pyzmq", {"send_copy": 0, "recv_copy": 0}),
                },
                goals=(p(1.3), Goal(None, 1.0, "libzmq, no copies")),
            )
        )
    return found


def round_trips() -> list[Measurement]:
    row = "round trips, 64 B, on one core"
    # What sockets that threads share must pay for, whatever the language.
    outside = {"libzmq, waiting outside": Run("libzmq", {"waits_outside": 1})}
    found = []
    for transport in ("tcp", "ipc"):
        found.append(
            Measurement(
                f"{transport} REQ/REP, two processes",
                row,
                {
                    "shape": "round_trip",
                    "pattern": "reqrep",
                    "transport": transport,
                    "processes": 2,
                },
                everyone(**outside, **(only("asyncio") if transport == "tcp" else {})),
                pinned=True,
                goals=(c(0.93, 0.97), p(0.95)),
            )
        )
    for pattern, name in (("pair", "PAIR"), ("reqrep", "REQ/REP")):
        found.append(
            Measurement(
                f"inproc {name}, two threads",
                row,
                {"shape": "round_trip", "pattern": pattern},
                everyone(**outside),
                pinned=True,
                goals=(c(0.78, 0.9), p(None, 1.0)),
            )
        )
    found.append(
        Measurement(
            "inproc PAIR, two threads on two cores, spin=50",
            "round trips, 64 B",
            {"shape": "round_trip"},
            {
                **only("libzmq", "pyzmq"),
                "zmqpp": Run("zmqpp", {"spin": 50}),
                "zmqpp, no spin": Run("zmqpp"),
            },
        )
    )
    return found


def beside_a_busy_thread() -> list[Measurement]:
    row = "beside a thread that computes in pure Python"
    wire = {"shape": "throughput", "transport": "tcp", "processes": 2}
    return [
        Measurement(
            "tcp 64 B, busy in the receiver",
            row,
            {**wire, "busy": "receiver"},
            only("zmqpp", "pyzmq", "pyzmq-wheel", "pyomq"),
            longer=4,  # some hundred switch intervals
            goals=(p(5, 10),),
        ),
        Measurement(
            "tcp 64 KiB, busy in the sender",
            row,
            {**wire, "busy": "sender", "size": 64 * KIB},
            {
                **only("zmqpp", "pyzmq"),
                "pyzmq, copy=False": Run("pyzmq", {"send_copy": 0}),
            },
            longer=4,
            goals=(Goal(5, 9, "pyzmq, copy=False"),),
        ),
    ]


def threads() -> list[Measurement]:
    row = "four threads, 64 B, sum of all"
    base = {"shape": "one_thread", "threads": 4}
    alone = {"zmqpp, one thread": Run("zmqpp", {"threads": 1, "shared": 0})}
    return [
        Measurement(
            "a socket pair each",
            row,
            base,
            everyone(**alone),
            goals=(Goal(0.9, None, "zmqpp, one thread"), p(7, 10)),
        ),
        Measurement(
            "sharing one socket pair",
            row,
            {**base, "shared": 1},
            {**only("zmqpp"), **alone},
            goals=(Goal(0.4, 0.7, "zmqpp, one thread"),),
        ),
    ]


def polling() -> list[Measurement]:
    goals = {1: (p(1.3, 1.6),), 100: (p(8, 12), c(8, 12)), 1000: (p(60, 100),)}
    return [
        Measurement(
            f"1 ready of {sockets:,}",
            "send + Poller.poll + recv",
            {"shape": "polling", "sockets": sockets},
            everyone(),
            goals=bounds,
        )
        for sockets, bounds in goals.items()
    ]


def calls() -> list[Measurement]:
    row = "calls"
    bounds = {
        "get": ("getsockopt", (p(7, 10),)),
        "set": ("setsockopt", (p(7, 10),)),
        "attribute_get": ("reading socket.linger", (p(10, 20),)),
        "attribute_set": ("setting socket.linger", (p(10, 20),)),
        "again": ("recv(NOBLOCK) raises Again", (p(2.3),)),
    }
    found = [
        Measurement(name, row, {"shape": "calls", "call": call}, everyone(), goals=goals)
        for call, (name, goals) in bounds.items()
    ]
    again = {name: Run(name, {"call": "again"}) for name in ("libzmq", "pyzmq", "pyzmq-wheel")}
    found.append(
        Measurement(
            "try_recv finds nothing (others: recv(NOBLOCK) and Again)",
            row,
            {"shape": "calls", "call": "try_recv"},
            {"zmqpp": Run("zmqpp"), **again},
            goals=(p(4.5), c(None, 0.84)),
        )
    )
    found.append(
        Measurement(
            "reading each property",
            row,
            {"shape": "calls", "call": "properties"},
            only("zmqpp", "pyzmq"),
            unit="ns",
            less_is_better=True,
            goals=(p(1.0, worst=True),),
        )
    )
    return found


def footprint() -> list[Measurement]:
    bounds: list[tuple[str, str, dict[str, Any], str, Goal]] = [
        ("import, time", "import_time", {}, "ms", at_most(5, 3)),
        ("import, memory", "import_memory", {}, "MiB", at_most(4.5)),
        ("a socket", "socket", {}, "B", at_most(3900)),
        ("a queued bytes of 64 KiB", "queued", {"size": 64 * KIB}, "B", at_most(300)),
        ("a held Message of 64 B (copy=False)", "held", {}, "B", at_most(300)),
    ]
    return [
        Measurement(
            name,
            "footprint",
            {"shape": "footprint", "call": call, **options},
            only("zmqpp", "pyzmq", "pyzmq-wheel", "pyomq"),
            unit=unit,
            less_is_better=True,
            rounds=3 if unit == "ms" else 1,  # sizes do not vary
            goals=(goal,),
        )
        for name, call, options, unit, goal in bounds
    ]


def contract() -> list[Measurement]:
    """All measurements that have goals, and those that are there to be known."""
    return [
        *one_thread(),
        *instructions(),
        *throughput(),
        *hybrids(),
        *large(),
        *round_trips(),
        *beside_a_busy_thread(),
        *threads(),
        *polling(),
        *calls(),
        *footprint(),
    ]
