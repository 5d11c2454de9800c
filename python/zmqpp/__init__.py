"""ZeroMQ for programs that mix threads, Python and C++.

>>> import zmqpp
>>> context = zmqpp.Context.instance()
>>> with context.socket(zmqpp.REP) as server, context.socket(zmqpp.REQ) as client:
...     endpoint = server.bind("tcp://127.0.0.1:*")
...     _ = client.connect(endpoint)
...     _ = client.send(b"hello")
...     server.recv()
b'hello'

Sockets may be shared between threads. Names and signatures are pyzmq's where it has them.
"""

from . import children, constants, errors
from .context import Context
from .endpoint import Endpoint
from .errors import *  # noqa: F403
from .message import COPY_THRESHOLD, Frame, Message, MessageTracker
from .poller import Poller, select, zmq_poll
from .proxy import Proxy, device, proxy, proxy_steerable
from .security import curve_keypair, curve_public, z85_decode, z85_encode
from .socket import Socket
from .version import (
    DRAFT_API,
    __version__,
    build_info,
    get_cmake_dir,
    get_include,
    get_libzmq,
    get_pkgconfig_dir,
    has,
    zmq_version,
    zmq_version_info,
)

__all__ = [
    "COPY_THRESHOLD",
    "DRAFT_API",
    "Context",
    "Endpoint",
    "Frame",
    "Message",
    "MessageTracker",
    "Monitor",
    "MonitorEvent",
    "Poller",
    "Proxy",
    "Socket",
    "__version__",
    "build_info",
    "curve_keypair",
    "curve_public",
    "device",
    "get_cmake_dir",
    "get_include",
    "get_libzmq",
    "get_pkgconfig_dir",
    "has",
    "proxy",
    "proxy_steerable",
    "select",
    "z85_decode",
    "z85_encode",
    "zmq_poll",
    "zmq_version",
    "zmq_version_info",
]
__all__ += constants.__all__
__all__ += errors.__all__

TYPE_CHECKING = False  # typing itself takes longer to import than all of this
if TYPE_CHECKING:
    from .constants import *  # noqa: F403
    from .monitor import Monitor, MonitorEvent
else:

    def __getattr__(name):
        """What few programs use, and an import would spend half its time on: see constants.py."""
        if name in ("monitor", "Monitor", "MonitorEvent"):
            from .monitor import Monitor, MonitorEvent  # for which collections is imported

            globals().update(Monitor=Monitor, MonitorEvent=MonitorEvent)
        else:
            globals()[name] = constants.__getattr__(name)
        return globals()[name]

    def __dir__():
        return sorted({*globals(), *__all__})


del TYPE_CHECKING

children.look_after_them()
