"""Reads the formulas of a printed C file back, as definitions: these, not the schedule's, are then proved.

The grammar is closed: names of the schedule, whole numbers, + - * /, brackets and sqrt.  C and Python agree
on what such an expression means as real numbers, but for the quotient of two integers, which is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from bnsym.errors import InternalError
from bnsym.kernels.c.context import TYPES
from bnsym.kernels.c.expression import CNames
from bnsym.kernels.c.schedule import CENTRE, LOW, SHIFT, Schedule, of_mean
from bnsym.layers.layer import Layer
from bnsym.terms.nodes import (
    Definition,
    Entry,
    Index,
    Sum,
    Tensor,
    Term,
    add,
    divide,
    mul,
    negative,
    number,
    power,
    subtract,
)

SECTION = re.compile(r"^ *(/\* formulas \*/\n(?:.*\n)*?) */\* end of formulas \*/$", re.M)
LINE = re.compile(r" *const double (\w+) = ([^;]+);")
HALF = Fraction(1, 2)


class Reader:
    """The formulas of one function in a C file."""

    def __init__(self, layer: Layer, schedule: Schedule, names: CNames, text: str) -> None:
        self.schedule, self.names, self.text = schedule, names, text
        row, channel = layer.row, layer.channel
        self.place = {row.high: row, channel.high: channel}
        self.known: dict[str, Term] = {"N": row.high, "C": channel.high, "eps": layer.constant}
        self.own = [
            *schedule.sums,
            *schedule.finals,
            *schedule.coefficients,
            *schedule.crossing,
            *schedule.ends,
        ]
        tensors = [*schedule.full, *schedule.function.inputs, *(d.tensor for d in self.own)]
        if schedule.mean is not None:
            tensors += [of_mean(name, schedule.mean) for name in (SHIFT, CENTRE, LOW)]
        self.known |= {names[t.name]: self._entry(t) for t in tensors if t is not schedule.shifted}

    def definitions(self) -> dict[str, Definition]:
        """What was printed, by the names of the schedule's definitions; refused unless it is all there."""
        found = {**self._macros(), **self._lines()}
        missing = [d.tensor.name for d in (*self.own, self.schedule.output) if d.tensor.name not in found]
        if missing:
            raise InternalError(f"the C of {self.schedule.name} does not say {', '.join(missing)}")
        return found

    def _entry(self, tensor: Tensor) -> Entry:
        return Entry(tensor, tuple(self.place[size] for size in tensor.shape if size is not None))

    # -- macros ---------------------------------------------------------------------------------------

    def _macros(self) -> dict[str, Definition]:
        s = self.schedule
        named = [(f"SUM_{k}", d) for k, d in enumerate(s.sums)] + [("OUTPUT", s.output)]
        named += [(f"CROSSING_{k}", d) for k, d in enumerate(s.crossing)]
        return {d.tensor.name: self._macro(f"{s.name.upper()}_{name}", d) for name, d in named}

    def _macro(self, name: str, own: Definition) -> Definition:
        """The macro's one definition; all its uses must be of the variables of its own names."""
        uses = re.findall(rf"\b{name}\(([^()]*)\)", self.text)
        made = re.findall(rf"^#define {name}\(([^()]*)\) (.*)$", self.text, re.M)
        if len(made) != 1 or set(uses) != {made[0][0]} or len(uses) < 1 + len(TYPES):
            raise InternalError(f"the C of {self.schedule.name} has no single {name}, used as it is defined")
        body = self.term(made[0][1])
        kept = own.body.index if isinstance(own.body, Sum) else None
        return replace(own, body=body if kept is None else Sum(kept, body))

    # -- lines between the passes ---------------------------------------------------------------------

    def _lines(self) -> dict[str, Definition]:
        own = {self.names[d.tensor.name]: d for d in self.own}
        found: dict[str, Definition] = {}
        for t, T in TYPES.items():
            read = {d.tensor.name: d for d in self._lines_of(t, T, own)}
            if found and read != found:
                raise InternalError(f"the C of {self.schedule.name} differs between types")
            found = read
        return found

    def _lines_of(self, t: str, T: str, own: Mapping[str, Definition]) -> Iterator[Definition]:
        mean = self.schedule.mean
        rounded = "" if mean is None else f"const double {CENTRE} = ({T}){self.names[mean.name]};"
        for name, line in self._printed(t):
            if line == rounded and self.schedule.estimated:
                continue  # whatever the centre is, what is proved holds
            read = LINE.fullmatch(line)
            if read is None:
                raise InternalError(f"a formula of {name} cannot be read: {line}")
            if read[1] == LOW and mean is not None:
                yield Definition(of_mean(LOW, mean), self._entry_places(mean), self.term(read[2]))
            elif read[1] in own:
                yield replace(own[read[1]], body=self.term(read[2]))
            else:
                raise InternalError(f"{name} works out {read[1]}, which the schedule does not know")

    def _entry_places(self, tensor: Tensor) -> tuple[Index, ...]:
        return tuple(self.place[size] for size in tensor.shape if size is not None)

    def _printed(self, t: str) -> Iterator[tuple[str, str]]:
        """The lines of ..._finish, and those at the end of ..._all_rows."""
        for name in (f"{self.schedule.name}_finish_{t}", f"{self.schedule.name}_all_rows_{t}"):
            for body in re.findall(rf"^static int {name}\(.*\n\{{\n((?:.*\n)*?)\}}$", self.text, re.M):
                for section in SECTION.findall(body):
                    yield from ((name, line.strip()) for line in section.split("\n")[1:] if line.strip())

    # -- expressions ----------------------------------------------------------------------------------

    def term(self, text: str) -> Term:
        """The term that an expression of C says.  Raises InternalError for anything outside the grammar."""
        try:
            tree = ast.parse(text.strip(), mode="eval")
        except SyntaxError as error:
            raise InternalError(f"an expression of the C cannot be read: {text}") from error
        return self._term(tree.body, text)

    def _term(self, node: ast.expr, text: str) -> Term:
        match node:
            case ast.Name(id=name) if name in self.known:
                return self.known[name]
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool) and value == int(
                value
            ):
                return number(int(value))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negative(self._term(operand, text))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
                if isinstance(op, ast.Div) and all(_is_integer(side) for side in (left, right)):
                    raise InternalError(f"a quotient of integers: {text}")
                return OPERATIONS[type(op)](self._term(left, text), self._term(right, text))
            case ast.Call(func=ast.Name(id="sqrt"), args=[inner], keywords=[]):
                return power(self._term(inner, text), HALF)
        raise InternalError(f"an expression of the C is outside the grammar: {text}")


def _is_integer(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


OPERATIONS: dict[type[ast.operator], Callable[[Term, Term], Term]] = {
    ast.Add: add,
    ast.Sub: subtract,
    ast.Mult: mul,
    ast.Div: divide,
}
