"""The table of mistakes: each family makes terms that a wrong backward may return, and says what they are."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np

from bnsym.terms.nodes import (
    ONE,
    Entry,
    Index,
    Number,
    Power,
    Size,
    Sum,
    Term,
    add,
    mul,
    negative,
    power,
)
from bnsym.terms.walk import substitute, subterms
from bnsym.verify.code.case import Case, Family
from bnsym.verify.code.naming import SCALED, named_factors
from bnsym.verify.code.parts import replaced, without_epsilon
from bnsym.verify.code.ratios import factors
from bnsym.verify.code.sampling import same

HALF = Fraction(1, 2)
ZERO_VALUE = 1e-9
MOST_AXES = 5
EPS_MISSING, EPS_OUTSIDE = "eps is missing in the backward", "eps stands outside the root in the backward"


def scaled_parts(case: Case) -> Iterator[str]:
    """returned = a * straight + b * mean + c * variance, with simple factors."""
    rows = [case.sampler.values(part) for part in case.three]
    live = [k for k, row in enumerate(rows) if _is_live(row)]
    target = case.sampler.values(case.returned)
    if not live or not np.isfinite(target).all():
        return
    found = np.linalg.lstsq(np.stack([rows[k] for k in live], 1), target, rcond=1e-9)[0]
    nodes = (*subterms(case.parts.right), *subterms(case.returned))
    sizes = [node for node in nodes if isinstance(node, Size)]
    choices = [list(factors(float(value), sizes, case.sampler))[:4] for value in found]
    for chosen in product(*choices):
        hypothesis = add(*(mul(factor, case.three[k]) for k, factor in zip(live, chosen, strict=True)))
        if case.proves(hypothesis):
            yield named_factors(dict(zip(live, chosen, strict=True)), case.parts.count)


def _is_live(row: Any) -> bool:
    return bool(np.isfinite(row).all() and np.abs(row).max() > ZERO_VALUE)


def diagonal(case: Case) -> Iterator[str]:
    """returned = upstream[p] * dy[p]/dx[p]."""
    if case.diagonal is not None and case.proves(case.diagonal):
        yield "the diagonal of the Jacobian only: what an input does to the other outputs is missing"


def gamma(case: Case) -> Iterator[str]:
    """Each part with gamma as it is, without it, with it twice, or with it taken out of its sum."""
    for name, entry in case.gammas.items():
        rows = [_gamma_variants(part, name, entry, case) for part in case.three]
        yield from _by_part(case, rows)


def _gamma_variants(part: Term, name: str, entry: Term, case: Case) -> dict[str, Term]:
    one = replaced(part, lambda node: ONE if isinstance(node, Entry) and node.tensor.name == name else None)
    found = {"": part, f"{name} is missing": one}
    here = _here(entry, case)
    if here is not None:
        found |= {
            f"{name} is applied twice": mul(here, part),
            f"{name} is taken out of a sum that it belongs in": mul(here, one),
        }
    return found


def _here(entry: Term, case: Case) -> Term | None:
    """gamma at the gradient's place, if that has an index for each of its own."""
    if not isinstance(entry, Entry):
        return entry
    by_high = {index.high: index for index in case.at}
    highs = [index.high for index in entry.indices if isinstance(index, Index)]
    if not all(high in by_high for high in highs):
        return None
    return Entry(entry.tensor, tuple(by_high[high] for high in highs))


def epsilon(case: Case) -> Iterator[str]:
    """Each part as it is, without eps in its roots, with eps missing or outside where it divides."""
    root, bare = case.parts.root, case.parts.bare
    if root is None or bare is None:
        return
    deviation = power(root, HALF)
    swap = mul(deviation, power(bare, -HALF))
    aside = mul(deviation, power(add(power(bare, HALF), add(root, negative(bare))), -1))
    rows = [
        {
            "": part,
            EPS_MISSING: _without(part),
            f"{EPS_MISSING}, in the last division": mul(part, swap),
            f"{EPS_MISSING}, in a division by the variance": mul(part, swap, swap),
            EPS_OUTSIDE: mul(part, aside),
            f"{EPS_OUTSIDE}, all through": mul(part, aside, aside, aside),
        }
        for part in case.three
    ]
    yield from _by_part(case, rows)


def _without(part: Term) -> Term:
    """The part with eps taken out of every root."""

    def change(node: Term) -> Term | None:
        match node:
            case Power(base, Number(value)) if value.denominator == 2:
                other = without_epsilon(base)
                return None if other is None else Power(other, node.exponent)
        return None

    return replaced(part, change)


def deviation(case: Case) -> Iterator[str]:
    """Each part times a power of the standard deviation."""
    root = case.parts.root
    if root is None:
        return
    powers = {"s": 1, "1/s": -1, "s**2": 2, "1/s**2": -2, "s**3": 3, "s**4": 4, "1/s**3": -3}
    said = "a wrong power of the standard deviation s: a factor {} too much"
    variants = {said.format(name): power(root, Fraction(twice, 2)) for name, twice in powers.items()}
    rows = [
        {"": part} | {text: mul(part, factor) for text, factor in variants.items()} for part in case.three
    ]
    yield from _by_part(case, rows)


def axes(case: Case) -> Iterator[str]:
    """The mean and the projection taken over other axes than the forward's."""
    normal, root = case.parts.normal, case.parts.root
    if normal is None or root is None or len(case.at) > MOST_AXES:
        return
    handed, inverse = mul(case.parts.straight, power(root, HALF)), power(root, -HALF)
    sampler = case.sampler
    upstream, centred, scale = (sampler.grid(term, case.at) for term in (handed, normal, inverse))
    rows = [{"": part} for part in case.three]
    values = [{"": sampler.values(part)} for part in case.three]
    for size in range(1, len(case.at) + 1):
        for chosen in combinations(range(len(case.at)), size):
            over = tuple(case.at[k] for k in chosen)
            sums = [
                (upstream * factor).sum(axis=chosen, keepdims=True) * factor * scale
                for factor in (1, centred)
            ]
            for said, count in _counts(case, over):
                factor = -1 / sampler.number(count)
                for k, total, by in ((1, sums[0], ONE), (2, sums[1], normal)):
                    values[k][said] = sampler.picked(factor * total, case.at)
                    summed = _summed(mul(handed, by), over)
                    rows[k][said] = mul(negative(power(count, -1)), inverse, by, summed)
    yield from _by_part(case, rows, values)


def _counts(case: Case, over: tuple[Index, ...]) -> Iterator[tuple[str, Term]]:
    """Means over these axes, and sums divided as the forward divides."""
    lengths = tuple(index.high for index in over)
    text = f"over {_listed(lengths)} where its forward's go over {_listed(case.parts.rows)}"
    yield f"means {text}", mul(*lengths)
    yield f"sums {text}", case.parts.count


def _listed(lengths: tuple[Term, ...]) -> str:
    return ", ".join(sorted(getattr(length, "name", "its axis") for length in lengths))


def _summed(term: Term, over: tuple[Index, ...]) -> Term:
    for k, index in enumerate(over):
        fresh = Index(f"{index.name}q{k}", index.low, index.high)
        term = Sum(fresh, substitute(term, {index: fresh}))
    return term


def _by_part(
    case: Case, rows: list[dict[str, Term]], known: list[dict[str, Any]] | None = None
) -> Iterator[str]:
    """All choices of one variant a part that give the returned values; the first that is proved is named."""
    target = case.sampler.values(case.returned)
    values = known or [{said: case.sampler.values(term) for said, term in row.items()} for row in rows]
    live = [k for k, row in enumerate(values) if _is_live(row[""])]
    for chosen in product(*(values[k] for k in live)):
        total = sum(values[k][said] for k, said in zip(live, chosen, strict=True))
        if not any(chosen) or not same(total, target):
            continue
        if case.proves(add(*(rows[k][said] for k, said in zip(live, chosen, strict=True)))):
            yield _named_choice(dict(zip(live, chosen, strict=True)))


def _named_choice(chosen: dict[int, str]) -> str:
    """What is wrong, and in which terms if not in all."""
    wrong = [k for k, said in chosen.items() if said]
    said = min((chosen[k].strip() for k in wrong), key=len)
    if len(wrong) == len(chosen):
        return said
    return f"{said}, in {' and '.join(SCALED[k] for k in wrong)}"


FAMILIES: tuple[Family, ...] = (scaled_parts, diagonal, gamma, epsilon, deviation, axes)
