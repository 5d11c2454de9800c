"""A client of the echo server: one REQ socket connected to both of its endpoints.

    python examples/echo_client.py [ENDPOINT ...]

A REQ that is connected to several endpoints asks them in turn. The client makes ten round trips and
checks that each reply is right and came from the endpoint whose turn it was.
"""

from __future__ import annotations

import sys

import zmqpp
from zmqpp.monitor import recv_monitor_message

ROUND_TRIPS = 10
PATIENCE_MS = 5000


def connect(client: zmqpp.Socket, endpoints: list[str]) -> dict[int, str]:
    """Connects to all endpoints, waits until they are there, and says which connection is whose."""
    connections: dict[int, str] = {}
    with client.get_monitor_socket(zmqpp.EVENT_CONNECTED) as monitor:
        for endpoint in endpoints:
            client.connect(endpoint)
        while len(connections) < len(endpoints):
            event = recv_monitor_message(monitor, timeout=PATIENCE_MS)
            print("echo client: connected to", event.endpoint)
            connections[event.value] = event.endpoint
    return connections


def main() -> None:
    endpoints = sys.argv[1:] or ["tcp://127.0.0.1:5000", "tcp://127.0.0.1:6000"]
    origins = []
    with zmqpp.Context() as context, context.socket(zmqpp.REQ) as client:
        try:
            connections = connect(client, endpoints)
            for number in range(ROUND_TRIPS):
                text = f"message {number}"
                client.send_string(text)
                reply = client.recv(copy=False, timeout=PATIENCE_MS)
                if reply.bytes.decode() != text:
                    sys.exit(f"echo client: sent {text!r}, and {reply!r} came back")
                origins.append(connections[reply.get(zmqpp.SRCFD)])
                print(f"echo client: {text!r} came back from {origins[-1]}")
        except zmqpp.Timeout as error:
            sys.exit(f"echo client: the server does not answer: {error}")
    if origins != [endpoints[number % len(endpoints)] for number in range(ROUND_TRIPS)]:
        sys.exit("echo client: the endpoints did not take turns")
    print(f"echo client: {ROUND_TRIPS} round trips, and the endpoints took turns")


if __name__ == "__main__":
    main()
