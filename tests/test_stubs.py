"""The stub of the extension module, which is all that type checkers see of it."""

from __future__ import annotations

import ast
import enum
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType, WrapperDescriptorType
from typing import Union

import pytest

import zmqpp
from zmqpp import _core, constants

STUB = Path(zmqpp.__file__).with_name("_core.pyi")
GENERATOR = Path(__file__).parents[1] / "tools" / "generate_stubs.py"

Owner = Union[type, ModuleType]

# Enums are made when they are first asked for, and have a place in the stub only.
ENUMS = {name: getattr(constants, name) for name in constants.__all__ if not name.isupper()}
MEMBERS = {**vars(_core), **ENUMS}
CLASSES = [value for value in MEMBERS.values() if isinstance(value, type)]
WITHOUT_METHODS = (enum.Enum, BaseException)

# What stubs do not say, and what only newer Pythons have.
UNSAID = re.compile(
    r"_pybind11_conduit_v1_|__(?!(bytes|contains|copy|eq|getitem|hash|init|len|repr|version)__)\w+"
)


def stub_members(owner: Owner) -> dict[str, list[ast.stmt]]:
    """What the stub says of a class or the module, by name; an overload is one of several."""
    body = ast.parse(STUB.read_text(encoding="utf-8")).body
    if isinstance(owner, type):
        body = stub_class(owner).body
    members: dict[str, list[ast.stmt]] = {}
    for statement in body:
        if isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
            members.setdefault(statement.name, []).append(statement)
        elif isinstance(statement, ast.Assign):
            members.setdefault(ast.unparse(statement.targets[0]), []).append(statement)
        elif isinstance(statement, ast.AnnAssign):
            members.setdefault(ast.unparse(statement.target), []).append(statement)
    return members


def stub_class(cls: type) -> ast.ClassDef:
    (found,) = stub_members(_core)[cls.__name__]
    assert isinstance(found, ast.ClassDef)
    return found


def live_members(owner: Owner) -> dict[str, object]:
    """What a class or the module has itself, without what CPython makes for every class."""
    if isinstance(owner, type) and issubclass(owner, enum.Enum):
        return dict(owner.__members__)
    own = MEMBERS if owner is _core else vars(owner)
    members = {**own, **own.get("__annotations__", {})}
    return {
        name: member
        for name, member in members.items()
        if not isinstance(member, WrapperDescriptorType) or name == "__len__"
    }


def parameters(function: ast.FunctionDef) -> str:
    """The parameters of a function without their types: ``self, timeout=None, *, flags=1``."""
    given = function.args
    given.posonlyargs, given.args = [], [*given.posonlyargs, *given.args]
    for argument in (*given.args, *given.kwonlyargs):
        argument.annotation = None
    return ast.unparse(given)


def live_signatures(function: object) -> list[str]:
    """The parameters of a compiled function, once for each overload."""
    if getattr(function, "__text_signature__", None):
        texts = [str(inspect.signature(function))[1:-1]]  # type: ignore[arg-type]
    else:  # pybind11's, which begins with a signature or has them in a numbered list
        doc = inspect.getdoc(function) or ""
        texts = re.findall(r"^\d+\. \w+\((.*)\) -> ", doc, re.MULTILINE)
        texts = texts or re.findall(r"\A\w+\((.*)\) -> ", doc)
    parsed = [ast.parse(f"def function({text}): ...").body[0] for text in texts]
    return [parameters(function) for function in parsed if isinstance(function, ast.FunctionDef)]


def without_defaults(signature: str) -> str:
    return re.sub(r"\*, |=[^,]+", "", signature)


def comparable(path: Path) -> str:
    """The same for the same code, however it is laid out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = inspect.cleandoc(node.value)
    return ast.unparse(tree)


@pytest.mark.parametrize("owner", [_core, *CLASSES])
def test_the_stub_has_the_same_names(owner: Owner) -> None:
    """The module and its classes have in the stub what they have, no more and no less."""
    stub = {name for name in stub_members(owner) if not UNSAID.fullmatch(name)}
    assert stub == {name for name in live_members(owner) if not UNSAID.fullmatch(name)}


@pytest.mark.parametrize("cls", CLASSES)
def test_the_stub_has_the_same_bases(cls: type) -> None:
    """A class has the same bases in the stub, in the same order, but for pybind11's own."""
    stub = [ast.unparse(base).replace("enum.", "") for base in stub_class(cls).bases]
    live = [base.__name__ for base in cls.__bases__]
    assert stub == [base for base in live if base not in ("object", "pybind11_object")]


@pytest.mark.parametrize(
    "owner", [_core, *(cls for cls in CLASSES if not issubclass(cls, WITHOUT_METHODS))]
)
def test_the_stub_has_the_same_parameters(owner: Owner) -> None:
    """A function has in the stub the parameters and defaults that it has.

    Where its result depends on an argument, further overloads may have that one without default.
    """
    for name, statements in stub_members(owner).items():
        function = getattr(owner, name, None)
        if not inspect.isroutine(function) or UNSAID.fullmatch(name):
            continue
        live = live_signatures(function)
        stub = [parameters(each) for each in statements if isinstance(each, ast.FunctionDef)]
        assert live, name
        assert set(live) <= set(stub)
        assert {without_defaults(each) for each in stub} == {
            without_defaults(each) for each in live
        }


@pytest.mark.skipif(not GENERATOR.exists(), reason="needs the source tree")
def test_the_stub_is_what_the_generator_writes(tmp_path: Path) -> None:
    """`make stubs` would change nothing."""
    pytest.importorskip("pybind11_stubgen", reason="needs pybind11-stubgen")
    pytest.importorskip("ruff", reason="needs ruff")
    # By itself: what other tests have done shows in the classes.
    subprocess.run([sys.executable, GENERATOR, tmp_path / STUB.name], check=True)
    assert comparable(tmp_path / STUB.name) == comparable(STUB)
