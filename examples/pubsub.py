"""Publish and subscribe: three subscribers, each with the topics it asked for.

A PUB sends to those who are subscribed at that moment; who comes later has missed it. So this
publisher waits for all of its subscribers.
"""

from __future__ import annotations

import threading

import zmqpp

NEWS = [b"weather.oslo rain", b"sport.chess draw", b"weather.lima sun", b"end"]
PATIENCE_MS = 5000


def listen(context: zmqpp.Context, endpoint: str, topic: str, heard: list[bytes]) -> None:
    with context.socket(zmqpp.SUB, rcvtimeo=PATIENCE_MS) as subscriber:
        subscriber.subscribe(topic)  # every message that begins with it
        subscriber.subscribe("end")
        subscriber.connect(endpoint)
        for message in subscriber:
            if message == b"end":
                return
            heard.append(message)


def main() -> None:
    heard: dict[str, list[bytes]] = {"weather.": [], "sport.": [], "": []}
    with zmqpp.Context() as context, context.socket(zmqpp.PUB) as publisher:
        endpoint = publisher.bind("tcp://127.0.0.1:*")
        subscribers = [
            threading.Thread(target=listen, args=(context, endpoint, topic, messages))
            for topic, messages in heard.items()
        ]
        for subscriber in subscribers:
            subscriber.start()
        publisher.wait_for_subscribers(len(subscribers), PATIENCE_MS, topic="end")
        for message in NEWS:
            publisher.send(message)
        for subscriber in subscribers:
            subscriber.join()
    for topic, messages in heard.items():
        print(f"subscribed to {topic!r}:", *(message.decode() for message in messages), sep="\n  ")


if __name__ == "__main__":
    main()
