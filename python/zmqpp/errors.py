"""The exceptions of zmqpp.

::

    OSError
      ZMQError                 a failure of ZeroMQ: errno, and strerror that names the operation
        Again                  would have had to wait (also BlockingIOError)
          Timeout              the time given ran out (also TimeoutError)
        ContextTerminated      the context was shut down or terminated
        SocketClosed           the socket was closed
        StateError             out of turn or too late: REQ and REP, options, borrowed objects
        ThreadError            another thread is in the middle of a message on this socket
        ForkError              made before fork(), used in the child
        HostUnreachable        no peer has that routing id (ROUTER with router_mandatory)
        AddressInUse           the endpoint is bound already
        NotSupported           the linked libzmq cannot do it (also NotImplementedError)
        MessageTooLong         recv_into() a buffer too small; the message is `frame`
        NotDone                MessageTracker.wait() ran out of time (also TimeoutError)
        ZMQBindError           bind_to_random_port() found no free port
    UserWarning
      OptionTooLateWarning     an option set after bind() or connect() that only later ones heed
"""

from ._core import (
    AddressInUse,
    Again,
    ContextTerminated,
    ForkError,
    HostUnreachable,
    MessageTooLong,
    NotDone,
    NotSupported,
    OptionTooLateWarning,
    SocketClosed,
    StateError,
    ThreadError,
    Timeout,
    ZMQBindError,
    ZMQError,
    strerror,
    zmq_errno,
)

# pyzmq's words for the same.
ZMQBaseError = ZMQError
ZMQVersionError = NotSupported

__all__ = [
    "AddressInUse",
    "Again",
    "ContextTerminated",
    "ForkError",
    "HostUnreachable",
    "MessageTooLong",
    "NotDone",
    "NotSupported",
    "OptionTooLateWarning",
    "SocketClosed",
    "StateError",
    "ThreadError",
    "Timeout",
    "ZMQBaseError",
    "ZMQBindError",
    "ZMQError",
    "ZMQVersionError",
    "strerror",
    "zmq_errno",
]
