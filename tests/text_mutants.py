"""Every small change of a printed kernel's text: operators, operands, constants, axes, names, calls.

`mutants(text)` goes over every expression of every function, its checks and error messages too, but for
annotations and docstrings.
"""

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
# what is called, by what it may be mistaken for
CALLS = {
    "sum": ("mean", "prod", "max", "std"),
    "square": ("sqrt", "abs", "reciprocal"),
    "sqrt": ("square", "abs", "cbrt"),
    "all": ("any",),
    "any": ("all",),
    "reshape": ("transpose",),
    "tuple": ("list", "set"),
    "range": ("reversed",),
    "isfinite": ("isnan",),
}
SAVED = ("x", "mean", "var", "inv_std", "gamma", "axis")


@dataclass(frozen=True)
class TextMutant:
    """A changed text.

    `kind`: what was changed; `where`: the function or class; `part`: compute, check or message; `before`,
    `after`: the statement; `old`, `new`: what of it was changed.
    """

    kind: str
    where: str
    part: str
    before: str
    after: str
    old: str
    new: str
    text: str

    def __str__(self):
        return f"{self.where}: {self.before}  ->  {self.after}"


def mutants(text: str) -> Iterator[TextMutant]:
    """Each change once."""
    tree = ast.parse(text)
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            for statement, part in statements(function):
                yield from in_statement(tree, function, statement, part)
        elif isinstance(function, ast.ClassDef):
            yield from in_class(tree, function)


def in_class(tree, owner):
    """Two fields exchanged; a field under another name."""
    fields = [k for k, node in enumerate(owner.body) if isinstance(node, ast.AnnAssign)]
    before = [ast.unparse(owner.body[k]) for k in fields]
    for one, other in itertools.pairwise(fields):
        swapped = list(owner.body)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        yield class_mutant(tree, owner, "order", swapped, before, fields)
    for k in fields:
        renamed = list(owner.body)
        renamed[k] = ast.AnnAssign(ast.Name("other", ast.Store()), renamed[k].annotation, None, 1)
        yield class_mutant(tree, owner, "name", renamed, before, fields)


def class_mutant(tree, owner, kind, body, before, fields):
    kept, owner.body = owner.body, body
    after = [ast.unparse(body[k]) for k in fields]
    text = ast.unparse(tree)
    owner.body = kept
    return TextMutant(kind, owner.name, "compute", *map(str, (before, after, before, after)), text)


def statements(function):
    """The simple statements, and the heads of compound ones, each with its part."""
    for statement in inner(function.body):
        if isinstance(statement, ast.Raise):
            part = "message"
        elif function.name.startswith("_check") or is_check(statement):
            part = "check"
        else:
            part = "compute"
        yield statement, part
    yield function.args, "compute"


def inner(body):
    for statement in body:
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield statement
        yield from inner(getattr(statement, "body", []))
        yield from inner(getattr(statement, "orelse", []))


def is_check(statement):
    """A call of a check, or what an error hangs on."""
    if isinstance(statement, ast.If):
        return all(isinstance(each, ast.Raise) for each in statement.body)
    return isinstance(statement, ast.Expr | ast.Assign) and "_check" in ast.unparse(statement.value)


def in_statement(tree, function, statement, part):
    names = variables(function)
    for node, field, index in places(statement):
        old = getattr(node, field) if index is None else getattr(node, field)[index]
        for kind, new in changes(old, node, names):
            before = shown(statement)
            put(node, field, index, new)
            after = shown(statement)
            if after != before:
                yield TextMutant(
                    kind, function.name, part, before, after, told(old), told(new), ast.unparse(tree)
                )
            put(node, field, index, old)


def told(node):
    return ast.unparse(node) or type(node).__name__


def put(node, field, index, value):
    if index is None:
        setattr(node, field, value)
    else:
        getattr(node, field)[index] = value


def shown(statement):
    """One line: the head of a compound statement."""
    return (
        ast.unparse(statement).split("\n")[0]
        if not isinstance(statement, ast.Raise)
        else ast.unparse(statement)
    )


def places(statement):
    """Where an expression or an operator stands: (parent, field, index), without bodies and annotations."""
    stack = [statement]
    while stack:
        node = stack.pop()
        for field, value in ast.iter_fields(node):
            if field in ("body", "orelse", "annotation", "ctx", "optional_vars") and isinstance(
                node, ast.stmt | ast.arg | ast.Name | ast.Attribute | ast.Subscript | ast.withitem
            ):
                continue
            items = enumerate(value) if isinstance(value, list) else [(None, value)]
            for index, item in items:
                if isinstance(item, ast.AST):
                    stack.append(item)
                    yield node, field, index


def variables(function):
    """What a name of the function may be mistaken for: its other variables."""
    given = [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys([*given, *stored]))


def changes(old, parent, names):
    """(kind, what may stand there instead)."""
    match old:
        case ast.operator() | ast.cmpop() | ast.boolop():
            yield from (("operator", kind()) for kind in other_operators(old))
        case ast.BinOp(left=left, right=right):
            yield from (("operand", left), ("operand", right))
        case ast.UnaryOp(operand=operand):
            yield "operator", operand
        case ast.Constant(value=bool(value)):
            yield "constant", ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield from (
                ("constant", ast.Constant(n)) for n in (value + 1, value - 1, 2 * value) if n != value
            )
        case ast.Name(id=name, ctx=context):
            yield from other_names(name, context, names)
        case ast.Attribute(value=value, attr=name):
            yield from (
                (kind, ast.Attribute(value, other, ast.Load())) for kind, other in attributes(value, name)
            )
        case ast.Call():
            yield from calls(old)


def other_operators(old):
    for family in (ARITHMETIC, COMPARISONS, (ast.In, ast.NotIn), (ast.Is, ast.IsNot), (ast.And, ast.Or)):
        if isinstance(old, family):
            yield from (kind for kind in family if not isinstance(old, kind))


def other_names(name, context, names):
    kind = "axis" if name in ("rows", "axis", "channel_axis") and isinstance(context, ast.Load) else "name"
    if name in names:
        yield from ((kind, ast.Name(other, context)) for other in names if other != name)
    elif name in CALLS:
        yield from (("call", ast.Name(other, context)) for other in CALLS[name])


def attributes(value, name):
    if name in CALLS:
        yield from (("call", other) for other in CALLS[name])
    elif isinstance(value, ast.Name) and value.id == "saved":
        yield from (("name", other) for other in SAVED if other != name)
    elif name in ("ndim", "size"):
        yield "name", "size" if name == "ndim" else "ndim"


def calls(call):
    """A call left out, without one of its options, with two arguments exchanged."""
    match call.func:
        case ast.Attribute(value=value) if not (isinstance(value, ast.Name) and value.id == "np"):
            yield "call", value
        case ast.Attribute() if len(call.args) == 1:
            yield "call", call.args[0]
    for k, option in enumerate(call.keywords):
        kind = "axis" if option.arg in ("axis", "keepdims", "channel_axis") else "option"
        yield kind, ast.Call(call.func, call.args, call.keywords[:k] + call.keywords[k + 1 :])
    for k in range(len(call.args) - 1):
        args = list(call.args)
        args[k], args[k + 1] = args[k + 1], args[k]
        yield "order", ast.Call(call.func, args, call.keywords)
    for k in range(len(call.keywords) - 1):
        values = [option.value for option in call.keywords]
        values[k], values[k + 1] = values[k + 1], values[k]
        named = [ast.keyword(o.arg, v) for o, v in zip(call.keywords, values, strict=True)]
        yield "order", ast.Call(call.func, call.args, named)
