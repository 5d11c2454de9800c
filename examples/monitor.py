"""Seeing what happens to the connections of a socket: a monitor.

A server's socket reports that it listens, that a client was accepted and has shaken hands, and that
it went away.
"""

from __future__ import annotations

import zmqpp


def main() -> None:
    with zmqpp.Context() as context:
        server = context.socket(zmqpp.REP)
        with zmqpp.Monitor(server) as monitor:
            endpoint = server.bind("tcp://127.0.0.1:*")
            client = context.socket(zmqpp.REQ)
            client.connect(endpoint)
            for event in monitor:
                print(event.event.name, event.endpoint)
                if event.event == zmqpp.EVENT_HANDSHAKE_SUCCEEDED:
                    client.close()
                if event.event == zmqpp.EVENT_DISCONNECTED:
                    server.close()  # which ends the events
    print("the client came and went")


if __name__ == "__main__":
    main()
