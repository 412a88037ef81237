"""Walking terms: children, rebuilding, free indices and capture-avoiding substitution."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import count

from bnsym.terms.nodes import Add, Definition, Delta, Entry, Index, Mul, Node, Partial, Power, Sum, Term

Substitution = Mapping[Term, Term]


def children(term: Term) -> tuple[Term, ...]:
    """The direct subterms, the bounds of a sum's range among them."""
    match term:
        case Add(terms):
            return terms
        case Mul(factors):
            return factors
        case Power(base, exponent):
            return (base, exponent)
        case Entry(_, indices):
            return indices
        case Delta(left, right):
            return (left, right)
        case Partial(body, wrt):
            return (body, wrt)
        case Sum(index, body):
            return (index.low, index.high, body)
        case _:
            return ()


def rebuild(term: Term, change: Callable[[Term], Term]) -> Term:
    """The same kind of term over changed children; a sum keeps its index name."""
    match term:
        case Add(terms):
            return Add(tuple(map(change, terms)))
        case Mul(factors):
            return Mul(tuple(map(change, factors)))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Entry(tensor, indices):
            return Entry(tensor, tuple(map(change, indices)))
        case Delta(left, right):
            return Delta(change(left), change(right))
        case Partial(body, wrt):
            return Partial(change(body), change(wrt))
        case Sum(index, body):
            return Sum(index, change(body))
        case _:
            return term


@cache
def free_indices(term: Term) -> frozenset[Index]:
    """The indices that occur in the term and are not bound in it, those in ranges among them."""
    if isinstance(term, Index):
        return frozenset({term}) | free_indices(term.low) | free_indices(term.high)
    if isinstance(term, Sum):
        bounds = free_indices(term.index.low) | free_indices(term.index.high)
        return (free_indices(term.body) - {term.index}) | bounds
    return frozenset().union(*map(free_indices, children(term)))


def subterms(term: Term) -> Iterator[Term]:
    """Every distinct subterm once, the term itself first."""
    seen: set[Term] = set()
    stack = [term]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            yield node
            stack.extend(reversed(children(node)))


def tensors(term: Term) -> set[Node]:
    """The tensors whose entries occur in the term."""
    return {node.tensor for node in subterms(term) if isinstance(node, Entry)}


def fresh_index(index: Index, avoid: frozenset[Index] | set[Index]) -> Index:
    """An index over the same range whose name no index in `avoid` has."""
    taken = {other.name for other in avoid}
    stem = index.name.rstrip("'0123456789") or index.name
    name = next(name for name in (f"{stem}{k}" for k in count(1)) if name not in taken)
    return Index(name, index.low, index.high)


def substitute(term: Term, mapping: Substitution) -> Term:
    """Replace indices (or symbols, sizes) by terms, renaming bound indices that would capture."""
    memo: dict[Term, Term] = {}

    def change(node: Term) -> Term:
        done = memo.get(node)
        if done is None:
            done = memo[node] = _substitute_node(node, mapping, change)
        return done

    return change(term) if mapping else term


def _substitute_node(node: Term, mapping: Substitution, change: Callable[[Term], Term]) -> Term:
    if node in mapping:
        return mapping[node]
    if isinstance(node, Index):
        return Index(node.name, change(node.low), change(node.high))
    if not isinstance(node, Sum):
        return rebuild(node, change)
    return _substitute_sum(node, mapping, change)


def _substitute_sum(node: Sum, mapping: Substitution, change: Callable[[Term], Term]) -> Term:
    inner = {old: new for old, new in mapping.items() if old is not node.index}
    bound = Index(node.index.name, change(node.index.low), change(node.index.high))
    incoming: set[Index] = set().union(*map(free_indices, inner.values()))
    if bound.name in {index.name for index in incoming}:
        bound = fresh_index(bound, incoming | free_indices(node.body) | set(_bound_indices(node.body)))
    if bound is not node.index:
        inner[node.index] = bound
    return Sum(bound, substitute(node.body, inner))


def _bound_indices(term: Term) -> Iterator[Index]:
    return (node.index for node in subterms(term) if isinstance(node, Sum))


def unfold(term: Term, definitions: Mapping[str, Definition], names: frozenset[str] | None = None) -> Term:
    """Replace each defined entry by its body, again and again; `names` limits which (None: all)."""
    memo: dict[Term, Term] = {}

    def change(node: Term) -> Term:
        done = memo.get(node)
        if done is None:
            done = memo[node] = _unfold_node(node, definitions, names, change)
        return done

    return change(term)


def _unfold_node(
    node: Term,
    definitions: Mapping[str, Definition],
    names: frozenset[str] | None,
    change: Callable[[Term], Term],
) -> Term:
    if isinstance(node, Entry) and node.tensor.name in definitions:
        name = node.tensor.name
        if names is None or name in names:
            return change(instance(definitions[node.tensor.name], node.indices))
    return rebuild(node, change)


def instance(definition: Definition, indices: tuple[Term, ...]) -> Term:
    """The body of a definition at the given indices."""
    pairs = zip(definition.parameters, indices, strict=True)
    return substitute(definition.body, {old: new for old, new in pairs if old is not new})
