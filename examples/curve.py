"""CURVE: encryption, and a server that clients can tell from an impostor.

Each side has a pair of keys. The client must know the server's public key beforehand; if somebody
else answers, or the key is wrong, no message passes. Which clients may come is a matter of its own
(ZAP): this server lets in every client.
"""

from __future__ import annotations

import threading

import zmqpp

PATIENCE_MS = 5000


def ask(context: zmqpp.Context, endpoint: str, server_key: bytes, patience_ms: int) -> str:
    public_key, secret_key = zmqpp.curve_keypair()
    with context.socket(
        zmqpp.REQ,
        linger=0,
        curve_serverkey=server_key,
        curve_publickey=public_key,
        curve_secretkey=secret_key,
    ) as client:
        client.connect(endpoint)
        client.send(b"who is there?")
        try:
            return client.recv_string(timeout=patience_ms)
        except zmqpp.Timeout:
            return "no answer"


def serve(server: zmqpp.Socket) -> None:
    for _ in server:  # until the context ends
        server.send(b"the server")


def main() -> None:
    if not zmqpp.has("curve"):
        print("this libzmq was built without CURVE")
        return
    server_key, secret_key = zmqpp.curve_keypair()
    another_key, _ = zmqpp.curve_keypair()
    with zmqpp.Context() as context:
        server = context.socket(zmqpp.REP, curve_server=True, curve_secretkey=secret_key)
        endpoint = server.bind("tcp://127.0.0.1:*")
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        print("with the server's key:", ask(context, endpoint, server_key, PATIENCE_MS))
        print("with another key:", ask(context, endpoint, another_key, 300))
    thread.join()


if __name__ == "__main__":
    main()
