"""Telling derivation scripts from other Python files by reading them; nothing is run or imported.

A derivation script is a file that makes a Derivation when it is run: a call of bnsym's `Derivation` (by
whatever name it is imported), of a subclass or of a function that makes one, or of `bnsym.main`.  What
stands only inside functions that the file does not call does not count.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

MAKERS = frozenset({"Derivation", "main"})
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def makes_derivation(source: bytes) -> bool:
    """True for the text of a derivation script.  Raises SyntaxError or ValueError for what is no Python."""
    if b"bnsym" not in source:
        return False
    tree = _parsed(source)
    modules, makers = _imported(tree)
    scopes: dict[str, list[ast.AST]] = {}
    for node in ast.walk(tree):
        if isinstance(node, SCOPES):
            scopes.setdefault(node.name, []).append(node)
    waiting: list[ast.AST] = [tree]
    while waiting:
        for called in _called(waiting.pop()):
            if _is_maker(called, modules, makers):
                return True
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            waiting += scopes.pop(name, [])
    return False


def defines_tests(source: bytes) -> bool:
    """True for a file with functions test* or classes Test* of its own, by pytest's usual names."""
    tests = (node.name for node in _parsed(source).body if isinstance(node, SCOPES))
    return any(name.startswith(("test", "Test")) for name in tests)


def _parsed(source: bytes) -> ast.Module:
    with warnings.catch_warnings():  # they are told when the file is run
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _imported(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names that stand for the module bnsym here, and those that stand for what makes a Derivation."""
    modules, makers = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            ours = (alias for alias in node.names if alias.name.split(".")[0] == "bnsym")
            modules |= {alias.asname or "bnsym" for alias in ours}
        elif isinstance(node, ast.ImportFrom) and node.module in {"bnsym", "bnsym.proof.derivation"}:
            makers |= {alias.asname or alias.name for alias in node.names if alias.name in MAKERS}
            makers |= MAKERS if any(alias.name == "*" for alias in node.names) else set()
    return modules, makers


def _is_maker(called: ast.expr, modules: set[str], makers: set[str]) -> bool:
    match called:
        case ast.Name(id=name):
            return name in makers
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return module in modules and name in MAKERS
    return False


def _called(scope: ast.AST) -> Iterator[ast.expr]:
    """What is called when the body is run, and the bases of what stands for a class called."""
    if isinstance(scope, ast.ClassDef):
        yield from scope.bases
    inside = ast.walk(scope) if isinstance(scope, SCOPES) else _run(scope)
    yield from (node.func for node in inside if isinstance(node, ast.Call))


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a module that are run with it: not the bodies of its functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield child
            yield from _run(child)
