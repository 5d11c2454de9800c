"""The rules of the house, which cpp/README.md and CONTRIBUTING.md give the reasons for.

Who may include or import whom, what is spelled in one place only, and how long a file may grow.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import zmqpp

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "cpp" / "include" / "zmqpp" / "core"
BIND = ROOT / "cpp" / "bind"
PACKAGE = ROOT / "python" / "zmqpp"
TESTS = ROOT / "tests"


def files(folder, *suffixes):
    found = [path for path in sorted(folder.rglob("*")) if path.suffix in suffixes]
    return [
        path for path in found if not {"__pycache__", "build"} & {*path.relative_to(ROOT).parts}
    ]


CORE_FILES = files(CORE, ".hpp", ".def")
BIND_FILES = files(BIND, ".hpp", ".cpp")
PYTHON_FILES = files(PACKAGE, ".py")
EVERYWHERE = [
    path
    for folder in ("cpp", "python", "tests", "examples", "benchmarks", "tools", "docs")
    for path in files(ROOT / folder, ".hpp", ".cpp", ".def", ".py", ".cmake", ".sh", ".md")
]


def name(path):
    return path.relative_to(ROOT).as_posix()


def code(path):
    """A C++ file without its comments and strings."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', " ", text, flags=re.DOTALL)


def includes(path):
    return re.findall(r'^\s*#\s*include\s*["<]([^">]+)[">]', path.read_text(encoding="utf-8"), re.M)


def test_there_is_a_house():
    """The rooms are where these tests look for them."""
    assert len(CORE_FILES) > 15
    assert len(BIND_FILES) > 15
    assert len(PYTHON_FILES) > 8


# --- the core ---


@pytest.mark.parametrize("path", CORE_FILES, ids=name)
def test_the_core_knows_no_python(path):
    """A core header includes the standard library, libzmq, the system and core headers, and no Python."""
    for included in includes(path):
        assert not re.search(r"python|pybind", included, re.IGNORECASE)
        assert "/" not in included or included.startswith(("sys/", "zmqpp/core/"))
        assert included == "zmq.h" or not included.startswith("zmqpp.")
    assert not re.search(r"\b(Py[A-Z_]\w*|py::|pybind11)", code(path))


@pytest.mark.parametrize("path", files(CORE, ".hpp"), ids=name)
def test_core_headers_have_one_form(path):
    """A core header opens with what it is for, and keeps its names in the versioned namespace."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ")
    assert "#pragma once" in text
    assert "inline namespace v1" in text


def test_the_umbrella_has_all_of_the_core():
    """core.hpp brings every core header, directly or through another."""
    umbrella = CORE.parent / "core.hpp"
    assert includes(umbrella) == sorted(includes(umbrella))
    reached, waiting = set(), [CORE / Path(included).name for included in includes(umbrella)]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += [CORE / part for part in includes(path) if (CORE / part).is_file()]
    assert set(files(CORE, ".hpp")) <= reached


def test_names_of_another_library_are_left_alone():
    """No header and no library of ours has the name of the older C++ binding called zmqpp."""
    assert not (CORE.parent / "zmqpp.hpp").exists()
    for path in EVERYWHERE:
        if path.suffix == ".cmake" or path.name == "CMakeLists.txt":
            assert "libzmqpp" not in path.read_text(encoding="utf-8")


# --- the bindings ---


@pytest.mark.parametrize("path", files(BIND, ".cpp"), ids=name)
def test_bindings_leave_libzmq_to_the_core(path):
    """A bind_*.cpp calls no function of libzmq, and includes no other bind_*.cpp."""
    assert not re.findall(r"(?<![\w:])(?:::)?zmq_[a-z0-9_]+\s*\(", code(path))
    assert not [included for included in includes(path) if included.endswith(".cpp")]


@pytest.mark.parametrize("path", BIND_FILES, ids=name)
def test_one_door_to_pybind11(path):
    """pybind11 is included by bind.hpp alone, so that every file sees the same converters."""
    has_no_converters = "pybind11/native_enum.h"  # and takes long to compile
    if path.name != "bind.hpp":
        assert {i for i in includes(path) if "pybind11" in i} <= {has_no_converters}


@pytest.mark.parametrize("path", BIND_FILES, ids=name)
def test_one_spelling_of_giving_up_the_gil(path):
    """The GIL is given up and taken back in gil.hpp alone."""
    if path.name != "gil.hpp":
        spellings = (
            r"gil_scoped_\w+|PyEval_(Save|Restore)Thread|Py_BEGIN_ALLOW_THREADS|PyGILState_\w+"
        )
        assert not re.search(spellings, code(path))


@pytest.mark.parametrize("path", BIND_FILES, ids=name)
def test_the_extension_imports_nothing_of_ours(path):
    """The extension module never imports the Python files that stand on it."""
    assert not re.search(
        r'(::import|ImportModule\w*)\s*\(\s*"zmqpp', path.read_text(encoding="utf-8")
    )


def test_the_index_is_an_index():
    """module.cpp calls each function that bind.hpp declares, once, and does nothing else."""
    declared = re.findall(
        r"^void (bind_\w+)\(py::module_& m\);", (BIND / "bind.hpp").read_text(), re.M
    )
    called = re.findall(r"^    binding::(bind_\w+)\(m\);", (BIND / "module.cpp").read_text(), re.M)
    assert sorted(called) == declared == sorted(declared)
    assert not re.search(r"\b(if|for|while|class|struct)\b", code(BIND / "module.cpp"))


@pytest.mark.parametrize("path", [*CORE_FILES, *BIND_FILES], ids=name)
def test_no_foreign_names_pour_in(path):
    """No file has a `using namespace`."""
    assert not re.findall(r"using namespace ([\w:]+)", code(path))


# --- the Python files ---

# What each may import when it is loaded. `_core` is free for all.
MAY_IMPORT = {
    "__main__": {"version"},
    "children": set(),
    "constants": set(),
    "errors": set(),
    "message": set(),
    "security": set(),
    "version": set(),
    "endpoint": set(),
    "formats": set(),
    "connections": {"constants", "formats"},
    "options": set(),
    "monitor": {"constants"},
    "poller": {"constants"},
    "proxy": {"constants"},
    "socket": {"connections", "constants", "endpoint", "errors", "options"},
    "context": {"constants", "errors", "options", "socket"},
}


def is_for_type_checkers(node):
    return isinstance(node, ast.If) and ast.unparse(node.test) in (
        "TYPE_CHECKING",
        "typing.TYPE_CHECKING",
    )


def imports(path):
    """The modules of the package that a file imports when it is loaded, and those of others at all."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    ours, others = set(), set()
    for node in tree.body:
        if is_for_type_checkers(node):
            continue
        if isinstance(node, ast.ImportFrom):
            module = (node.module or "").removeprefix("zmqpp").removeprefix(".")
            if node.level or (node.module or "").startswith("zmqpp"):
                ours |= {module} if module else {alias.name for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            others |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            others.add((node.module or "").partition(".")[0])
    return ours - {"_core"}, others


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name)
def test_imports_go_down(path):
    """A Python file imports those below it and none above."""
    if path.stem != "__init__":
        assert imports(path)[0] <= MAY_IMPORT[path.stem]


@pytest.mark.parametrize("path", PYTHON_FILES, ids=name)
def test_no_code_from_the_wire(path):
    """Nothing in the package turns bytes into code: no pickle, marshal or shelve, no eval, no exec."""
    assert not {"pickle", "cPickle", "marshal", "shelve", "dill"} & imports(path)[1]
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not {"eval", "exec", "compile", "__import__"} & calls


def test_no_pickled_messages():
    """The calls by which other bindings send pickled objects do not exist."""
    assert not hasattr(zmqpp.Socket, "send_pyobj")
    assert not hasattr(zmqpp.Socket, "recv_pyobj")


@pytest.mark.parametrize(
    "method", ["send", "recv", "send_multipart", "recv_multipart", "try_recv", "poll"]
)
def test_no_python_on_the_hot_path(method):
    """The methods that move messages are compiled: no Python stands between them and the caller."""
    assert method not in vars(zmqpp.Socket)
    assert type(getattr(zmqpp.Socket, method)).__name__ == "method_descriptor"


# --- every file ---


def test_no_rooms_for_odds_and_ends():
    """No file is called by what does not fit elsewhere."""
    odd = {"util", "utils", "common", "helper", "helpers", "misc", "tools"}
    assert [name(path) for path in EVERYWHERE if path.stem.lower() in odd] == []


CXX_LINES = 350
PYTHON_LINES = 300
# Files that may be longer: how long, and why.
LONGER = {
    "cpp/include/zmqpp/core/socket_state.hpp": (510, "one lock, and all that it guards"),
    "cpp/include/zmqpp/core/context_state.hpp": (390, "one mutex, and all that it guards"),
    "cpp/include/zmqpp/core/socket.hpp": (
        460,
        "the widest class of the interface, mostly comments",
    ),
    "python/zmqpp/constants.py": (390, "a list of names"),
}


@pytest.mark.parametrize("path", [*files(CORE, ".hpp"), *BIND_FILES, *PYTHON_FILES], ids=name)
def test_files_stay_short(path):
    """A file that outgrows its budget holds two concepts: split it, or say here why not."""
    budget = PYTHON_LINES if path.suffix == ".py" else CXX_LINES
    budget, _ = LONGER.get(name(path), (budget, ""))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= budget


def test_exceptions_are_needed():
    """An exception for a file that became short, or went away, is taken back."""
    for longer in LONGER:
        budget = PYTHON_LINES if longer.endswith(".py") else CXX_LINES
        assert len((ROOT / longer).read_text(encoding="utf-8").splitlines()) > budget


@pytest.mark.parametrize("path", [p for p in PYTHON_FILES if p.stem != "__init__"], ids=name)
def test_every_concept_has_its_tests(path):
    """For each Python file there is one of tests with the same noun."""
    noun = {"formats": "send_recv", "__main__": "cmake_package"}.get(path.stem, path.stem)
    assert (TESTS / f"test_{noun}.py").is_file()


@pytest.mark.parametrize("path", files(TESTS, ".py"), ids=name)
def test_tests_say_their_rule(path):
    """Each test states the rule it is about, in a sentence."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            doc = ast.get_docstring(node)
            assert doc, f"{node.name} says nothing"
            assert doc.endswith("."), node.name
