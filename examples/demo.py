"""`make demo`: echo servers and clients, across processes and across languages.

1. A server in one process, a client in another, over TCP. The server is one REP socket bound to two
   endpoints, the client one REQ socket connected to both, which therefore take turns.
2. A server in C++ and a client in Python, in one process, over inproc with one shared context. The
   server is the extension module of examples/hybrid/echo, which `make demo` builds.

It ends with exit code 0 when every message came back as it should.
"""

from __future__ import annotations

import faulthandler
import subprocess
import sys
import threading
from pathlib import Path

import zmqpp

HERE = Path(__file__).parent
ROUND_TRIPS = 10
PATIENCE_S = 20


def say(*words: object) -> None:
    print(*words, flush=True)


def two_processes() -> None:
    say("1. Two processes, over TCP: a REP socket bound to two endpoints, a REQ connected to both.")
    endpoint = "tcp://127.0.0.1:*"  # a port that is free
    server = subprocess.Popen(
        [sys.executable, HERE / "echo_server.py", f"--count={ROUND_TRIPS}", endpoint, endpoint],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    watchdog = threading.Timer(2 * PATIENCE_S, server.kill)
    watchdog.start()
    try:
        endpoints = []
        for _ in range(2):
            line = server.stdout.readline()
            if not line:
                sys.exit("the server did not start")
            say("  ", line.rstrip())
            endpoints.append(line.split()[-1])
        client = subprocess.run(
            [sys.executable, HERE / "echo_client.py", *endpoints],
            stdout=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_S,
        )
        say("  ", client.stdout.strip().replace("\n", "\n   "))
        if client.returncode != 0:
            sys.exit("the client failed")
        rest, _ = server.communicate(timeout=PATIENCE_S)
        say("  ", rest.strip())
        if server.returncode != 0:
            sys.exit("the server failed")
    finally:
        watchdog.cancel()
        server.kill()  # does nothing when it has ended
        server.communicate()


def two_languages() -> None:
    say("2. One process, over inproc: a server in C++, a client in Python, one context for both.")
    try:
        import echo_hybrid
    except ImportError as error:
        sys.exit(f"{error}: the C++ server is not built; `make demo` builds it")
    with zmqpp.Context() as context:
        with echo_hybrid.EchoServer(context, "inproc://echo") as server:
            say("   C++ server: a thread without the GIL, bound to", server.endpoint)
            with context.socket(zmqpp.REQ) as client:
                client.connect(server.endpoint)
                for number in range(ROUND_TRIPS):
                    text = f"message {number}"
                    client.send_string(text)
                    reply = client.recv_string(timeout=PATIENCE_S * 1000)
                    if reply != text:
                        sys.exit(f"Python client: sent {text!r}, and {reply!r} came back")
                    say(f"   Python client: {text!r} came back")
        say(f"   C++ server: answered {server.answered} messages, done")
        if server.answered != ROUND_TRIPS or server.running:
            sys.exit("the C++ server did not answer each message once and stop")


def main() -> None:
    # Whatever happens, this ends; if it has to be by force, with a word on what it was waiting for.
    faulthandler.dump_traceback_later(3 * PATIENCE_S, exit=True)
    say(f"zmqpp {zmqpp.__version__} on libzmq {zmqpp.zmq_version()}")
    two_processes()
    two_languages()
    say("Every message came back.")


if __name__ == "__main__":
    main()
