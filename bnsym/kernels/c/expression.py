"""Prints terms as C: names for arrays, products for powers; the same text serves numbers and lanes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from bnsym.kernels.numpy_names import Names
from bnsym.terms.nodes import Add, Entry, Index, Number, Power, Size, Sum, Symbol, Term, number
from bnsym.terms.text import ATOM, PRODUCT, SUM, TextForm, Written, split_sign

# What the frame calls its own, and C.
FRAME = """
    L N C T V a again additions at auto begin beyond blocks both break buffer c case char check const continue
    default do double else end enum eps extern extra fill first float for goto head i if inline inner int kept
    k l long n near next o out outer past_caches poor r register restrict return rows run runs s short signed
    sizeof sqrt start static status stride struct switch tasks typedef u union unsigned void volatile w wanted
    while whole width y zero shift centre low deviation total lanes scratch x_at task work columns same fold
"""


class CNames:
    """Identifiers by the names of a plan's arrays; no two share one, none is the frame's or C's."""

    def __init__(self, kept: Mapping[str, str]) -> None:
        self._python = Names({})
        self._known = dict(kept)
        self._taken = {*FRAME.split(), *kept.values()}

    def __getitem__(self, name: str) -> str:
        if name not in self._known:
            found = self._python.variable(name)
            while found in self._taken or not found.isascii():
                found = f"{found}_" if found.isascii() else f"array_{len(self._known)}"
            self._taken.add(found)
            self._known[name] = found
        return self._known[name]


class CForm(TextForm):
    """Terms without sums as C expressions."""

    times: ClassVar[str] = " * "
    over: ClassVar[str] = " / "

    def __init__(self, names: CNames) -> None:
        self.names = names

    def number(self, term: Number) -> Written:
        """A number of float64; a fraction as a quotient."""
        value = term.value
        whole = value.denominator == 1
        written = f"{value.numerator}.0" if whole else f"{value.numerator}.0 / {value.denominator}.0"
        return written, (ATOM if whole else PRODUCT) if value >= 0 else SUM

    def name(self, term: Symbol | Size | Index) -> Written:
        """A scalar or a size."""
        return ("eps" if isinstance(term, Symbol) else term.name), ATOM

    def entry(self, term: Entry) -> Written:
        """An array's value at the place that is worked on."""
        return self.names[term.tensor.name], ATOM

    def sum(self, term: Sum) -> Written:
        """The summand: sums are loops of the frame."""
        return self.write(term.body)

    def add(self, term: Add) -> Written:
        """Terms with their signs, in their order."""
        first, *rest = [(sign, self.held(part, PRODUCT)) for sign, part in map(split_sign, term.terms)]
        head = ("-" if first[0] == "-" else "") + first[1]
        return " ".join([head, *(f"{sign} {part}" for sign, part in rest)]), SUM

    def root(self, radicand: Term) -> Written:
        """sqrt."""
        return f"sqrt({self.line(radicand)})", ATOM

    def power(self, term: Power) -> Written:
        """A power as a product; roots and inverses as they are."""
        exponent = term.exponent
        if isinstance(exponent, Number) and exponent.value.denominator == 1 and exponent.value > 1:
            return " * ".join([self.held(term.base, ATOM)] * int(exponent.value)), PRODUCT
        if isinstance(exponent, Number) and exponent.value.denominator == 2 and exponent.value > 1:
            whole = Power(term.base, number((exponent.value * 2 - 1) / 2))
            return f"{self.held(whole, PRODUCT)} * {self.root(term.base)[0]}", PRODUCT
        return super().power(term)
