"""Factors by which a term may be wrong: small numbers, and quotients of products of sizes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations, product

from bnsym.terms.nodes import Size, Term, add, mul, number, power
from bnsym.verify.code.sampling import Sampler

CONSTANTS = tuple(
    Fraction(v) for v in ("0", "1", "-1", "2", "1/2", "-2", "-1/2", "4", "1/4", "3", "1/3", "3/2", "2/3")
)
CLOSE = 1e-9


def factors(value: float, sizes: Iterable[Size], sampler: Sampler) -> Iterator[Term]:
    """The simple terms that have that value at the sampler's sizes, the simplest first."""
    for term in (*map(number, CONSTANTS), *_quotients(sorted(set(sizes), key=lambda size: size.name))):
        if abs(sampler.number(term) - value) <= CLOSE * max(1.0, abs(value)):
            yield term


def _quotients(sizes: list[Size]) -> Iterator[Term]:
    products = [chosen for k in range(len(sizes) + 1) for chosen in combinations(sizes, k)]
    for above, below in product(products, products):
        if not set(above) & set(below) and (above or below):
            yield _quotient(above, below)
            yield mul(number(-1), _quotient(above, below))
    for chosen in products[1:]:
        count = mul(*chosen)
        less = add(count, number(-1))
        yield mul(less, power(count, -1))
        yield mul(count, power(less, -1))


def _quotient(above: tuple[Size, ...], below: tuple[Size, ...]) -> Term:
    return mul(*above, *(power(size, -1) for size in below))
