"""By which term a wrong gradient differs: hypotheses in a table, each proved before it is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import TermWriter
from bnsym.errors import BnsymError
from bnsym.terms.nodes import ONE, Entry, Number, Power, Size, Term, add, mul, negative, power
from bnsym.terms.text import text
from bnsym.terms.walk import subterms
from bnsym.verify.code.claims import GradientClaim
from bnsym.verify.code.naming import SCALED, named_factors
from bnsym.verify.code.parts import Parts, parts_of, replaced
from bnsym.verify.code.ratios import factors
from bnsym.verify.code.sampling import Sampler, same
from bnsym.verify.code.symbolic import Traced

LONGEST_DIFFERENCE = 110


@dataclass(frozen=True)
class Case:
    """What is compared: the returned term and the parts of the right one, with their values at places."""

    returned: Term
    parts: Parts
    sampler: Sampler
    gammas: dict[str, Term]

    @property
    def three(self) -> tuple[Term, Term, Term]:
        """Straight, by the mean, by the variance."""
        return self.parts.straight, self.parts.mean, self.parts.variance

    def proves(self, hypothesis: Term) -> bool:
        """The returned term is the hypothesis, for every size."""
        if not same(self.sampler.values(self.returned), self.sampler.values(hypothesis)):
            return False
        try:
            return Normalizer({}).equal(self.returned, hypothesis)
        except (BnsymError, WorkLimitError, RecursionError):
            return False


def diagnose(traced: Traced, of: str, wanted: GradientClaim) -> str:
    """The name of the mistake; else the difference, if it is short; else nothing."""
    try:
        returned = wanted.claim.expanded().left
        parts = parts_of(traced, of, wanted)
        sampler = Sampler((returned, parts.right, *([parts.root] if parts.root else [])))
        case = Case(returned, parts, sampler, _multipliers(traced, of, parts))
        for family in FAMILIES:
            found = next(family(case), "")
            if found:
                return found
        return _difference(case)
    except (BnsymError, WorkLimitError, RecursionError, np.linalg.LinAlgError):
        return ""


def _multipliers(traced: Traced, of: str, parts: Parts) -> dict[str, Term]:
    """Other inputs that the right gradient has as a factor: gamma."""
    nodes = set(subterms(parts.right))
    names = {node.tensor.name for node in nodes if isinstance(node, Entry)}
    return {t.name: t.body for key, t in traced.inputs.items() if key != of and t.name in names and t.indices}


# -- families of hypotheses ---------------------------------------------------------------------------


def _scaled_parts(case: Case) -> Iterator[str]:
    """returned = a * straight + b * mean + c * variance, with simple factors."""
    rows = [case.sampler.values(part) for part in case.three]
    live = [k for k, row in enumerate(rows) if np.isfinite(row).all() and np.abs(row).max() > 1e-9]
    target = case.sampler.values(case.returned)
    if not live or not np.isfinite(target).all():
        return
    found = np.linalg.lstsq(np.stack([rows[k] for k in live], 1), target, rcond=1e-9)[0]
    sizes = [node for node in subterms(case.parts.right) if isinstance(node, Size)]
    sizes += [node for node in subterms(case.returned) if isinstance(node, Size)]
    choices = [list(factors(float(value), sizes, case.sampler))[:3] for value in found]
    for chosen in product(*choices):
        hypothesis = add(*(mul(factor, case.three[k]) for k, factor in zip(live, chosen, strict=True)))
        if case.proves(hypothesis):
            yield named_factors(dict(zip(live, chosen, strict=True)), case.parts.rows)


def _gamma(case: Case) -> Iterator[str]:
    """Each part with gamma as it is, without it, with it twice, or with it taken out of its sum."""
    for name, entry in case.gammas.items():
        rows = [_gamma_variants(part, name, entry, case) for part in case.three]
        yield from _by_part(case, rows, name)


def _gamma_variants(part: Term, name: str, entry: Term, case: Case) -> dict[str, Term]:
    one = replaced(part, lambda node: ONE if _is(node, name) else None)
    here = _here(entry, case)
    return {
        "": part,
        "{name} is missing": one,
        "{name} is applied twice": mul(here, part),
        "{name} is taken out of a sum that it belongs in": mul(here, one),
    }


def _is(node: Term, name: str) -> bool:
    return isinstance(node, Entry) and node.tensor.name == name


def _here(entry: Term, case: Case) -> Term:
    """gamma at the gradient's place: the entry of the straight part."""
    if isinstance(entry, Entry):
        places = {index for place in case.sampler.places for index in place}
        by_high = {index.high: index for index in places if hasattr(index, "high")}
        return Entry(entry.tensor, tuple(by_high.get(getattr(i, "high", i), i) for i in entry.indices))
    return entry


def _epsilon(case: Case) -> Iterator[str]:
    """Each part as it is, without eps in its roots, with eps missing or outside in the last division."""
    root, bare = case.parts.root, case.parts.bare
    if root is None or bare is None:
        return
    eps = add(root, negative(bare))
    apart = add(power(bare, _half(1)), eps)
    swap = mul(power(root, _half(1)), power(bare, _half(-1)))
    aside = mul(power(root, _half(1)), power(apart, -1))
    rows = [
        {
            "": part,
            "eps is missing in the backward": _with_root(part, root, bare, case),
            "eps is missing in the backward, where it divides": mul(part, swap),
            "eps stands outside the root in the backward": mul(part, aside),
            "eps stands outside the root in the backward, all through": mul(part, aside, aside, aside),
        }
        for part in case.three
    ]
    yield from _by_part(case, rows, "eps")


def _half(twice: int) -> object:
    from fractions import Fraction

    return Fraction(twice, 2)


def _with_root(part: Term, root: Term, bare: Term, case: Case) -> Term:
    """The part with eps taken out of every root."""

    def change(node: Term) -> Term | None:
        match node:
            case Power(base, Number(value)) if value.denominator == 2:
                from bnsym.verify.code.parts import without_epsilon

                other = without_epsilon(base)
                return None if other is None else Power(other, node.exponent)
        return None

    return replaced(part, change)


def _deviation(case: Case) -> Iterator[str]:
    """Each part times a power of the standard deviation."""
    root = case.parts.root
    if root is None:
        return
    said = "a factor {name} of the standard deviation s too much"
    rows = [
        {"": part}
        | {
            said.format(name=name): mul(part, power(root, _half(twice)))
            for name, twice in (("s", 1), ("1/s", -1), ("s**2", 2), ("1/s**2", -2), ("s**3", 3), ("s**4", 4))
        }
        for part in case.three
    ]
    yield from _by_part(case, rows, "s")


def _by_part(case: Case, rows: list[dict[str, Term]], name: str) -> Iterator[str]:
    """All choices of one variant a part that give the returned values; the first that is proved is named."""
    target = case.sampler.values(case.returned)
    values = [{said: case.sampler.values(term) for said, term in row.items()} for row in rows]
    for chosen in product(*(row for row in rows)):
        total = sum(value[said] for value, said in zip(values, chosen, strict=True))
        if not any(chosen) or not same(total, target):
            continue
        if case.proves(add(*(row[said] for row, said in zip(rows, chosen, strict=True)))):
            yield _named_choice(chosen, values, name)


def _named_choice(chosen: tuple[str, ...], values: list[dict[str, object]], name: str) -> str:
    """Parts that are zero have no say."""
    live = [k for k, row in enumerate(values) if np.abs(np.asarray(row[""])).max() > 1e-9]
    said = [chosen[k].format(name=name) for k in live]
    different = list(dict.fromkeys(text for text in said if text))
    if len(set(said)) == 1 or not different:
        return different[0] if different else next(text for text in chosen if text).format(name=name)
    where = [SCALED[k] for k in live if chosen[k]]
    return f"{different[0]} in {' and '.join(where)}"


FAMILIES: tuple[Callable[[Case], Iterator[str]], ...] = (_scaled_parts, _gamma, _epsilon, _deviation)


def _difference(case: Case) -> str:
    """returned - right, if it is short."""
    normalizer = Normalizer({})
    left, right = (normalizer.normal_form(side) for side in (case.returned, case.parts.right))
    total = dict(left)
    for row, value in right.items():
        total[row] = total.get(row, 0) - value
    total = {row: value for row, value in total.items() if value}
    nodes = (*subterms(case.returned), *subterms(case.parts.right))
    tensors = {node.tensor.name: node.tensor for node in nodes if isinstance(node, Entry)}
    said = text(TermWriter(tensors).term(total))
    return f"returned - right = {said}" if len(said) <= LONGEST_DIFFERENCE else ""
