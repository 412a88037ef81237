"""Random terms for the tests: few names on purpose, so that free, bound and defined indices collide."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from exact_oracle import NoValueError, World, value

from bnsym.terms.nodes import (
    Add,
    Definition,
    Delta,
    Entry,
    Index,
    Mul,
    Number,
    Power,
    Sign,
    Size,
    Sum,
    Symbol,
    Tensor,
    Term,
    number,
)

ONE = number(1)
M, N = Size("m", 1), Size("n", 1)
A, E, Z = Symbol("a", Sign.REAL), Symbol("e", Sign.POSITIVE), Symbol("z", Sign.NONZERO)
X, Y, U = Tensor("x", (M,), Sign.REAL), Tensor("y", (M,), Sign.REAL), Tensor("u", (N,), Sign.REAL)
W, S = Tensor("w", (M, N), Sign.REAL), Tensor("s", (M, M), Sign.REAL)
P = Tensor("p", (M,), Sign.POSITIVE)
C = Tensor("c", (N,), Sign.COUNT)
V = Tensor("v", (None,), Sign.REAL)  # without end: any position


def over(name: str, high: Term, low: Term = ONE) -> Index:
    return Index(name, low, high)


def square(term: Term) -> Term:
    return Power(term, number(2))


def _definitions() -> dict[str, Definition]:
    """Parameters and binders of the same names as the terms' own, on purpose."""
    i, j, k, kn = over("i", M), over("j", M), over("k", M), over("k", N)
    mean = Definition(Tensor("mean", (), Sign.REAL), (), Mul((Power(M, number(-1)), Sum(i, Entry(X, (i,))))))
    row = Definition(Tensor("row", (M,), Sign.REAL), (i,), Sum(kn, Entry(W, (i, kn))))
    root = Definition(
        Tensor("root", (M,), Sign.REAL),
        (j,),
        Power(
            Add((Sum(i, square(Add((Entry(S, (j, i)), Mul((number(-1), Entry(X, (i,)))))))), E)),
            number(Fraction(1, 2)),
        ),
    )
    hat = Definition(
        Tensor("hat", (M, M), Sign.REAL),
        (k, i),
        Mul(
            (
                Add((Entry(S, (k, i)), Mul((number(-1), Entry(mean.tensor, ()))))),
                Power(Entry(root.tensor, (k,)), number(-1)),
            )
        ),
    )
    return {d.tensor.name: d for d in (mean, row, root, hat)}


DEFINITIONS = _definitions()
RANGES = (M, M, M, N, N, Add((M, ONE)), Add((M, number(-1))), Add((M, N)))


@dataclass
class Family:
    """Draws terms; `free` are the indices that may occur free."""

    random: Random
    roots: bool = True
    inverses: bool = True
    free: tuple[Index, ...] = (over("i", M), over("j", M), over("k", N))

    def term(self, depth: int = 4) -> Term:
        return self._term(depth, self.free)

    def _term(self, depth: int, scope: tuple[Index, ...]) -> Term:
        if depth == 0:
            return self._leaf(scope)
        return self.random.choice(self._kinds())(depth - 1, scope)

    def _kinds(self) -> list:
        kinds = [self._add, self._add, self._mul, self._mul, self._sum, self._sum, self._sum, self._square]
        kinds += [self._delta, self._ragged, lambda depth, scope: self._leaf(scope)]
        kinds += [self._root, self._root] if self.roots else []
        return kinds + ([self._inverse, self._inverse] if self.inverses else [])

    def _leaf(self, scope: tuple[Index, ...]) -> Term:
        return self.random.choice((self._entry, self._entry, self._entry, self._constant))(scope)

    def _constant(self, scope: tuple[Index, ...]) -> Term:
        constants = [number(2), number(Fraction(-1, 2)), A, E, Z, M, N, *scope]
        return self.random.choice(constants)

    def _entry(self, scope: tuple[Index, ...]) -> Term:
        tensor = self.random.choice((X, X, Y, U, W, W, S, S, P, V, *(d.tensor for d in DEFINITIONS.values())))
        return Entry(tensor, tuple(self._place(axis, scope) for axis in tensor.shape))

    def _place(self, axis: Term | None, scope: tuple[Index, ...]) -> Term:
        if axis is None:
            places = [*scope, *(Add((index, ONE)) for index in scope), M, ONE]
        else:
            places = [index for index in scope if index.high is axis and index.low is ONE] or [axis]
            places += [axis, ONE] if self.random.random() < 0.1 else []
        return self.random.choice(places)

    def _add(self, depth: int, scope: tuple[Index, ...]) -> Term:
        return Add(tuple(self._term(depth, scope) for _ in range(self.random.choice((2, 2, 3)))))

    def _mul(self, depth: int, scope: tuple[Index, ...]) -> Term:
        return Mul(tuple(self._term(depth, scope) for _ in range(self.random.choice((2, 2, 3)))))

    def _sum(self, depth: int, scope: tuple[Index, ...]) -> Term:
        index = over(self.random.choice("ijk"), self.random.choice(RANGES))
        return Sum(index, self._term(depth, (*(s for s in scope if s is not index), index, index)))

    def _ragged(self, depth: int, scope: tuple[Index, ...]) -> Term:
        index = over(self.random.choice("ij"), Entry(C, (self._place(N, scope),)))
        return Sum(index, self._term(depth, (*scope, index)))

    def _square(self, depth: int, scope: tuple[Index, ...]) -> Term:
        return Power(self._term(depth, scope), number(self.random.choice((2, 2, 3))))

    def _delta(self, depth: int, scope: tuple[Index, ...]) -> Term:
        places = [*scope, ONE, M]
        return Mul((Delta(self.random.choice(places), self.random.choice(places)), self._term(depth, scope)))

    def _root(self, depth: int, scope: tuple[Index, ...]) -> Term:
        inside = self._term(depth, scope)
        halves = self.random.choice((1, 1, -1, 3))
        inside = Add((square(inside), E)) if self.random.random() < 0.8 else inside
        return Power(inside, number(Fraction(halves, 2)))

    def _inverse(self, depth: int, scope: tuple[Index, ...]) -> Term:
        below = self._term(depth, scope)
        below = Add((square(below), E)) if self.random.random() < 0.5 else below
        return Power(below, number(self.random.choice((-1, -1, -2))))


def worlds(seed: int, count: int, definitions: dict[str, Definition] = DEFINITIONS) -> list[World]:
    """Small worlds, the smallest sizes among them."""
    random = Random(seed)
    pairs = [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3)]
    return [
        World(dict(zip("mn", pairs[k % len(pairs)], strict=True)), random.randrange(10**6), definitions)
        for k in range(count)
    ]


def places_in(world: World, free: tuple[Index, ...], seed: int = 0) -> dict[Index, int]:
    """A place in its range for each free index."""
    random = Random(f"{seed}{world.seed}")
    return {index: random.randint(1, int(value(index.high, world, {}))) for index in free}


def value_or_none(term: Term, world: World, places: dict[Index, int]) -> Fraction | None:
    try:
        return value(term, world, places)
    except NoValueError:
        return None


def is_literal_zero(term: Term) -> bool:
    return isinstance(term, Number) and term.value == 0
