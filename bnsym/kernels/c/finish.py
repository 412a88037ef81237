"""The lines between the passes: what follows from the sums, and what is left to the plain pass."""

from __future__ import annotations

from collections.abc import Iterable

from bnsym.calculus.signs import Signs
from bnsym.kernels.c.context import Context, entries
from bnsym.kernels.c.schedule import DEVIATION
from bnsym.kernels.numpy_frame import Filling
from bnsym.terms.nodes import Definition, Entry, Number, Power, Sign, Sum, Tensor, Term, number
from bnsym.terms.walk import subterms


class Finish(Context):
    """Blocks of ..._finish."""

    def _finish(self) -> dict[str, Filling]:
        finals, own = self.s.finals, self.names
        here = [*self.p.given, *([] if self.p.by_rows else self.p.parameters)]
        used = {e.tensor.name for d in (*finals, *self.s.coefficients) for e in entries(d.body)}
        here = [t for t in here if t.name in used or t is self.s.mean]
        loaded = [f"const double {own[t.name]} = {own[t.name]}_in[i];" for t in here]
        loaded += [f"const double {name} = {name}_in[i];" for name in self.sums]
        pointers = [
            f"const {self._type_of(t)} *restrict {own[t.name]}_in = a->{own[t.name]} + base;" for t in here
        ]
        pointers += [f"const double *restrict {name}_in = w->{name};" for name in self.sums]
        pointers += [f"{self.T} *restrict {n}_out = w->{n};" for n in self.coefficients]
        if self.s.mean is not None:
            loaded.append("const double shift = w->shift[i];")
            if not self.s.estimated:
                loaded.append("const double centre = w->centre[i];")
        formulas = [self.p.formula(d) for d in finals]
        if self.s.mean is not None:
            low = f"const double low = {own[self.s.mean.name]} - centre;"
            rounded = f"const double centre = ({self.T}){own[self.s.mean.name]};"
            formulas = [*formulas, rounded, low] if self.s.estimated else [low, *formulas]
        formulas += [self.p.formula(d) for d in self.s.coefficients]
        results = [] if self.p.by_rows else self.p.results
        kept = list(self.p.kept)
        pointers += [f"double *restrict {own[t.name]}_out = a->{own[t.name]} + base;" for t in kept]
        pointers += [f"{self.T} *restrict {own[t.name]}_out = a->{own[t.name]} + base;" for t in results]
        stored = [f"{n}_out[i] = ({self.T}){n};" for n in self.coefficients]
        stored += [f"{own[t.name]}_out[i] = {own[t.name]};" for t in kept]
        stored += [f"{own[t.name]}_out[i] = ({self.T}){own[t.name]};" for t in results]
        if self.s.estimated:
            stored.append(f"w->centre[i] = ({self.T})centre;")
        unused = [f"(void){name};" for name in self._unused(loaded, formulas)]
        return {
            "pointers": pointers,
            "loaded": [*loaded, *unused],
            "formulas": formulas,
            "stored": stored,
            "guards": self._guards(results),
        }

    def _unused(self, loaded: list[str], formulas: list[str]) -> list[str]:
        made = [line.split(" = ")[0].split()[-1] for line in loaded]
        return [name for name in made if not any(name in line for line in formulas)]

    def _type_of(self, t: Tensor) -> str:
        return self.T if t in self.p.parameters else "double"

    def _guards(self, results: Iterable[Tensor]) -> list[str]:
        """What the fast passes leave to the plain one, and a shift that is far from the mean."""
        lines = []
        for d in self.s.finals:
            for node in subterms(d.body):
                if (
                    isinstance(node, Power)
                    and isinstance(node.exponent, Number)
                    and node.exponent.value.denominator == 2
                ):
                    lines.append(self._within(self.p.form.line(node.base)))
        for t in self.p.given:
            if t.sign is Sign.POSITIVE:
                name = self.names[t.name]
                lines.append(self._within(f"1 / ({name} * {name})"))
        for name in (*self.coefficients, *(self.names[t.name] for t in results)):
            lines.append(f"beyond |= !(fabs({name}) <= LARGEST_{self.t});")
        lines += self._poor()
        return list(dict.fromkeys(lines))

    def _within(self, square: str) -> str:
        return f"beyond |= !({square} >= LEAST_{self.t} && {square} <= MOST_{self.t});"

    def _poor(self) -> list[str]:
        if not self.s.estimated or self.s.mean is None:
            return []
        lines = []
        for d in self.s.finals:
            step = next(s for s in self.s.function.steps if s.tensor is d.tensor)
            if _sums(step) and Signs({}).of(step.body).above:
                lines.append(f"if ({self.names[d.tensor.name]} < 0)")
                lines.append("    beyond = poor = 1;")
        mean, count = self.names[self.s.mean.name], "C" if self.p.by_rows else "N"
        for d in self.s.sums:
            if isinstance(d.body, Sum) and _is_square(d.body.body):
                moved = f"({mean} - shift) * ({mean} - shift)"
                lines.append(f"poor |= {count} * {moved} > POOR * {d.tensor.name};")
        return lines


def _sums(step: Definition) -> bool:
    return any(isinstance(node, Sum) for node in subterms(step.body))


def _is_square(body: Term) -> bool:
    return (
        isinstance(body, Power)
        and body.exponent is number(2)
        and isinstance(body.base, Entry)
        and (body.base.tensor.name == DEVIATION)
    )
