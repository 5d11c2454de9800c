"""The handlers of service.cpp."""

import zmqpp

log: zmqpp.Socket


def start(context: zmqpp.Context) -> None:
    """Opens a socket in the application's own context; it ends with Python."""
    global log
    log = context.socket(zmqpp.PUSH)
    log.connect("inproc://log")
    log.send_string("Python has started")


def handle(request: zmqpp.Message) -> bytes:
    text = bytes(request)
    if text == b"fail":
        raise ValueError("no such request")
    log.send(b"handled " + text)
    return text[::-1]
