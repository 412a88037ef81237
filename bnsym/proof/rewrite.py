"""Rewriting with a proved equation: each instance of its left side becomes its right side there."""

from __future__ import annotations

from itertools import combinations

from bnsym.terms.nodes import Add, Index, Mul, Partial, Sum, Term
from bnsym.terms.walk import children, free_indices, rebuild, substitute


def rewrite(term: Term, left: Term, right: Term) -> Term:
    """The term with every instance of `left` replaced by `right`; its free indices match any position.

    A position may hold indices that are bound around the instance: the equation holds for every position
    in the index's range, and the ranges must be the same.
    """
    pattern = free_indices(left)

    left = flat(left)

    def change(node: Term) -> Term:
        matching = match(left, node, pattern)
        if matching is not None:
            return substitute(right, matching)
        if isinstance(node, Partial):  # what it is taken by may depend on how the body is written
            return node
        part = _part(left, node, pattern)
        if part is not None:
            matching, rest = part
            parts = (substitute(right, matching), *map(change, rest))
            return Add(parts) if isinstance(node, Add) else Mul(parts)
        return rebuild(node, change)

    return change(flat(term))


def flat(term: Term) -> Term:
    """The term with sums of sums and products of products written as one."""
    node = rebuild(term, flat)
    for kind in (Add, Mul):
        if isinstance(node, kind):
            parts = (children(part) if isinstance(part, kind) else (part,) for part in children(node))
            inner = tuple(part for group in parts for part in group)
            return Add(inner) if kind is Add else Mul(inner)
    return node


def _part(left: Term, node: Term, free: frozenset[Index]) -> tuple[dict[Term, Term], list[Term]] | None:
    """The left side as some of a sum's terms or of a product's factors; what is left over."""
    if not isinstance(left, Add | Mul) or type(left) is not type(node):
        return None
    size = len(children(left))
    for chosen in combinations(range(len(children(node))), size):
        parts = tuple(children(node)[k] for k in chosen)
        some = Add(parts) if isinstance(left, Add) else Mul(parts)
        matching = match(left, some, free)
        if matching is not None:
            return matching, [part for k, part in enumerate(children(node)) if k not in chosen]
    return None


def match(pattern: Term, term: Term, free: frozenset[Index]) -> dict[Term, Term] | None:
    """The positions for the pattern's free indices that make it the term, or None."""
    found: dict[Term, Term] = {}
    return found if _match(pattern, term, free, found) else None


def _match(pattern: Term, term: Term, free: frozenset[Index], found: dict[Term, Term]) -> bool:
    if pattern in free and isinstance(pattern, Index):
        if not isinstance(term, Index) or (term.low, term.high) != (pattern.low, pattern.high):
            return False
        return found.setdefault(pattern, term) is term
    if pattern is term:
        return not (free_indices(pattern) & free) or all(
            found.setdefault(index, index) is index for index in free_indices(pattern) & free
        )
    if type(pattern) is not type(term):
        return False
    if isinstance(pattern, Sum) and isinstance(term, Sum):
        return _match_sum(pattern, term, free, found)
    return _heads(pattern) == _heads(term) and _match_children(pattern, term, free, found)


def _match_sum(pattern: Sum, term: Sum, free: frozenset[Index], found: dict[Term, Term]) -> bool:
    if (pattern.index.low, pattern.index.high) != (term.index.low, term.index.high):
        return False
    renamed = substitute(term.body, {term.index: pattern.index})
    if term.index is not pattern.index and pattern.index in free_indices(term.body):
        return False
    if not _match(pattern.body, renamed, free - {pattern.index}, found):
        return False
    return not any(pattern.index in free_indices(place) for place in found.values())


def _heads(term: Term) -> object:
    return getattr(term, "tensor", None) or getattr(term, "value", None) or getattr(term, "name", None)


def _match_children(pattern: Term, term: Term, free: frozenset[Index], found: dict[Term, Term]) -> bool:
    ours, theirs = children(pattern), children(term)
    if not ours or len(ours) != len(theirs):
        return False
    if isinstance(pattern, Add | Mul):
        return _match_unordered(list(ours), list(theirs), free, found)
    return all(_match(a, b, free, found) for a, b in zip(ours, theirs, strict=True))


def _match_unordered(
    ours: list[Term], theirs: list[Term], free: frozenset[Index], found: dict[Term, Term]
) -> bool:
    if not ours:
        return True
    for k, candidate in enumerate(theirs):
        attempt = dict(found)
        if _match(ours[0], candidate, free, attempt) and _match_unordered(
            ours[1:], theirs[:k] + theirs[k + 1 :], free, attempt
        ):
            found.update(attempt)
            return True
    return False
