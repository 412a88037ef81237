"""What the source says of shapes: the names that `x.shape` is taken apart into, axes, einsum letters.

The source is read as a syntax tree; nothing in it is run.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import FunctionType
from typing import Any

_SHAPE_IN_WORDS = re.compile(r"\(\s*([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)+)\s*\)")
_SIZE_NAME = re.compile(r"^[A-Za-z]\w{0,7}$")


@dataclass
class Hints:
    """Votes for a rank, for the names of sizes by rank, and for the axis of the channels."""

    ranks: Counter[int] = field(default_factory=Counter)
    unpacked: dict[int, tuple[str, ...]] = field(default_factory=dict)
    channel_axes: Counter[int] = field(default_factory=Counter)
    mentions_rank: bool = False


def hints(functions: Sequence[Callable[..., Any]], owner: type | None) -> Hints:
    """What the functions, and those of their module that they call, say."""
    found = Hints()
    for tree in _trees(functions, owner):
        for node in ast.walk(tree):
            _note(node, found)
    return found


def returned_names(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names in the function's last `return a, b, c`; an empty text where it is no name."""
    tree = _tree(function)
    returns = [node for node in _own_nodes(tree) if isinstance(node, ast.Return)] if tree else []
    for node in reversed(returns):
        match node.value:
            case ast.Tuple(elements):
                return tuple(e.id if isinstance(e, ast.Name) else "" for e in elements)
            case ast.Name(name):
                return _assigned(tree, name) or (name,)
    return ()


def _assigned(tree: ast.AST | None, name: str) -> tuple[str, ...]:
    """The names of the tuple that a name was last given."""
    for node in reversed(list(_own_nodes(tree)) if tree else []):
        match node:
            case ast.Assign([ast.Name(target)], ast.Tuple(elements)) if target == name:
                return tuple(e.id if isinstance(e, ast.Name) else "" for e in elements)
    return ()


def _own_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions in it."""
    stack: list[ast.AST] = list(ast.iter_child_nodes(tree))
    while stack:
        node = stack.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda)):
            stack[:0] = ast.iter_child_nodes(node)


@cache
def _tree(function: Any) -> ast.AST | None:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return None
    return next((n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.ClassDef))), tree)


def _trees(functions: Sequence[Callable[..., Any]], owner: type | None) -> Iterator[ast.AST]:
    """The syntax trees of the functions, of a class and its bases, and of what they call in their module."""
    stack: list[Any] = [inspect.unwrap(function) for function in functions]
    if owner is not None:
        stack += [each for each in owner.__mro__ if each is not object]
    seen: set[int] = set()
    while stack:
        item = stack.pop(0)
        tree = None if id(item) in seen else _tree(item)
        seen.add(id(item))
        if tree is None:
            continue
        yield tree
        held = getattr(item, "__globals__", {})
        called = (
            n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        )
        stack += [held[name] for name in called if isinstance(held.get(name), FunctionType)]


def _note(node: ast.AST, found: Hints) -> None:
    match node:
        case ast.Assign([ast.Tuple(elements)], ast.Attribute(_, "shape")):
            _note_unpacked([e.id if isinstance(e, ast.Name) else "" for e in elements], found)
        case ast.keyword("axis" | "axes" | "dim", ast.Tuple(elements)):
            _note_axes([_integer(e) for e in elements], found)
        case ast.Assign([ast.Name(name)], ast.Tuple(elements)) if "ax" in name:
            _note_axes([_integer(e) for e in elements], found)
        case ast.Call(ast.Attribute(_, "transpose" | "permute"), arguments):
            _note_transposed(arguments, found)
        case ast.Call(ast.Attribute(_, "einsum"), [ast.Constant(str(text)), *_]):
            letters = max(len(part) for part in re.split(r",|->", text))
            found.ranks[letters] += 1
        case ast.Compare(left) if _is_rank(left):
            found.mentions_rank = True
        case ast.Subscript(_, ast.Tuple(elements)) if any(_is_none(e) for e in elements):
            _note_positions([_is_none(e) for e in elements], found)
        case ast.Call(ast.Attribute(_, "reshape"), arguments):
            sizes = (
                arguments[0].elts
                if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple)
                else arguments
            )
            _note_positions([_integer(e) == 1 for e in sizes], found)
        case ast.Constant(str(text)) if "\n" in text or "(" in text:
            _note_words(text, found)


def _is_rank(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(_, "ndim") | ast.Call(ast.Name("len"), [ast.Attribute(_, "shape")]):
            return True
    return False


def _note_unpacked(names: list[str], found: Hints) -> None:
    found.ranks[len(names)] += 3
    if all(_SIZE_NAME.match(name) and name != "_" for name in names) and len(set(names)) == len(names):
        found.unpacked.setdefault(len(names), tuple(names))


def _note_axes(axes: list[int | None], found: Hints) -> None:
    known = [axis for axis in axes if axis is not None]
    if len(known) != len(axes) or len(axes) < 2:
        return
    if max(known) == 3:
        found.ranks[4] += 2
        if 0 in known:
            found.channel_axes[next(axis for axis in range(4) if axis not in known)] += 2
    elif sorted(known) == [0, 1, 2]:
        found.ranks[4] += 1
        found.channel_axes[3] += 2
    elif sorted(known) == [0, 1]:
        found.ranks[3] += 2


def _note_transposed(arguments: list[ast.expr], found: Hints) -> None:
    inner = arguments[0].elts if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple) else arguments
    order = [_integer(e) for e in inner]
    if len(order) > 2 and None not in order:
        found.ranks[len(order)] += 2
        if order == [0, 2, 3, 1]:
            found.channel_axes[1] += 1


def _note_positions(ones: list[bool], found: Hints) -> None:
    """[None, :, None, None] and reshape(1, -1, 1, 1): the channels lie on the axis left."""
    if len(ones) >= 3 and sum(ones) == len(ones) - 1:
        found.ranks[len(ones)] += 1
        found.channel_axes[ones.index(False)] += 1


def _note_words(text: str, found: Hints) -> None:
    for match in _SHAPE_IN_WORDS.finditer(text):
        names = [name.strip() for name in match.group(1).split(",")]
        if all(len(name) <= 2 for name in names) and 2 <= len(names) <= 4 and len(set(names)) == len(names):
            found.ranks[len(names)] += 1


def _is_none(node: ast.expr) -> bool:
    match node:
        case ast.Constant(None) | ast.Attribute(_, "newaxis") | ast.Name("newaxis"):
            return True
    return False


def _integer(node: ast.expr) -> int | None:
    match node:
        case ast.Constant(int(value)):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return -value
    return None
