"""Message, which pyzmq calls Frame, and MessageTracker."""

from ._core import Message, MessageTracker

Frame = Message

#: With ``copy=False``, data of fewer bytes than this is copied all the same; see
#: ``Socket.copy_threshold``.
COPY_THRESHOLD: int = 32768

__all__ = ["COPY_THRESHOLD", "Frame", "Message", "MessageTracker"]
