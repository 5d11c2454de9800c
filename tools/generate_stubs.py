"""Writes python/zmqpp/_core.pyi, the stub of the extension module, from the module as it is built.

    python tools/generate_stubs.py [file]

pybind11-stubgen reads the signatures that pybind11 writes into docstrings. The parser below adds
what is not pybind11's: enums and exceptions of the standard library's make, and the methods and
attributes that are CPython's own descriptors. tests/test_stubs.py fails when the stub is no longer
the module's.
"""

from __future__ import annotations

import builtins
import copy
import enum
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from pybind11_stubgen import CLIArgs, arg_parser, stub_parser_from_args
from pybind11_stubgen.printer import Printer
from pybind11_stubgen.structs import (
    Argument,
    Attribute,
    Class,
    Decorator,
    Docstring,
    Field,
    Function,
    Identifier,
    Import,
    Method,
    Module,
    Property,
    QualifiedName,
    ResolvedType,
    Value,
)

MODULE = "zmqpp._core"
STUB = Path(__file__).parents[1] / "python" / "zmqpp" / "_core.pyi"

# pybind11 says of an int that it takes whatever converts to one.
ANY_INT = "typing.SupportsInt | typing.SupportsIndex"

# Names of modules that only type checkers have.
ONLY_IN_STUBS = {"HasFileno": "_typeshed.HasFileno"}

# Classes with the buffer protocol, which is a method from Python 3.12 on.
HAVE_BUFFERS = {"Message"}

# Classes of the module that are types of attributes.
CLASSES = {"MessageTracker", "SocketType"}

# The docstring of an attribute, as describe() in cpp/bind/options.cpp words it.
ATTRIBUTE = re.compile(
    r"(?P<read>\w+( \| None)?): .*?"
    r"(?P<only> (Read|Write)-only\.)?"
    r"( Takes (?P<write>[^.]+(\.\w+)*)\.)?",
    re.DOTALL,
)

COMMAND_LINE = ["--exit-code", "--ignore-unresolved-names", "_typeshed", MODULE]
StandardParser = type(stub_parser_from_args(arg_parser().parse_args(COMMAND_LINE, CLIArgs())))


class Parser(StandardParser):
    def __init__(self) -> None:
        super().__init__()
        self.set_ignored_unresolved_names(re.compile("_typeshed"))
        self.members: frozenset[str] = frozenset()  # of the class that is being read

    def handle_module(self, path: QualifiedName, module: ModuleType) -> Module:
        result = super().handle_module(path, module)
        result.imports.add(Import(None, QualifiedName.from_str("_typeshed")))
        result.attributes = [  # without values: a new version is no new stub
            Attribute(attribute.name, None, attribute.annotation)
            for attribute in result.attributes
            if attribute.name != "__all__"
        ]
        return result

    def handle_module_member(self, path: QualifiedName, module: ModuleType, member: Any) -> Any:
        # Exceptions call themselves zmqpp's, for tracebacks, and enums for pickles, but are made here.
        if inspect.isclass(member) and issubclass(member, BaseException):
            return self.read_exception(path, member)
        if inspect.isclass(member) and issubclass(member, enum.Enum):
            return self.read_enum(path, member)
        return super().handle_module_member(path, module, member)

    def read_exception(self, path: QualifiedName, class_: type[BaseException]) -> Class:
        annotations = vars(class_).get("__annotations__", {})
        return Class(
            path[-1],
            Docstring(class_.__doc__),
            bases=[QualifiedName.from_str(base.__name__) for base in class_.__bases__],
            fields=[
                Field(Attribute(name, None, self.parse_annotation_str(annotation)), None)
                for name, annotation in annotations.items()
            ],
        )

    def handle_class(self, path: QualifiedName, class_: type) -> Class:
        self.members = frozenset(class_.__dict__)
        result = super().handle_class(path, class_)
        if class_.__name__ in HAVE_BUFFERS:
            method = Function(Identifier("__buffer__"), self.parse_args_str("self, flags: int, /"))
            method.returns = self.parse_annotation_str("memoryview")
            result.methods.append(Method(method, None))
        self.members = frozenset()
        return result

    def read_enum(self, path: QualifiedName, class_: type[enum.Enum]) -> Class:
        has_own_numbers = class_.__name__ != "Errno"  # and not the platform's
        return Class(
            path[-1],
            Docstring(class_.__doc__),
            bases=self.handle_bases(path, class_.__bases__),
            fields=[
                Field(Attribute(name, Value(repr(member.value), has_own_numbers)), "static")
                for name, member in class_.__members__.items()
            ],
        )

    def handle_class_member(self, path: QualifiedName, class_: type, member: Any) -> Any:
        if path[-1] in ("__del__", "__buffer__", "__release_buffer__"):
            return None  # not called by programs; see HAVE_BUFFERS
        return super().handle_class_member(path, class_, member)

    def handle_function(self, path: QualifiedName, function: Any) -> list[Function]:
        # Of our own methods CPython knows a signature without types; one with types begins the doc.
        if inspect.ismethoddescriptor(function) and function.__text_signature__:
            name = Identifier(function.__name__)
            parsed = self.parse_function_docstring(name, function.__doc__.splitlines())
            if parsed:  # and not a slot of CPython's
                parsed[0].name = path[-1]  # an alias, perhaps
                return list(parsed)
        if path[-1] == "__len__":  # a slot, of which CPython knows no types
            length = Function(path[-1], [Argument(Identifier("self"))])
            length.returns = self.parse_annotation_str("int")
            return [length]
        return list(super().handle_function(path, function))

    def handle_method(self, path: QualifiedName, method: Any) -> list[Method]:
        return [
            Method(function, read.modifier)
            for read in super().handle_method(path, method)
            for function in self.overloads(read.function)
        ]

    def overloads(self, function: Function) -> list[Function]:
        """The function, or the overloads that ``f(copy: bool) -> bytes | Message`` stands for."""
        results = getattr(function.returns, "parameters", None) or []
        whole = [result for result in results if "Message" not in str(result)]
        lent = [result for result in results if "bytes" not in str(result)]
        if not results or len(whole) == len(results) or len(lent) == len(results):
            return [function]
        at = [argument.name for argument in function.args].index("copy")

        def overload(word: str, returns: list[Any]) -> Function:
            made = copy.deepcopy(function)
            made.args[at].annotation = self.parse_annotation_str(word)
            made.returns = ResolvedType(function.returns.name, returns)
            made.decorators = [Decorator(str(self.parse_annotation_str("typing.overload")))]
            made.doc = None
            return made

        copied = overload("typing.Literal[True]", whole)
        copied.doc = function.doc
        by_keyword = overload("typing.Literal[False]", lent)
        by_keyword.args[at].default = None
        for argument in by_keyword.args[at:]:
            argument.kw_only = True
        by_position = overload("typing.Literal[False]", lent)
        for argument in by_position.args[: at + 1]:
            argument.default = None
        has_default_before = any(argument.default for argument in function.args[1:at])
        lending = [by_keyword, by_position] if has_default_before else [by_position]
        return [copied, *lending, overload("bool", results)]

    def handle_property(self, path: QualifiedName, attribute: Any) -> Property | None:
        if not inspect.isgetsetdescriptor(attribute):
            return super().handle_property(path, attribute)
        described = ATTRIBUTE.fullmatch(attribute.__doc__)
        if described is None:
            raise ValueError(f"{path}: the type is missing in {attribute.__doc__!r}")
        is_readable = described["only"] != " Write-only."
        read = self.parse_annotation_str(described["read"] if is_readable else "typing.NoReturn")
        write = self.parse_annotation_str(described["write"] or described["read"])
        this, value = Argument(Identifier("self")), Argument(Identifier("value"), annotation=write)
        result = Property(path[-1], None, Docstring(attribute.__doc__))
        result.getter = Function(path[-1], [this], read)
        if described["only"] != " Read-only.":
            none = self.parse_annotation_str("None")
            result.setter = Function(path[-1], [this, value], none)
        return result

    def parse_annotation_str(self, annotation: str) -> Any:
        name = annotation.replace(ANY_INT, "int").strip()
        if name in self.members and hasattr(builtins, name):
            name = f"builtins.{name}"  # the class has a member of that name: Message.bytes
        class_name = name.partition(" ")[0]
        if class_name in CLASSES:
            name = f"{MODULE}.{name}"
        return super().parse_annotation_str(ONLY_IN_STUBS.get(name, name))


def read_core() -> ModuleType:
    """The module, with the enums in it that it makes when they are first asked for."""
    core = importlib.import_module(MODULE)
    constants = importlib.import_module("zmqpp.constants")
    for name in constants.__all__:
        value = getattr(constants, name)
        if inspect.isclass(value):
            setattr(core, name, value)
    return core


def generate() -> str:
    parser = Parser()
    module = parser.handle_module(QualifiedName.from_str(MODULE), read_core())
    parser.finalize()
    lines = ["# Written by tools/generate_stubs.py; do not change it here."]
    lines += Printer(invalid_expr_as_ellipses=False).print_module(module)
    ruff = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length=100"]
    formatted = subprocess.run(
        [*ruff, f"--stdin-filename={STUB}", "-"],
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return formatted.stdout


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else STUB
    target.write_text(generate(), encoding="utf-8")
