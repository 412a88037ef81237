"""Every operator of the generated formulas, broken in the source: the checks see each one.

Unlike the named mutants these are not thought up: each +, -, *, / is exchanged, each operand left out, each
sign, root and square dropped, wherever a kernel's function computes.
"""

import ast
from copy import deepcopy
from types import ModuleType

import pytest
from kernels_to_check import bench, folder

from bnsym.errors import CheckError
from bnsym.layers.table import LAYERS
from bnsym.verify.checks import checks_of, judge
from bnsym.verify.kernel import load

SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
DROPPED = {"sqrt", "square"}
FUNCTIONS = ("forward", "backward", "inference", "update_running_stats")


def broken(node):
    """What may stand for the node instead."""
    match node:
        case ast.BinOp(op=op) if type(op) in SWAPPED:
            yield ast.BinOp(node.left, SWAPPED[type(op)](), node.right)
            yield node.left
            yield node.right
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand
        case ast.Call(func=ast.Attribute(attr=name)) if name in DROPPED:
            yield node.args[0]


def computing(tree):
    """The assignments in the kernel's own functions, without their checks: (function, statement)."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name in FUNCTIONS:
            for statement in ast.walk(function):
                if isinstance(statement, ast.Assign) and "_check" not in ast.unparse(statement):
                    yield function.name, statement


def source_mutants(text):
    """Each mutant's name, and its text."""
    tree = ast.parse(text)
    for which, (function, statement) in enumerate(computing(tree)):
        for number, node in enumerate(ast.walk(statement)):
            for choice, _ in enumerate(broken(node)):
                yield mutated(tree, which, number, choice, function)


def mutated(tree, which, number, choice, function):
    copy = deepcopy(tree)
    _, statement = list(computing(copy))[which]
    before = ast.unparse(statement)
    target = list(ast.walk(statement))[number]
    put = list(broken(target))[choice]

    class Put(ast.NodeTransformer):
        def visit(self, node):
            return put if node is target else super().visit(node)

    Put().visit(statement)
    ast.fix_missing_locations(copy)
    return f"{function}: {before}  ->  {ast.unparse(statement)}", ast.unparse(copy)


def loaded(name, text):
    module = ModuleType(f"mutant_of_{name}")
    exec(compile(text, module.__name__, "exec"), module.__dict__)
    return load(module, name)


def survives(name, text):
    try:
        mutant = loaded(name, text)
    except CheckError:
        return False
    return all(judge(check, mutant, bench(name)).passed for check in checks_of(mutant))


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_no_broken_operator_survives(name):
    text = (folder("generated") / f"{name}.py").read_text(encoding="utf-8")
    assert survives(name, text)
    mutants = list(source_mutants(text))
    assert len(mutants) > 60
    assert [told for told, broken_text in mutants if survives(name, broken_text)] == []
