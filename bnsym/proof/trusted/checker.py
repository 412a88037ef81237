"""Replays a certificate: reads it, checks each step by its rule, and that its needs can be met.

python -m bnsym.proof.trusted FILE...
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bnsym.proof.trusted.declarations import declare, fields, require_instance
from bnsym.proof.trusted.formula import TABLE, WORK, Budget, Formula, Refused, walk
from bnsym.proof.trusted.reader import Reader
from bnsym.proof.trusted.rules import RULES, Equation, Step

FORMAT, BYTES = "bnsym certificate 2", 4_000_000
GIVEN = {"sizes", "scalars", "tensors", "indices", "definitions"}  # what a statement stands on
REST = {"format", "bnsym", "theorem", "source", "statement", "needs", "instance", "terms", "lemmas", "proof"}
RELATIONS = {"=", "<=", "<", ">=", ">"}


class Unreadable(Exception):  # noqa: N818 - it says what the file is
    """The file is no certificate at all: not UTF-8, no JSON, too large, a key twice."""


@dataclass(frozen=True)
class Checked:
    """A theorem that was replayed: its name, statement, needs and, by the keys of GIVEN, declarations."""

    theorem: str
    statement: str
    needs: tuple[str, ...]
    steps: int
    given: Mapping[str, Any]


def check_text(content: bytes) -> Checked:
    """Replay one certificate.  Raises Unreadable or Refused."""
    found = _object(content)
    Budget.left, before = WORK, len(TABLE)
    try:
        return _Replay(found).run()
    except Refused:
        raise
    except Exception as error:  # whatever else a file leads to is no proof
        raise Refused(f"the certificate is not formed as it should be: {type(error).__name__}") from error
    finally:
        Budget.left = float("inf")
        while len(TABLE) > before:
            TABLE.popitem()


def _object(content: bytes) -> dict[str, Any]:
    if len(content) > BYTES:
        raise Unreadable(f"{len(content)} bytes; a certificate has at most {BYTES}")
    try:
        found = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON of a certificate: {str(error)[:100]}") from error
    if not isinstance(found, dict) or set(found) != GIVEN | REST or found["format"] != FORMAT:
        raise Unreadable(f"no certificate of the format {FORMAT!r}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


class _Replay:
    """One certificate being replayed."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found
        names, self.facts = declare(found)
        shared: list[Formula] = []
        self.reader = Reader(names, shared)
        self.shown = Reader(names)  # for what is printed: nothing in it stands for something else
        for text in found["terms"]:
            shared.append(self.reader.read(text))
        self.steps = 0
        self.equations: dict[int, Equation] = {}  # by the numbers of their steps

    def run(self) -> Checked:
        """The theorem.  Lemmas know no need with a size, as an induction over it would be refused."""
        needs = {(self.shown.read(text), condition) for text, condition in self.found["needs"]}
        self._assume({need for need in needs if all(part.kind != "size" for part in walk(need[0]))})
        for row in self.found["lemmas"]:
            self._step(row)
        self._assume(needs)
        self._lines(*self.found["statement"])
        if self.facts.needs != self.facts.used:
            raise Refused("a need is stated that nothing calls for")
        require_instance(self.found["instance"], self.facts, self.reader)
        names = (self.found["theorem"], self.found["source"])
        if not all(text.isprintable() for text in names):
            raise Refused("the name and the source of a theorem are printable texts")
        shown = " ".join(self.found["statement"]), tuple(map(" ".join, self.found["needs"]))
        return Checked(names[0], *shown, self.steps, {key: self.found[key] for key in sorted(GIVEN)})

    def _assume(self, needs: set[tuple[Formula, str]]) -> None:
        counted = {p for parameters, _, start in self.facts.definitions.values() if start for p in parameters}
        if any(not counted.isdisjoint(walk(need)) for need, _ in needs):
            raise Refused("a need holds the size that counts the steps of a recurrence")
        self.facts.needs = needs
        self.facts.known.clear()

    def _lines(self, left: str, relation: str, right: str) -> None:
        """The lines lead from the left side to the right one, each by its last step."""
        now, end = self.shown.read(left), self.shown.read(right)
        relations = set()
        for line in self.found["proof"]:
            shown, text, _, _, steps = fields(line, "relation term reason eq steps")
            last = [self._step(row) for row in steps][-1]
            if (last.left, last.relation, last.right) != (now, shown, self.reader.read(text)):
                raise Refused("the last step of a line is not the line")
            now = last.right
            relations.add(shown)
        if now is not end or relation not in relations or not relations <= {"=", relation, relation[0] + "="}:
            raise Refused("the lines do not lead from the one side of the statement to the other")

    def _step(self, row: Any) -> Step:
        """One step by its rule; after it its equation may be used."""
        (left, relation, right), rule, using, arguments = fields(row, "claim by using with")
        if relation not in RELATIONS or (relation == "=") is (rule == "order"):
            raise Refused(f"there is no rule {str(rule)[:40]!r} for {str(relation)[:2]!r}")
        used, args = [self.equations[k] for k in using], [self.reader.read(text) for text in arguments]
        step = Step(self.reader.read(left), relation, self.reader.read(right), used, args)
        try:
            self.facts.require(step.left, step.right, *args)
            RULES[rule](step, self.facts)
        except Refused as error:
            raise Refused(f"step {self.steps}, by {rule}: {error}") from error
        if relation == "=":
            self.equations[self.steps] = (step.left, step.right)
        self.steps += 1
        return step
