"""Options: every one of sockets and of contexts is set and read back, or its effect is seen.

SAMPLES has values for each option that can be set. An option that this libzmq lacks, or was built
without, must say so and which one has it; everything else must work.
"""

from __future__ import annotations

import os
import sys
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

import zmqpp
from zmqpp import (
    DEALER,
    DONTWAIT,
    PAIR,
    PULL,
    PUSH,
    REQ,
    ROUTER,
    STREAM,
    SUB,
    XPUB,
    XSUB,
    ContextOption,
    SocketOption,
)


class Sample(NamedTuple):
    """Values that an option takes, and a socket type that has the option."""

    values: list[Any]
    socket_type: int = PAIR
    needs: str = ""  # a capability of libzmq
    draft: bool = False


BOTH = [True, False]
MILLISECONDS = [0, 250]
KEYS = [b"Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", b"JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6"]

SAMPLES = {
    "affinity": Sample([1, 2**63, 2**64 - 1, 0]),
    "routing_id": Sample([b"me", b"x" * 255], DEALER),
    "rate": Sample([1, 40_000]),
    "recovery_ivl": Sample([0, 250]),
    "sndbuf": Sample([65536, 0, -1]),
    "rcvbuf": Sample([65536, 0, -1]),
    "linger": Sample([0, 250, -1]),
    "reconnect_ivl": Sample([1, 250, -1]),
    "backlog": Sample([0, 10]),
    "reconnect_ivl_max": Sample(MILLISECONDS),
    "maxmsgsize": Sample([0, 2**40, -1]),
    "sndhwm": Sample([1, 5000, 0]),
    "rcvhwm": Sample([1, 5000, 0]),
    "multicast_hops": Sample([1, 5]),
    "rcvtimeo": Sample([0, 250, -1]),
    "sndtimeo": Sample([0, 250, -1]),
    "tcp_keepalive": Sample([0, 1, -1]),
    "tcp_keepalive_cnt": Sample([5, -1]),
    "tcp_keepalive_idle": Sample([60, -1]),
    "tcp_keepalive_intvl": Sample([5, -1]),
    "immediate": Sample(BOTH),
    "ipv6": Sample(BOTH),
    "plain_server": Sample(BOTH),
    "plain_username": Sample([b"admin", b"x" * 255]),
    "plain_password": Sample([b"secret", b"x" * 255]),
    "curve_server": Sample(BOTH, needs="curve"),
    "curve_publickey": Sample(KEYS, needs="curve"),
    "curve_secretkey": Sample(KEYS, needs="curve"),
    "curve_serverkey": Sample(KEYS, needs="curve"),
    "conflate": Sample(BOTH, PULL),
    "zap_domain": Sample([b"global", b"x" * 255]),
    "tos": Sample([40, 0]),
    "gssapi_server": Sample(BOTH, needs="gssapi"),
    "gssapi_principal": Sample([b"principal"], needs="gssapi"),
    "gssapi_service_principal": Sample([b"principal"], needs="gssapi"),
    "gssapi_plaintext": Sample(BOTH, needs="gssapi"),
    "gssapi_principal_nametype": Sample([1, 2, 0], needs="gssapi"),
    "gssapi_service_principal_nametype": Sample([1, 2, 0], needs="gssapi"),
    "handshake_ivl": Sample(MILLISECONDS),
    "socks_proxy": Sample([b"127.0.0.1:1080", b"x" * 300]),
    "invert_matching": Sample(BOTH, SUB),
    "heartbeat_ivl": Sample(MILLISECONDS),
    "heartbeat_ttl": Sample([0, 300]),
    "heartbeat_timeout": Sample(MILLISECONDS),
    "connect_timeout": Sample(MILLISECONDS),
    "tcp_maxrt": Sample(MILLISECONDS),
    "multicast_maxtpdu": Sample([9000, 1500]),
    "use_fd": Sample([5, -1]),
    "bindtodevice": Sample([b"lo"]),
    "ipv4only": Sample([False, True]),
    "zap_enforce_domain": Sample(BOTH, draft=True),
    "loopback_fastpath": Sample(BOTH, draft=True),
    "multicast_loop": Sample([False, True], draft=True),
    "router_notify": Sample([zmqpp.NOTIFY_CONNECT, 3, 0], ROUTER, draft=True),
    "socks_username": Sample([b"ada"], draft=True),
    "socks_password": Sample([b"secret"], draft=True),
    "in_batch_size": Sample([4096], draft=True),
    "out_batch_size": Sample([4096], draft=True),
    "reconnect_stop": Sample([zmqpp.RECONNECT_STOP_CONN_REFUSED, 0], draft=True),
    "priority": Sample([3, 0], draft=True),
    "norm_mode": Sample([zmqpp.NORM_FIXED, zmqpp.NORM_CC], needs="norm", draft=True),
    "norm_unicast_nack": Sample(BOTH, needs="norm", draft=True),
    "norm_buffer_size": Sample([1024], needs="norm", draft=True),
    "norm_segment_size": Sample([1000], needs="norm", draft=True),
    "norm_block_size": Sample([32], needs="norm", draft=True),
    "norm_num_parity": Sample([8], needs="norm", draft=True),
    "norm_num_autoparity": Sample([1], needs="norm", draft=True),
    "norm_push": Sample(BOTH, needs="norm", draft=True),
}

# libzmq takes these and does not give them back.
WRITE_ONLY = {
    "subscribe": Sample([b"topic", "topic"], SUB),
    "unsubscribe": Sample([], SUB),  # of a topic that is there: see below
    "router_mandatory": Sample(BOTH, ROUTER),
    "xpub_verbose": Sample(BOTH, XPUB),
    "xpub_verboser": Sample(BOTH, XPUB),
    "xpub_nodrop": Sample(BOTH, XPUB),
    "xpub_manual": Sample(BOTH, XPUB),
    "xpub_welcome_msg": Sample([b"welcome", b"", None], XPUB),
    "router_raw": Sample(BOTH, ROUTER),
    "router_handover": Sample(BOTH, ROUTER),
    "probe_router": Sample(BOTH, DEALER),
    "req_correlate": Sample(BOTH, REQ),
    "req_relaxed": Sample(BOTH, REQ),
    "connect_routing_id": Sample([b"peer"], ROUTER),
    "stream_notify": Sample(BOTH, STREAM),
    "vmci_buffer_size": Sample([2**20], needs="vmci"),
    "vmci_buffer_min_size": Sample([2**10], needs="vmci"),
    "vmci_buffer_max_size": Sample([2**40], needs="vmci"),
    "vmci_connect_timeout": Sample([250, -1], needs="vmci"),
    "tcp_accept_filter": Sample(["127.0.0.1", b"10.0.0.0/8", None]),
    "ipc_filter_pid": Sample([1, None], needs="ipc"),
    "ipc_filter_uid": Sample([1, None], needs="ipc"),
    "ipc_filter_gid": Sample([1, None], needs="ipc"),
    "metadata": Sample([b"X-colour:green"], draft=True),
    "xpub_manual_last_value": Sample(BOTH, XPUB, draft=True),
    "wss_key_pem": Sample([b"pem"], needs="wss", draft=True),
    "wss_cert_pem": Sample([b"pem"], needs="wss", draft=True),
    "wss_trust_pem": Sample([b"pem"], needs="wss", draft=True),
    "wss_hostname": Sample([b"host"], needs="wss", draft=True),
    "wss_trust_system": Sample(BOTH, needs="wss", draft=True),
    "only_first_subscribe": Sample(BOTH, XSUB, draft=True),
    "hello_msg": Sample([b"hello"], DEALER, draft=True),
    "disconnect_msg": Sample([b"gone"], ROUTER, draft=True),
    "busy_poll": Sample([1, 0], draft=True),
    "hiccup_msg": Sample([b"hiccup"], DEALER, draft=True),
    "xsub_verbose_unsubscribe": Sample(BOTH, XSUB, draft=True),
}

READ_ONLY = ["rcvmore", "fd", "events", "type", "last_endpoint", "mechanism", "thread_safe"]
DRAFTS_READ_ONLY = ["topics_count"]

# Older words, and the options they stand for.
ALIASES = {
    "identity": "routing_id",
    "fail_unroutable": "router_mandatory",
    "router_behavior": "router_mandatory",
    "delay_attach_on_connect": "immediate",
    "connect_rid": "connect_routing_id",
}
NUMBERS_ALONE = ["hwm", "blocky"]

needs_curve = pytest.mark.skipif(not zmqpp.has("curve"), reason="libzmq was built without CURVE")

SETTABLE = {**SAMPLES, **WRITE_ONLY}


def test_every_option_is_here():
    """Each option of sockets is sampled here: a new one cannot be forgotten."""
    here = [*SAMPLES, *WRITE_ONLY, *READ_ONLY, *DRAFTS_READ_ONLY, *ALIASES, *NUMBERS_ALONE]
    assert sorted(here) == sorted(name.lower() for name in SocketOption.__members__)


def number(name):
    return SocketOption[name.upper()]


def is_supported(name):
    """Whether the loaded libzmq has the option at all; if not, its error must say which one has."""
    sample = SETTABLE[name]
    value = sample.values[0] if sample.values else b"topic"
    with zmqpp.Context() as context, context.socket(sample.socket_type) as socket:
        try:
            socket.set(number(name), value)
        except zmqpp.ZMQError:
            return False
    return True


SUPPORTED = {name: is_supported(name) for name in SETTABLE}
READABLE_HERE = [name for name in SAMPLES if SUPPORTED[name]]
SETTABLE_HERE = [name for name in SETTABLE if SUPPORTED[name]]
LACKING = [name for name in SETTABLE if not SUPPORTED[name]]


@pytest.fixture
def owner(open_socket, request):
    """A socket that has the option `name`."""
    return open_socket(SETTABLE[request.getfixturevalue("name")].socket_type)


@pytest.mark.parametrize("name", LACKING)
def test_what_this_libzmq_lacks(owner, name):
    """An option that libzmq does not have here is a build's choice or a draft, and the error says so."""
    sample = SETTABLE[name]
    linux = sys.platform.startswith("linux")  # elsewhere it has even fewer
    assert not linux or sample.draft or (sample.needs and not zmqpp.has(sample.needs))
    with pytest.raises(zmqpp.ZMQError, match=rf"(?i)option {name} ") as caught:
        owner.set(number(name), sample.values[0])
    if sample.draft:
        assert isinstance(caught.value, zmqpp.NotSupported)
        assert "libzmq" in str(caught.value)


@pytest.mark.parametrize("name", READABLE_HERE)
def test_round_trip(owner, name):
    """What is set is read back, by attribute and by number, under pyzmq's names for that too."""
    for value in SAMPLES[name].values:
        setattr(owner, name, value)
        assert getattr(owner, name) == value
        assert type(getattr(owner, name)) in (bool, int, bytes)
    for value in reversed(SAMPLES[name].values):
        owner.set(number(name), value)
        assert owner.get(number(name)) == value
        owner.setsockopt(int(number(name)), value)
        assert owner.getsockopt(int(number(name))) == value


@pytest.mark.parametrize("name", [name for name in WRITE_ONLY if SUPPORTED[name]])
def test_write_only(owner, name):
    """What can only be set takes its values, and says so when read."""
    for value in WRITE_ONLY[name].values:
        setattr(owner, name, value)
        owner.set(number(name), value)
    with pytest.raises(AttributeError, match=f"option {name} is write-only"):
        owner.get(number(name))
    if name not in ("subscribe", "unsubscribe"):  # which can be called
        with pytest.raises(AttributeError, match=f"option {name} is write-only"):
            getattr(owner, name)


@pytest.mark.parametrize("name", READ_ONLY)
def test_read_only(open_socket, name):
    """What can only be read refuses to be set, by attribute and by number."""
    socket = open_socket(PAIR)
    assert getattr(socket, name) == socket.get(number(name))
    with pytest.raises(AttributeError):
        setattr(socket, name, 1)
    with pytest.raises(AttributeError, match=f"option {name} is read-only"):
        socket.set(number(name), 1)


def test_what_can_be_read(open_socket):
    """The options that can only be read have the values they should."""
    socket = open_socket(PUSH)
    endpoint = socket.bind("tcp://127.0.0.1:*")
    assert socket.last_endpoint == endpoint.encode()
    assert socket.get(zmqpp.TYPE) == PUSH
    assert socket.events == 0
    assert socket.fd > 0
    assert socket.rcvmore is False
    assert socket.thread_safe is False
    assert socket.mechanism == zmqpp.NULL


def test_topics_count(open_socket):
    """A newer libzmq's options say which version has them, where it is older."""
    sub = open_socket(SUB)
    try:
        assert sub.topics_count == 0
    except zmqpp.NotSupported as error:
        assert "topics_count" in str(error)
        if zmqpp.zmq_version_info() < (4, 3, 5):
            assert "needs libzmq 4.3.5; this is libzmq " + zmqpp.zmq_version() in str(error)


@pytest.mark.parametrize("old", ALIASES)
def test_aliases(open_socket, old):
    """An older word is the same option."""
    new = ALIASES[old]
    sample = SETTABLE[new]
    socket = open_socket(sample.socket_type)
    setattr(socket, old, sample.values[0])
    assert number(old) is number(new)
    if new in SAMPLES:
        assert getattr(socket, new) == sample.values[0]
        assert getattr(socket, old) == sample.values[0]


def test_hwm(open_socket):
    """hwm sets both high water marks; reading it gives the one for sending."""
    socket = open_socket(PAIR)
    for set_hwm in (
        lambda value: setattr(socket, "hwm", value),
        lambda value: socket.set(zmqpp.HWM, value),
        socket.set_hwm,
    ):
        socket.sndhwm = socket.rcvhwm = 1
        set_hwm(7)
        assert (socket.sndhwm, socket.rcvhwm) == (7, 7)
    socket.rcvhwm = 8
    assert socket.hwm == socket.get(zmqpp.HWM) == socket.get_hwm() == 7


def test_blocky_is_for_contexts(open_socket):
    """BLOCKY is an option of contexts, and no attribute of sockets."""
    with pytest.raises(AttributeError):
        _ = open_socket(PAIR).blocky


# --- kinds of values ---

SWITCHES = [name for name in SETTABLE_HERE if isinstance([*SETTABLE[name].values, b""][0], bool)]
TIMES = ["linger", "rcvtimeo", "sndtimeo", "reconnect_ivl", "handshake_ivl", "heartbeat_ivl"]


@pytest.mark.parametrize("name", TIMES)
@pytest.mark.parametrize(
    ("given", "read"),
    [
        (7, 7),
        (7.0, 7),
        (6.2, 7),
        (0.001, 1),
        (timedelta(seconds=2), 2000),
        (timedelta(microseconds=1), 1),
    ],
)
def test_times(open_socket, name, given, read):
    """A time is milliseconds, rounded up, or a timedelta, and reads as milliseconds."""
    socket = open_socket(PAIR)
    setattr(socket, name, given)
    assert getattr(socket, name) == read


@pytest.mark.parametrize("given", ["naïve", b"na\xc3\xafve", bytearray(b"na\xc3\xafve")])
@pytest.mark.parametrize("name", ["plain_username", "routing_id", "zap_domain"])
def test_texts(open_socket, name, given):
    """A text may be given as str, in UTF-8, or as bytes, and reads as bytes."""
    socket = open_socket(DEALER)
    setattr(socket, name, given)
    assert getattr(socket, name) == b"na\xc3\xafve"


def test_string_methods(open_socket):
    """set_string() and get_string(), under all their names, are for text in any encoding."""
    socket = open_socket(DEALER)
    for set_, get in [
        (socket.set_string, socket.get_string),
        (socket.setsockopt_string, socket.getsockopt_string),
        (socket.setsockopt_unicode, socket.getsockopt_unicode),
    ]:
        set_(zmqpp.ROUTING_ID, "Größe")
        assert get(zmqpp.ROUTING_ID) == "Größe"
        set_(zmqpp.ROUTING_ID, "Größe", encoding="latin-1")
        assert socket.routing_id == "Größe".encode("latin-1")
        assert get(zmqpp.ROUTING_ID, encoding="latin-1") == "Größe"
    with pytest.raises(TypeError, match="takes str, not bytes"):
        socket.set_string(zmqpp.ROUTING_ID, b"x")
    with pytest.raises(TypeError, match="option LINGER is not a string"):
        socket.get_string(zmqpp.LINGER)


@needs_curve
@pytest.mark.parametrize("name", ["curve_publickey", "curve_secretkey", "curve_serverkey"])
def test_keys(open_socket, name):
    """A key may be 32 bytes or 40 characters of Z85, as bytes or str, and reads as Z85."""
    socket = open_socket(PAIR)
    for given in (KEYS[0], KEYS[0].decode(), zmqpp.z85_decode(KEYS[0])):
        setattr(socket, name, given)
        assert getattr(socket, name) == KEYS[0]


@needs_curve
@pytest.mark.parametrize("given", [b"short", "x" * 39, b"x" * 33])
def test_bad_keys(open_socket, given):
    """A key of a wrong length is refused by name."""
    with pytest.raises(zmqpp.ZMQError, match="curve_secretkey"):
        open_socket(PAIR).curve_secretkey = given


@pytest.mark.parametrize("name", SWITCHES)
def test_switches(owner, name):
    """A switch takes bools and ints, and reads as a bool."""
    for value in (1, 0):
        setattr(owner, name, value)
        if name in SAMPLES:
            assert getattr(owner, name) is bool(value)


@pytest.mark.parametrize(
    ("name", "reset"),
    [
        ("socks_proxy", b""),
        ("bindtodevice", b""),
        ("plain_username", None),
        ("plain_password", None),
    ],
)
def test_none_resets(open_socket, name, reset):
    """None puts a text option back to libzmq's own value."""
    socket = open_socket(PAIR)
    setattr(socket, name, SAMPLES[name].values[0])
    mechanism = socket.mechanism
    setattr(socket, name, None)
    if reset is None:  # the text stays, but the mechanism is off
        assert mechanism == zmqpp.PLAIN
        assert socket.mechanism == zmqpp.NULL
    else:
        assert getattr(socket, name) == reset


def test_none_for_a_number(open_socket):
    """Numbers and switches cannot be reset: None is a TypeError by name."""
    socket = open_socket(PAIR)
    for name in ("linger", "sndhwm", "immediate", "affinity"):
        with pytest.raises(TypeError, match=f"option {name} takes .* not NoneType"):
            setattr(socket, name, None)


# --- wrong values ---


@pytest.mark.parametrize("name", SETTABLE_HERE)
def test_wrong_types(owner, name):
    """A value of a wrong type is a TypeError that names the option, what it takes and what it got."""
    for set_ in (lambda v: setattr(owner, name, v), lambda v: owner.set(number(name), v)):
        with pytest.raises(TypeError, match=f"option {name} takes .*, not object"):
            set_(object())
    wrong = (
        5 if SETTABLE[name].values and isinstance(SETTABLE[name].values[0], (bytes, str)) else "5"
    )
    if name == "unsubscribe":
        wrong = 5
    with pytest.raises(TypeError, match=f"option {name} takes .*, not {type(wrong).__name__}"):
        setattr(owner, name, wrong)


@pytest.mark.parametrize("name", ["sndhwm", "immediate", "affinity", "maxmsgsize", "use_fd"])
def test_fractions(open_socket, name):
    """A number that is not a time has no fraction."""
    with pytest.raises(TypeError, match=f"option {name} takes an? (int|bool), not float"):
        setattr(open_socket(PAIR), name, 1.0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sndhwm", 2**31),
        ("linger", 2**31),
        ("linger", 10**400),
        ("linger", timedelta(days=30)),
        ("maxmsgsize", 2**63),
        ("affinity", 2**64),
        ("affinity", -1),
        ("rcvtimeo", float("inf")),
        ("rcvtimeo", float("nan")),
    ],
)
def test_out_of_range(open_socket, name, value):
    """A number that does not fit is a ValueError."""
    socket = open_socket(PAIR)
    before = getattr(socket, name)
    with pytest.raises(ValueError, match=f"option {name}|NaN"):
        setattr(socket, name, value)
    assert getattr(socket, name) == before


def test_nul_in_a_text(open_socket):
    """A text that libzmq would cut off at a NUL character is refused."""
    with pytest.raises(ValueError, match="option plain_username: the text has a NUL"):
        open_socket(PAIR).plain_username = "root\0x"


@pytest.mark.parametrize(
    ("name", "value", "socket_type"),
    [
        ("subscribe", "x", PUSH),
        ("linger", -2, PAIR),
        ("xpub_verbose", True, PULL),
        ("rate", 0, PAIR),
    ],
)
def test_what_libzmq_refuses(open_socket, name, value, socket_type):
    """What libzmq refuses is a ZMQError with the option, the socket's type and the likely reasons."""
    with pytest.raises(
        zmqpp.ZMQError, match=f"set option {name} of {socket_type.name} socket"
    ) as got:
        setattr(open_socket(socket_type), name, value)
    assert got.value.errno == zmqpp.EINVAL
    assert "not an option of this socket type" in str(got.value)


NO_OPTION = [-1, 0, 127, 128, 9999]


@pytest.mark.parametrize("option", [10, *NO_OPTION])
def test_unknown_numbers(open_socket, option):
    """A number that no option has is passed to libzmq, whose refusal names it."""
    socket = open_socket(PAIR)
    for value in (1, b"x"):
        with pytest.raises(zmqpp.ZMQError, match=f"set option {option} of"):
            socket.set(option, value)
    with pytest.raises(zmqpp.ZMQError, match=f"get option {option} of"):
        socket.get(option)
    with pytest.raises(TypeError, match=f"option {option} takes"):
        socket.set(option, 1.5)


def test_names_are_no_numbers(open_socket):
    """Options are attributes by name, and numbers for set()."""
    with pytest.raises(TypeError, match="integer"):
        open_socket(PAIR).set("linger", 1)


def test_options_cannot_be_deleted(open_socket):
    """`del socket.linger` is an AttributeError."""
    with pytest.raises(AttributeError, match="option linger cannot be deleted"):
        del open_socket(PAIR).linger


# --- the effects of what cannot be read ---


def test_probe_router(open_socket, unique_endpoint):
    """probe_router greets a ROUTER with an empty message."""
    router = open_socket(ROUTER)
    dealer = open_socket(DEALER, probe_router=True, routing_id="prober")
    dealer.connect(router.bind(unique_endpoint("tcp")))
    assert router.recv_multipart() == [b"prober", b""]


def test_req_relaxed_and_correlate(link):
    """A relaxed REQ may ask again, and gets the reply to its last question alone."""
    rep, req = link(ROUTER, REQ)
    req.req_relaxed = req.req_correlate = True
    req.send(b"first")
    req.send(b"second")
    questions = [rep.recv_multipart() for _ in range(2)]
    assert [question[-1] for question in questions] == [b"first", b"second"]
    for question in questions:
        rep.send_multipart([*question[:-1], b"re: " + question[-1]])
    assert req.recv() == b"re: second"


def test_router_handover(open_socket, unique_endpoint):
    """With router_handover a newcomer takes over a routing id."""
    router = open_socket(ROUTER, router_handover=True)
    endpoint = router.bind(unique_endpoint())
    for text in (b"old", b"new"):
        dealer = open_socket(DEALER, routing_id="same")
        dealer.connect(endpoint)
        dealer.send(text)
        assert router.recv_multipart() == [b"same", text]
    router.send_multipart([b"same", b"hello"])
    assert dealer.recv() == b"hello"


def test_connect_routing_id(open_socket, unique_endpoint):
    """connect_routing_id names the peer of the next connection."""
    router, dealer = open_socket(ROUTER), open_socket(DEALER)
    router.connect_routing_id = "chosen"
    router.connect(dealer.bind(unique_endpoint("tcp")))
    router.send_multipart([b"chosen", b"x"])
    assert dealer.recv() == b"x"


@pytest.mark.parametrize(
    ("verbose", "events"), [(False, [b"\x01a", b"\x01end"]), (True, [b"\x01a", b"\x01a"])]
)
def test_xpub_verbose(open_socket, link, verbose, events):
    """With xpub_verbose repeated subscriptions are passed on."""
    xpub, first = link(XPUB, SUB)
    xpub.xpub_verbose = verbose
    first.subscribe("a")
    assert xpub.recv() == events[0]
    second = open_socket(SUB)
    second.connect(xpub.endpoints[0])
    second.subscribe("a")
    second.subscribe("end")
    assert xpub.recv() == events[1]


def test_xpub_verboser(open_socket, link):
    """With xpub_verboser repeated unsubscriptions are passed on too."""
    xpub, first = link(XPUB, SUB)
    xpub.xpub_verboser = True
    second = open_socket(SUB)
    second.connect(xpub.endpoints[0])
    for sub in (first, second):
        sub.subscribe("a")
        assert xpub.recv() == b"\x01a"
    for sub in (first, second):
        sub.unsubscribe("a")
        assert xpub.recv() == b"\x00a"


def test_xpub_welcome_msg(open_socket, unique_endpoint):
    """xpub_welcome_msg reaches new subscribers that subscribed to it beforehand."""
    xpub = open_socket(XPUB, xpub_welcome_msg="welcome")
    sub = open_socket(SUB, subscribe="welcome")
    sub.connect(xpub.bind(unique_endpoint()))
    assert xpub.recv() == b"\x01welcome"
    assert sub.recv() == b"welcome"


def test_xpub_manual(link):
    """With xpub_manual a subscription counts as what the XPUB subscribes its asker to."""
    xpub, sub = link(XPUB, SUB)
    xpub.xpub_manual = True
    sub.subscribe("news")
    assert xpub.recv() == b"\x01news"
    xpub.subscribe("news.free")
    xpub.send(b"news.paid")
    xpub.send(b"news.free")
    assert sub.recv() == b"news.free"


def test_xpub_nodrop(link):
    """With xpub_nodrop a full subscriber is an error instead of a loss."""
    xpub, sub = link(XPUB, SUB, sndhwm=1, rcvhwm=1)
    xpub.xpub_nodrop = True
    sub.subscribe("")
    assert xpub.recv() == b"\x01"
    with pytest.raises(zmqpp.Again):
        for _ in range(1000):
            xpub.send(b"x", DONTWAIT)


def test_conflate(link, wait_until):
    """With conflate only the newest message is kept."""
    pull, push = link(PULL, PUSH, conflate=True)
    for number_ in range(10):
        push.send(b"%d" % number_)
    assert pull.recv() == b"9"
    assert pull.try_recv() is None


def test_maxmsgsize(open_socket, unique_endpoint):
    """With maxmsgsize who sends more is disconnected, and its message is not received."""
    pull = open_socket(PULL, maxmsgsize=1000)
    monitor = pull.get_monitor_socket(zmqpp.EVENT_DISCONNECTED)
    with monitor:
        push = open_socket(PUSH, reconnect_ivl=-1)
        push.connect(pull.bind(unique_endpoint("tcp")))
        push.send(b"x" * 1000)
        assert pull.recv() == b"x" * 1000
        push.send(b"x" * 1001)
        event = zmqpp.monitor.recv_monitor_message(monitor, timeout=5000)
        assert event.event == zmqpp.EVENT_DISCONNECTED
        assert pull.try_recv() is None


def test_immediate(open_socket):
    """With immediate nothing is queued for a peer that has not answered."""
    push = open_socket(PUSH, immediate=True)
    push.connect("tcp://127.0.0.1:1")
    with pytest.raises(zmqpp.Again):
        push.send(b"x", DONTWAIT)
    other = open_socket(PUSH)
    other.connect("tcp://127.0.0.1:1")
    other.send(b"x", DONTWAIT)


def test_invert_matching(link):
    """With invert_matching at both ends a filter lets in what does not match."""
    xpub, sub = link(XPUB, SUB)
    xpub.invert_matching = True
    sub.invert_matching = True
    sub.subscribe("a")
    assert xpub.recv() == b"\x01a"
    xpub.send(b"a1")
    xpub.send(b"b1")
    assert sub.recv() == b"b1"


def test_stream_notify(open_socket, unique_endpoint):
    """Without stream_notify a STREAM is not told of connections."""
    server, client = open_socket(STREAM, stream_notify=False), open_socket(STREAM)
    client.connect(server.bind(unique_endpoint("tcp")))
    identity, notice = client.recv_multipart()
    assert notice == b""
    client.send_multipart([identity, b"first"])
    assert server.recv_multipart()[1] == b"first"


def test_router_raw(open_socket, unique_endpoint):
    """A raw ROUTER speaks plain TCP."""
    router = open_socket(ROUTER, router_raw=True)
    client = open_socket(STREAM)
    client.connect(router.bind(unique_endpoint("tcp")))
    identity, _ = client.recv_multipart()
    client.send_multipart([identity, b"plain"])
    messages = []
    while b"plain" not in messages:
        messages += router.recv_multipart()[1:]
    assert messages[-1] == b"plain"


@pytest.mark.parametrize("accepted", [True, False])
def test_tcp_accept_filter(open_socket, unique_endpoint, accepted):
    """tcp_accept_filter lets in the addresses it names alone, until None clears it."""
    pull = open_socket(PULL)
    pull.tcp_accept_filter = "127.0.0.1" if accepted else "10.1.2.3"
    with pull.get_monitor_socket() as monitor:
        push = open_socket(PUSH, reconnect_ivl=-1)
        push.connect(pull.bind(unique_endpoint("tcp")))
        seen = zmqpp.EVENT_LISTENING
        while seen == zmqpp.EVENT_LISTENING:
            seen = zmqpp.monitor.recv_monitor_message(monitor, timeout=5000).event
    assert seen == (zmqpp.EVENT_ACCEPTED if accepted else zmqpp.EVENT_ACCEPT_FAILED)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells who connects")
@pytest.mark.parametrize(
    ("name", "own"),
    [("ipc_filter_pid", "getpid"), ("ipc_filter_uid", "getuid"), ("ipc_filter_gid", "getgid")],
)
def test_ipc_filters(open_socket, unique_endpoint, name, own):
    """The ipc filters let in the processes they name, and all again after None."""
    own_number = getattr(os, own)()
    for values in ([own_number], [own_number + 1, None]):
        pull, push = open_socket(PULL), open_socket(PUSH)
        for value in values:
            setattr(pull, name, value)
        push.connect(pull.bind(unique_endpoint("ipc")))
        push.send(b"let in")
        assert pull.recv() == b"let in"


# --- contexts ---

CONTEXT_SAMPLES = {
    "io_threads": [2, 1],
    "max_sockets": [10, 1023],
    "thread_sched_policy": [0],
    "max_msgsz": [1000, 2**31 - 1],
    "thread_name_prefix": [7],
    "ipv6": [True, False],
    "blocky": [False, True],
    "zero_copy_recv": [False, True],
}
CONTEXT_WRITE_ONLY = {
    "thread_priority": [1],
    "thread_affinity_cpu_add": [0],
    "thread_affinity_cpu_remove": [0],
}
CONTEXT_READ_ONLY = ["socket_limit", "msg_t_size"]


def test_every_context_option_is_here():
    """Each option of contexts is sampled here."""
    here = {*CONTEXT_SAMPLES, *CONTEXT_WRITE_ONLY, *CONTEXT_READ_ONLY}
    enum = {name.lower() for name in ContextOption.__members__}
    assert here - {"ipv6", "blocky", "zero_copy_recv"} <= enum
    assert enum <= here


CONTEXT_NUMBERS = {"ipv6": 42, "blocky": 70, "zero_copy_recv": 10}


def context_number(name):
    return CONTEXT_NUMBERS.get(name) or ContextOption[name.upper()]


@pytest.mark.parametrize("name", CONTEXT_SAMPLES)
def test_context_round_trip(context, name):
    """What is set on a context is read back, by attribute and by number."""
    for value in CONTEXT_SAMPLES[name]:
        setattr(context, name, value)
        assert getattr(context, name) == value
        assert type(getattr(context, name)) is type(value)
        context.set(context_number(name), value)
        assert context.get(context_number(name)) == value


@pytest.mark.parametrize("name", CONTEXT_WRITE_ONLY)
def test_context_write_only(context, name):
    """What can only be set on a context says so when read."""
    context.thread_affinity_cpu_add = 0  # for the one that takes it back
    for value in CONTEXT_WRITE_ONLY[name]:
        setattr(context, name, value)
    with pytest.raises(AttributeError, match=f"option {name} is write-only"):
        getattr(context, name)


@pytest.mark.parametrize("name", CONTEXT_READ_ONLY)
def test_context_read_only(context, name):
    """What can only be read refuses to be set."""
    assert getattr(context, name) > 0
    with pytest.raises(AttributeError):
        setattr(context, name, 1)


@pytest.mark.parametrize("name", [*CONTEXT_SAMPLES, *CONTEXT_WRITE_ONLY])
def test_context_wrong_types(context, name):
    """A value of a wrong type is a TypeError that names the context's option."""
    for wrong in ("x", 1.5, None):
        with pytest.raises(TypeError, match=f"option {name} takes .*, not {type(wrong).__name__}"):
            setattr(context, name, wrong)


@pytest.mark.parametrize("option", NO_OPTION)
def test_context_unknown_numbers(context, option):
    """A number that no option of contexts has is a ValueError."""
    with pytest.raises(ValueError, match=f"number {option}$"):
        context.get(option)
    with pytest.raises(ValueError, match=f"number {option}$"):
        context.set(option, 1)


def test_context_refuses(context):
    """What libzmq refuses names the option of the context."""
    with pytest.raises(zmqpp.ZMQError, match=r"Context\.max_sockets"):
        context.max_sockets = -5
    with pytest.raises(AttributeError, match="io_threads cannot be deleted"):
        del context.io_threads


def test_ipv6_of_contexts(context, open_socket):
    """A context's ipv6 is that of its new sockets."""
    context.ipv6 = True
    assert open_socket(PAIR).ipv6 is True


def test_options_go_by_capitals_too(context: zmqpp.Context) -> None:
    """ZeroMQ's own spelling of an option, in capitals, is the same attribute."""
    with context.socket(zmqpp.DEALER, LINGER=0) as socket:
        socket.RCVTIMEO = 250  # type: ignore[attr-defined]
        assert socket.rcvtimeo == 250
        assert socket.LINGER == socket.linger == 0  # type: ignore[attr-defined]
        for option in zmqpp.SocketOption.__members__:
            assert hasattr(type(socket), option) == hasattr(type(socket), option.lower())
