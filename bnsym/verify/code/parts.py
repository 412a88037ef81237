"""The right gradient in parts: straight through, by way of the mean, by way of the variance.

A part is the derivative with the other ways blocked: where a statistic is held constant, its entries of the
input are those of another array, which is given the input's name back once the derivative is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from bnsym.calculus.derivative import expand_partials
from bnsym.calculus.normal import Normalizer
from bnsym.terms.nodes import (
    ONE,
    Add,
    Entry,
    Index,
    Mul,
    Number,
    Partial,
    Power,
    Sum,
    Symbol,
    Tensor,
    Term,
    add,
    mul,
    negative,
    number,
    power,
)
from bnsym.terms.walk import rebuild, substitute, subterms
from bnsym.verify.code.claims import GradientClaim, loss
from bnsym.verify.code.symbolic import Traced

HELD = "held constant"
MINUS_ONE = number(-1)


@dataclass(frozen=True)
class Parts:
    """right = straight + mean + variance; `root` is the radicand at the gradient's place, `bare` without eps.

    `rows`: the lengths that the outermost statistic sums over; `count`: what it is divided by; `normal`: x̂
    at the gradient's place, where the radicand is a sum of squares.
    """

    straight: Term
    mean: Term
    variance: Term
    right: Term
    root: Term | None
    bare: Term | None
    rows: tuple[Term, ...]
    count: Term
    normal: Term | None


def parts_of(traced: Traced, of: str, wanted: GradientClaim) -> Parts:
    """The parts of the gradient of one input."""
    given = traced.inputs[of]
    entry = substitute(given.body, dict(zip(given.indices, wanted.at, strict=True)))

    def derivative(mean: bool, root: bool) -> Term:
        held = _held(loss(traced.output, traced.upstream), given.body, mean, root)
        return _released(expand_partials(Partial(held, entry), {}), given.body)

    right = expand_partials(wanted.claim.right, {})
    straight = derivative(True, True)
    less = negative(straight)
    radicand = _radicand(traced.output.body, given.body)
    at = same_places(traced, of, wanted)
    root = substitute(radicand, at) if radicand is not None else None
    bare = without_epsilon(root) if root is not None else None
    mean, variance = add(derivative(False, True), less), add(derivative(True, False), less)
    rows = _rows(traced.output.body, given.body)
    count = _count(radicand or traced.output.body, rows)
    normal = _normalized(radicand, at) if radicand is not None else None
    return Parts(straight, mean, variance, right, root, bare, rows, count, normal)


def same_places(traced: Traced, of: str, wanted: GradientClaim) -> dict[Term, Term]:
    """Indices of the output -> those of the gradient's place, where their axes are the same."""
    mine, theirs = traced.inputs[of].axes, traced.output.axes
    if [tuple(i.high for i in axis) for axis in mine] != [tuple(i.high for i in axis) for axis in theirs]:
        return {}
    return dict(zip(traced.output.indices, wanted.at, strict=True))


def _held(term: Term, entry: Term, mean: bool, root: bool, inside: bool = False) -> Term:
    """Entries of the input in sums replaced: in roots if `root`, outside them if `mean`; never bare ones."""

    def walk(node: Term, in_root: bool, in_sum: bool) -> Term:
        match node:
            case Power(_, Number(value)) if value.denominator == 2:
                return rebuild(node, lambda inner: walk(inner, True, True))
            case Sum(_, body) if _is_loss(node, term):
                return Sum(node.index, walk(body, in_root, in_sum))
            case Sum(_, body):
                return Sum(node.index, walk(body, in_root, True))
            case Entry(tensor, places) if _same(tensor, entry):
                blocked = in_sum and (root if in_root else mean)
                return Entry(Tensor(HELD, tensor.shape, tensor.sign), places) if blocked else node
        return rebuild(node, lambda inner: walk(inner, in_root, in_sum))

    return walk(term, inside, False)


def _is_loss(node: Term, total: Term) -> bool:
    """True for the sums that make the loss."""
    while isinstance(total, Sum):
        if node is total:
            return True
        total = total.body
    return False


def _same(tensor: Tensor, entry: Term) -> bool:
    return isinstance(entry, Entry) and tensor is entry.tensor


def _released(term: Term, entry: Term) -> Term:
    """The held entries under the input's own name again."""
    if not isinstance(entry, Entry):
        return term

    def free(node: Term) -> Term:
        match node:
            case Entry(tensor, places) if tensor.name == HELD:
                return Entry(entry.tensor, tuple(map(free, places)))
        return rebuild(node, free)

    return free(term)


def _radicand(body: Term, entry: Term) -> Term | None:
    """What the forward takes the root of, and the input is in."""
    for node in subterms(body):
        match node:
            case Power(base, Number(value)) if value.denominator == 2 and _reads(base, entry):
                return base
    return None


def _reads(term: Term, entry: Term) -> bool:
    return any(isinstance(node, Entry) and _same(node.tensor, entry) for node in subterms(term))


def _rows(body: Term, entry: Term) -> tuple[Term, ...]:
    """The lengths of the first nest of sums over the input."""
    for node in subterms(body):
        if isinstance(node, Sum) and _reads(node, entry):
            lengths: list[Term] = []
            inner: Term = node
            while isinstance(inner, Sum):
                lengths.append(inner.index.high)
                inner = inner.body
            return tuple(lengths)
    return ()


def _count(radicand: Term, rows: tuple[Term, ...]) -> Term:
    """What the forward divides its sum by: the rows, one less, or nothing."""
    whole = mul(*rows)
    divisors = [
        node.base for node in subterms(radicand) if isinstance(node, Power) and node.exponent is MINUS_ONE
    ]
    for count in (add(whole, MINUS_ONE), whole):
        if any(Normalizer({}).equal(divisor, count) for divisor in divisors if _is_size(divisor)):
            return count
    return ONE


def _is_size(term: Term) -> bool:
    return not any(isinstance(node, (Entry, Symbol, Sum)) for node in subterms(term))


def _normalized(radicand: Term, at: Mapping[Term, Term]) -> Term | None:
    """c / root, where the radicand is a sum of c squared; the sum's indices at the gradient's place."""
    for node in subterms(radicand):
        inner: Term = node
        places: dict[Term, Term] = dict(at)
        while isinstance(inner, Sum):
            same = [new for old, new in at.items() if isinstance(old, Index) and old.high is inner.index.high]
            places |= {inner.index: same[0]} if same else {}
            inner = inner.body
        centre = _squared(inner) if isinstance(node, Sum) else None
        if centre is not None:
            root = power(substitute(radicand, at), Fraction(-1, 2))
            return mul(substitute(centre, places), root)
    return None


def _squared(term: Term) -> Term | None:
    match term:
        case Power(base, Number(value)) if value == 2:
            return base
        case Mul((left, right)) if left is right:
            return left
    return None


def without_epsilon(radicand: Term) -> Term | None:
    """The radicand without its scalar or number; None if there is none in it."""
    match radicand:
        case Add(terms):
            kept = tuple(term for term in terms if not isinstance(term, (Symbol, Number)))
            return add(*kept) if len(kept) < len(terms) else None
    return None


def replaced(term: Term, change: Callable[[Term], Term | None]) -> Term:
    """The term with every node for which `change` gives another one replaced by that."""
    memo: dict[Term, Term] = {}

    def walk(node: Term) -> Term:
        done = memo.get(node)
        if done is None:
            other = change(node)
            done = memo[node] = rebuild(node, walk) if other is None else other
        return done

    return walk(term)
