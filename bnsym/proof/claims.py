"""A claim: two terms and a relation over definitions; and the needs under which both sides have a value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from bnsym.calculus.derivative import expand_partials
from bnsym.calculus.signs import Signs
from bnsym.terms.nodes import Add, Definition, Entry, Mul, Number, Power, Size, Symbol, Tensor, Term
from bnsym.terms.text import text
from bnsym.terms.walk import instance, subterms

RELATIONS = ("=", "<", "<=", ">", ">=")


@dataclass(frozen=True)
class Need:
    """A condition on a term: `> 0`, `>= 0` or `!= 0`."""

    term: Term
    condition: str

    def __str__(self) -> str:
        match self.term:
            case Add((Number(value), Size(name, least)) | (Size(name, least), Number(value))):
                return f"{name} >= {least + 1}" if value == -least else f"{name} {self.condition} {-value}"
            case _:
                return f"{text(self.term)} {self.condition}"


@dataclass(frozen=True)
class Claim:
    """left relation right, for every size, index, scalar and entry in it, where both sides have a value."""

    left: Term
    relation: str
    right: Term
    definitions: Mapping[str, Definition] = field(hash=False)

    def __str__(self) -> str:
        return f"{text(self.left)} {self.relation} {text(self.right)}"

    def expanded(self) -> Claim:
        """The claim with its derivatives carried out."""
        left, right = (expand_partials(side, self.definitions) for side in (self.left, self.right))
        definitions = {
            name: replace(d, body=expand_partials(d.body, self.definitions))
            for name, d in self.definitions.items()
        }
        return Claim(left, self.relation, right, definitions)


def used_terms(claim: Claim) -> list[Term]:
    """Both sides, and the bodies of all definitions that they use, at the places where they use them."""
    seen: set[Entry] = set()
    stack = [claim.left, claim.right]
    found = list(stack)
    while stack:
        for node in subterms(stack.pop()):
            if isinstance(node, Entry) and node not in seen:
                seen.add(node)
                definition = claim.definitions.get(node.tensor.name)
                if definition is not None:
                    body = (
                        definition.body
                        if definition.initial is not None
                        else instance(definition, node.indices)
                    )
                    extra = [body] + ([definition.initial] if definition.initial is not None else [])
                    stack += extra
                    found += extra
    return found


def reached(claim: Claim) -> list[Definition]:
    """The definitions that the claim's two sides use, in the order in which they were made."""
    names = {node.tensor.name for t in used_terms(claim) for node in subterms(t) if isinstance(node, Entry)}
    return [definition for name, definition in claim.definitions.items() if name in names]


def needs_of(claim: Claim) -> tuple[Need, ...]:
    """What must hold for both sides to have a value, as far as signs do not show it: sorted by text."""
    signs = Signs(claim.definitions)
    found: dict[tuple[Term, str], None] = {}
    for term in used_terms(claim):
        for node in subterms(term):
            if isinstance(node, Power):
                for need in _needs_of_power(node, signs):
                    found[(need.term, need.condition)] = None
    return _strongest(found)


def _needs_of_power(node: Power, signs: Signs) -> Iterator[Need]:
    if not isinstance(node.exponent, Number):
        yield from _nonzero(node.base, signs)
        return
    exponent = node.exponent.value
    if exponent.denominator == 2 and not signs.of(node.base).above:
        yield Need(node.base, ">= 0")
    if exponent < 0:
        yield from _nonzero(node.base, signs)


def _nonzero(term: Term, signs: Signs) -> Iterator[Need]:
    """That a term is not 0, told of the simplest terms that it comes down to."""
    known = signs.of(term)
    if known.nonzero:
        return
    match term:
        case Mul(factors):
            for factor in factors:
                yield from _nonzero(factor, signs)
        case Power(base, _):
            yield from _nonzero(base, signs)
        case Add(terms) if len(_without_zeros(terms, signs)) == 1:
            yield from _nonzero(_without_zeros(terms, signs)[0], signs)
        case Entry(tensor, indices) if _is_power(tensor, signs):
            yield from _nonzero(instance(signs.definitions[tensor.name], indices), signs)
        case _:
            yield Need(term, "> 0" if known.above else "!= 0")


def _is_power(tensor: Tensor, signs: Signs) -> bool:
    definition = signs.definitions.get(tensor.name)
    return definition is not None and definition.initial is None and isinstance(definition.body, Power)


def _without_zeros(terms: tuple[Term, ...], signs: Signs) -> tuple[Term, ...]:
    known = ((term, signs.of(term)) for term in terms)
    return tuple(term for term, sign in known if not (sign.above and sign.below))


def _strongest(found: Mapping[tuple[Term, str], None]) -> tuple[Need, ...]:
    """>= 0 and != 0 of one term are > 0."""
    conditions: dict[Term, set[str]] = {}
    for term, condition in found:
        conditions.setdefault(term, set()).add(condition)
    needs = [
        Need(term, next(iter(kinds)) if len(kinds) == 1 else "> 0") for term, kinds in conditions.items()
    ]
    return tuple(sorted(needs, key=str))


def assumptions_of(claim: Claim) -> tuple[str, ...]:
    """The assumptions that the claim's own symbols carry and that are not those of every size: `eps > 0`."""
    found: set[str] = set()
    for term in used_terms(claim):
        for node in subterms(term):
            match node:
                case Symbol(name, sign) if sign in _CONDITIONS:
                    found.add(f"{name} {_CONDITIONS[sign]}")
                case Entry(tensor, _) if tensor.sign in _CONDITIONS:
                    found.add(f"{tensor.name} {_CONDITIONS[tensor.sign]}")
                case Size(name, least) if least > 1:
                    found.add(f"{name} >= {least}")
    return tuple(sorted(found))


_CONDITIONS = {"positive": "> 0", "nonnegative": ">= 0", "nonzero": "!= 0"}
