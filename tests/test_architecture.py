"""The house rules, checked on the syntax tree; each rule is itself checked on a planted violation."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Imports point up this list only.  Whatever is not named here may not live in bnsym/.
ORDER = (
    "version",
    "errors",
    "terms",
    "calculus",
    "layers",
    "proof",
    "kernels",
    "tracing",
    "verify",
    "report",
    "__init__",  # the public API: may import all above, and only what follows may import it
    "cli",
    "pytest_plugin",
    "__main__",
)
LONGEST_FILE = 400
FORBIDDEN_NAMES = {"simplify", "doit", "equals", "sympify", "parse_expr", "eval", "exec"}
FORBIDDEN_MODULES = {"pickle", "marshal", "shelve", "dill"}

Check = Callable[[Path], list[str]]


def sources(package: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(package.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported_modules(tree: ast.Module, module: str, is_package: bool) -> Iterator[tuple[int, str]]:
    """Each absolute name that the module imports, wherever in it; `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node, module, is_package)
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
            yield from ((node.lineno, arg.value) for arg in node.args[:1] if is_text(arg))


def absolute(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    base = parts[: len(parts) - node.level + is_package]
    return ".".join([*base, *([node.module] if node.module else [])])


def called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def part_of(module: str) -> str:
    """The part of the house that bnsym.a.b lies in: a; the public API for `bnsym` and its own names."""
    first = module.split(".")[1] if "." in module else "__init__"
    return first if first in ORDER else "__init__"


def import_direction(package: Path) -> list[str]:
    """No part imports a part that comes after it in ORDER."""
    found = []
    for path, tree in sources(package):
        relative = path.relative_to(package)
        part = relative.parts[0].removesuffix(".py")
        if part not in ORDER:
            found.append(f"{relative}: {part} has no place in ORDER")
            continue
        module = ".".join([package.name, *relative.with_suffix("").parts]).removesuffix(".__init__")
        for line, name in imported_modules(tree, module, path.name == "__init__.py"):
            if name.split(".")[0] != package.name:
                continue
            if ORDER.index(part_of(name)) > ORDER.index(part):
                found.append(f"{relative}:{line}: {part} imports {name}")
    return found


def no_assert(package: Path) -> list[str]:
    """An assert is gone under python -O: raise instead."""
    return [
        f"{path.relative_to(package)}:{node.lineno}: assert"
        for path, tree in sources(package)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]


def short_files(package: Path) -> list[str]:
    """Above LONGEST_FILE lines a reader is lost."""
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p, _ in sources(package)}
    return [
        f"{p.relative_to(package)}: {length} lines" for p, length in lengths.items() if length > LONGEST_FILE
    ]


def mentions(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name) if name in FORBIDDEN_NAMES:
            yield name
        case ast.Call() if called(node) == "S":  # S(text) is sympify(text); S.One and the like are fine
            yield "S(...)"
        case ast.Import(names=names):
            yield from (a.name for a in names if a.name.split(".")[0] in FORBIDDEN_MODULES)
        case ast.ImportFrom(module=module, names=names):
            yield from (a.name for a in names if a.name in FORBIDDEN_NAMES)
            if module and module.split(".")[0] in FORBIDDEN_MODULES:
                yield module


def nothing_forbidden(package: Path) -> list[str]:
    """Nothing that runs text or bytes as code, and none of SymPy's deciders."""
    return [
        f"{path.relative_to(package)}:{getattr(node, 'lineno', 0)}: {name}"
        for path, tree in sources(package)
        for node in ast.walk(tree)
        for name in mentions(node)
    ]


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def public_definitions(body: list[ast.stmt]) -> Iterator[Definition]:
    """Public functions and classes, and the public methods of the latter; not what lies in a function."""
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public_definitions(node.body)


def public_docstrings(package: Path) -> list[str]:
    """Every public function, method and class says what it is."""
    return [
        f"{path.relative_to(package)}:{node.lineno}: {node.name} has no docstring"
        for path, tree in sources(package)
        for node in public_definitions(tree.body)
        if not ast.get_docstring(node)
        and not any(isinstance(d, ast.Name) and d.id in {"overload", "override"} for d in node.decorator_list)
    ]


def derivation_imports(derivations: Path) -> list[str]:
    """A derivation uses the public API: `bnsym` itself, SymPy and the standard library."""
    found = []
    for path, tree in sources(derivations):
        for line, name in imported_modules(tree, path.stem, is_package=False):
            top, *rest = name.split(".")
            private = top == "bnsym" and (len(rest) > 1 or (rest and rest[0] in ORDER))
            if private or not (top in {"bnsym", "sympy"} or top in sys.stdlib_module_names):
                found.append(f"{path.relative_to(derivations)}:{line}: imports {name}")
    return found


BNSYM_CHECKS: tuple[Check, ...] = (
    import_direction,
    no_assert,
    short_files,
    nothing_forbidden,
    public_docstrings,
)


@pytest.mark.parametrize("check", BNSYM_CHECKS, ids=lambda check: check.__name__)
def test_bnsym_keeps_the_rule(check):
    assert check(ROOT / "bnsym") == []


def test_derivations_use_the_public_api_alone():
    assert derivation_imports(ROOT / "derivations") == []


# check, file, text, how many violations the check has to report
PLANTED = [
    (import_direction, "terms/nodes.py", "from bnsym.proof import claims", 1),
    (import_direction, "terms/nodes.py", "from bnsym import proof", 1),
    (import_direction, "terms/nodes.py", "from bnsym import theorem", 1),
    (import_direction, "terms/nodes.py", "import bnsym.cli", 1),
    (import_direction, "terms/nodes.py", "from ..calculus import sums", 1),
    (import_direction, "terms/__init__.py", "from ..calculus import sums", 1),
    (import_direction, "terms/nodes.py", "from .. import calculus", 1),
    (import_direction, "terms/nodes.py", "def f():\n    import bnsym.verify.run", 1),
    (import_direction, "terms/nodes.py", "import importlib\nimportlib.import_module('bnsym.report')", 1),
    (import_direction, "errors.py", "from bnsym.terms import nodes", 1),
    (import_direction, "report/json.py", "import bnsym", 1),
    (import_direction, "utils.py", "", 1),
    (
        import_direction,
        "report/json.py",
        "import json\nfrom bnsym.verify import run\nfrom . import terminal",
        0,
    ),
    (import_direction, "cli.py", "from bnsym import __version__\nfrom bnsym.report import json", 0),
    (import_direction, "__init__.py", "from bnsym.proof.claims import theorem", 0),
    (no_assert, "terms/nodes.py", "def f(x):\n    assert x", 1),
    (no_assert, "terms/nodes.py", "assertion = 'assert x'", 0),
    (short_files, "terms/nodes.py", "x = 1\n" * (LONGEST_FILE + 1), 1),
    (short_files, "terms/nodes.py", "x = 1\n" * LONGEST_FILE, 0),
    (nothing_forbidden, "terms/nodes.py", "def f(x):\n    return x.doit()", 1),
    (nothing_forbidden, "terms/nodes.py", "from sympy import simplify", 1),
    (nothing_forbidden, "terms/nodes.py", "import sympy\nd = sympy.simplify(1)", 1),
    (nothing_forbidden, "terms/nodes.py", "same = a.equals(b)", 1),
    (nothing_forbidden, "terms/nodes.py", "found = map(eval, texts)", 1),
    (nothing_forbidden, "terms/nodes.py", "exec('x = 1')", 1),
    (nothing_forbidden, "terms/nodes.py", "import sympy\nhalf = sympy.S(text) / 2", 1),
    (nothing_forbidden, "terms/nodes.py", "import sympy\nhalf = sympy.S.Half", 0),
    (nothing_forbidden, "terms/nodes.py", "import pickle", 1),
    (nothing_forbidden, "terms/nodes.py", "from pickle import loads", 1),
    (nothing_forbidden, "terms/nodes.py", "def evaluate(simplified): return simplified", 0),
    (public_docstrings, "terms/nodes.py", "def f(): pass", 1),
    (public_docstrings, "terms/nodes.py", "class A:\n    def f(self): pass", 2),
    (public_docstrings, "terms/nodes.py", "class A:\n    '''A.'''\n    def f(self): pass", 1),
    (public_docstrings, "terms/nodes.py", "def _f(): pass\nclass _A:\n    def f(self): pass", 0),
    (public_docstrings, "terms/nodes.py", "def f():\n    '''F.'''\n    def g(): pass", 0),
    (derivation_imports, "a.py", "from bnsym.proof import theorem", 1),
    (derivation_imports, "a.py", "from bnsym import proof", 1),
    (derivation_imports, "a.py", "import numpy as np", 1),
    (derivation_imports, "a.py", "def f():\n    from helpers import g", 1),
    (derivation_imports, "a.py", "from __future__ import annotations\nimport sympy as sp\nimport bnsym", 0),
    (derivation_imports, "a.py", "from bnsym import theorem\nfrom sympy import Symbol\nimport math", 0),
]


@pytest.mark.parametrize(
    ("check", "file", "text", "violations"),
    PLANTED,
    ids=[f"{n}-{row[0].__name__}" for n, row in enumerate(PLANTED)],
)
def test_the_rules_see_a_planted_violation(tmp_path, check, file, text, violations):
    path = tmp_path / "bnsym" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    found = check(tmp_path / "bnsym")
    assert len(found) == violations, found
    assert all(entry.startswith(file) for entry in found)
