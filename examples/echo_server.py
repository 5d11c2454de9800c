"""An echo server: one REP socket bound to two TCP endpoints.

    python examples/echo_server.py [--count=N] [ENDPOINT ...]

It prints its endpoints and answers every message with the same message, until Ctrl-C or, with
--count, until it has answered so many.
"""

from __future__ import annotations

import argparse

import zmqpp


def main() -> None:
    parser = argparse.ArgumentParser(description="Answers every message with the same message.")
    parser.add_argument("endpoints", nargs="*", metavar="ENDPOINT",
                        default=["tcp://127.0.0.1:5000", "tcp://127.0.0.1:6000"])  # fmt: skip
    parser.add_argument("--count", type=int, help="how many messages to answer; without it, all")
    arguments = parser.parse_args()

    answered = 0
    with zmqpp.Context() as context, context.socket(zmqpp.REP) as server:
        for endpoint in arguments.endpoints:
            # Flushed, because whoever started the server may wait for this line.
            print("echo server: bound to", server.bind(endpoint), flush=True)
        try:
            for message in server:
                server.send(message)
                answered += 1
                if answered == arguments.count:
                    break
        except KeyboardInterrupt:
            pass
    print(f"echo server: answered {answered} messages, done", flush=True)


if __name__ == "__main__":
    main()
