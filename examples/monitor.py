"""Seeing what happens to the connections of a socket: a monitor.

A server's socket reports that it listens, that a client was accepted and has shaken hands, and that
it went away.
"""

from __future__ import annotations

import zmqpp
from zmqpp.monitor import recv_monitor_message

PATIENCE_MS = 5000


def main() -> None:
    with zmqpp.Context() as context:
        server = context.socket(zmqpp.REP)
        monitor = server.get_monitor_socket()
        endpoint = server.bind("tcp://127.0.0.1:*")
        client = context.socket(zmqpp.REQ)
        client.connect(endpoint)
        while True:
            event = recv_monitor_message(monitor, timeout=PATIENCE_MS)
            print(event.event.name, event.endpoint)
            if event.event == zmqpp.EVENT_HANDSHAKE_SUCCEEDED:
                client.close()
            if event.event == zmqpp.EVENT_DISCONNECTED:
                break
    print("the client came and went")


if __name__ == "__main__":
    main()
