"""Finer steps for sums: what the normal form does to them, each as an equation by the rule of its name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce as fold
from itertools import count

from bnsym.calculus.atoms import Atom, Kind, Monomial, Polynomial, Variable
from bnsym.calculus.derivative import expand_partials
from bnsym.calculus.places import in_a_range, later_place, solve, within
from bnsym.calculus.polynomial import accumulate, monomial_of, of_atom, without
from bnsym.calculus.sums import groups_of, others_depend
from bnsym.proof.formulas import to_formula, to_term
from bnsym.proof.steps import Steps
from bnsym.proof.trusted.formula import MINUS, Formula, Refused, make, number, replace, walk
from bnsym.terms.nodes import (
    ONE,
    Add,
    Delta,
    Index,
    Sum,
    Term,
    add,
    mul,
)

Binders = tuple[Variable, ...]
Groups = list[tuple[Polynomial, Monomial]]


class SumSteps(Steps):
    """Linearity, sifting, merging, constants, splitting into factors, naming; and deltas that stay."""

    # -- deltas that no sum takes away -----------------------------------------------------------------

    def beside_deltas(self, term: Term) -> list[tuple[int, ...]]:
        """Equations delta(i, p)*f(i) = delta(i, p)*f(p), one after the other, for the deltas in a term."""
        form = self.engine.convert(expand_partials(term, self.definitions), {})
        found: list[tuple[int, ...]] = []
        while True:
            pair = next(((row, a) for row in form for a, _ in row if self._moves(row, a)), None)
            if pair is None:
                return found
            delta = pair[1]
            holding = {row: value for row, value in form.items() if dict(row).get(delta)}
            inner = {without(row, delta, dict(row)[delta]): value for row, value in holding.items()}
            equation, moved = self._beside(delta, inner)
            found.append(equation)
            form = {row: value for row, value in form.items() if row not in holding}
            accumulate(form, self.engine.multiply(of_atom(delta), moved))

    def _moves(self, row: Monomial, a: Atom) -> bool:
        if a.kind != Kind.DELTA:
            return False
        later, rest = later_place(a), without(row, a, dict(row)[a])
        return (
            later is not None and any(later[0] in b.free for b, _ in rest) and not in_a_range(later[0], rest)
        )

    def _beside(self, delta: Atom, inner: Polynomial) -> tuple[tuple[int, ...], Polynomial]:
        later = later_place(delta)
        if later is None:
            raise NotImplementedError
        index, place = self.writer.index(later[0], {}), self.writer.place(later[1], {})
        f = to_formula(self.written(inner))
        i, p = to_formula(index), to_formula(place)
        done = self.back(replace(f, {i: p}))
        left, right = mul(Delta(index, place), self.written(inner)), mul(Delta(index, place), done)
        line = self._sifted_twice(f, i, p, (left, right))
        return (*line, *self.lemmas(done)), self.engine.convert(done, {})

    def _sifted_twice(self, f: Formula, i: Formula, p: Formula, sides: tuple[Term, Term]) -> tuple[int, ...]:
        """delta(i, p)*f(i) = delta(i, p)*f(p): the sum of delta(k, i)*delta(k, p)*f(k) is either of them."""
        taken = {part.parts[0] for part in walk(f) if part.kind == "index"}
        last = p.parts[2] if p.kind == "index" else p
        own = [part.parts[1:] for part in (i, p) if part.kind == "index"]
        ranges = [*own, (number(1), make("add", i.parts[2], last))]
        around = next((ends for ends in ranges if self._held(i, *ends) and self._held(p, *ends)), i.parts[1:])
        name = next(name for name in (f"{i.parts[0]}{'_' * n}" for n in count(1)) if name not in taken)
        k = make("index", name, *around)
        at_i, at_p, inner = make("delta", k, i), make("delta", k, p), replace(f, {i: k})
        whole = self.back(make("sum", k, make("mul", at_i, at_p, inner)))
        equations = [
            *self.emit("sift", whole, sides[1], (), (p, make("mul", at_i, inner))),
            *self.emit("sift", whole, sides[0], (), (i, make("mul", at_p, inner))),
        ]
        return self.emit("algebra", *sides, equations, (number(1), MINUS))

    def _held(self, place: Formula, low: Formula, high: Formula) -> bool:
        """True if the place is known to lie in the range."""
        try:
            self.facts.require_within(place, low, high)
        except Refused:
            return False
        return True

    # -- sums -----------------------------------------------------------------------------------------

    def sum(self, term: Sum) -> list[int]:
        """A sum is its normal form."""
        if not self._is_plain(term.index):
            return self._split(term)
        binder = self.engine.place(term.index, {}).single()
        if binder is None:
            return []
        form = self.engine.convert(expand_partials(term.body, self.definitions), {})
        line, groups = self._linear((binder,), term.body, form, self.lemmas(term.body))
        return list(self._gathered((binder,), term, line, groups))

    def inside(self, term: Term) -> tuple[Term, ...]:
        """Not the body of a sum whose range may be empty: its index may have no position."""
        return () if isinstance(term, Sum) and not self._is_plain(term.index) else super().inside(term)

    def _is_plain(self, index: Index) -> bool:
        """A range 1..high that the normal form takes whole, and that is not written as m + 1 - 1."""
        place = self.engine.place(index, {})
        high = place.single().high if place.single() is not None else {}  # type: ignore[union-attr]
        whole = len(high) == 1 and () not in high and 1 in high.values()
        return index.low is ONE and whole and not isinstance(index.high, Add)

    def _split(self, term: Sum) -> list[int]:
        """A range by its parts: sizes one after the other, then single positions."""
        from bnsym.proof.ranges import split_range

        return split_range(self, term)

    def nest(self, binders: Binders, body: Term) -> Term:
        """Nested sums over the binders, the first outermost."""
        return fold(lambda inner, b: Sum(self.writer.index(b, {}), inner), reversed(binders), body)

    def _linear(
        self, binders: Binders, body: Term, form: Polynomial, using: Iterable[int]
    ) -> tuple[tuple[int, ...], Groups]:
        """sum body = c_1*sum f_1 + ...: the groups of the body's normal form by what depends on a binder."""
        found: dict[Monomial, Polynomial] = {}
        for row, coefficient in form.items():
            inner = monomial_of((a, e) for a, e in row if not a.free.isdisjoint(binders))
            found.setdefault(inner, {})[monomial_of((a, e) for a, e in row if (a, e) not in inner)] = (
                coefficient
            )
        pairs = [(self.written(c), self.writer.monomial(f, 1, {})) for f, c in found.items()]
        right = add(*(mul(c, self.nest(binders, f)) for c, f in pairs))
        arguments = [number(len(binders)), *(to_formula(part) for pair in pairs for part in pair)]
        line = self.emit("linearity", self.nest(binders, body), right, using, arguments)
        return line, [(c, f) for f, c in found.items()]

    def _gathered(
        self, binders: Binders, left: Term, line: tuple[int, ...], groups: Groups
    ) -> tuple[int, ...]:
        """left = its normal form, from the linearity step and the sums of each group."""
        total: Polynomial = {}
        using = list(line)
        for coefficient, row in groups:
            using += self.nested(binders, row)
            part = self.engine.multiply(coefficient, self.engine.sum_monomial(binders, row))
            for monomial, value in part.items():
                total[monomial] = total.get(monomial, 0) + value
        total = {monomial: value for monomial, value in total.items() if value}
        return self.identity(left, self.written(total), using)

    def nested(self, binders: Binders, row: Monomial) -> tuple[int, ...]:
        """The nested sums of one monomial are their normal form."""
        done = self._nests.get((binders, row))
        if done is None:
            done = self._nests[(binders, row)] = self._nested(binders, row)
        return done

    def _nested(self, binders: Binders, row: Monomial) -> tuple[int, ...]:
        for method in (self._sift, self._merge, self._constant):
            found = method(binders, row)
            if found is not None:
                return found
        return self._components(binders, row)

    def _result(self, binders: Binders, row: Monomial) -> Term:
        return self.written(self.engine.sum_monomial(binders, row))

    def _monomial(self, row: Monomial) -> Term:
        return self.writer.monomial(row, 1, {})

    def _innermost(self, binders: Binders, last: Binders, body: Term) -> tuple[tuple[int, ...], Binders]:
        """The same sums with some binders moved inside."""
        order = tuple(b for b in binders if b not in last) + last
        arguments = [to_formula(self.writer.index(b, {})) for b in order]
        return self.emit("exchange", self.nest(binders, body), self.nest(order, body), (), arguments), order

    def _sift(self, binders: Binders, row: Monomial) -> tuple[int, ...] | None:
        for delta, binder in ((a, b) for a, _ in row if a.kind == Kind.DELTA for b in binders):
            rest = without(row, delta, dict(row)[delta])
            place = solve(delta.payload, binder) if binder in delta.free else None
            if place is None or not within(place, binder):
                continue
            if in_a_range(binder, rest) or others_depend(binders, binder):
                continue
            where, index = self.writer.place(place, {}), self.writer.index(binder, {})
            body, f = self._monomial(row), to_formula(self._monomial(rest))
            done = to_term(replace(f, {to_formula(index): to_formula(where)}), self.tensors, self.names)
            line = self.emit("sift", Sum(index, body), done, (), (to_formula(where), f))
            return self._outer(
                binders, (binder,), row, (*line, *self.lemmas(done)), self.engine.convert(done, {})
            )
        return None

    def _outer(
        self, binders: Binders, last: Binders, row: Monomial, using: tuple[int, ...], form: Polynomial
    ) -> tuple[int, ...]:
        """From sum_last row = form (by `using`), the sum over all binders."""
        body = self._monomial(row)
        left, result = self.nest(binders, body), self._result(binders, row)
        rest = tuple(b for b in binders if b not in last)
        if not rest:
            return self.identity(left, result, using)
        moved, order = self._innermost(binders, last, body)
        line, groups = self._linear(rest, self.nest(last, body), form, using)
        done = self._gathered(rest, self.nest(order, body), line, groups)
        return self.identity(left, result, (*moved, *done))

    def _merge(self, binders: Binders, row: Monomial) -> tuple[int, ...] | None:
        inner_sum = next((a for a, _ in row if a.kind == Kind.SUM and not a.free.isdisjoint(binders)), None)
        if inner_sum is None:
            return None
        avoid = frozenset(binders).union(*(a.free for a, _ in row))
        inner, body = self.engine.opened_sum(inner_sum, avoid)
        [(opened, coefficient)] = body.items()
        if coefficient != 1:
            raise NotImplementedError
        rest = without(row, inner_sum, 1)
        c, f = self._monomial(rest), self._monomial(opened)
        out = self.emit(
            "linearity",
            self.nest(inner, mul(c, f)),
            mul(c, self.nest(inner, f)),
            (),
            (number(len(inner)), to_formula(c), to_formula(f)),
        )
        arguments = [to_formula(self.writer.index(b, {})) for b in inner]
        named = self.emit("exchange", self.nest(inner, f), self._monomial(((inner_sum, 1),)), (), arguments)
        whole, left = self.nest(binders + inner, mul(c, f)), self.nest(binders, self._monomial(row))
        count = (number(len(binders)), number(1), to_formula(self._monomial(row)))
        first = self.emit("linearity", whole, left, (*out, *named), count)
        form = self.engine.multiply({rest: 1}, {opened: 1})
        line, groups = self._linear(binders + inner, mul(c, f), form, ())
        second = self._gathered(binders + inner, whole, line, groups)
        return self._joined(left, self._result(binders, row), whole, first, second)

    def _joined(
        self, left: Term, right: Term, whole: Term, first: tuple[int, ...], second: tuple[int, ...]
    ) -> tuple[int, ...]:
        """From whole = left and whole = right, left = right."""
        if not first or not second:
            return self.identity(left, right, (*first, *second))
        factors = (MINUS, number(1))
        return self.emit("algebra", left, right, (*first, *second), factors)

    def _constant(self, binders: Binders, row: Monomial) -> tuple[int, ...] | None:
        for binder in binders:
            if others_depend(binders, binder) or any(binder in a.free for a, _ in row):
                continue
            body = self._monomial(row)
            length = mul(self.written(binder.high), body)
            line = self.emit("constant", Sum(self.writer.index(binder, {}), body), length)
            return self._outer(binders, (binder,), row, line, self.engine.multiply({row: 1}, binder.high))
        return None

    def _components(self, binders: Binders, row: Monomial) -> tuple[int, ...]:
        groups = groups_of(binders, row)
        outer = monomial_of((a, e) for a, e in row if a.free.isdisjoint(binders))
        if len(groups) == 1 and not outer:
            return self._close(binders, row)
        last = tuple(b for b in binders if b in groups[-1])
        g = monomial_of((a, e) for a, e in row if not a.free.isdisjoint(groups[-1]))
        rest = monomial_of((a, e) for a, e in row if (a, e) not in g)
        c, f, body = self._monomial(rest), self._monomial(g), self._monomial(row)
        inner = self.nest(last, body)
        arguments = (number(len(last)), to_formula(c), to_formula(f))
        pulled = self.emit("linearity", inner, mul(c, self.nest(last, f)), (), arguments)
        closed = self.nested(last, g)
        form = self.engine.multiply({rest: 1}, self.engine.sum_monomial(last, g))
        return self._outer(binders, last, row, (*pulled, *closed), form)

    def _close(self, binders: Binders, row: Monomial) -> tuple[int, ...]:
        """The canonical names of the binders."""
        order, named, coefficient = self.engine.canonical(binders, row)
        left, right = self.nest(binders, self._monomial(row)), self._monomial(((named, 1),))
        if coefficient != 1:
            raise NotImplementedError
        arguments = [to_formula(self.writer.index(b, {})) for b in order]
        return self.emit("exchange", left, right, (), arguments)
