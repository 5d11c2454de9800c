"""Children of multiprocessing, and of what stands on it.

Those that are forked, by the start methods fork and forkserver, leave by os._exit(), which runs no exit
handlers, and what they have not sent by then would be lost. So they get, when their work is done, the second
for unsent messages that other processes have at their exit. A child in which other threads still work then,
which are no daemons, has to close its sockets and terminate its contexts itself; so has a child of a bare
os.fork() that leaves by os._exit().
"""

from __future__ import annotations

import os
import sys

from . import _core

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from types import FrameType

# Where forked children begin and end, in every Python so far.
_FORKING = ("multiprocessing.popen_fork", "multiprocessing.forkserver")

_watching = False


def look_after_them() -> None:
    """Sees to it, in this process and in those that will be forked from it."""
    _watch()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_watch)


def _watch() -> None:
    """Has multiprocessing, if it is in use, tell when a child of its own begins to work."""
    global _watching
    util = sys.modules.get("multiprocessing.util")
    if util is not None and not _watching:
        _watching = True  # children that are forked have it too
        util.register_after_fork(_core, _expect_the_end)
        if sys.modules["multiprocessing.process"].parent_process() is not None:
            _expect_the_end()  # this is one, and has begun


def _expect_the_end(_: object = None) -> None:
    # Behind everything that others do at the end of a child.
    sys.modules["multiprocessing.util"].Finalize(None, _end, exitpriority=-1000)


def _end() -> None:
    import threading  # which is a quarter of what importing zmqpp would cost

    here = threading.current_thread()
    others = [thread for thread in threading.enumerate() if thread is not here]
    if _is_forked() and all(thread.daemon for thread in others):
        _core._finish()


def _is_forked() -> bool:
    """Whether this child leaves by os._exit(): one that was spawned ends like any other program."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_name != "spawn_main":
        if frame.f_globals.get("__name__") in _FORKING:
            return True
        frame = frame.f_back
    return False


__all__ = ["look_after_them"]
