"""Valid rewritings of terms, and small faults, for the tests.  Shares no code with bnsym's own walks."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from random import Random

from bnsym.terms.nodes import Add, Delta, Entry, Index, Mul, Number, Power, Size, Sum, Term, number

Names = dict[Index, Term]


def kids(term: Term) -> tuple[Term, ...]:
    match term:
        case Add(parts) | Mul(parts):
            return parts
        case Power(base, exponent):
            return base, exponent
        case Entry(_, indices):
            return indices
        case Delta(left, right):
            return left, right
        case Sum(_, body):
            return (body,)
    return ()


def with_kids(term: Term, parts: tuple[Term, ...]) -> Term:
    match term:
        case Add() | Mul():
            return type(term)(parts)
        case Power() | Delta():
            return type(term)(*parts)
        case Entry(tensor, _):
            return Entry(tensor, parts)
        case Sum(index, _):
            return Sum(index, parts[0])
    return term


def put(term: Term, names: Names) -> Term:
    """Replace indices where they stand; only for terms whose binders are all `apart` from the new ones."""
    if isinstance(term, Index):
        return names.get(term, term)
    if isinstance(term, Sum):
        index = Index(term.index.name, put(term.index.low, names), put(term.index.high, names))
        inner = {**names, term.index: index}
        return Sum(index, put(term.body, inner))
    return with_kids(term, tuple(put(part, names) for part in kids(term)))


def apart(term: Term, fresh: count | None = None) -> Term:
    """The same term with every binder under a name of its own: b1, b2, ..."""
    numbers = fresh if fresh is not None else count(1)

    def go(part: Term, names: Names) -> Term:
        if isinstance(part, Index):
            return names.get(part, part)
        if isinstance(part, Sum):
            low, high = go(part.index.low, names), go(part.index.high, names)
            index = Index(f"b{next(numbers)}", low, high)
            return Sum(index, go(part.body, {**names, part.index: index}))
        return with_kids(part, tuple(go(kid, names) for kid in kids(part)))

    return go(term, {})


def mentions(term: Term, index: Index) -> bool:
    if term is index:
        return True
    ranges = (term.index.low, term.index.high) if isinstance(term, Sum) else ()
    return any(mentions(part, index) for part in (*kids(term), *ranges))


# -- valid rewritings: each takes a term with binders apart, and gives an equal one or None ---------------


def commute(term: Term, random: Random) -> Term | None:
    if not isinstance(term, Add | Mul):
        return None
    return type(term)(
        tuple(random.sample(term.terms if isinstance(term, Add) else term.factors, len(kids(term))))
    )


def distribute(term: Term, random: Random) -> Term | None:
    """a*(b + c) -> a*b + a*c."""
    if not isinstance(term, Mul):
        return None
    for k, factor in enumerate(term.factors):
        if isinstance(factor, Add):
            rest = term.factors[:k] + term.factors[k + 1 :]
            return Add(tuple(Mul((part, *rest)) for part in factor.terms))
    return None


def spread(term: Term, random: Random) -> Term | None:
    """sum(b + c) -> sum b + sum c."""
    if isinstance(term, Sum) and isinstance(term.body, Add):
        return Add(tuple(Sum(term.index, part) for part in term.body.terms))
    return None


def pull_out(term: Term, random: Random) -> Term | None:
    """sum(c*f) -> c*sum(f)."""
    if not isinstance(term, Sum) or not isinstance(term.body, Mul):
        return None
    outside = tuple(part for part in term.body.factors if not mentions(part, term.index))
    inside = tuple(part for part in term.body.factors if mentions(part, term.index))
    return Mul((*outside, Sum(term.index, Mul(inside)))) if outside and inside else None


def exchange(term: Term, random: Random) -> Term | None:
    if not isinstance(term, Sum) or not isinstance(term.body, Sum):
        return None
    inner = term.body
    if mentions(inner.index.low, term.index) or mentions(inner.index.high, term.index):
        return None
    return Sum(inner.index, Sum(term.index, inner.body))


def split(term: Term, random: Random) -> Term | None:
    """sum over 1..m -> sum over 1..m-1, and the last."""
    if not isinstance(term, Sum) or not isinstance(term.index.high, Size) or term.index.low is not number(1):
        return None
    shorter = Index(term.index.name, term.index.low, Add((term.index.high, number(-1))))
    return Add(
        (Sum(shorter, put(term.body, {term.index: shorter})), put(term.body, {term.index: term.index.high}))
    )


def shift(term: Term, random: Random) -> Term | None:
    """sum f(i), i=1..m -> sum f(i+1), i=0..m-1."""
    if not isinstance(term, Sum):
        return None
    lower, upper = (Add((end, number(-1))) for end in (term.index.low, term.index.high))
    moved = Index(term.index.name, number(0) if term.index.low is number(1) else lower, upper)
    return Sum(moved, put(term.body, {term.index: Add((moved, number(1)))}))


def square_out(term: Term, random: Random) -> Term | None:
    match term:
        case Power(base, Number(value)) if value == 2:
            return Mul((base, base))
    return None


REWRITINGS: tuple[Callable[[Term, Random], Term | None], ...] = (
    commute,
    distribute,
    spread,
    pull_out,
    exchange,
    split,
    square_out,
    shift,
)


def rewritten(term: Term, random: Random, times: int = 4) -> Term:
    """An equal term: some rewritings at random places, all binders renamed."""
    fresh = count(1)
    term = apart(term, fresh)
    for _ in range(times):
        term = apart(_somewhere(term, random, random.choice(REWRITINGS)), fresh)
    return term


def _somewhere(term: Term, random: Random, rule: Callable[[Term, Random], Term | None]) -> Term:
    places = [path for path in paths(term) if rule(at_path(term, path), random) is not None]
    if not places:
        return term
    path = random.choice(places)
    changed = rule(at_path(term, path), random)
    return replaced(term, path, changed) if changed is not None else term


Path = tuple[int, ...]


def paths(term: Term) -> list[Path]:
    """The places of subterms at which a number stands (not those inside positions and exponents)."""
    found: list[Path] = [()]
    if isinstance(term, Entry | Delta):
        return found
    parts = kids(term)[:1] if isinstance(term, Power) else kids(term)
    for k, part in enumerate(parts):
        found += [(k, *path) for path in paths(part)]
    return found


def at_path(term: Term, path: Path) -> Term:
    for k in path:
        term = kids(term)[k]
    return term


def replaced(term: Term, path: Path, new: Term) -> Term:
    if not path:
        return new
    parts = list(kids(term))
    parts[path[0]] = replaced(parts[path[0]], path[1:], new)
    return with_kids(term, tuple(parts))


# -- faults ------------------------------------------------------------------------------------------------


def faulty(term: Term, random: Random) -> Term | None:
    """The term with one small fault; it may still be equal by chance."""
    path = random.choice(paths(term))
    changed = _fault(at_path(term, path), random)
    return None if changed is None else replaced(term, path, changed)


def _fault(term: Term, random: Random) -> Term | None:
    match term:
        case Add(parts) | Mul(parts) if len(parts) > 1:
            k = random.randrange(len(parts))
            return type(term)(parts[:k] + parts[k + 1 :])
        case Number(value):
            return number(-value if random.random() < 0.5 else value + 1)
        case Power(base, Number(value)):
            return Power(base, number(value + random.choice((1, -1))))
        case Entry(tensor, (first, second)):
            return Entry(tensor, (second, first))
        case Entry(tensor, (index,)) if tensor.name in "xy":
            return Entry(tensor, (random.choice((index, number(1))),))
        case Sum(index, body) if index.low is number(1):
            return Sum(index, Add((body, number(1)))) if random.random() < 0.3 else body_alone(index, body)
    return Mul((number(2), term))


def body_alone(index: Index, body: Term) -> Term:
    """The sum's last entry alone."""
    return put(body, {index: index.high})
