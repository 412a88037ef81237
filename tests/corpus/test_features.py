"""The corpus has every need that real code was seen to have."""

from __future__ import annotations

import ast
import itertools

from corpus.entry import IMPLEMENTATIONS

TREES = (ast.parse(path.read_text("utf-8")) for path in IMPLEMENTATIONS.glob("*.py"))
NODES = list(itertools.chain.from_iterable(map(ast.walk, TREES)))

ATTRIBUTES = """
    sqrt sum mean var std shape zeros ones zeros_like ones_like empty empty_like full full_like dtype astype
    copy power square prod size reshape ravel flatten T transpose swapaxes moveaxis squeeze newaxis ndim
    expand_dims tile broadcast_to repeat concatenate stack array asarray float64 float32 matmul dot inner
    outer tensordot einsum eye identity diag reciprocal add subtract multiply divide true_divide negative
    average atleast_2d norm"""
KEYWORDS = "axis keepdims out dtype ddof axes"
CALLS = "len float range enumerate tuple dict list isinstance super"
CONSTRUCTS = {
    *(ast.AugAssign, ast.MatMult, ast.FloorDiv, ast.Mod, ast.Pow, ast.Compare, ast.For, ast.If),
    *(ast.Assert, ast.Raise, ast.Lambda, ast.Slice, ast.Starred, ast.Dict, ast.ListComp, ast.ClassDef),
}


def test_every_attribute_occurs() -> None:
    assert set(ATTRIBUTES.split()) <= {node.attr for node in NODES if isinstance(node, ast.Attribute)}


def test_every_keyword_occurs() -> None:
    assert set(KEYWORDS.split()) <= {node.arg for node in NODES if isinstance(node, ast.keyword)}


def test_every_call_occurs() -> None:
    called = (node.func for node in NODES if isinstance(node, ast.Call))
    assert set(CALLS.split()) <= {function.id for function in called if isinstance(function, ast.Name)}


def test_every_construct_occurs() -> None:
    assert set(map(type, NODES)) >= CONSTRUCTS


def test_implementations_import_numpy_and_the_standard_library_alone() -> None:
    plain = {alias.name for node in NODES if isinstance(node, ast.Import) for alias in node.names}
    chosen = {node.module for node in NODES if isinstance(node, ast.ImportFrom)}
    assert plain | chosen == {"numpy", "builtins", "typing"}
