"""Certificates: a proved theorem as one JSON text whose lines are the derivation's own.

Each line as it is read carries the finer steps that the checker replays; see `proof.trusted`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from bnsym.calculus.atoms import Polynomial
from bnsym.errors import InternalError
from bnsym.proof.claims import Claim, needs_of, reached, used_terms
from bnsym.proof.elaborate import Elaborator
from bnsym.proof.formulas import Library, to_formula
from bnsym.proof.induction import hypothesis_factor
from bnsym.proof.outcome import Verdict
from bnsym.proof.plain_names import plain_theorems
from bnsym.proof.prover import difference
from bnsym.proof.steps import Step
from bnsym.proof.theorems import Chain, Inductive, Place, Theorem
from bnsym.proof.trusted.checker import FORMAT, Checked, check_text
from bnsym.proof.trusted.facts import MEANING, Facts
from bnsym.proof.trusted.formula import Formula, Refused, minus, walk
from bnsym.terms import nodes
from bnsym.terms.nodes import ONE, ZERO, Add, Definition, Entry, Index, Mul, Sign, Size, Symbol, Term
from bnsym.terms.scope import Scope
from bnsym.terms.walk import substitute, subterms
from bnsym.version import __version__

LONGEST = 3  # positions 1..LONGEST of each axis have a value in the instance
Coarse = tuple[str, Term, str, str]  # relation, term, reason, the document's number


@dataclass
class Collecting(Facts):
    """Facts that note a need where none is known, for the certificate to state."""

    def need(self, found: Formula, condition: str) -> None:
        """A condition that is stated if nothing shows it, but for an integer >= 0; >= 0 and != 0 are > 0."""
        if condition == ">= 0" and self.whole(found):
            super().need(found, condition)
        elif not self.sign(found) <= MEANING[condition]:
            halves = {(found, ">= 0"), (found, "!= 0")}
            both = self.needs & halves
            self.needs -= both
            self.needs.add((found, "> 0" if both else condition))
            self.known.clear()


def write_certificate(title: str, theorem: Theorem, earlier: Mapping[str, Theorem]) -> str:
    """The certificate of a theorem that is proved, as JSON text; the same theorem gives the same bytes.

    `title` is the name under which the checker prints it; `earlier` the theorems before it, by name, of which
    those about recurrences become its lemmas.  Raises InternalError if the checker does not
    accept what was written.
    """
    try:
        draft, document = _drafted(title, theorem, earlier)
        found = draft.without_idle_needs(document)
        text = json.dumps(found, indent=1, ensure_ascii=True) + "\n"
        check_text(text.encode())
    except (Refused, NotImplementedError) as error:
        reason = error if isinstance(error, Refused) else "its steps take a form that is not written yet"
        raise InternalError(f"the certificate of {title} cannot be given: {reason}") from error
    return text


def write_claim_certificate(title: str, claim: Claim) -> str:
    """The certificate of a claim that stands in no derivation, such as a promise of a kernel."""
    scope = Scope()
    scope.definitions.update(claim.definitions)
    sides = (claim.left, claim.relation, claim.right)
    return write_certificate(title, Theorem(scope, title, *sides, "", Verdict.PROVED, Place("", 0)), {})


def checked(text: str) -> Checked:
    """The theorem that a certificate's text proves."""
    return check_text(text.encode())


class _TwoRangesError(InternalError):
    """An index of one name stands for itself over two ranges."""


def _drafted(title: str, theorem: Theorem, earlier: Mapping[str, Theorem]) -> tuple[_Draft, dict[str, Any]]:
    """With the derivation's own names of indices, if each has one range; else with names apart."""
    try:
        draft = _Draft(title, *plain_theorems(theorem, earlier))
        return draft, draft.document()
    except _TwoRangesError:
        draft = _Draft(title, *plain_theorems(theorem, earlier, apart=True))
        return draft, draft.document()


class _Draft:
    """One certificate under construction."""

    def __init__(self, title: str, theorem: Theorem, earlier: Mapping[str, Theorem]) -> None:
        self.title = title
        self.theorem = theorem
        used = [earlier[name] for name in sorted(theorem.uses)]
        self.lemmas = [other for other in used if isinstance(other, Inductive)]
        self.given: list[tuple[int, tuple[Term, Term]]] = []
        expanded = theorem.claim.expanded()
        self.claim = Claim(theorem.left, theorem.relation, theorem.right, expanded.definitions)
        self.lines = list(_coarse(theorem))
        self.blocks = [(lemma, list(_coarse(lemma))) for lemma in self.lemmas] + [(theorem, self.lines)]
        self.used = self._used()
        self.definitions = {d.tensor.name: d for d in self._reached()}
        nodes = {node for term in self.used for node in _with_ranges(term)}
        self.named = {node.name: node for node in nodes if isinstance(node, Size | Symbol)}
        self.tensors = {node.tensor.name: node.tensor for node in nodes if isinstance(node, Entry)}
        self.facts = self._facts()
        self.elaborator = Elaborator(self.definitions, self.tensors, self.facts, self.named)

    # -- what it speaks of ----------------------------------------------------------------------------

    def _used(self) -> list[Term]:
        terms: dict[Term, None] = {}
        for claim in self._claims():
            terms |= dict.fromkeys(used_terms(claim))
        terms |= dict.fromkeys(p for d in self._reached() for p in d.parameters)
        return list(terms)

    def _claims(self) -> Iterator[Claim]:
        """Start and line, for each line of each block."""
        for block, lines in self.blocks:
            for _, term, _, _ in lines:
                yield Claim(block.left, "=", term, self.claim.definitions)

    def _reached(self) -> list[Definition]:
        found: dict[str, Definition] = {}
        for claim in self._claims():
            found |= {d.tensor.name: d for d in reached(claim)}
        return [d for name, d in self.claim.definitions.items() if name in found]

    def _facts(self) -> Collecting:
        definitions = {
            name: (
                tuple(map(to_formula, d.parameters)),
                to_formula(d.body),
                None if d.initial is None else to_formula(d.initial),
            )
            for name, d in self.definitions.items()
        }
        signs = {name: str(tensor.sign) for name, tensor in self.tensors.items()}
        signs |= dict.fromkeys(definitions, "real")
        signs |= {name: str(node.sign) for name, node in self.named.items() if isinstance(node, Symbol)}
        least = {name: node.least for name, node in self.named.items() if isinstance(node, Size)}
        facts = Collecting(signs, least, definitions)
        for claim in self._claims():
            needs = needs_of(claim.expanded())
            facts.needs |= {(to_formula(need.term), need.condition) for need in needs}
        return facts

    # -- the proof ------------------------------------------------------------------------------------

    def _lemma(self, theorem: Inductive) -> None:
        """A lemma's steps; after them its equation may be used."""
        number = self._induction(theorem)
        if _is_of_recurrence(theorem):
            self.elaborator.know(number, to_formula(theorem.left), theorem.right)
        else:
            self.given.append((number, (theorem.left, theorem.right)))

    def _proof(self, theorem: Theorem, lines: list[Coarse]) -> list[dict[str, Any]]:
        """The lines with their steps, terms and formulas not yet written."""
        before, rows = theorem.left, []
        for relation, term, reason, eq in lines:
            start = len(self.elaborator.steps)
            if isinstance(theorem, Inductive):
                self._induction(theorem)
            elif relation == "=":
                self._equation(before, term)
            else:
                self._order(before, relation, term)
            steps = self.elaborator.steps[start:]
            row = {"relation": relation, "term": to_formula(term), "reason": reason, "eq": eq}
            rows.append({**row, "steps": steps})
            before = term
        return rows

    def _equation(self, left: Term, right: Term) -> int:
        """Steps that end in left = right, with what stands beside deltas or a lemma; the last's number."""
        using = [*self.elaborator.lemmas(left), *self.elaborator.lemmas(right)]
        beside = [
            (side, equation) for side in (left, right) for equation in self.elaborator.beside_deltas(side)
        ]
        for number, sides in self.given:
            factor = hypothesis_factor(self.elaborator.engine, sides, [left, right])
            if factor:
                using += [k for side in sides for k in self.elaborator.lemmas(side)]
                return self._combined(left, right, [number], [self.elaborator.written(factor)], using)
        factors: list[Term] = [ONE if side is left else nodes.number(-1) for side, _ in beside]
        more = [number for _, equation in beside for number in equation[1:]]
        return self._combined(left, right, [e[0] for _, e in beside], factors, [*using, *more])

    def _combined(
        self, left: Term, right: Term, equations: list[int], factors: list[Term], using: list[int]
    ) -> int:
        used = (*equations, *(k for k in dict.fromkeys(using) if k not in equations))
        sides = to_formula(left), to_formula(right)
        return self._append(Step(*sides, "algebra", used, tuple(map(to_formula, factors))))

    def _append(self, step: Step) -> int:
        self.elaborator.steps.append(step)
        return len(self.elaborator.steps) - 1

    def _order(self, left: Term, relation: str, right: Term) -> None:
        small, large = (right, left) if relation[0] == ">" else (left, right)
        shown = large if small is ZERO else difference(large, small)
        sides = to_formula(left), to_formula(right)
        self._append(Step(*sides, "order", (), (to_formula(shown),), relation))

    def _induction(self, theorem: Inductive) -> int:
        """The claim at 1; at T + 1 less at T, times a factor; from both the claim."""
        if theorem.over is None:
            raise InternalError(f"{self.title} is an induction over nothing")
        sides = (theorem.left, theorem.right)
        first = self._equation(*(substitute(side, {theorem.over: ONE}) for side in sides))
        later = [substitute(side, {theorem.over: Add((theorem.over, ONE))}) for side in sides]
        factor = self.elaborator.written(self._factor(theorem, later))
        using = [number for side in (*later, *sides) for number in self.elaborator.lemmas(side)]
        gap = nodes.subtract(*later), Mul((factor, nodes.subtract(*sides)))
        onward = self._combined(*gap, [], [], using)
        arguments = to_formula(theorem.over), to_formula(factor)
        left, right = map(to_formula, sides)
        return self._append(Step(left, right, "induction", (first, onward), arguments))

    def _factor(self, theorem: Inductive, later: list[Term]) -> Polynomial:
        """By what the hypothesis is multiplied to give the step."""
        unrolled = [self._unrolled(side) for side in later]
        return hypothesis_factor(self.elaborator.engine, (theorem.left, theorem.right), unrolled)

    def _unrolled(self, term: Term) -> Term:
        return self.elaborator.unrolled(term)

    # -- the document ---------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """The certificate as JSON data."""
        for lemma in self.lemmas:
            self._lemma(lemma)
        lemmas = list(self.elaborator.steps)
        proof = self._proof(self.theorem, self.lines)
        statement = (to_formula(self.theorem.left), to_formula(self.theorem.right))
        for step in self.elaborator.steps:
            self.facts.require(step.left)
            self.facts.require(step.right)
        formulas = [*statement, *(f for s in self.elaborator.steps for f in (s.left, s.right, *s.arguments))]
        formulas += [
            part for d in self.facts.definitions.values() for part in (*d[0], d[1], *([d[2]] if d[2] else []))
        ]
        formulas += [row["term"] for row in proof]
        indices = self._indices(formulas)
        library = Library(set(indices.values()))
        plain = Library(set())
        plain.shared = False
        given = [_written_step(step, library) for step in lemmas]
        rows = [_written_row(row, library, plain) for row in proof]
        return {
            "format": FORMAT,
            "bnsym": __version__,
            "theorem": self.title,
            "source": self.theorem.eq,
            "scalars": {n: s for n, s in sorted(self.facts.signs.items()) if n not in self._ranks()},
            "sizes": dict(sorted(self.facts.least.items())),
            "tensors": {n: [rank, self.facts.signs[n]] for n, rank in sorted(self._ranks().items())},
            "indices": {n: [plain.text(e) for e in f.parts[1:]] for n, f in _ordered(indices)},
            "definitions": [self._definition(d, plain) for d in self.definitions.values()],
            "lemmas": given,
            "statement": [plain.text(statement[0]), self.theorem.relation, plain.text(statement[1])],
            "needs": sorted([plain.text(need), condition] for need, condition in self.facts.needs),
            "instance": self._instance(),
            "terms": library.texts,
            "proof": rows,
        }

    def _ranks(self) -> dict[str, int]:
        ranks = {name: len(tensor.shape) for name, tensor in self.tensors.items()}
        return ranks | {name: len(d.parameters) for name, d in self.definitions.items()}

    def _indices(self, formulas: list[Formula]) -> dict[str, Formula]:
        """One range for each index name that stands for itself: free ones and parameters first."""
        found: dict[str, Formula] = {}
        first = [p for d in self.facts.definitions.values() for p in d[0] if p.kind == "index"]
        free = sorted({i for f in formulas for i in f.free}, key=_place)
        within = {p for f in formulas for p in walk(f) if p.kind == "index" and self._holds_some(p)}
        bound = sorted(within, key=_place)
        for index in (*first, *free, *bound):
            found.setdefault(index.parts[0], index)
        for index in (*first, *free):
            if found[index.parts[0]] is not index:
                raise _TwoRangesError(f"{self.title}: the index {index.parts[0]} has two ranges; rename one")
        return found

    def _holds_some(self, index: Formula) -> bool:
        """True if its range is certainly not empty: only then may it stand for itself."""
        return self.facts.sign(minus(index.parts[2], index.parts[1])) <= MEANING[">= 0"]

    def _definition(self, definition: Definition, library: Library) -> dict[str, Any]:
        return {
            "name": definition.tensor.name,
            "parameters": [parameter.name for parameter in definition.parameters],
            "body": library.text(to_formula(definition.body)),
            "initial": None if definition.initial is None else library.text(to_formula(definition.initial)),
            "eq": definition.label,
        }

    def _instance(self) -> dict[str, Any]:
        """Small sizes, and values that differ along each axis."""
        sizes = {name: max(least, 2) for name, least in sorted(self.facts.least.items())}
        values = {name: str(2 + k) for k, name in enumerate(sorted(self._scalars()))}
        for name, tensor in sorted(self.tensors.items()):
            if name not in self.definitions:
                for at in product(range(1, LONGEST + 1), repeat=len(tensor.shape)):
                    value = (
                        1 if tensor.sign is Sign.COUNT else 1 + sum((k + 1) * p for k, p in enumerate(at)) % 5
                    )
                    values[f"{name}[{', '.join(map(str, at))}]"] = str(value)
        return {
            "sizes": sizes,
            "values": values if self.facts.needs else {n: values[n] for n in self._scalars()},
        }

    def _scalars(self) -> list[str]:
        return sorted(name for name, node in self.named.items() if isinstance(node, Symbol))

    def without_idle_needs(self, found: dict[str, Any]) -> dict[str, Any]:
        """Only the needs that the checker calls for."""
        kept = list(found["needs"])
        for need in list(kept):
            rest = [other for other in kept if other != need]
            try:
                check_text(json.dumps({**found, "needs": rest}).encode())
            except Refused:
                continue
            kept = rest
        return {**found, "needs": kept}


def _with_ranges(term: Term) -> Iterator[Term]:
    """Every subterm, and those of the ranges of indices."""
    for node in subterms(term):
        yield node
        if isinstance(node, Index):
            yield from _with_ranges(node.low)
            yield from _with_ranges(node.high)


def _coarse(theorem: Theorem) -> Iterable[Coarse]:
    if isinstance(theorem, Chain):
        return [(line.relation, line.term, str(line.reason), line.eq) for line in theorem.lines]
    reason = "normal form" if theorem.relation == "=" else "signs"
    return [(theorem.relation, theorem.right, reason, theorem.eq)]


def _place(index: Formula) -> tuple[str, list[str]]:
    return index.parts[0], [Library(set()).text(end) for end in index.parts[1:]]


def _ordered(indices: dict[str, Formula]) -> list[tuple[str, Formula]]:
    """By name, an index after those that its range holds."""
    return sorted(indices.items(), key=lambda row: (len(row[1].free), row[0]))


def _is_of_recurrence(theorem: Theorem) -> bool:
    """True for the closed form of a recurrence, which no other rule gives."""
    left = theorem.left
    definition = theorem.claim.definitions.get(left.tensor.name) if isinstance(left, Entry) else None
    return definition is not None and definition.initial is not None


def _written_row(row: dict[str, Any], library: Library, plain: Library) -> dict[str, Any]:
    """A line as it is read, whole; the terms of its steps are shared."""
    steps = [_written_step(step, library) for step in row["steps"]]
    return {**row, "term": plain.text(row["term"]), "steps": steps}


def _written_step(step: Step, library: Library) -> dict[str, Any]:
    return {
        "claim": [library.text(step.left), step.relation, library.text(step.right)],
        "by": step.by,
        "using": list(step.using),
        "with": [library.text(argument) for argument in step.arguments],
    }
