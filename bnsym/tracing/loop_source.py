"""Which Python loops may be read as a loop over every place of a symbolic size, by their source.

The loop's body is run for one general place, so nothing but entries of arrays may pass from one turn to
the next.  The source is read as a syntax tree; what is not on the list here is not such a loop.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

FUNCTIONS = frozenset({"len", "float", "int", "range", "print"})
METHODS = frozenset(
    {
        *(
            "sum",
            "mean",
            "var",
            "std",
            "dot",
            "trace",
            "transpose",
            "swapaxes",
            "squeeze",
            "reshape",
            "ravel",
        ),
        *("repeat", "copy", "flatten", "astype", "item"),
    }
)
_EXPRESSIONS = (
    *(ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant, ast.Subscript, ast.Slice, ast.Tuple, ast.List),
    *(ast.Attribute, ast.Call, ast.keyword, ast.operator, ast.unaryop, ast.expr_context),
)


@dataclass(frozen=True)
class LoopSource:
    """A loop that may be read: the names it makes for one turn, and the arrays that it writes into."""

    temporaries: frozenset[str]
    written: frozenset[str]


def loop_at(frame: Any, numpy_names: frozenset[str]) -> LoopSource | None:
    """The loop whose header calls `range` at this line of the frame, if it may be read."""
    function, loop = _find(frame.f_code.co_filename, frame.f_code.co_firstlineno, frame.f_lineno)
    if function is None or loop is None:
        return None
    try:
        return _checked(function, loop, numpy_names)
    except _NotReadable:
        return None


class _NotReadable(Exception):  # noqa: N818 - control flow of this file alone
    """The loop does what is not on the list."""


@cache
def _parsed(name: str) -> ast.Module | None:
    try:
        return ast.parse("".join(linecache.getlines(name)))
    except (SyntaxError, ValueError):
        return None


def _find(name: str, first: int, line: int) -> tuple[ast.FunctionDef | None, ast.For | None]:
    tree = _parsed(name)
    defined = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] if tree else []
    inside = [node for node in defined if _first_line(node) == first or node.lineno == first]
    if len(inside) != 1:
        return None, None
    loops = [
        node
        for node in ast.walk(inside[0])
        if isinstance(node, ast.For) and node.iter.lineno <= line <= (node.iter.end_lineno or line)
    ]
    return inside[0], loops[0] if len(loops) == 1 and _over_range(loops[0]) else None


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _over_range(loop: ast.For) -> bool:
    match loop.iter:
        case ast.Call(ast.Name("range"), [_], []):
            return isinstance(loop.target, ast.Name) and not loop.orelse
    return False


def _checked(function: ast.FunctionDef, loop: ast.For, numpy_names: frozenset[str]) -> LoopSource:
    if any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(function)):
        raise _NotReadable
    statements = list(_statements(loop.body))
    for part in statements:
        for node in _own_nodes(part):
            _check_expression(node, numpy_names)
    made = {name for part in statements for name in _made(part)} | {_target(loop)}
    _check_order(loop, made)
    _check_use_outside(function, loop, made)
    return LoopSource(frozenset(made), frozenset(name for part in statements for name in _written(part)))


def _target(loop: ast.For) -> str:
    return loop.target.id if isinstance(loop.target, ast.Name) else ""


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements in order, those of inner loops among them."""
    for part in body:
        match part:
            case ast.Assign() | ast.AugAssign() | ast.Pass():
                yield part
            case ast.Expr(ast.Constant() | ast.Call()):
                yield part
            case ast.For() if _over_range(part):
                yield part
                yield from _statements(part.body)
            case _:
                raise _NotReadable


def _own_nodes(part: ast.stmt) -> Iterator[ast.AST]:
    """The expressions of a statement; of a loop, those of its header."""
    roots = [part.iter] if isinstance(part, ast.For) else list(ast.iter_child_nodes(part))
    for root in roots:
        yield from ast.walk(root)


def _check_expression(node: ast.AST, numpy_names: frozenset[str]) -> None:
    if not isinstance(node, _EXPRESSIONS):
        raise _NotReadable
    if isinstance(node, ast.Call) and not _is_known(node.func, numpy_names):
        raise _NotReadable


def _is_known(function: ast.expr, numpy_names: frozenset[str]) -> bool:
    match function:
        case ast.Name(name):
            return name in FUNCTIONS
        case ast.Attribute(ast.Name(module), _) if module in numpy_names:
            return True
        case ast.Attribute(_, method):
            return method in METHODS
    return False


def _leaves(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for element in target.elts:
            yield from _leaves(element)
    else:
        yield target


def _targets(part: ast.stmt) -> list[ast.expr]:
    match part:
        case ast.Assign(targets):
            return [leaf for target in targets for leaf in _leaves(target)]
        case ast.AugAssign(target):
            return [target]
    return []


def _made(part: ast.stmt) -> Iterator[str]:
    """The names that a statement makes anew; `name += ...` changes an array in place."""
    if isinstance(part, ast.For):
        yield _target(part)
    for target in _targets(part):
        match target:
            case ast.Name(name):
                if isinstance(part, ast.Assign):
                    yield name
            case ast.Subscript(ast.Name(), _):
                pass
            case _:
                raise _NotReadable


def _written(part: ast.stmt) -> Iterator[str]:
    for target in _targets(part):
        match target:
            case ast.Subscript(ast.Name(name), _):
                yield name
            case ast.Name(name) if isinstance(part, ast.AugAssign):
                yield name


def _check_order(loop: ast.For, made: set[str]) -> None:
    """No name is read before the same turn has made it."""
    known = {_target(loop)}
    for part in _statements(loop.body):
        if isinstance(part, ast.For):
            known.add(_target(part))
            read = {node.id for node in ast.walk(part.iter) if isinstance(node, ast.Name)}
        else:
            read = {n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
            read |= {target.id for target in _targets(part) if _is_changed(part, target)}  # type: ignore[attr-defined]
        if read & (made - known):
            raise _NotReadable
        known |= set(_made(part))


def _is_changed(part: ast.stmt, target: ast.expr) -> bool:
    return isinstance(part, ast.AugAssign) and isinstance(target, ast.Name)


def _check_use_outside(function: ast.FunctionDef, loop: ast.For, made: set[str]) -> None:
    """Nothing after the loop, or in a loop around it, reads what one turn made."""
    inside = set(ast.walk(loop))
    around = any(
        isinstance(node, ast.For | ast.While) and node is not loop and loop in set(ast.walk(node))
        for node in ast.walk(function)
    )
    later = {part for node in ast.walk(function) if _is_inner(node, function) for part in ast.walk(node)}
    for node in ast.walk(function):
        if node in inside or not isinstance(node, ast.Name) or node.id not in made:
            continue
        if isinstance(node.ctx, ast.Load) and (around or node in later or node.lineno > loop.lineno):
            raise _NotReadable


def _is_inner(node: ast.AST, function: ast.FunctionDef) -> bool:
    """A function inside the function: it may be called at any time."""
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and node is not function
