"""The option tables (cpp/include/zmqpp/core/*.def): complete, consistent, and true to zmq.h."""

from __future__ import annotations

import enum
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from zmqpp import constants

CORE = Path(__file__).resolve().parents[1] / "cpp" / "include" / "zmqpp" / "core"
TABLES = ("socket_options.def", "context_options.def")

KINDS = {
    "integer", "boolean", "milliseconds", "int64", "uint64", "text", "bytes", "key", "descriptor",
}  # fmt: skip
ACCESS = {"read_write", "read_only", "write_only"}

# What zmq.h defines and no enum has, and why.
SKIPPED = {
    r"VERSION.*|MAKE_VERSION|EXPORT|DEFINED_STDINT": "about the header itself",
    r"HAS_CAPABILITIES|HAVE_\w+": "tells that a function exists",
    r"HAUSNUMERO": "base of the numbers of Errno",
    r"\w+_DFLT": "defaults; the docs of the options name them",
    r"GROUP_MAX_LENGTH": "a limit that libzmq checks",
    r"GSSAPI_NT_\w+": "the docs of the gssapi_*_nametype options name the three numbers",
    r"MSG_PROPERTY_\w+": "strings",
    r"CURRENT_EVENT_VERSION\w*": "a choice the monitor makes for its user",
    r"EVENT_HANDSHAKE_(FAILED|SUCCEED)": "drafts of 4.2.1 that became other events",
}

# Where a release of zmq.h is wrong about itself.
MISTAKES = {("RECONNECT_STOP_AFTER_DISCONNECT", 40304): 4}

# The enums by the prefix that zmq.h gives their members.
ENUMS: dict[str, list[type[enum.IntEnum] | type[enum.IntFlag]]] = {
    "EVENT_": [constants.Event],
    "NORM_": [constants.NormMode],
    "NOTIFY_": [constants.RouterNotify],
    "RECONNECT_STOP_": [constants.ReconnectStop],
    "": [
        constants.SocketType,
        constants.SocketOption,
        constants.ContextOption,
        constants.MessageOption,
        constants.Flag,
        constants.PollEvent,
        constants.Event,  # its PROTOCOL_ERROR_ members have no prefix
        constants.SecurityMechanism,
        constants.DeviceType,
    ],
}


class Row(NamedTuple):
    """One option of a table."""

    macro: str
    name: str
    id: int
    kind: str
    access: str
    effect: str
    since: int
    doc: str


class Table(NamedTuple):
    """What a .def file says."""

    rows: list[Row]
    numbers: list[tuple[str, int]]
    aliases: list[tuple[str, str]]


def read_table(name: str) -> Table:
    """Reads a .def file as the compiler does, and fails on a line it would not understand."""
    text = (CORE / name).read_text(encoding="utf-8")
    body = text[text.index("// clang-format off") : text.index("// clang-format on")]
    body = re.sub(r"^//.*$", "", body, flags=re.MULTILINE)
    rows: list[Row] = []
    numbers: list[tuple[str, int]] = []
    aliases: list[tuple[str, str]] = []
    for call in re.split(r"^(?=ZMQPP_)", body, flags=re.MULTILINE):
        if not call.strip():
            continue
        row = re.fullmatch(
            r"(ZMQPP_(?:DRAFT_)?(?:SOCKET|CONTEXT)_OPTION)"
            r'\(([a-z0-9_]+),\s*(\d+),\s*(\w+),\s*(\w+),\s*(?:(now|later),\s*)?(\d+),\s*"([^"\n]*)"\)\s*',
            call,
        )
        number = re.fullmatch(
            r'ZMQPP_SOCKET_OPTION_NUMBER\(([a-z0-9_]+),\s*(\d+),\s*"[^"\n]+"\)\s*', call
        )
        alias = re.fullmatch(r"ZMQPP_SOCKET_OPTION_ALIAS\(([a-z0-9_]+),\s*([a-z0-9_]+)\)\s*", call)
        if row:
            macro, word, id_, kind, access, effect, since, doc = row.groups("")
            rows.append(Row(macro, word, int(id_), kind, access, effect, int(since), doc))
        elif number:
            numbers.append((number[1], int(number[2])))
        elif alias:
            aliases.append((alias[1], alias[2]))
        else:
            pytest.fail(f"{name} has a row of unknown form: {call.strip()}")
    return Table(rows, numbers, aliases)


def blocks(name: str) -> list[list[int]]:
    """The ids of each run of rows between two comments."""
    text = (CORE / name).read_text(encoding="utf-8")
    body = text[text.index("// clang-format off") : text.index("// clang-format on")]
    runs = re.split(r"\n\n", body)
    ids = [[int(n) for n in re.findall(r"_OPTION(?:_NUMBER)?\(\w+,\s*(\d+)", r)] for r in runs]
    return [run for run in ids if run]


def find_header() -> Path | None:
    """zmq.h, where pkg-config says or where it usually is."""
    places = [Path(sys.prefix) / "include"]
    pkg_config = shutil.which("pkg-config")
    if pkg_config:
        said = subprocess.run(
            [pkg_config, "--variable=includedir", "libzmq"],
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode == 0 and said.stdout.strip():
            places.insert(0, Path(said.stdout.strip()))
    places += [Path(p) for p in ("/usr/local/include", "/opt/homebrew/include", "/usr/include")]
    return next((place / "zmq.h" for place in places if (place / "zmq.h").is_file()), None)


@pytest.fixture(scope="module")
def header() -> dict[str, int]:
    """The numbers zmq.h defines, by name without ZMQ_; drafts too."""
    path = find_header()
    if path is None:
        pytest.skip("no zmq.h on this machine to compare with")
    text = re.sub(r"/\*.*?\*/|\\\n", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found: dict[str, int] = {}
    for name, value in re.findall(r"^#define ZMQ_(\w+) +(\S.*?) *$", text, re.MULTILINE):
        parts = [part.strip() for part in value.split("|")]
        if all(re.fullmatch(r"ZMQ_\w+|0x[0-9a-fA-F]+|-?\d+", part) for part in parts):
            found[name] = 0
            for part in parts:
                found[name] |= found[part[4:]] if part.startswith("ZMQ_") else int(part, 0)
    assert len(found) > 100, f"{path} was not understood"
    return found


def version(header: dict[str, int]) -> int:
    """The header's release as the tables write it."""
    return header["VERSION_MAJOR"] * 10000 + header["VERSION_MINOR"] * 100 + header["VERSION_PATCH"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_use_known_words(table: str) -> None:
    """Kind, access and release of every row are ones that the compiler's side knows."""
    for row in read_table(table).rows:
        assert row.kind in KINDS, row
        assert row.access in ACCESS, row
        assert 40200 <= row.since < 50000, row


@pytest.mark.parametrize("table", TABLES)
def test_blocks_are_sorted_by_number(table: str) -> None:
    """Within each block of a table the numbers rise."""
    for ids in blocks(table):
        assert ids == sorted(ids)


@pytest.mark.parametrize("table", TABLES)
def test_names_and_numbers_are_unique(table: str) -> None:
    """No two rows share a name, and none share a number unless one reads and the other writes."""
    read = read_table(table)
    names = [row.name for row in read.rows]
    names += [name for name, _ in read.numbers]
    names += [alias for alias, _ in read.aliases]
    assert len(names) == len(set(names))
    for other in ("read_only", "write_only"):
        ids = [r.id for r in read.rows if r.access != other] + [i for _, i in read.numbers]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("table", TABLES)
def test_docs_say_enough(table: str) -> None:
    """A doc is a sentence, gives its unit, and the default of what can be both read and set."""
    for row in read_table(table).rows:
        assert re.fullmatch(r"[A-Z].{20,}\.", row.doc), row
        assert row.kind != "milliseconds" or " in ms" in row.doc, row
        assert row.access != "read_write" or "Default" in row.doc, row


def test_aliases_point_to_rows() -> None:
    """An alias stands for an option of the table, and is no option itself."""
    table = read_table("socket_options.def")
    rows = {row.name for row in table.rows}
    assert table.aliases
    for alias, name in table.aliases:
        assert name in rows
        assert alias not in rows


@pytest.mark.parametrize(
    ("table", "members"),
    [
        ("socket_options.def", constants.SocketOption.__members__),
        ("context_options.def", constants.ContextOption.__members__),
    ],
    ids=TABLES,
)
def test_the_enum_is_the_table(table: str, members: dict[str, int]) -> None:
    """The option enum has the names and numbers of its table, aliases included, and no others."""
    read = read_table(table)
    expected = {row.name.upper(): row.id for row in read.rows}
    expected.update({name.upper(): id_ for name, id_ in read.numbers})
    expected.update({alias.upper(): expected[name.upper()] for alias, name in read.aliases})
    assert {name: int(member) for name, member in members.items()} == expected


def test_members_carry_the_docs_of_the_table() -> None:
    """help() of a socket option says what its row says."""
    for row in read_table("socket_options.def").rows:
        assert constants.SocketOption[row.name.upper()].__doc__ == row.doc


def test_every_constant_of_zmq_h_is_known(header: dict[str, int]) -> None:
    """Whatever number zmq.h defines is in an enum, with the same value, or skipped for a reason."""
    unknown = []
    for name, value in header.items():
        if any(re.fullmatch(pattern, name) for pattern in SKIPPED):
            continue
        value = MISTAKES.get((name, version(header)), value)
        found = [
            int(members.__members__[name[len(prefix) :]])
            for prefix, enums in ENUMS.items()
            if name.startswith(prefix)
            for members in enums
            if name[len(prefix) :] in members.__members__
        ]
        if not found:
            unknown.append(name)
        assert all(number == value for number in found), f"ZMQ_{name} is {value}, not {found}"
    assert not unknown, f"zmq.h has these, the tables and enums do not: {unknown}"


@pytest.mark.parametrize("table", TABLES)
def test_rows_agree_with_zmq_h(header: dict[str, int], table: str) -> None:
    """zmq.h defines an option, under the number of its row, from the release its row names."""
    if version(header) < 40300:
        pytest.skip("before 4.3.0 zmq.h had older words and more drafts")
    for row in read_table(table).rows:
        macro = row.name.upper()
        if row.since <= version(header):
            assert header.get(macro) == row.id, row
        else:
            assert macro not in header, row
