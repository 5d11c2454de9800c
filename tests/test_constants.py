"""The constants: the enums, their flat names, and their agreement with pyzmq's."""

from __future__ import annotations

import ast
import copy
import enum
import errno
import pickle
from typing import Union

import pytest

from zmqpp import constants

AnyEnum = Union[type[enum.IntEnum], type[enum.IntFlag]]

# pyzmq's documented names. Programs written for it find every one of them here.
PYZMQ = {
    "SocketType": """
        PAIR=0 PUB=1 SUB=2 REQ=3 REP=4 DEALER=5 ROUTER=6 PULL=7 PUSH=8 XPUB=9 XSUB=10 STREAM=11
        XREQ=5 XREP=6 SERVER=12 CLIENT=13 RADIO=14 DISH=15 GATHER=16 SCATTER=17 DGRAM=18 PEER=19
        CHANNEL=20""",
    "SocketOption": """
        HWM=1 RATE=8 RECOVERY_IVL=9 SNDBUF=11 RCVBUF=12 RCVMORE=13 EVENTS=15 TYPE=16 LINGER=17
        RECONNECT_IVL=18 BACKLOG=19 RECONNECT_IVL_MAX=21 SNDHWM=23 RCVHWM=24 MULTICAST_HOPS=25
        RCVTIMEO=27 SNDTIMEO=28 ROUTER_MANDATORY=33 TCP_KEEPALIVE=34 TCP_KEEPALIVE_CNT=35
        TCP_KEEPALIVE_IDLE=36 TCP_KEEPALIVE_INTVL=37 IMMEDIATE=39 XPUB_VERBOSE=40 ROUTER_RAW=41
        IPV6=42 MECHANISM=43 PLAIN_SERVER=44 CURVE_SERVER=47 PROBE_ROUTER=51 REQ_CORRELATE=52
        REQ_RELAXED=53 CONFLATE=54 ROUTER_HANDOVER=56 TOS=57 GSSAPI_SERVER=62 GSSAPI_PLAINTEXT=65
        HANDSHAKE_IVL=66 XPUB_NODROP=69 BLOCKY=70 XPUB_MANUAL=71 STREAM_NOTIFY=73
        INVERT_MATCHING=74 HEARTBEAT_IVL=75 HEARTBEAT_TTL=76 HEARTBEAT_TIMEOUT=77 XPUB_VERBOSER=78
        CONNECT_TIMEOUT=79 TCP_MAXRT=80 THREAD_SAFE=81 MULTICAST_MAXTPDU=84
        VMCI_CONNECT_TIMEOUT=88 USE_FD=89 GSSAPI_PRINCIPAL_NAMETYPE=90
        GSSAPI_SERVICE_PRINCIPAL_NAMETYPE=91 IPC_FILTER_PID=58 IPC_FILTER_UID=59 IPC_FILTER_GID=60
        IPV4ONLY=31 DELAY_ATTACH_ON_CONNECT=39 FAIL_UNROUTABLE=33 ROUTER_BEHAVIOR=33
        ZAP_ENFORCE_DOMAIN=93 LOOPBACK_FASTPATH=94 MULTICAST_LOOP=96 ROUTER_NOTIFY=97
        XPUB_MANUAL_LAST_VALUE=98 IN_BATCH_SIZE=101 OUT_BATCH_SIZE=102 WSS_TRUST_SYSTEM=107
        ONLY_FIRST_SUBSCRIBE=108 RECONNECT_STOP=109 PRIORITY=112 BUSY_POLL=113
        XSUB_VERBOSE_UNSUBSCRIBE=115 TOPICS_COUNT=116 NORM_MODE=117 NORM_UNICAST_NACK=118
        NORM_BUFFER_SIZE=119 NORM_SEGMENT_SIZE=120 NORM_BLOCK_SIZE=121 NORM_NUM_PARITY=122
        NORM_NUM_AUTOPARITY=123 NORM_PUSH=124 AFFINITY=4 MAXMSGSIZE=22 VMCI_BUFFER_SIZE=85
        VMCI_BUFFER_MIN_SIZE=86 VMCI_BUFFER_MAX_SIZE=87 ROUTING_ID=5 SUBSCRIBE=6 UNSUBSCRIBE=7
        LAST_ENDPOINT=32 PLAIN_USERNAME=45 PLAIN_PASSWORD=46 CURVE_PUBLICKEY=48 CURVE_SECRETKEY=49
        CURVE_SERVERKEY=50 ZAP_DOMAIN=55 CONNECT_ROUTING_ID=61 GSSAPI_PRINCIPAL=63
        GSSAPI_SERVICE_PRINCIPAL=64 SOCKS_PROXY=68 XPUB_WELCOME_MSG=72 BINDTODEVICE=92 IDENTITY=5
        CONNECT_RID=61 TCP_ACCEPT_FILTER=38 METADATA=95 SOCKS_USERNAME=99 SOCKS_PASSWORD=100
        WSS_KEY_PEM=103 WSS_CERT_PEM=104 WSS_TRUST_PEM=105 WSS_HOSTNAME=106 HELLO_MSG=110
        DISCONNECT_MSG=111 HICCUP_MSG=114 FD=14""",
    "ContextOption": """
        IO_THREADS=1 MAX_SOCKETS=2 SOCKET_LIMIT=3 THREAD_PRIORITY=3 THREAD_SCHED_POLICY=4
        MAX_MSGSZ=5 MSG_T_SIZE=6 THREAD_AFFINITY_CPU_ADD=7 THREAD_AFFINITY_CPU_REMOVE=8
        THREAD_NAME_PREFIX=9""",
    "MessageOption": "MORE=1 SHARED=3 SRCFD=2",
    "Flag": "DONTWAIT=1 SNDMORE=2 NOBLOCK=1",
    "PollEvent": "POLLIN=1 POLLOUT=2 POLLERR=4 POLLPRI=8",
    "Event": """
        CONNECTED=0x1 CONNECT_DELAYED=0x2 CONNECT_RETRIED=0x4 LISTENING=0x8 BIND_FAILED=0x10
        ACCEPTED=0x20 ACCEPT_FAILED=0x40 CLOSED=0x80 CLOSE_FAILED=0x100 DISCONNECTED=0x200
        MONITOR_STOPPED=0x400 HANDSHAKE_FAILED_NO_DETAIL=0x800 HANDSHAKE_SUCCEEDED=0x1000
        HANDSHAKE_FAILED_PROTOCOL=0x2000 HANDSHAKE_FAILED_AUTH=0x4000 ALL=0xFFFF ALL_V1=0xFFFF
        PIPES_STATS=0x10000 ALL_V2=0x1FFFF
        PROTOCOL_ERROR_ZMTP_UNSPECIFIED=0x10000000
        PROTOCOL_ERROR_ZMTP_UNEXPECTED_COMMAND=0x10000001
        PROTOCOL_ERROR_ZMTP_INVALID_SEQUENCE=0x10000002
        PROTOCOL_ERROR_ZMTP_KEY_EXCHANGE=0x10000003
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_UNSPECIFIED=0x10000011
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_MESSAGE=0x10000012
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_HELLO=0x10000013
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_INITIATE=0x10000014
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_ERROR=0x10000015
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_READY=0x10000016
        PROTOCOL_ERROR_ZMTP_MALFORMED_COMMAND_WELCOME=0x10000017
        PROTOCOL_ERROR_ZMTP_INVALID_METADATA=0x10000018
        PROTOCOL_ERROR_ZMTP_CRYPTOGRAPHIC=0x11000001
        PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH=0x11000002
        PROTOCOL_ERROR_ZAP_UNSPECIFIED=0x20000000
        PROTOCOL_ERROR_ZAP_MALFORMED_REPLY=0x20000001
        PROTOCOL_ERROR_ZAP_BAD_REQUEST_ID=0x20000002
        PROTOCOL_ERROR_ZAP_BAD_VERSION=0x20000003
        PROTOCOL_ERROR_ZAP_INVALID_STATUS_CODE=0x20000004
        PROTOCOL_ERROR_ZAP_INVALID_METADATA=0x20000005
        PROTOCOL_ERROR_WS_UNSPECIFIED=0x30000000""",
    "SecurityMechanism": "NULL=0 PLAIN=1 CURVE=2 GSSAPI=3",
    "RouterNotify": "CONNECT=1 DISCONNECT=2",
    "NormMode": "FIXED=0 CC=1 CCL=2 CCE=3 CCE_ECNONLY=4",
    "ReconnectStop": "CONN_REFUSED=1 HANDSHAKE_FAILED=2 AFTER_DISCONNECT=4",
    "DeviceType": "STREAMER=1 FORWARDER=2 QUEUE=3",
}

# What is ours beside them: words of ZeroMQ 2, and context options that pyzmq files under sockets.
OURS = {
    "SocketType": {"UPSTREAM": 7, "DOWNSTREAM": 8},
    "ContextOption": {"IPV6": 42, "BLOCKY": 70, "ZERO_COPY_RECV": 10},
}

PLATFORM_ERRNOS = [
    "EAGAIN", "EFAULT", "EINVAL", "ENOTSUP", "EPROTONOSUPPORT", "ENOBUFS", "ENETDOWN", "EADDRINUSE",
    "EADDRNOTAVAIL", "ECONNREFUSED", "EINPROGRESS", "ENOTSOCK", "EMSGSIZE", "EAFNOSUPPORT",
    "ENETUNREACH", "ECONNABORTED", "ECONNRESET", "ENOTCONN", "ETIMEDOUT", "EHOSTUNREACH",
    "ENETRESET",
]  # fmt: skip

HAUSNUMERO = 156384712  # libzmq counts its own errors from here
OWN_ERRNOS = {"EFSM": 51, "ENOCOMPATPROTO": 52, "ETERM": 53, "EMTHREAD": 54}

FLAGS = {"Flag", "PollEvent", "Event"}
ENUMS = [*PYZMQ, "Errno"]
PREFIX = {
    "Event": "EVENT_",
    "RouterNotify": "NOTIFY_",
    "NormMode": "NORM_",
    "ReconnectStop": "RECONNECT_STOP_",
}


def enum_called(name: str) -> AnyEnum:
    """One of the enums of the module."""
    found = getattr(constants, name)
    assert isinstance(found, enum.EnumMeta)
    return found  # type: ignore[return-value]


def flat_name(enum_name: str, member: str) -> str:
    """The name a member has without its enum."""
    return member if member.startswith("PROTOCOL_ERROR_") else PREFIX.get(enum_name, "") + member


def flat_lines() -> dict[str, str]:
    """Every flat name the module should have, and the member it stands for."""
    lines: dict[str, str] = {}
    for enum_name in ENUMS:
        for member in enum_called(enum_name).__members__:
            # setdefault: IPV6 and BLOCKY are options of sockets first, then of contexts.
            lines.setdefault(flat_name(enum_name, member), f"{enum_name}.{member}")
    return lines


@pytest.mark.parametrize("name", PYZMQ)
def test_members_are_those_of_pyzmq(name: str) -> None:
    """Each enum has pyzmq's documented members, numbers included, and the few that are ours."""
    pairs = [pair.split("=") for pair in PYZMQ[name].split()]
    expected = {member: int(value, 0) for member, value in pairs}
    expected.update(OURS.get(name, {}))
    assert {k: int(v) for k, v in enum_called(name).__members__.items()} == expected


def test_errnos_are_those_of_the_platform() -> None:
    """Errno has the platform's numbers where it has the name, and libzmq's own four."""
    members = {k: int(v) for k, v in constants.Errno.__members__.items()}
    assert list(members) == PLATFORM_ERRNOS + list(OWN_ERRNOS)
    for name in PLATFORM_ERRNOS:
        number = getattr(errno, name, None)
        assert members[name] == number or (number is None and members[name] > HAUSNUMERO)
    for name, offset in OWN_ERRNOS.items():
        assert members[name] == HAUSNUMERO + offset


@pytest.mark.parametrize("name", ENUMS)
def test_enums_are_of_the_standard_library(name: str) -> None:
    """Sets of bits are IntFlags, everything else is an IntEnum, and each says what it is."""
    found = enum_called(name)
    assert issubclass(found, enum.IntFlag if name in FLAGS else enum.IntEnum)
    assert str(found.__doc__).endswith(".")
    assert found.__name__ == name


def test_every_member_has_its_flat_name() -> None:
    """A member is also a name of the module: the same object, with a prefix where it needs one."""
    missing = [f"{k}: Final = {v}" for k, v in flat_lines().items() if not hasattr(constants, k)]
    assert not missing, "add to constants.py and its __all__:\n" + "\n".join(missing)
    for flat, member in flat_lines().items():
        enum_name, _, name = member.partition(".")
        value = getattr(constants, flat)
        assert value is enum_called(enum_name).__members__[name]


def test_flat_names_shared_by_two_enums_mean_one_number() -> None:
    """Where two enums share a flat name, its number is the same in both."""
    numbers: dict[str, int] = {}
    for enum_name in ENUMS:
        for member, value in enum_called(enum_name).__members__.items():
            assert numbers.setdefault(flat_name(enum_name, member), int(value)) == value


def test_flat_names_are_written_out() -> None:
    """The source itself assigns each flat name its member, so that type checkers see it."""
    assert constants.__file__ is not None
    with open(constants.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    written = {
        node.target.id: f"{node.value.value.id}.{node.value.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.value.value, ast.Name)
    }
    assert written == flat_lines()


def test_all_is_sorted_and_complete() -> None:
    """__all__ lists the flat names, then the enums, each sorted, and nothing else."""
    assert constants.__all__ == sorted(constants.__all__, key=lambda n: (not n.isupper(), n))
    assert set(constants.__all__) == set(ENUMS) | set(flat_lines())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("XREQ", "DEALER"),
        ("XREP", "ROUTER"),
        ("UPSTREAM", "PULL"),
        ("DOWNSTREAM", "PUSH"),
        ("NOBLOCK", "DONTWAIT"),
        ("IDENTITY", "ROUTING_ID"),
        ("EVENT_ALL_V1", "EVENT_ALL"),
    ],
)
def test_aliases_are_the_same_member(old: str, new: str) -> None:
    """An old word for a constant is the very member that the new word names and shows."""
    member = getattr(constants, new)
    assert getattr(constants, old) is member
    assert new.endswith(member.name)


def test_members_are_ints() -> None:
    """A constant works wherever its number does, and the number leads back to the constant."""
    assert {4: "rep"}[constants.REP] == "rep"
    assert constants.SocketType(4) is constants.REP
    with pytest.raises(ValueError, match="99"):
        constants.SocketType(99)


def test_flags_combine() -> None:
    """Flags added up stay flags, and bits that a newer libzmq may send are kept."""
    both = constants.DONTWAIT | constants.SNDMORE
    assert isinstance(both, constants.Flag)
    assert both == 3
    assert constants.EVENT_CONNECTED in constants.EVENT_ALL
    assert constants.Event(0x8001) == 0x8001


@pytest.mark.parametrize("name", ENUMS)
def test_members_can_be_copied_and_pickled(name: str) -> None:
    """A copy of a constant, and one sent to another process, is the constant itself."""
    for member in enum_called(name).__members__.values():
        assert copy.deepcopy(member) is member
        assert pickle.loads(pickle.dumps(member)) is member
