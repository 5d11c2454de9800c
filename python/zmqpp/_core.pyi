# Written by tools/generate_stubs.py; do not change it here.
"""
The compiled half of zmqpp: the C++ core as Python sees it.
"""

from __future__ import annotations
import _typeshed
import builtins
import collections.abc
import datetime
import enum
import typing
import typing_extensions

class ZMQError(OSError):
    """
    A failure of ZeroMQ: errno and strerror, which names the operation and the object it failed on.
    """

class Again(ZMQError, BlockingIOError):
    """
    The call would have had to wait (EAGAIN).
    """

class Timeout(Again, TimeoutError):
    """
    The time given to a call, or by an option, ran out.
    """

class ContextTerminated(ZMQError):
    """
    The context was shut down or terminated, before or during the call (ETERM).
    """

class SocketClosed(ZMQError):
    """
    The socket was closed, before or during the call (ENOTSOCK).
    """

class StateError(ZMQError):
    """
    The call does not fit the state: REQ and REP take turns, an option comes too late, a borrower tries to end what it does not own (EFSM).
    """

class ThreadError(ZMQError):
    """
    Another thread is in the middle of a message on this socket; both threads are named.
    """

class ForkError(ZMQError):
    """
    The object was made before fork() and is used in the child.
    """

class HostUnreachable(ZMQError):
    """
    No peer has the routing id that the message is for (EHOSTUNREACH).
    """

class AddressInUse(ZMQError):
    """
    The endpoint is bound already (EADDRINUSE).
    """

class NotSupported(ZMQError, NotImplementedError):
    """
    The linked libzmq cannot do it: too old, or built without it.
    """

class MessageTooLong(ZMQError):
    """
    The message does not fit into the buffer; it is not lost, but in the attribute `frame`.
    """

    frame: Message

class NotDone(ZMQError, TimeoutError):
    """
    A MessageTracker's messages are still in use.
    """

class ZMQBindError(ZMQError):
    """
    bind_to_random_port() found no free port.
    """

class OptionTooLateWarning(UserWarning):
    """
    An option was set after bind() or connect() that only later ones heed.
    """

class MessageTracker:
    """
    Tells when libzmq is done with the memory of a message that was sent without a copy. It covers every part of the message.
    """
    def __reduce__(self) -> typing.Any: ...
    def wait(self, timeout: float | datetime.timedelta | None = -1) -> None:
        """
        Waits until `done`, at most `timeout` seconds (a timedelta will do; negative or None: for ever). Raises NotDone if that was not enough.
        """
    @property
    def done(self) -> bool:
        """
        Whether all of the message's buffers may be changed again.
        """

class Message:
    """
    One frame of a message (zmq_msg_t). It has the buffer protocol: memoryview(message), numpy.frombuffer(message) and bytes(message) work, and views keep it alive. Views are writable where nobody else can see the memory: of messages that came over a wire, and of Message(size=).
    """
    def __buffer__(self, flags: int) -> memoryview: ...
    def __bytes__(self) -> builtins.bytes: ...
    def __copy__(self) -> Message: ...
    def __eq__(self, arg0: typing.Any) -> bool: ...
    @typing.overload
    def __getitem__(self, property: int) -> int: ...
    @typing.overload
    def __getitem__(self, property: str) -> str | int | None: ...
    def __hash__(self) -> int: ...
    def __init__(
        self,
        data: typing_extensions.Buffer | Message | None = None,
        track: bool = False,
        copy: bool | None = None,
        copy_threshold: int | None = None,
        *,
        size: int | None = None,
    ) -> None:
        """
        A message of bytes-like `data`, or `size` bytes to be filled in. Data of `copy_threshold` bytes and more is lent and not copied unless `copy` is True: do not change it until `tracker` (with `track`) is done.
        """
    def __len__(self) -> int: ...
    def __reduce__(self) -> typing.Any: ...
    def __repr__(self) -> str: ...
    def fast_copy(self) -> Message:
        """
        A second message with the same bytes, shared and not copied (zmq_msg_copy).
        """
    @typing.overload
    def get(self, property: int) -> int:
        """
        A property by its number, MessageOption.SHARED ... (zmq_msg_get).
        """
    @typing.overload
    def get(self, property: str) -> str | int | None:
        """
        Metadata by name, 'Peer-Address', 'Socket-Type', 'User-Id' ... (zmq_msg_gets), None if it has none; or 'routing_id' and 'group'.
        """
    @property
    def buffer(self) -> memoryview:
        """
        memoryview: The bytes in place, as a memoryview that keeps the message alive. Read-only.
        """
    @property
    def bytes(self) -> builtins.bytes:
        """
        bytes: The bytes, copied. Read-only.
        """
    @property
    def group(self) -> str:
        """
        Draft: the group of a RADIO's message (zmq_msg_group).
        """
    @group.setter
    def group(self, arg1: str) -> None: ...
    @property
    def more(self) -> bool:
        """
        bool: Whether more parts of the same message follow (zmq_msg_more). Read-only.
        """
    @property
    def routing_id(self) -> int:
        """
        Draft: the peer of a SERVER's message (zmq_msg_routing_id).
        """
    @routing_id.setter
    def routing_id(self, arg1: int) -> None: ...
    @property
    def tracker(self) -> MessageTracker | None:
        """
        MessageTracker | None: The MessageTracker of a message made with track=True, else None. Read-only.
        """

class Context:
    """
    libzmq's threads and inproc endpoints; see zmqpp.Context.
    """
    @staticmethod
    def _borrow(handle: int) -> Context:
        """
        A handle on a context that somebody else ends, by its address.
        """
    @staticmethod
    def _instance() -> Context:
        """
        The object that stands for the context that all code of the process shares.
        """
    def __eq__(self, arg0: typing.Any) -> bool: ...
    def __hash__(self) -> int: ...
    @typing.overload
    def __init__(self) -> None:
        """
        A new context (zmq_ctx_new).
        """
    @typing.overload
    def __init__(self, context: Context) -> None:
        """
        A second handle on the same context.
        """
    def __reduce__(self) -> typing.Any: ...
    def _abandon(self, most: int) -> bool:
        """
        destroy() that waits at most so many milliseconds, and does not raise.
        """
    def _become_face(self) -> None:
        """
        Makes this the object that stands for the context, if there is none.
        """
    def _borrowed(self) -> Context:
        """
        A handle on the same context that may not end it.
        """
    def destroy(self, linger: float | datetime.timedelta | None = None) -> None:
        """
        Closes every socket of the context, in whichever thread it is used, and terminates it (zmq_close, zmq_ctx_term).

        linger: milliseconds or a timedelta that unsent messages get, negative for ever; the sockets' own is the default. Raises Timeout when libzmq takes longer than that.
        """
    def get(self, option: int) -> int:
        """
        Reads a context option (zmq_ctx_get).
        """
    def set(self, option: int, optval: int) -> None:
        """
        Sets a context option (zmq_ctx_set). StateError if it comes too late to have an effect.
        """
    def shutdown(self) -> None:
        """
        Ends every call on every socket of the context with ContextTerminated, now and later; the sockets stay to be closed (zmq_ctx_shutdown).
        """
    def term(self, timeout: float | datetime.timedelta | None = None) -> None:
        """
        Shuts down and waits until all sockets are closed and their messages sent or given up (zmq_ctx_term).

        timeout: milliseconds or a timedelta, negative for ever; the context's linger is the default. Raises Timeout, which is a TimeoutError, naming the sockets still open; calling it again goes on waiting.
        """
    @property
    def _is_foreign(self) -> bool: ...
    @property
    def _is_owner(self) -> bool: ...
    @property
    def _linger(self) -> int:
        """
        The linger of sockets made from now on, in milliseconds.
        """
    @_linger.setter
    def _linger(self, arg1: float | datetime.timedelta) -> None: ...
    @property
    def blocky(self) -> bool:
        """
        bool: Whether libzmq gives new sockets an endless linger, or none; zmqpp sets linger itself. Default on.
        """
    @blocky.setter
    def blocky(self, value: bool) -> None: ...
    @property
    def closed(self) -> bool:
        """
        bool: Whether the context was terminated. Read-only.
        """
    @property
    def io_threads(self) -> int:
        """
        int: How many threads do the I/O; 0 will do for inproc. Set it before the first socket. Default 1.
        """
    @io_threads.setter
    def io_threads(self, value: int) -> None: ...
    @property
    def ipv6(self) -> bool:
        """
        bool: Whether sockets created from now on use IPv6 beside IPv4. Default off.
        """
    @ipv6.setter
    def ipv6(self, value: bool) -> None: ...
    @property
    def max_msgsz(self) -> int:
        """
        int: Size limit for messages in bytes; libzmq keeps the number but does not act on it. Default 2147483647.
        """
    @max_msgsz.setter
    def max_msgsz(self, value: int) -> None: ...
    @property
    def max_sockets(self) -> int:
        """
        int: How many sockets may exist at a time. Set it before the first socket. Default: as socket_limit.
        """
    @max_sockets.setter
    def max_sockets(self, value: int) -> None: ...
    @property
    def msg_t_size(self) -> int:
        """
        int: Size of libzmq's message structure (zmq_msg_t) in bytes. Read-only.
        """
    @property
    def socket_limit(self) -> int:
        """
        int: Largest number max_sockets can be set to. Read-only.
        """
    @property
    def thread_affinity_cpu_add(self) -> typing.NoReturn:
        """
        int: Adds a CPU the I/O threads may run on (Linux). Set it before the first socket. Default: all may be used. Write-only.
        """
    @thread_affinity_cpu_add.setter
    def thread_affinity_cpu_add(self, value: int) -> None: ...
    @property
    def thread_affinity_cpu_remove(self) -> typing.NoReturn:
        """
        int: Takes back a CPU given with thread_affinity_cpu_add; EINVAL if it was not given. Write-only.
        """
    @thread_affinity_cpu_remove.setter
    def thread_affinity_cpu_remove(self, value: int) -> None: ...
    @property
    def thread_name_prefix(self) -> int:
        """
        int: Number put before the names of the I/O threads (Linux). Set it before the first socket. Default 0: none.
        """
    @thread_name_prefix.setter
    def thread_name_prefix(self, value: int) -> None: ...
    @property
    def thread_priority(self) -> typing.NoReturn:
        """
        int: Scheduling priority of the I/O threads; see thread_sched_policy. Set it before the first socket. Write-only.
        """
    @thread_priority.setter
    def thread_priority(self, value: int) -> None: ...
    @property
    def thread_sched_policy(self) -> int:
        """
        int: Scheduling policy of the I/O threads, a number of sched.h. Set it before the first socket. Default -1: unset.
        """
    @thread_sched_policy.setter
    def thread_sched_policy(self, value: int) -> None: ...
    @property
    def underlying(self) -> int:
        """
        int: The address of the libzmq context, for code that shares it; 0 once terminated. Read-only.
        """
    @property
    def zero_copy_recv(self) -> bool:
        """
        bool: Whether received messages stay in the buffer they arrived in, or are copied out of it. Default on.
        """
    @zero_copy_recv.setter
    def zero_copy_recv(self, value: bool) -> None: ...

class Socket:
    """
    A ZeroMQ socket. Any thread may use it at any time; see zmqpp.Socket.
    """
    @staticmethod
    def _borrow(context: Context, handle: int) -> Socket:
        """
        A handle on a socket that somebody else closes, by its address.
        """
    @staticmethod
    def _open_in(context: Context) -> list[Socket]:
        """
        The open sockets of a context, oldest first.
        """
    def __eq__(self, arg0: typing.Any) -> bool: ...
    def __hash__(self) -> int: ...
    @typing.overload
    def __init__(self, context: Context, socket_type: int) -> None:
        """
        Opens a socket (zmq_socket).
        """
    @typing.overload
    def __init__(self, socket: Socket) -> None:
        """
        A second handle on the same socket.
        """
    def __reduce__(self) -> typing.Any: ...
    def _become_face(self) -> None:
        """
        Makes this the object that stands for the socket, if there is none.
        """
    def _bind(self, endpoint: str) -> str:
        """
        zmq_bind; returns the real endpoint.
        """
    def _borrowed(self) -> Socket:
        """
        A handle on the same socket that may not close it.
        """
    def _close(self, linger: float | datetime.timedelta | None = None) -> None:
        """
        zmq_close.
        """
    def _connect(self, endpoint: str) -> str:
        """
        zmq_connect; returns the real endpoint.
        """
    def _describe(self) -> str: ...
    def disconnect(self, addr: str) -> None:
        """
        Leaves a peer (zmq_disconnect).
        """
    def get(self, option: int) -> int | bytes:
        """
        Reads an option (zmq_getsockopt): bytes for texts, keys and identities, bool for switches,
        else int; times are in milliseconds. Raises AttributeError for a write-only option and
        ZMQError, naming the option, when libzmq refuses.
        """
    def getsockopt(self, option: int) -> int | bytes:
        """
        Reads an option (zmq_getsockopt): bytes for texts, keys and identities, bool for switches,
        else int; times are in milliseconds. Raises AttributeError for a write-only option and
        ZMQError, naming the option, when libzmq refuses.
        """
    def join(self, group: str) -> None:
        """
        Draft: a DISH receives the messages of a group (zmq_join).
        """
    def leave(self, group: str) -> None:
        """
        Draft: the opposite of join() (zmq_leave).
        """
    def poll(self, timeout: float | datetime.timedelta | None = None, flags: int = 1) -> int:
        """
        Waits until something of `flags` (POLLIN, POLLOUT) can be done and returns what; 0 if `timeout`,
        milliseconds or a timedelta, ran out first (ZMQ_EVENTS). None waits for ever.
        """
    @typing.overload
    def recv(
        self,
        flags: int = 0,
        copy: typing.Literal[True] = True,
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> bytes:
        """
        Receives one message, or the next part of one (zmq_msg_recv).

        Returns bytes, or with copy=False a Message that has the bytes in place. timeout: milliseconds
        or a timedelta; the option rcvtimeo is the default. Raises Timeout when it runs out, Again for
        DONTWAIT, SocketClosed and ContextTerminated when closed meanwhile, StateError out of turn
        (REQ, REP).
        """
    @typing.overload
    def recv(
        self,
        flags: int = 0,
        *,
        copy: typing.Literal[False],
        track: bool = False,
        timeout: float | datetime.timedelta | None = None,
    ) -> Message: ...
    @typing.overload
    def recv(
        self,
        flags: int,
        copy: typing.Literal[False],
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> Message: ...
    @typing.overload
    def recv(
        self,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> bytes | Message: ...
    def recv_into(
        self,
        buffer: typing_extensions.Buffer,
        /,
        *,
        nbytes: int = 0,
        flags: int = 0,
        timeout: float | datetime.timedelta | None = None,
    ) -> int:
        """
        Receives one message into a writable, contiguous buffer (zmq_msg_recv).

        Returns its size in bytes. nbytes: use only so many bytes of the buffer; 0 is all. Raises
        MessageTooLong, which has the message as `frame`, if it does not fit; else as recv().
        """
    @typing.overload
    def recv_many(
        self,
        max: int,
        *,
        copy: typing.Literal[True] = True,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[bytes]:
        """
        Waits for a message, and receives with it those that are there, `max` at most
        (zmq_msg_recv).

        For messages of one part: one of several raises StateError and stays the next. timeout and
        errors are as in recv().
        """
    @typing.overload
    def recv_many(
        self,
        max: int,
        *,
        copy: typing.Literal[False],
        timeout: float | datetime.timedelta | None = None,
    ) -> list[Message]: ...
    @typing.overload
    def recv_many(
        self, max: int, *, copy: bool = True, timeout: float | datetime.timedelta | None = None
    ) -> list[bytes] | list[Message]: ...
    @typing.overload
    def recv_many_multipart(
        self,
        max: int,
        *,
        copy: typing.Literal[True] = True,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[list[bytes]]:
        """
        Waits for a message, and receives with it those that are there, `max` at most, each as the
        list of its parts (zmq_msg_recv). timeout and errors are as in recv().
        """
    @typing.overload
    def recv_many_multipart(
        self,
        max: int,
        *,
        copy: typing.Literal[False],
        timeout: float | datetime.timedelta | None = None,
    ) -> list[list[Message]]: ...
    @typing.overload
    def recv_many_multipart(
        self, max: int, *, copy: bool = True, timeout: float | datetime.timedelta | None = None
    ) -> list[list[bytes]] | list[list[Message]]: ...
    @typing.overload
    def recv_multipart(
        self,
        flags: int = 0,
        copy: typing.Literal[True] = True,
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[bytes]:
        """
        Receives all parts of one message (zmq_msg_recv), or what is left of one that recv() began.

        The rest is as in recv(). Nothing comes between the parts: no signal, no other thread.
        """
    @typing.overload
    def recv_multipart(
        self,
        flags: int = 0,
        *,
        copy: typing.Literal[False],
        track: bool = False,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[Message]: ...
    @typing.overload
    def recv_multipart(
        self,
        flags: int,
        copy: typing.Literal[False],
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[Message]: ...
    @typing.overload
    def recv_multipart(
        self,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> list[bytes] | list[Message]: ...
    def send(
        self,
        data: typing_extensions.Buffer | Message,
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        routing_id: int | None = None,
        group: str | None = None,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> MessageTracker | None:
        """
        Sends one message, or with SNDMORE in `flags` one part of it (zmq_msg_send).

        data: bytes-like, or a Message, which may be sent again. copy=False lends data of
        `copy_threshold` bytes and more to libzmq: do not change it until the MessageTracker that
        track=True returns is done. timeout: milliseconds or a timedelta; the option sndtimeo is the
        default. Raises Timeout when it runs out, Again for DONTWAIT, SocketClosed and
        ContextTerminated when closed meanwhile, StateError out of turn (REQ, REP), HostUnreachable
        (ROUTER with router_mandatory). The message is sent whole or not at all.
        """
    def send_many(
        self,
        messages: collections.abc.Iterable[typing_extensions.Buffer | Message],
        *,
        copy: bool = True,
        track: bool = False,
        timeout: float | datetime.timedelta | None = None,
    ) -> MessageTracker | None:
        """
        Sends many messages of one part each, in order (zmq_msg_send).

        Waits for room whenever there is none. timeout: milliseconds or a timedelta for all of them;
        the option sndtimeo is the default. What is no message raises TypeError before any is sent.
        Other errors, as in send(), have an attribute `sent`: how many were sent before.
        """
    def send_many_multipart(
        self,
        messages: collections.abc.Iterable[
            list[typing_extensions.Buffer | Message]
            | tuple[typing_extensions.Buffer | Message, ...]
        ],
        *,
        copy: bool = True,
        track: bool = False,
        timeout: float | datetime.timedelta | None = None,
    ) -> MessageTracker | None:
        """
        Sends many messages, each a list or tuple of its parts, each whole or not at all
        (zmq_msg_send). The rest is as in send_many().
        """
    def send_multipart(
        self,
        msg_parts: collections.abc.Iterable[typing_extensions.Buffer | Message],
        flags: int = 0,
        copy: bool = True,
        track: bool = False,
        *,
        timeout: float | datetime.timedelta | None = None,
    ) -> MessageTracker | None:
        """
        Sends the parts of an iterable as one message, whole or not at all (zmq_msg_send).

        A part that is no bytes raises TypeError before anything is sent. The rest is as in send();
        the MessageTracker covers every part.
        """
    def set(
        self,
        option: int,
        optval: float | str | typing_extensions.Buffer | datetime.timedelta | None,
    ) -> None:
        """
        Sets an option (zmq_setsockopt). None puts a string option back to libzmq's own value.
        Raises TypeError, naming the option, for a value of the wrong type, ValueError for one out
        of range, and ZMQError when libzmq refuses.
        """
    def setsockopt(
        self,
        option: int,
        optval: float | str | typing_extensions.Buffer | datetime.timedelta | None,
    ) -> None:
        """
        Sets an option (zmq_setsockopt). None puts a string option back to libzmq's own value.
        Raises TypeError, naming the option, for a value of the wrong type, ValueError for one out
        of range, and ZMQError when libzmq refuses.
        """
    @typing.overload
    def try_recv(self, copy: typing.Literal[True] = True) -> bytes | None:
        """
        Receives one message if one is there, else returns None: recv(DONTWAIT) without the exception.
        """
    @typing.overload
    def try_recv(self, copy: typing.Literal[False]) -> Message | None: ...
    @typing.overload
    def try_recv(self, copy: bool = True) -> bytes | Message | None: ...
    @typing.overload
    def try_recv_multipart(self, copy: typing.Literal[True] = True) -> list[bytes] | None:
        """
        Receives all parts of one message if one is there, else returns None.
        """
    @typing.overload
    def try_recv_multipart(self, copy: typing.Literal[False]) -> list[Message] | None: ...
    @typing.overload
    def try_recv_multipart(self, copy: bool = True) -> list[bytes] | list[Message] | None: ...
    def unbind(self, addr: str) -> None:
        """
        Stops accepting peers at an endpoint, as given to bind() or returned by it (zmq_unbind).
        """
    def wait_for_subscribers(
        self,
        n: int = 1,
        timeout: float | datetime.timedelta | None = None,
        *,
        topic: str | typing_extensions.Buffer | None = None,
    ) -> int:
        """
        Waits until a PUB has at least n subscriptions, and returns how many it has.

        What a PUB sends before anybody has subscribed is lost. Each subscription of each peer counts once; by inproc, where peers cannot be told apart, a second one to the same topic counts too. A PUB that connects goes on counting a peer that has left, because it keeps messages for it. topic: bytes or text; only subscriptions to this very topic count then. timeout: milliseconds or a timedelta; None waits for ever. Raises Timeout, which names what is there, and StateError for sockets of other types and for a PUB with conflate.
        """
    @property
    def _context(self) -> Context:
        """
        The object that stands for its context.
        """
    @property
    def affinity(self) -> int:
        """
        int: Bit mask of the I/O threads that serve new connections, lowest bit first; 0 lets ZeroMQ choose. Default 0.
        """
    @affinity.setter
    def affinity(self, value: int) -> None: ...
    @property
    def backlog(self) -> int:
        """
        int: How many incoming connections the kernel queues until they are accepted. Default 100.
        """
    @backlog.setter
    def backlog(self, value: int) -> None: ...
    @property
    def bindtodevice(self) -> bytes:
        """
        bytes: Network interface or VRF that TCP and UDP keep to; may need CAP_NET_RAW; None for any. Default empty. Takes str | Buffer | None.
        """
    @bindtodevice.setter
    def bindtodevice(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def busy_poll(self) -> typing.NoReturn:
        """
        int: How long the kernel spins on the network device for incoming data, in microseconds; 0 never. Default 0. Write-only.
        """
    @busy_poll.setter
    def busy_poll(self, value: int) -> None: ...
    @property
    def closed(self) -> bool:
        """
        bool: Whether the socket was closed, here or by another handle. Read-only.
        """
    @property
    def conflate(self) -> bool:
        """
        bool: Whether only the newest message is kept; single-part only. DEALER, PULL, PUSH, PUB, SUB. Default off.
        """
    @conflate.setter
    def conflate(self, value: bool) -> None: ...
    @property
    def connect_rid(self) -> typing.NoReturn:
        """
        bytes: Routing id given to the peer of the next connect only: 1 to 255 bytes, not in use yet. ROUTER, STREAM. Write-only. Takes str | Buffer | None.
        """
    @connect_rid.setter
    def connect_rid(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def connect_routing_id(self) -> typing.NoReturn:
        """
        bytes: Routing id given to the peer of the next connect only: 1 to 255 bytes, not in use yet. ROUTER, STREAM. Write-only. Takes str | Buffer | None.
        """
    @connect_routing_id.setter
    def connect_routing_id(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def connect_timeout(self) -> int:
        """
        int: Time one attempt to connect over TCP may take, in ms; 0 leaves it to the system. Default 0. Takes float | datetime.timedelta.
        """
    @connect_timeout.setter
    def connect_timeout(self, value: float | datetime.timedelta) -> None: ...
    @property
    def copy_threshold(self) -> int:
        """
        int: Data of fewer bytes is copied even with copy=False; bytes of so many and at least 32 KiB are not copied even without.
        """
    @copy_threshold.setter
    def copy_threshold(self, value: int) -> None: ...
    @property
    def curve_publickey(self) -> bytes:
        """
        bytes: Own public CURVE key of a client, 32 bytes or 40 characters of Z85. Default all zero. Takes str | Buffer | None.
        """
    @curve_publickey.setter
    def curve_publickey(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def curve_secretkey(self) -> bytes:
        """
        bytes: Own secret CURVE key of a client or server, 32 bytes or 40 characters of Z85. Default all zero. Takes str | Buffer | None.
        """
    @curve_secretkey.setter
    def curve_secretkey(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def curve_server(self) -> bool:
        """
        bool: Whether the socket is a CURVE server, known by its secret key; off puts the mechanism back to NULL. Default off.
        """
    @curve_server.setter
    def curve_server(self, value: bool) -> None: ...
    @property
    def curve_serverkey(self) -> bytes:
        """
        bytes: Public key of the server a CURVE client talks to, 32 bytes or 40 characters of Z85. Default all zero. Takes str | Buffer | None.
        """
    @curve_serverkey.setter
    def curve_serverkey(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def delay_attach_on_connect(self) -> bool:
        """
        bool: Whether messages queue on finished connections only, so that sending waits while there is none. Default off.
        """
    @delay_attach_on_connect.setter
    def delay_attach_on_connect(self, value: bool) -> None: ...
    @property
    def disconnect_msg(self) -> typing.NoReturn:
        """
        bytes: Message received when a peer that connected to us is gone. ROUTER, SERVER, PEER. Default none. Write-only. Takes str | Buffer | None.
        """
    @disconnect_msg.setter
    def disconnect_msg(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def endpoints(self) -> list[str]:
        """
        Where the socket is bound and connected, in the order of the calls.
        """
    @property
    def events(self) -> int:
        """
        int: What can be done now without waiting: POLLIN, POLLOUT, both or 0. Read-only.
        """
    @property
    def fail_unroutable(self) -> typing.NoReturn:
        """
        bool: Whether sending to an unknown or full peer fails (EHOSTUNREACH, EAGAIN) or silently drops. ROUTER. Default off. Write-only.
        """
    @fail_unroutable.setter
    def fail_unroutable(self, value: bool) -> None: ...
    @property
    def fd(self) -> int:
        """
        int: Descriptor that turns readable, once per change, when `events` may have changed. Never read from it. Read-only.
        """
    @property
    def gssapi_plaintext(self) -> bool:
        """
        bool: Whether GSSAPI authenticates only and leaves the traffic unencrypted. Default off.
        """
    @gssapi_plaintext.setter
    def gssapi_plaintext(self, value: bool) -> None: ...
    @property
    def gssapi_principal(self) -> bytes:
        """
        bytes: Principal whose GSSAPI credentials are used, 1 to 255 bytes; setting it selects GSSAPI. Default empty. Takes str | Buffer | None.
        """
    @gssapi_principal.setter
    def gssapi_principal(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def gssapi_principal_nametype(self) -> int:
        """
        int: How gssapi_principal is read: 0 host-based service, 1 user name, 2 Kerberos principal. Default 0.
        """
    @gssapi_principal_nametype.setter
    def gssapi_principal_nametype(self, value: int) -> None: ...
    @property
    def gssapi_server(self) -> bool:
        """
        bool: Whether the socket is a GSSAPI server rather than a client; setting it selects GSSAPI. Default off.
        """
    @gssapi_server.setter
    def gssapi_server(self, value: bool) -> None: ...
    @property
    def gssapi_service_principal(self) -> bytes:
        """
        bytes: Principal of the server a GSSAPI client talks to, 1 to 255 bytes. Default empty. Takes str | Buffer | None.
        """
    @gssapi_service_principal.setter
    def gssapi_service_principal(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def gssapi_service_principal_nametype(self) -> int:
        """
        int: How gssapi_service_principal is read: 0 host-based service, 1 user name, 2 Kerberos principal. Default 0.
        """
    @gssapi_service_principal_nametype.setter
    def gssapi_service_principal_nametype(self, value: int) -> None: ...
    @property
    def handshake_ivl(self) -> int:
        """
        int: Time within which a new connection must finish its handshake, in ms; 0 is no limit. Default 30000. Takes float | datetime.timedelta.
        """
    @handshake_ivl.setter
    def handshake_ivl(self, value: float | datetime.timedelta) -> None: ...
    @property
    def heartbeat_ivl(self) -> int:
        """
        int: Pause between the heartbeats (ZMTP PING) sent to peers, in ms; 0 sends none. Default 0. Takes float | datetime.timedelta.
        """
    @heartbeat_ivl.setter
    def heartbeat_ivl(self, value: float | datetime.timedelta) -> None: ...
    @property
    def heartbeat_timeout(self) -> int:
        """
        int: Silence after a heartbeat that ends a connection, in ms. Default -1 (not settable): as long as heartbeat_ivl. Takes float | datetime.timedelta.
        """
    @heartbeat_timeout.setter
    def heartbeat_timeout(self, value: float | datetime.timedelta) -> None: ...
    @property
    def heartbeat_ttl(self) -> int:
        """
        int: Silence after which the peer is to hang up, in ms, cut to steps of 100, at most 6553599; 0 for never. Default 0. Takes float | datetime.timedelta.
        """
    @heartbeat_ttl.setter
    def heartbeat_ttl(self, value: float | datetime.timedelta) -> None: ...
    @property
    def hello_msg(self) -> typing.NoReturn:
        """
        bytes: Message sent first on every new connection. DEALER, ROUTER, CLIENT, SERVER, PEER. Default none. Write-only. Takes str | Buffer | None.
        """
    @hello_msg.setter
    def hello_msg(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def hiccup_msg(self) -> typing.NoReturn:
        """
        bytes: Message received when a peer we connected to is gone for a while. DEALER, CLIENT, PEER. Default none. Write-only. Takes str | Buffer | None.
        """
    @hiccup_msg.setter
    def hiccup_msg(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def identity(self) -> bytes:
        """
        bytes: Name by which a ROUTER peer addresses this socket: 1 to 255 bytes, the first not zero. Default empty. Takes str | Buffer | None.
        """
    @identity.setter
    def identity(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def immediate(self) -> bool:
        """
        bool: Whether messages queue on finished connections only, so that sending waits while there is none. Default off.
        """
    @immediate.setter
    def immediate(self, value: bool) -> None: ...
    @property
    def in_batch_size(self) -> int:
        """
        int: Size of the buffer one receiving system call fills, in bytes, above 0; rarely worth changing. Default 8192.
        """
    @in_batch_size.setter
    def in_batch_size(self, value: int) -> None: ...
    @property
    def invert_matching(self) -> bool:
        """
        bool: Whether filters let in what does not match; set it at both ends. PUB, XPUB, SUB. Default off.
        """
    @invert_matching.setter
    def invert_matching(self, value: bool) -> None: ...
    @property
    def ipc_filter_gid(self) -> typing.NoReturn:
        """
        int: Adds a group id that may connect over ipc; None clears all. Use ZAP. Default: everybody may. Write-only. Takes int | None.
        """
    @ipc_filter_gid.setter
    def ipc_filter_gid(self, value: int | None) -> None: ...
    @property
    def ipc_filter_pid(self) -> typing.NoReturn:
        """
        int: Adds a process id that may connect over ipc; None clears all. Use ZAP. Default: everybody may. Write-only. Takes int | None.
        """
    @ipc_filter_pid.setter
    def ipc_filter_pid(self, value: int | None) -> None: ...
    @property
    def ipc_filter_uid(self) -> typing.NoReturn:
        """
        int: Adds a user id that may connect over ipc; None clears all. Use ZAP. Default: everybody may. Write-only. Takes int | None.
        """
    @ipc_filter_uid.setter
    def ipc_filter_uid(self, value: int | None) -> None: ...
    @property
    def ipv4only(self) -> bool:
        """
        bool: The opposite of ipv6; use that. Default on.
        """
    @ipv4only.setter
    def ipv4only(self, value: bool) -> None: ...
    @property
    def ipv6(self) -> bool:
        """
        bool: Whether IPv6 is used beside IPv4. Default: the context's, which starts off.
        """
    @ipv6.setter
    def ipv6(self, value: bool) -> None: ...
    @property
    def last_endpoint(self) -> bytes:
        """
        bytes: Endpoint bound or connected last, with the real port in place of a wildcard; empty before that. Read-only.
        """
    @property
    def linger(self) -> int:
        """
        int: How long unsent messages outlive close and disconnect, in ms; 0 drops, -1 keeps them. Default: the context's. Takes float | datetime.timedelta.
        """
    @linger.setter
    def linger(self, value: float | datetime.timedelta) -> None: ...
    @property
    def loopback_fastpath(self) -> bool:
        """
        bool: Whether TCP to this host takes Windows' short cut; no effect elsewhere. Default off.
        """
    @loopback_fastpath.setter
    def loopback_fastpath(self, value: bool) -> None: ...
    @property
    def maxmsgsize(self) -> int:
        """
        int: Largest message taken from a peer, in bytes; who sends more is disconnected. -1 is no limit. Default -1.
        """
    @maxmsgsize.setter
    def maxmsgsize(self, value: int) -> None: ...
    @property
    def mechanism(self) -> int:
        """
        int: Security mechanism the other options add up to, a SecurityMechanism. Default NULL. Read-only.
        """
    @property
    def metadata(self) -> typing.NoReturn:
        """
        bytes: Adds a property told to peers in the handshake, written `X-name:value`. Default none. Write-only. Takes str | Buffer | None.
        """
    @metadata.setter
    def metadata(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def multicast_hops(self) -> int:
        """
        int: How many network hops multicast packets may travel; 1 stays in the local network. Default 1.
        """
    @multicast_hops.setter
    def multicast_hops(self, value: int) -> None: ...
    @property
    def multicast_loop(self) -> bool:
        """
        bool: Whether this host hears the UDP multicast it sends. RADIO. Default on.
        """
    @multicast_loop.setter
    def multicast_loop(self, value: bool) -> None: ...
    @property
    def multicast_maxtpdu(self) -> int:
        """
        int: Largest multicast packet sent, in bytes; must fit the smallest MTU on the way. Default 1500.
        """
    @multicast_maxtpdu.setter
    def multicast_maxtpdu(self, value: int) -> None: ...
    @property
    def norm_block_size(self) -> int:
        """
        int: Segments in one NORM coding block, 1 to 255. Default 16.
        """
    @norm_block_size.setter
    def norm_block_size(self, value: int) -> None: ...
    @property
    def norm_buffer_size(self) -> int:
        """
        int: Size of NORM's buffers in kilobytes, above 0. Default 2048.
        """
    @norm_buffer_size.setter
    def norm_buffer_size(self, value: int) -> None: ...
    @property
    def norm_mode(self) -> int:
        """
        int: How a NORM sender paces itself, a NormMode. Default CC.
        """
    @norm_mode.setter
    def norm_mode(self, value: int) -> None: ...
    @property
    def norm_num_autoparity(self) -> int:
        """
        int: Parity segments NORM sends with each block unasked, at most norm_num_parity. Default 0.
        """
    @norm_num_autoparity.setter
    def norm_num_autoparity(self, value: int) -> None: ...
    @property
    def norm_num_parity(self) -> int:
        """
        int: Parity segments NORM can compute for a block to repair losses, 0 to 254. Default 4.
        """
    @norm_num_parity.setter
    def norm_num_parity(self, value: int) -> None: ...
    @property
    def norm_push(self) -> bool:
        """
        bool: Whether a NORM sender drops its oldest data rather than refuse new messages. Default off.
        """
    @norm_push.setter
    def norm_push(self, value: bool) -> None: ...
    @property
    def norm_segment_size(self) -> int:
        """
        int: Payload of one NORM packet in bytes; with up to 48 of header it should fit the MTU. Default 1400.
        """
    @norm_segment_size.setter
    def norm_segment_size(self, value: int) -> None: ...
    @property
    def norm_unicast_nack(self) -> bool:
        """
        bool: Whether a NORM receiver asks for repairs by unicast; it always does with unicast endpoints. Default off.
        """
    @norm_unicast_nack.setter
    def norm_unicast_nack(self, value: bool) -> None: ...
    @property
    def only_first_subscribe(self) -> typing.NoReturn:
        """
        bool: Whether only the first part of a message can be a subscription. XPUB, XSUB. Default off. Write-only.
        """
    @only_first_subscribe.setter
    def only_first_subscribe(self, value: bool) -> None: ...
    @property
    def origin(self) -> str:
        """
        The line that opened the socket, as file:line.
        """
    @property
    def out_batch_size(self) -> int:
        """
        int: Size of the buffer one sending system call empties, in bytes, above 0; rarely worth changing. Default 8192.
        """
    @out_batch_size.setter
    def out_batch_size(self, value: int) -> None: ...
    @property
    def plain_password(self) -> bytes:
        """
        bytes: PLAIN password, 1 to 255 bytes; setting it makes the socket a PLAIN client. Default empty. Takes str | Buffer | None.
        """
    @plain_password.setter
    def plain_password(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def plain_server(self) -> bool:
        """
        bool: Whether the socket is the server of PLAIN logins; off puts the mechanism back to NULL. Default off.
        """
    @plain_server.setter
    def plain_server(self, value: bool) -> None: ...
    @property
    def plain_username(self) -> bytes:
        """
        bytes: PLAIN user name, 1 to 255 bytes; setting it makes the socket a PLAIN client. Default empty. Takes str | Buffer | None.
        """
    @plain_username.setter
    def plain_username(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def priority(self) -> int:
        """
        int: Priority of outgoing packets (SO_PRIORITY); above 6 takes CAP_NET_ADMIN. Default 0.
        """
    @priority.setter
    def priority(self, value: int) -> None: ...
    @property
    def probe_router(self) -> typing.NoReturn:
        """
        bool: Whether every new connection starts with an empty message to the peer. REQ, DEALER, ROUTER. Default off. Write-only.
        """
    @probe_router.setter
    def probe_router(self, value: bool) -> None: ...
    @property
    def rate(self) -> int:
        """
        int: Highest rate of multicast traffic in kilobits a second, above 0. Default 100.
        """
    @rate.setter
    def rate(self, value: int) -> None: ...
    @property
    def rcvbuf(self) -> int:
        """
        int: Size of the kernel's receive buffer in bytes (SO_RCVBUF); -1 keeps the system's. Default -1.
        """
    @rcvbuf.setter
    def rcvbuf(self, value: int) -> None: ...
    @property
    def rcvhwm(self) -> int:
        """
        int: How many received messages may queue from one peer; 0 is no limit. Default 1000.
        """
    @rcvhwm.setter
    def rcvhwm(self, value: int) -> None: ...
    @property
    def rcvmore(self) -> bool:
        """
        bool: Whether more parts of the same message follow the part received last. Read-only.
        """
    @property
    def rcvtimeo(self) -> int:
        """
        int: How long receiving waits for a message, in ms; 0 does not wait, -1 waits for ever. Default -1. Takes float | datetime.timedelta.
        """
    @rcvtimeo.setter
    def rcvtimeo(self, value: float | datetime.timedelta) -> None: ...
    @property
    def reconnect_ivl(self) -> int:
        """
        int: Pause before a lost connection is tried again, in ms, slightly random; -1 never tries. Default 100. Takes float | datetime.timedelta.
        """
    @reconnect_ivl.setter
    def reconnect_ivl(self, value: float | datetime.timedelta) -> None: ...
    @property
    def reconnect_ivl_max(self) -> int:
        """
        int: Ceiling to which the reconnect pause doubles with each failure, in ms; 0 never doubles it. Default 0. Takes float | datetime.timedelta.
        """
    @reconnect_ivl_max.setter
    def reconnect_ivl_max(self, value: float | datetime.timedelta) -> None: ...
    @property
    def reconnect_stop(self) -> int:
        """
        int: When to stop reconnecting, ReconnectStop values added up; 0 never stops. Default 0.
        """
    @reconnect_stop.setter
    def reconnect_stop(self, value: int) -> None: ...
    @property
    def recovery_ivl(self) -> int:
        """
        int: How long a multicast receiver may be away and still catch up, in ms; costs memory. Default 10000. Takes float | datetime.timedelta.
        """
    @recovery_ivl.setter
    def recovery_ivl(self, value: float | datetime.timedelta) -> None: ...
    @property
    def req_correlate(self) -> typing.NoReturn:
        """
        bool: Whether requests carry a number by which stray replies are told apart and dropped. REQ. Default off. Write-only.
        """
    @req_correlate.setter
    def req_correlate(self, value: bool) -> None: ...
    @property
    def req_relaxed(self) -> typing.NoReturn:
        """
        bool: Whether the next request may go out before the reply came; use with req_correlate. REQ. Default off. Write-only.
        """
    @req_relaxed.setter
    def req_relaxed(self, value: bool) -> None: ...
    @property
    def router_behavior(self) -> typing.NoReturn:
        """
        bool: Whether sending to an unknown or full peer fails (EHOSTUNREACH, EAGAIN) or silently drops. ROUTER. Default off. Write-only.
        """
    @router_behavior.setter
    def router_behavior(self, value: bool) -> None: ...
    @property
    def router_handover(self) -> typing.NoReturn:
        """
        bool: Whether a newcomer takes over a routing id already in use, or is refused. ROUTER. Default off. Write-only.
        """
    @router_handover.setter
    def router_handover(self, value: bool) -> None: ...
    @property
    def router_mandatory(self) -> typing.NoReturn:
        """
        bool: Whether sending to an unknown or full peer fails (EHOSTUNREACH, EAGAIN) or silently drops. ROUTER. Default off. Write-only.
        """
    @router_mandatory.setter
    def router_mandatory(self, value: bool) -> None: ...
    @property
    def router_notify(self) -> int:
        """
        int: Which changes an empty message reports, RouterNotify values added up; 0 for none. ROUTER. Default 0.
        """
    @router_notify.setter
    def router_notify(self, value: int) -> None: ...
    @property
    def router_raw(self) -> typing.NoReturn:
        """
        bool: Whether the socket speaks raw TCP; a STREAM socket does that better. ROUTER. Default off. Write-only.
        """
    @router_raw.setter
    def router_raw(self, value: bool) -> None: ...
    @property
    def routing_id(self) -> bytes:
        """
        bytes: Name by which a ROUTER peer addresses this socket: 1 to 255 bytes, the first not zero. Default empty. Takes str | Buffer | None.
        """
    @routing_id.setter
    def routing_id(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def sndbuf(self) -> int:
        """
        int: Size of the kernel's send buffer in bytes (SO_SNDBUF); -1 keeps the system's. Default -1.
        """
    @sndbuf.setter
    def sndbuf(self, value: int) -> None: ...
    @property
    def sndhwm(self) -> int:
        """
        int: How many messages may queue for one peer before sending blocks or drops; 0 is no limit. Default 1000.
        """
    @sndhwm.setter
    def sndhwm(self, value: int) -> None: ...
    @property
    def sndtimeo(self) -> int:
        """
        int: How long sending waits for room, in ms; 0 does not wait, -1 waits for ever. Default -1. Takes float | datetime.timedelta.
        """
    @sndtimeo.setter
    def sndtimeo(self, value: float | datetime.timedelta) -> None: ...
    @property
    def socket_type(self) -> SocketType:
        """
        SocketType: Its type, as SocketType.REP. Read-only.
        """
    @property
    def socks_password(self) -> bytes:
        """
        bytes: Password for the SOCKS5 proxy, at most 255 bytes. Default empty. Takes str | Buffer | None.
        """
    @socks_password.setter
    def socks_password(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def socks_proxy(self) -> bytes:
        """
        bytes: SOCKS5 proxy for outgoing TCP connections, host:port; None for none. Default empty. Takes str | Buffer | None.
        """
    @socks_proxy.setter
    def socks_proxy(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def socks_username(self) -> bytes:
        """
        bytes: User name for the SOCKS5 proxy, at most 255 bytes; setting one turns its login on. Default empty. Takes str | Buffer | None.
        """
    @socks_username.setter
    def socks_username(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def spin(self) -> int:
        """
        int: How many microseconds a call that has to wait goes on trying before it sleeps: 0 to 100,000, 0 unless told otherwise. Round trips between two threads on two cores are some three times as many with 50; a core is busy meanwhile.
        """
    @spin.setter
    def spin(self, value: int) -> None: ...
    @property
    def stream_notify(self) -> typing.NoReturn:
        """
        bool: Whether an empty message tells of each peer that connects or disconnects. STREAM. Default on. Write-only.
        """
    @stream_notify.setter
    def stream_notify(self, value: bool) -> None: ...
    @property
    def subscribe(self) -> typing.NoReturn:
        """
        bytes: Adds a prefix to the filter; an empty one lets all in. SUB; XPUB in manual mode adds it for its last asker. Write-only. Takes str | Buffer | None.
        """
    @subscribe.setter
    def subscribe(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def tcp_accept_filter(self) -> typing.NoReturn:
        """
        bytes: Adds an address range (CIDR) that may connect over TCP; None clears all. Use ZAP. Default: everybody may. Write-only. Takes str | Buffer | None.
        """
    @tcp_accept_filter.setter
    def tcp_accept_filter(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def tcp_keepalive(self) -> int:
        """
        int: TCP keep-alive: 1 on, 0 off, -1 as the system has it. Default -1.
        """
    @tcp_keepalive.setter
    def tcp_keepalive(self, value: int) -> None: ...
    @property
    def tcp_keepalive_cnt(self) -> int:
        """
        int: Unanswered keep-alive probes after which a connection is dead; -1 keeps the system's number. Default -1.
        """
    @tcp_keepalive_cnt.setter
    def tcp_keepalive_cnt(self, value: int) -> None: ...
    @property
    def tcp_keepalive_idle(self) -> int:
        """
        int: Seconds of silence before the first keep-alive probe; -1 keeps the system's number. Default -1.
        """
    @tcp_keepalive_idle.setter
    def tcp_keepalive_idle(self, value: int) -> None: ...
    @property
    def tcp_keepalive_intvl(self) -> int:
        """
        int: Seconds between keep-alive probes; -1 keeps the system's number. Default -1.
        """
    @tcp_keepalive_intvl.setter
    def tcp_keepalive_intvl(self, value: int) -> None: ...
    @property
    def tcp_maxrt(self) -> int:
        """
        int: Time sent TCP data may stay unacknowledged, in ms, where the system can do that; 0 is the system's. Default 0. Takes float | datetime.timedelta.
        """
    @tcp_maxrt.setter
    def tcp_maxrt(self, value: float | datetime.timedelta) -> None: ...
    @property
    def thread_safe(self) -> bool:
        """
        bool: Whether libzmq itself locks this type of socket; zmqpp sockets may be shared between threads either way. Read-only.
        """
    @property
    def topics_count(self) -> int:
        """
        int: How many topics are subscribed to: by the peers of a PUB or XPUB, or by this SUB or XSUB. Read-only.
        """
    @property
    def tos(self) -> int:
        """
        int: Type-of-service byte of outgoing IP packets (DSCP and ECN). Default 0.
        """
    @tos.setter
    def tos(self, value: int) -> None: ...
    @property
    def type(self) -> SocketType:
        """
        SocketType: Its type, as SocketType.REP (ZMQ_TYPE). Read-only.
        """
    @property
    def underlying(self) -> int:
        """
        int: The address of the libzmq socket, for code that shares it; 0 once closed. That of a PUB is an XPUB there, which must not be received from. Read-only.
        """
    @property
    def unsubscribe(self) -> typing.NoReturn:
        """
        bytes: Takes a prefix out of the filter, once for each time it was added. SUB; XPUB in manual mode. Write-only. Takes str | Buffer | None.
        """
    @unsubscribe.setter
    def unsubscribe(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def use_fd(self) -> int:
        """
        int: Listening descriptor to bind with, as a service manager hands over; -1 opens a new one. Default -1.
        """
    @use_fd.setter
    def use_fd(self, value: int) -> None: ...
    @property
    def vmci_buffer_max_size(self) -> typing.NoReturn:
        """
        int: Largest buffer size a VMCI connection may agree on, in bytes. Default: VMCI's. Write-only.
        """
    @vmci_buffer_max_size.setter
    def vmci_buffer_max_size(self, value: int) -> None: ...
    @property
    def vmci_buffer_min_size(self) -> typing.NoReturn:
        """
        int: Smallest buffer size a VMCI connection may agree on, in bytes. Default: VMCI's. Write-only.
        """
    @vmci_buffer_min_size.setter
    def vmci_buffer_min_size(self, value: int) -> None: ...
    @property
    def vmci_buffer_size(self) -> typing.NoReturn:
        """
        int: Buffer size of a VMCI connection in bytes, agreed on at connecting. Default: VMCI's. Write-only.
        """
    @vmci_buffer_size.setter
    def vmci_buffer_size(self, value: int) -> None: ...
    @property
    def vmci_connect_timeout(self) -> typing.NoReturn:
        """
        int: Time one attempt to connect over VMCI may take, in ms; -1 is VMCI's. Default -1. Write-only. Takes float | datetime.timedelta.
        """
    @vmci_connect_timeout.setter
    def vmci_connect_timeout(self, value: float | datetime.timedelta) -> None: ...
    @property
    def wss_cert_pem(self) -> typing.NoReturn:
        """
        bytes: Certificate of a wss server, as PEM text. Default empty. Write-only. Takes str | Buffer | None.
        """
    @wss_cert_pem.setter
    def wss_cert_pem(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def wss_hostname(self) -> typing.NoReturn:
        """
        bytes: Host name a wss client expects in the server's certificate. Default empty. Write-only. Takes str | Buffer | None.
        """
    @wss_hostname.setter
    def wss_hostname(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def wss_key_pem(self) -> typing.NoReturn:
        """
        bytes: Private key of a wss server, as PEM text. Default empty. Write-only. Takes str | Buffer | None.
        """
    @wss_key_pem.setter
    def wss_key_pem(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def wss_trust_pem(self) -> typing.NoReturn:
        """
        bytes: Certificates a wss client trusts, as PEM text. Default empty. Write-only. Takes str | Buffer | None.
        """
    @wss_trust_pem.setter
    def wss_trust_pem(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def wss_trust_system(self) -> typing.NoReturn:
        """
        bool: Whether a wss client trusts the system's certificates too. Default off. Write-only.
        """
    @wss_trust_system.setter
    def wss_trust_system(self, value: bool) -> None: ...
    @property
    def xpub_manual(self) -> typing.NoReturn:
        """
        bool: Whether subscriptions count only once the program repeats them with `subscribe`. XPUB. Default off. Write-only.
        """
    @xpub_manual.setter
    def xpub_manual(self, value: bool) -> None: ...
    @property
    def xpub_manual_last_value(self) -> typing.NoReturn:
        """
        bool: Like xpub_manual, and the next message goes to the last subscriber alone. XPUB. Default off. Write-only.
        """
    @xpub_manual_last_value.setter
    def xpub_manual_last_value(self, value: bool) -> None: ...
    @property
    def xpub_nodrop(self) -> typing.NoReturn:
        """
        bool: Whether a full subscriber makes sending wait or fail (EAGAIN) instead of dropping. XPUB, PUB. Default off. Write-only.
        """
    @xpub_nodrop.setter
    def xpub_nodrop(self, value: bool) -> None: ...
    @property
    def xpub_verbose(self) -> typing.NoReturn:
        """
        bool: Whether every subscription is passed on, not just the first to a topic. XPUB. Default off. Write-only.
        """
    @xpub_verbose.setter
    def xpub_verbose(self, value: bool) -> None: ...
    @property
    def xpub_verboser(self) -> typing.NoReturn:
        """
        bool: Whether repeated subscriptions and unsubscriptions are all passed on. XPUB. Default off. Write-only.
        """
    @xpub_verboser.setter
    def xpub_verboser(self, value: bool) -> None: ...
    @property
    def xpub_welcome_msg(self) -> typing.NoReturn:
        """
        bytes: Message for every new subscriber that subscribed to it beforehand; empty sends none. XPUB. Default empty. Write-only. Takes str | Buffer | None.
        """
    @xpub_welcome_msg.setter
    def xpub_welcome_msg(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def xsub_verbose_unsubscribe(self) -> typing.NoReturn:
        """
        bool: Whether every unsubscription is passed on, not just the last from a topic. XSUB. Default off. Write-only.
        """
    @xsub_verbose_unsubscribe.setter
    def xsub_verbose_unsubscribe(self, value: bool) -> None: ...
    @property
    def zap_domain(self) -> bytes:
        """
        bytes: Domain told to the ZAP authenticator, 1 to 255 bytes; cannot be emptied again. Default empty. Takes str | Buffer | None.
        """
    @zap_domain.setter
    def zap_domain(self, value: str | typing_extensions.Buffer | None) -> None: ...
    @property
    def zap_enforce_domain(self) -> bool:
        """
        bool: Whether ZAP follows its RFC: asked only if zap_domain is set, and then it has to answer. Default off.
        """
    @zap_enforce_domain.setter
    def zap_enforce_domain(self, value: bool) -> None: ...

class Poller:
    """
    Waits for any of many sockets, file descriptors and objects with fileno(). Any thread may change it, also during a poll, which then goes on with what was registered when it began.
    """
    def __contains__(self, arg0: Socket | int | _typeshed.HasFileno) -> bool: ...
    def __init__(self) -> None: ...
    def __len__(self) -> int: ...
    def __reduce__(self) -> typing.Any: ...
    def modify(self, socket: Socket | int | _typeshed.HasFileno, flags: int = 3) -> None:
        """
        Changes what an object waits for.
        """
    def poll(
        self, timeout: float | datetime.timedelta | None = None
    ) -> list[tuple[typing.Any, int]]:
        """
        Waits until something registered is ready and returns (socket or fd, events) for all that is;
        an empty list if `timeout`, milliseconds or a timedelta, ran out first (zmq_poll). None and
        negative wait for ever. Raises SocketClosed if a registered socket is or gets closed.
        """
    def register(self, socket: Socket | int | _typeshed.HasFileno, flags: int = 3) -> None:
        """
        Adds a socket, file descriptor or object with fileno(), or changes what it waits for: POLLIN, POLLOUT or both. 0 removes it.
        """
    def unregister(self, socket: Socket | int | _typeshed.HasFileno) -> None:
        """
        Removes one; KeyError if it is not there.
        """
    @property
    def sockets(self) -> list[tuple[typing.Any, int]]:
        """
        What is registered: a list of (socket or fd, flags).
        """

class Proxy:
    """
    proxy() in a thread of C++; see zmqpp.Proxy.
    """
    def __init__(self, frontend: Socket, backend: Socket, capture: Socket | None = None) -> None:
        """
        A proxy that does not run yet.
        """
    def __reduce__(self) -> typing.Any: ...
    def join(self, timeout: float | datetime.timedelta | None = None) -> None:
        """
        Waits until it has ended.

        timeout: milliseconds or a timedelta; None waits for ever. Raises what ended it, unless that was stop(): SocketClosed, ContextTerminated, or what a socket failed with; and Timeout.
        """
    def start(self) -> None:
        """
        Begins to carry messages. Raises StateError if it does already.
        """
    def stop(self, timeout: float | datetime.timedelta | None = None) -> None:
        """
        Stops and waits for that, some 50 ms at most. A message that it has taken and that nobody has room for is lost.

        timeout: milliseconds or a timedelta; None waits. Raises what had ended it before, as join() does, and Timeout.
        """
    @property
    def running(self) -> bool:
        """
        Whether it carries messages now.
        """

class Connections:
    """
    Knows which connections of a socket are agreed on, by its monitor.
    """
    def __init__(self, socket: Socket) -> None:
        """
        For a socket that is neither bound nor connected yet.
        """
    def __reduce__(self) -> typing.Any: ...
    def close(self) -> None:
        """
        Stops watching.
        """
    def count(self) -> int:
        """
        How many are agreed on now.
        """
    def wait(self, n: int | None, timeout: float | datetime.timedelta | None) -> int:
        """
        Waits until n are, or one for each connect().
        """

class ContextOption(enum.IntEnum):
    """
    Options of contexts, for Context.get and Context.set; also properties of Context.
    """

    BLOCKY = 70
    IO_THREADS = 1
    IPV6 = 42
    MAX_MSGSZ = 5
    MAX_SOCKETS = 2
    MSG_T_SIZE = 6
    SOCKET_LIMIT = 3
    THREAD_AFFINITY_CPU_ADD = 7
    THREAD_AFFINITY_CPU_REMOVE = 8
    THREAD_NAME_PREFIX = 9
    THREAD_PRIORITY = 3
    THREAD_SCHED_POLICY = 4
    ZERO_COPY_RECV = 10

class DeviceType(enum.IntEnum):
    """
    Kinds of devices: proxies, all of them.
    """

    FORWARDER = 2
    QUEUE = 3
    STREAMER = 1

class Errno(enum.IntEnum):
    """
    Error numbers of libzmq: the platform's, then ZeroMQ's own from EFSM on.
    """

    EADDRINUSE = ...
    EADDRNOTAVAIL = ...
    EAFNOSUPPORT = ...
    EAGAIN = ...
    ECONNABORTED = ...
    ECONNREFUSED = ...
    ECONNRESET = ...
    EFAULT = ...
    EFSM = ...
    EHOSTUNREACH = ...
    EINPROGRESS = ...
    EINVAL = ...
    EMSGSIZE = ...
    EMTHREAD = ...
    ENETDOWN = ...
    ENETRESET = ...
    ENETUNREACH = ...
    ENOBUFS = ...
    ENOCOMPATPROTO = ...
    ENOTCONN = ...
    ENOTSOCK = ...
    ENOTSUP = ...
    EPROTONOSUPPORT = ...
    ETERM = ...
    ETIMEDOUT = ...

class Event(enum.IntFlag):
    """
    What a socket monitor reports. The members called PROTOCOL_ERROR are the values that come with HANDSHAKE_FAILED_PROTOCOL.
    """

    ACCEPTED = 32
    ACCEPT_FAILED = 64
    ALL = 65535
    ALL_V1 = 65535
    ALL_V2 = 131071
    BIND_FAILED = 16
    CLOSED = 128
    CLOSE_FAILED = 256
    CONNECTED = 1
    CONNECT_DELAYED = 2
    CONNECT_RETRIED = 4
    DISCONNECTED = 512
    HANDSHAKE_FAILED_AUTH = 16384
    HANDSHAKE_FAILED_NO_DETAIL = 2048
    HANDSHAKE_FAILED_PROTOCOL = 8192
    HANDSHAKE_SUCCEEDED = 4096
    LISTENING = 8
    MONITOR_STOPPED = 1024
    PIPES_STATS = 65536
    PROTOCOL_ERROR_WS_UNSPECIFIED = 805306368
    PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID = 536870914
    PROTOCOL_ERROR_ZAP_BAD_VERSION = 536870915
    PROTOCOL_ERROR_ZAP_INVALID_METADATA = 536870917
    PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE = 536870916
    PROTOCOL_ERROR_ZAP_MALFORMED_REPLY = 536870913
    PROTOCOL_ERROR_ZAP_UNSPECIFIED = 536870912
    PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC = 285212673
    PROTOCOL_ERROR_ZMTP_INVALID_METADATA = 268435480
    PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE = 268435458
    PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE = 268435459
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR = 268435477
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO = 268435475
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE = 268435476
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE = 268435474
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY = 268435478
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED = 268435473
    PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME = 268435479
    PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH = 285212674
    PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND = 268435457
    PROTOCOL_ERROR_ZMTP_UNSPECIFIED = 268435456

class Flag(enum.IntFlag):
    """
    Flags of sending and receiving.
    """

    DONTWAIT = 1
    NOBLOCK = 1
    SNDMORE = 2

class MessageOption(enum.IntEnum):
    """
    Properties of messages, for Frame.get.
    """

    MORE = 1
    SHARED = 3
    SRCFD = 2

class NormMode(enum.IntEnum):
    """
    Values of the option norm_mode.
    """

    CC = 1
    CCE = 3
    CCE_ECNONLY = 4
    CCL = 2
    FIXED = 0

class PollEvent(enum.IntFlag):
    """
    What a poll waits for and what it finds.
    """

    POLLERR = 4
    POLLIN = 1
    POLLOUT = 2
    POLLPRI = 8

class ReconnectStop(enum.IntEnum):
    """
    Values of the option reconnect_stop, to be added up.
    """

    AFTER_DISCONNECT = 4
    CONN_REFUSED = 1
    HANDSHAKE_FAILED = 2

class RouterNotify(enum.IntEnum):
    """
    Values of the option router_notify, to be added up.
    """

    CONNECT = 1
    DISCONNECT = 2

class SecurityMechanism(enum.IntEnum):
    """
    Values of the option mechanism.
    """

    CURVE = 2
    GSSAPI = 3
    NULL = 0
    PLAIN = 1

class SocketOption(enum.IntEnum):
    """
    Options of sockets, for Socket.get and Socket.set; also properties of Socket.
    """

    AFFINITY = 4
    BACKLOG = 19
    BINDTODEVICE = 92
    BLOCKY = 70
    BUSY_POLL = 113
    CONFLATE = 54
    CONNECT_RID = 61
    CONNECT_ROUTING_ID = 61
    CONNECT_TIMEOUT = 79
    CURVE_PUBLICKEY = 48
    CURVE_SECRETKEY = 49
    CURVE_SERVER = 47
    CURVE_SERVERKEY = 50
    DELAY_ATTACH_ON_CONNECT = 39
    DISCONNECT_MSG = 111
    EVENTS = 15
    FAIL_UNROUTABLE = 33
    FD = 14
    GSSAPI_PLAINTEXT = 65
    GSSAPI_PRINCIPAL = 63
    GSSAPI_PRINCIPAL_NAMETYPE = 90
    GSSAPI_SERVER = 62
    GSSAPI_SERVICE_PRINCIPAL = 64
    GSSAPI_SERVICE_PRINCIPAL_NAMETYPE = 91
    HANDSHAKE_IVL = 66
    HEARTBEAT_IVL = 75
    HEARTBEAT_TIMEOUT = 77
    HEARTBEAT_TTL = 76
    HELLO_MSG = 110
    HICCUP_MSG = 114
    HWM = 1
    IDENTITY = 5
    IMMEDIATE = 39
    INVERT_MATCHING = 74
    IN_BATCH_SIZE = 101
    IPC_FILTER_GID = 60
    IPC_FILTER_PID = 58
    IPC_FILTER_UID = 59
    IPV4ONLY = 31
    IPV6 = 42
    LAST_ENDPOINT = 32
    LINGER = 17
    LOOPBACK_FASTPATH = 94
    MAXMSGSIZE = 22
    MECHANISM = 43
    METADATA = 95
    MULTICAST_HOPS = 25
    MULTICAST_LOOP = 96
    MULTICAST_MAXTPDU = 84
    NORM_BLOCK_SIZE = 121
    NORM_BUFFER_SIZE = 119
    NORM_MODE = 117
    NORM_NUM_AUTOPARITY = 123
    NORM_NUM_PARITY = 122
    NORM_PUSH = 124
    NORM_SEGMENT_SIZE = 120
    NORM_UNICAST_NACK = 118
    ONLY_FIRST_SUBSCRIBE = 108
    OUT_BATCH_SIZE = 102
    PLAIN_PASSWORD = 46
    PLAIN_SERVER = 44
    PLAIN_USERNAME = 45
    PRIORITY = 112
    PROBE_ROUTER = 51
    RATE = 8
    RCVBUF = 12
    RCVHWM = 24
    RCVMORE = 13
    RCVTIMEO = 27
    RECONNECT_IVL = 18
    RECONNECT_IVL_MAX = 21
    RECONNECT_STOP = 109
    RECOVERY_IVL = 9
    REQ_CORRELATE = 52
    REQ_RELAXED = 53
    ROUTER_BEHAVIOR = 33
    ROUTER_HANDOVER = 56
    ROUTER_MANDATORY = 33
    ROUTER_NOTIFY = 97
    ROUTER_RAW = 41
    ROUTING_ID = 5
    SNDBUF = 11
    SNDHWM = 23
    SNDTIMEO = 28
    SOCKS_PASSWORD = 100
    SOCKS_PROXY = 68
    SOCKS_USERNAME = 99
    STREAM_NOTIFY = 73
    SUBSCRIBE = 6
    TCP_ACCEPT_FILTER = 38
    TCP_KEEPALIVE = 34
    TCP_KEEPALIVE_CNT = 35
    TCP_KEEPALIVE_IDLE = 36
    TCP_KEEPALIVE_INTVL = 37
    TCP_MAXRT = 80
    THREAD_SAFE = 81
    TOPICS_COUNT = 116
    TOS = 57
    TYPE = 16
    UNSUBSCRIBE = 7
    USE_FD = 89
    VMCI_BUFFER_MAX_SIZE = 87
    VMCI_BUFFER_MIN_SIZE = 86
    VMCI_BUFFER_SIZE = 85
    VMCI_CONNECT_TIMEOUT = 88
    WSS_CERT_PEM = 104
    WSS_HOSTNAME = 106
    WSS_KEY_PEM = 103
    WSS_TRUST_PEM = 105
    WSS_TRUST_SYSTEM = 107
    XPUB_MANUAL = 71
    XPUB_MANUAL_LAST_VALUE = 98
    XPUB_NODROP = 69
    XPUB_VERBOSE = 40
    XPUB_VERBOSER = 78
    XPUB_WELCOME_MSG = 72
    XSUB_VERBOSE_UNSUBSCRIBE = 115
    ZAP_DOMAIN = 55
    ZAP_ENFORCE_DOMAIN = 93

class SocketType(enum.IntEnum):
    """
    Types of sockets. Those from SERVER on are drafts: libzmq has them only when built with its draft API.
    """

    CHANNEL = 20
    CLIENT = 13
    DEALER = 5
    DGRAM = 18
    DISH = 15
    DOWNSTREAM = 8
    GATHER = 16
    PAIR = 0
    PEER = 19
    PUB = 1
    PULL = 7
    PUSH = 8
    RADIO = 14
    REP = 4
    REQ = 3
    ROUTER = 6
    SCATTER = 17
    SERVER = 12
    STREAM = 11
    SUB = 2
    UPSTREAM = 7
    XPUB = 9
    XREP = 6
    XREQ = 5
    XSUB = 10

def _end() -> None:
    """
    Runs at interpreter exit.
    """

def _finish() -> None:
    """
    The end of a process that leaves without ending its interpreter: abandons all contexts.
    """

def _introduce(socket_class: type, context_class: type) -> None:
    """
    The classes of the objects that stand for sockets and contexts.
    """

def _slot_or(
    slot: typing.Any, otherwise: collections.abc.Callable[[typing.Any], typing.Any]
) -> typing.Any:
    """
    A read-only attribute: what is in a slot, or what a function of the object returns while that is None.
    """

def build_info() -> dict[str, typing.Any]:
    """
    What this is built with: versions of libzmq compiled against and loaded, the file it was loaded from, drafts, capabilities.
    """

def constant(name: str) -> typing.Any:
    """
    A constant by its flat name, EVENT_CLOSED, or an enum by its own, Event. Raises AttributeError.
    """

def curve_keypair() -> tuple[bytes, bytes]:
    """
    A new pair of CURVE keys, (public, secret), each 40 characters of Z85 (zmq_curve_keypair). Raises NotSupported if libzmq was built without CURVE.
    """

def curve_public(secret_key: str | typing_extensions.Buffer) -> bytes:
    """
    The public CURVE key of a secret one (zmq_curve_public).
    """

def has(capability: str) -> bool:
    """
    Whether libzmq has a capability: 'ipc', 'curve', 'gssapi', 'pgm', 'norm', 'tipc', 'ws', 'wss', 'draft' (zmq_has).
    """

def monitor_endpoint(socket: Socket) -> str:
    """
    Where the events of a socket are published; empty if nowhere.
    """

def open_monitor(socket: Socket, events: int) -> Socket:
    """
    Publishes events of a socket and returns the PAIR that reads them (zmq_socket_monitor).
    """

def proxy(frontend: Socket, backend: Socket, capture: Socket | None = None) -> None:
    """
    Carries messages between two sockets, both ways, with a copy of each to `capture` (zmq_proxy).

    It goes on until a socket is closed (raises SocketClosed), the context ends (ContextTerminated) or a signal handler raises. Other threads may go on using the sockets.
    """

def proxy_steerable(
    frontend: Socket, backend: Socket, capture: Socket | None = None, control: Socket | None = None
) -> None:
    """
    proxy() that obeys a PAIR, PULL, SUB or REP socket (zmq_proxy_steerable).

    The commands: b'PAUSE', b'RESUME', b'TERMINATE', on which it returns, and b'STATISTICS', answered by eight frames of 8 bytes in the machine's order: messages and bytes received, messages and bytes sent, by the frontend, then by the backend.
    """

def socket_options() -> tuple[str, ...]:
    """
    The options of sockets, as attributes have them.
    """

def start_monitor(socket: Socket, endpoint: str, events: int) -> None:
    """
    Publishes events of a socket at an inproc endpoint (zmq_socket_monitor).
    """

def stop_monitor(socket: Socket) -> None:
    """
    Stops publishing events of a socket.
    """

def strerror(errnum: int) -> str:
    """
    libzmq's words for an errno (zmq_strerror).
    """

def wait_connected(
    socket: Socket, n: int | None, timeout: float | datetime.timedelta | None
) -> int:
    """
    Connections.wait() for a socket whose connections are all by inproc.
    """

def z85_decode(z85bytes: str | typing_extensions.Buffer) -> bytes:
    """
    The bytes of Z85 text, whose length is a multiple of 5 (zmq_z85_decode). Raises ZMQError if it is no Z85.
    """

def z85_encode(rawbytes: typing_extensions.Buffer) -> bytes:
    """
    Z85 text of bytes, whose number is a multiple of 4: 5 characters for each 4 (zmq_z85_encode).
    """

def zmq_errno() -> int:
    """
    The errno of this thread's last failed call of libzmq (zmq_errno).
    """

def zmq_version() -> str:
    """
    The version of the loaded libzmq as text (zmq_version).
    """

def zmq_version_info() -> tuple[int, int, int]:
    """
    The version of the loaded libzmq as (major, minor, patch) (zmq_version).
    """

EVENT_ALL: int
_C_API: typing.Any
__version__: str
