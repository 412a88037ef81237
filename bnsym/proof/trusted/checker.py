"""Replays a certificate: reads it, checks each step by its rule, and that its needs can be met.

python -m bnsym.proof.trusted FILE...
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bnsym.proof.trusted.declarations import declare, require_instance
from bnsym.proof.trusted.facts import MEANING
from bnsym.proof.trusted.field import WORK, Budget, Field
from bnsym.proof.trusted.formula import ONE, Formula, Refused, make, minus, replace, walk
from bnsym.proof.trusted.reader import Reader
from bnsym.proof.trusted.rules import RULES, Equation

BYTES, STEPS = 4_000_000, 20_000
KEYS = {"format", "bnsym", "theorem", "source", "scalars", "sizes", "tensors", "indices", "definitions"}
KEYS |= {"lemmas", "statement", "needs", "instance", "terms", "proof"}
FORMAT = "bnsym certificate 1"
SHOWN = {"=": {"="}, "<=": {"=", "<="}, "<": {"=", "<=", "<"}, ">=": {"=", ">="}, ">": {"=", ">=", ">"}}


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no certificate at all: not UTF-8, no JSON, too large, a key twice."""


@dataclass(frozen=True)
class Checked:
    """A theorem that was replayed: its name, statement and needs as they were read."""

    theorem: str
    statement: str
    needs: tuple[str, ...]
    steps: int


def check_text(content: bytes) -> Checked:
    """Replay one certificate.  Raises Unreadable or Refused."""
    Budget.left = WORK
    try:
        return _Replay(_object(content)).run()
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ZeroDivisionError) as error:
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
        names, ranks, self.facts = declare(found)
        self.shared: list[Formula] = []
        self.reader = Reader(names, ranks, self.shared)
        for text in found["terms"]:
            self.shared.append(self.reader.read(text))
        for text, condition in found["needs"]:
            if condition not in MEANING:
                raise Refused(f"a need is one of {', '.join(MEANING)}")
            self.facts.needs.add((self.reader.read(text), condition))
        self.names = names
        self.equations: list[Equation | None] = []
        self.required: set[Formula] = set()

    def run(self) -> Checked:
        for lemma in self.found["lemmas"]:
            if lemma["statement"][1] != "=":
                raise Refused("a lemma is an equation")
            self.equations.append(self._prove(lemma["statement"], lemma["proof"]))
        left, relation, right = self.found["statement"]
        self._prove(self.found["statement"], self.found["proof"])
        if self.facts.needs - self.facts.used:
            raise Refused("a need is stated that nothing calls for")
        require_instance(self.found["instance"], self.facts, self.reader)
        needs = tuple(f"{text} {condition}" for text, condition in self.found["needs"])
        return Checked(self.found["theorem"], f"{left} {relation} {right}", needs, len(self.equations))

    def _prove(self, statement: list[str], proof: list[dict[str, Any]]) -> Equation:
        """The lines lead from the left side to the right one, each by its steps."""
        left, relation, right = statement
        now = start = self.reader.read(left)
        self._require(start, self.reader.read(right))
        relations = []
        for line in proof:
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
        """INDUCTION.  From an equation at 1, and that at T + 1 given that at T, conclude it for all T >= 1."""
        size = self.names[line["induction"]["over"]]
        if line["relation"] != "=" or size.kind != "size" or self.facts.least[size.parts[0]] != 1:
            raise Refused("induction gives an equation, and runs over a size that is >= 1")
        for parameters, body, initial in self.facts.definitions.values():
            held = {part for formula in (body, initial) if formula for part in walk(formula)}
            if size in held and size not in parameters:
                raise Refused("a definition holds the size that the induction runs over")
        needs, self.facts.needs = self.facts.needs, {n for n in self.facts.needs if size not in walk(n[0])}
        self._forget()
        self._require(now, target)
        for part, place in (("base", ONE), ("step", make("add", size, ONE))):
            start = len(self.equations)
            self.equations += [(now, target)] if part == "step" else []
            self._steps(line["induction"][part])
            if self.equations[-1] != (replace(now, {size: place}), replace(target, {size: place})):
                raise Refused(f"the {part} of the induction does not end in the equation")
        for k in range(start, len(self.equations)):
            self.equations[k] = None  # what stands on the hypothesis is out of reach from here on
        self.facts.needs = needs
        self._forget()
        return target

    def _forget(self) -> None:
        """Signs and needs are looked at anew: an induction may not use a need that holds its size."""
        self.facts.known.clear()
        self.required.clear()

    def _steps(self, steps: list[dict[str, Any]]) -> None:
        if len(self.equations) + len(steps) > STEPS:
            raise Refused(f"more than {STEPS} steps")
        for step in steps:
            left, right = (self.reader.read(text) for text in step["claim"])
            self._require(left, right)
            used = [self._equation(k) for k in _indices(step["using"])]
            rule = RULES.get(step["by"])
            if rule is None:
                raise Refused(f"there is no rule {str(step['by'])[:40]!r}")
            try:
                rule(left, right, self.facts, used, [self.reader.read(text) for text in step["with"]])
            except Refused as error:
                raise Refused(f"step {len(self.equations)}, by {step['by']}: {error}") from error
            self.equations.append((left, right))

    def _equation(self, k: int) -> Equation:
        found = self.equations[k] if k < len(self.equations) else None
        if found is None:
            raise Refused(f"there is no step {k} to use here")
        return found

    def _require(self, *formulas: Formula) -> None:
        for formula in formulas:
            if formula not in self.required:
                self.facts.require(formula)
                self.required.add(formula)


def _indices(found: Any) -> list[int]:
    if not isinstance(found, list) or not all(type(k) is int and k >= 0 for k in found):
        raise Refused("steps are used by their numbers, from 0")
    return found
