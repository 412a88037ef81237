"""Finer steps for a coarse line: from the prover's normal form to equations that the rules accept.

Untrusted: what is wrong here is refused by the checker.  The normal form is walked once more, and each
thing that it does to a sum (linearity, sifting, merging, constants, splitting into factors, naming) becomes
an equation by the rule of that name; the rest are identities of fields.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from bnsym.calculus.atoms import Atom, Polynomial
from bnsym.proof.certificate_writer import main_radical
from bnsym.proof.formulas import to_formula, to_term
from bnsym.proof.sum_steps import SumSteps
from bnsym.proof.trusted.derivative import derivative
from bnsym.terms import nodes
from bnsym.terms.nodes import (
    ZERO,
    Delta,
    Entry,
    Number,
    Partial,
    Power,
    Sum,
    Term,
    mul,
    power,
)
from bnsym.terms.walk import children, instance, rebuild


class Elaborator(SumSteps):
    """Emits steps for the terms of one certificate."""

    # -- terms ----------------------------------------------------------------------------------------

    def lemmas(self, term: Term) -> tuple[int, ...]:
        """Equations by which the term is, as a rational function, its normal form."""
        done = self._lemmas.get(term)
        if done is None:
            rule = _LEMMAS.get(type(term))
            found = [number for part in self._parts(term) for number in self.lemmas(part)]
            self._lemmas[term] = tuple(dict.fromkeys(found))
            found += rule(self, term) if rule else []
            done = self._lemmas[term] = tuple(dict.fromkeys(found))
        return done

    def _parts(self, term: Term) -> tuple[Term, ...]:
        """The subterms that are rewritten on their own; positions and ranges are not."""
        match term:
            case Sum(index, body):
                return (body,) if self._is_plain(index) else ()
            case Entry() | Delta() | Partial():
                return ()
            case Power(base, _):
                return (base,)
            case _:
                return children(term)

    def entry(self, term: Entry) -> list[int]:
        """Its definition unfolded, at its positions in their plain form."""
        where = tuple(self.writer.place(self.engine.place(index, {}), {}) for index in term.indices)
        plain = Entry(term.tensor, where)
        definition = self.definitions.get(term.tensor.name)
        given = self._given.get(to_formula(plain))
        if given is not None:
            return [given[0], *self.lemmas(given[1])]
        if definition is None:
            return []
        start = definition.initial is not None and where == (ZERO,)
        body = definition.initial if start else instance(definition, where)
        if body is None or (definition.initial is not None and not start and not self._after_start(where[0])):
            return []
        return [*self.emit("unfold", plain, body), *self.lemmas(body)]

    def _after_start(self, place: Term) -> bool:
        """A recurrence is unfolded at numbers and at T + 1, not at T."""
        return isinstance(place, Number | nodes.Add)

    def power(self, term: Power) -> list[int]:
        """Radicands and denominators are remembered; sqrt(P) = c*sqrt(Q) for a Q that was met before."""
        exponent = term.exponent.value if isinstance(term.exponent, Number) else Fraction(1)
        if exponent.denominator != 2 and exponent > 0:
            return []
        base = self.engine.convert(term.base, {})
        rooted = main_radical(self.engine.root(base)) if exponent.denominator == 2 else None
        inverted = main_radical(self.engine.inverse(base))
        if rooted is not None:
            self.writer.know(rooted[0], term.base, self.engine.power(rooted[2], -2))
        if inverted is not None and inverted[1] == -2:
            self.writer.know(inverted[0], term.base, inverted[2])
        return self._root(term.base, rooted[0], rooted[2]) if rooted is not None else []

    def _root(self, base: Term, a: Atom, outer: Polynomial) -> list[int]:
        """sqrt(base) = outer*a, where a is known as the root of another radicand."""
        radicand, factor = self.writer.known(a) or (base, {})
        if radicand is base:
            return []
        ratio = self.engine.multiply(outer, self.engine.half_power(factor, 1))
        right = mul(self.written(ratio), power(radicand, Fraction(1, 2)))
        using = (*self.lemmas(base), *self.lemmas(radicand))
        return list(self.emit("root", power(base, Fraction(1, 2)), right, using))

    def partial(self, term: Partial) -> list[int]:
        """The derivative carried out."""
        formula = derivative(to_formula(term.body), to_formula(term.wrt), self.facts)
        done = to_term(formula, self.tensors, self.names)
        return [*self.emit("differentiate", term, done), *self.lemmas(done)]

    def unrolled(self, term: Term) -> Term:
        """Recurrences opened where their entries are unfolded in certificates."""
        if isinstance(term, Entry) and term.tensor.name in self.definitions:
            where = tuple(self.writer.place(self.engine.place(index, {}), {}) for index in term.indices)
            definition = self.definitions[term.tensor.name]
            if definition.initial is not None and where == (ZERO,):
                return definition.initial
            if definition.initial is not None and self._after_start(where[0]):
                return self.unrolled(instance(definition, where))
            return Entry(term.tensor, where)
        return rebuild(term, self.unrolled)


_LEMMAS: dict[type[Term], Callable[[Elaborator, Any], list[int]]] = {
    Entry: Elaborator.entry,
    Power: Elaborator.power,
    Partial: Elaborator.partial,
    Sum: Elaborator.sum,
}
