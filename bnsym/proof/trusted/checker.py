"""Replays a certificate: reads it, checks each step by its rule, and that its needs can be met.

python -m bnsym.proof.trusted FILE...
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bnsym.proof.trusted.declarations import declare, require_instance
from bnsym.proof.trusted.facts import MEANING
from bnsym.proof.trusted.field import Field
from bnsym.proof.trusted.formula import ONE, WORK, Budget, Formula, Refused, make, minus, replace, walk
from bnsym.proof.trusted.reader import Reader
from bnsym.proof.trusted.rules import RULES, Equation

BYTES, STEPS = 4_000_000, 20_000
KEYS_OF = {
    "line": {"relation", "term", "reason", "eq", "steps"},
    "order": {"relation", "term", "reason", "eq", "steps", "difference", "using"},
    "induction": {"relation", "term", "reason", "eq", "induction"},
    "parts": {"over", "base", "step"},
    "step": {"claim", "by", "using", "with"},
    "lemma": {"statement", "proof"},
    "definition": {"name", "parameters", "body", "initial", "eq"},
    "instance": {"sizes", "values"},
}
KEYS = {"format", "bnsym", "theorem", "source", "scalars", "sizes", "tensors", "indices", "definitions"}
KEYS |= {"lemmas", "statement", "needs", "instance", "terms", "proof"}
FORMAT = "bnsym certificate 1"
SHOWN = {"=": {"="}, "<=": {"=", "<="}, "<": {"=", "<=", "<"}, ">=": {"=", ">="}, ">": {"=", ">=", ">"}}


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no certificate at all: not UTF-8, no JSON, too large, a key twice."""


@dataclass(frozen=True)
class Checked:
    """A theorem that was replayed: its name, statement, needs and declarations as they were read."""

    theorem: str
    statement: str
    needs: tuple[str, ...]
    steps: int
    given: tuple[str, ...]


def check_text(content: bytes) -> Checked:
    """Replay one certificate.  Raises Unreadable or Refused."""
    Budget.left = WORK
    try:
        return _Replay(_object(content)).run()
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        MemoryError,
        RecursionError,
    ) as error:
        raise Refused(f"the certificate is not formed as it should be: {type(error).__name__}") from error


def _object(content: bytes) -> dict[str, Any]:
    if len(content) > BYTES:
        raise Unreadable(f"{len(content)} bytes; a certificate has at most {BYTES}")
    try:
        found = json.loads(
            content.decode("utf-8"), object_pairs_hook=_once, parse_float=_none, parse_constant=_none
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON of a certificate: {str(error)[:100]}") from error
    if not isinstance(found, dict) or set(found) != KEYS or found["format"] != FORMAT:
        raise Unreadable(f"no certificate of the format {FORMAT!r}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _none(text: str) -> Any:
    raise ValueError(f"the number {text[:20]} is no integer")


class _Replay:
    """One certificate being replayed."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        for kind, rows in (
            ("definition", found["definitions"]),
            ("instance", [found["instance"]]),
            ("lemma", found["lemmas"]),
        ):
            for row in rows:
                _closed(row, kind)
        names, ranks, self.facts = declare(found)
        self.shared: list[Formula] = []
        self.reader = Reader(names, ranks, self.shared)
        self.shown = Reader(names, ranks, ())  # for what is printed: nothing in it stands for something else
        for text in found["terms"]:
            self.shared.append(self.reader.read(text))
        for text, condition in found["needs"]:
            if condition not in MEANING:
                raise Refused(f"a need is one of {', '.join(MEANING)}")
            self.facts.needs.add((self.shown.read(text), condition))
        counted = {p for parameters, _, start in self.facts.definitions.values() if start for p in parameters}
        for need, _ in self.facts.needs:
            self._require(need)
            if not counted.isdisjoint(walk(need)):
                raise Refused("a need holds the size that counts the steps of a recurrence")
        self.names = names
        self.equations: list[Equation] = []
        self.first = 0

    def run(self) -> Checked:
        for lemma in self.found["lemmas"]:
            if lemma["statement"][1] != "=":
                raise Refused("a lemma is an equation")
            self.equations.append(self._prove(lemma["statement"], lemma["proof"]))
        left, relation, right = self.found["statement"]
        self.shown.read(left), self.shown.read(right)
        self._prove(self.found["statement"], self.found["proof"])
        if self.facts.needs - self.facts.used:
            raise Refused("a need is stated that nothing calls for")
        require_instance(self.found["instance"], self.facts, self.reader)
        needs = tuple(f"{text} {condition}" for text, condition in self.found["needs"])
        for text in (self.found["theorem"], self.found["source"]):
            if not isinstance(text, str) or not text.isprintable():
                raise Refused("the name and the source of a theorem are printable texts")
        steps = len(self.equations)
        return Checked(self.found["theorem"], f"{left} {relation} {right}", needs, steps, _given(self.found))

    def _prove(self, statement: list[str], proof: list[dict[str, Any]]) -> Equation:
        """The lines lead from the left side to the right one, each by its steps."""
        left, relation, right = statement
        now = start = self.reader.read(left)
        self._require(start, self.reader.read(right))
        relations = []
        for line in proof:
            _closed(
                line, "induction" if "induction" in line else "line" if line["relation"] == "=" else "order"
            )
            if "induction" in line and len(proof) != 1:
                raise Refused("an induction is a whole proof")
            now = self._line(now, line)
            relations.append(line["relation"])
        if (
            now is not self.reader.read(right)
            or relation not in relations
            or not set(relations) <= SHOWN[relation]
        ):
            raise Refused("the lines do not lead from the one side of the statement to the other")
        return start, now

    def _line(self, now: Formula, line: dict[str, Any]) -> Formula:
        target = self.reader.read(line["term"])
        self._require(target)
        if "induction" in line:
            return self._induction(now, target, line)
        start = len(self.equations)
        self._steps(line["steps"])
        if line["relation"] == "=":
            if len(self.equations) == start or self.equations[-1] != (now, target):
                raise Refused("the last step of a line is not the line")
        else:
            self._order(now, target, line)
        return target

    def _order(self, now: Formula, target: Formula, line: dict[str, Any]) -> None:
        """ORDER.  now > target if now - target = D and D > 0 is shown by signs; so for >=, <, <=."""
        shown = self.reader.read(line["difference"])
        self._require(shown)
        small, large = (target, now) if line["relation"][0] == ">" else (now, target)
        field = Field(dict(self._equation(k) for k in _indices(line["using"])))
        if not field.equal(minus(large, small), shown):
            raise Refused("the difference is not what the line says")
        wanted = {">= 0"} if line["relation"][1:] else {">= 0", "!= 0"}
        if not wanted <= self.facts.sign(shown):
            raise Refused("signs do not show the order")

    def _induction(self, now: Formula, target: Formula, line: dict[str, Any]) -> Formula:
        """INDUCTION.  From an equation at 1, and at T + 1 given it at T, conclude it for all T >= 1."""
        _closed(line["induction"], "parts")
        size = self.names[line["induction"]["over"]]
        if line["relation"] != "=" or size.kind != "size" or self.facts.least[size.parts[0]] != 1:
            raise Refused("induction gives an equation, and runs over a size that is >= 1")
        for parameters, body, initial in self.facts.definitions.values():
            held = {part for formula in (body, initial) if formula for part in walk(formula)}
            if size in held and size not in parameters:
                raise Refused("a definition holds the size that the induction runs over")
        needs, self.facts.needs = self.facts.needs, {n for n in self.facts.needs if size not in walk(n[0])}
        self.facts.forget()
        self.first = len(self.equations)  # what was proved before may stand on a need that is hidden now
        self._require(now, target)
        for part, place in (("base", ONE), ("step", make("add", size, ONE))):
            self.equations += [(now, target)] if part == "step" else []
            self._steps(line["induction"][part])
            if self.equations[-1] != (replace(now, {size: place}), replace(target, {size: place})):
                raise Refused(f"the {part} of the induction does not end in the equation")
        self.facts.needs, self.first = needs, 0
        self.facts.forget()
        return target

    def _steps(self, steps: list[dict[str, Any]]) -> None:
        if len(self.equations) + len(steps) > STEPS:
            raise Refused(f"more than {STEPS} steps")
        for step in steps:
            _closed(step, "step")
            left, right = (self.reader.read(text) for text in step["claim"])
            arguments = [self.reader.read(text) for text in step["with"]]
            self._require(left, right, *arguments)
            used = [self._equation(k) for k in _indices(step["using"])]
            if step["by"] not in RULES:
                raise Refused(f"there is no rule {str(step['by'])[:40]!r}")
            try:
                RULES[step["by"]](left, right, self.facts, used, arguments)
            except Refused as error:
                raise Refused(f"step {len(self.equations)}, by {step['by']}: {error}") from error
            self.equations.append((left, right))

    def _equation(self, k: int) -> Equation:
        if not self.first <= k < len(self.equations):
            raise Refused(f"there is no step {k} to use here")
        return self.equations[k]

    def _require(self, *formulas: Formula) -> None:
        for formula in formulas:
            self.facts.require(formula)


def _closed(row: Any, kind: str) -> None:
    if not isinstance(row, dict) or set(row) != KEYS_OF[kind]:
        raise Refused(f"a {kind} has the keys {', '.join(sorted(KEYS_OF[kind]))}")


def _given(found: dict[str, Any]) -> tuple[str, ...]:
    """All that the statement stands on, as it was read."""
    rows = [f"{name} >= {least}" for name, least in found["sizes"].items()]
    rows += [f"{name} {sign}" for name, sign in found["scalars"].items()]
    rows += [f"{name}[{', '.join('.' * rank)}] {sign}" for name, (rank, sign) in found["tensors"].items()]
    rows += [f"{name} in {low}..{high}" for name, (low, high) in found["indices"].items()]
    for row in found["definitions"]:
        start = "" if row["initial"] is None else f"{row['name']}[0] = {row['initial']}, "
        rows.append(f"{start}{row['name']}[{', '.join(row['parameters'])}] = {row['body']}")
    return tuple(rows)


def _indices(found: Any) -> list[int]:
    if not isinstance(found, list) or not all(type(k) is int and k >= 0 for k in found):
        raise Refused("steps are used by their numbers, from 0")
    return found
