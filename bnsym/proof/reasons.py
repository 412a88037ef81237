"""The named reasons of a derivation's steps.  A step is checked by its reason alone.

Each reason is a set of rules of the normal form; definitions stay closed unless the reason names them:
`linearity(z, mu)` is linearity with z and mu unfolded.  The weakest reason that carries a step tells a
reader most.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bnsym.calculus.derivative import expand_partials
from bnsym.calculus.normal import Normalizer
from bnsym.errors import UnprovedError, UsageError
from bnsym.proof.claims import Claim
from bnsym.proof.prover import ordered
from bnsym.proof.rewrite import rewrite
from bnsym.terms.nodes import Definition, Entry, Partial, Sign, Tensor, Term
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, rebuild


@dataclass(frozen=True)
class Reason:
    """Why a step follows.  `meaning` is the rule, with its needs."""

    name: str
    meaning: str
    rules: frozenset[str]
    opened: tuple[str, ...] = ()
    theorems: tuple[str, ...] = ()
    differentiates: bool = False
    orders: bool = False

    def __call__(self, *definitions: Any) -> Reason:
        """The reason with these definitions unfolded, given as names or as the SymPy objects."""
        return replace(self, opened=self.opened + tuple(map(_name, definitions)))

    def using(self, *theorems: str) -> Reason:
        """The reason after rewriting with theorems proved before, by their names."""
        return replace(self, theorems=self.theorems + theorems)

    def __str__(self) -> str:
        parts = [self.name]
        parts += [f"unfolding {', '.join(self.opened)}"] if self.opened else []
        parts += [f"using {', '.join(self.theorems)}"] if self.theorems else []
        return ", ".join(parts)


def _name(definition: Any) -> str:
    return definition if isinstance(definition, str) else str(definition)


algebra = Reason(
    "algebra",
    "An identity of fields, with s**2 = P for s = sqrt(P); sums are taken as they stand.  "
    "Needs the denominators != 0 and the radicands >= 0.",
    frozenset(),
)
unfold = replace(algebra, name="definition", meaning="A definition replaced by its body, then algebra.")
substitution = replace(algebra, name="substitution", meaning="A chosen value put in, then algebra.")
linearity = Reason(
    "linearity",
    "sum_j (c*f(j) + g(j)) = c * sum_j f(j) + sum_j g(j), and the sum of c over 1..m is m*c.",
    frozenset({"linear"}),
)
sifting = Reason(
    "sifting",
    "sum_j delta(j, p) * f(j) = f(p) for p in the range of j; with linearity.",
    frozenset({"linear", "sift"}),
)
exchange = Reason(
    "exchange",
    "sum_i sum_j f = sum_j sum_i f, and (sum_i f(i)) * (sum_j g(j)) = sum_i sum_j f(i)*g(j); with linearity.",
    frozenset({"linear", "exchange"}),
)
sums = Reason("sums", "Linearity, sifting and exchange together.", frozenset({"linear", "sift", "exchange"}))
differentiation = replace(
    sums,
    name="differentiation",
    meaning="d x[j]/d x[p] = delta(j, p), the sum, product, power and chain rules, then the rules for sums.  "
    "Needs the radicands > 0.",
    differentiates=True,
)
signs = Reason(
    "signs",
    "Squares and sums of squares are >= 0, sizes and positive symbols are > 0; products and sums of these.",
    frozenset(),
    orders=True,
)


def theorem(*names: str) -> Reason:
    """Rewriting with theorems that this derivation proved before, then algebra."""
    if not names:
        raise UsageError("theorem(): by which?  Name a theorem that stands before, such as theorem('mean')")
    return replace(algebra, name="theorem").using(*names)


REASONS: tuple[Reason, ...] = (
    algebra,
    unfold,
    substitution,
    linearity,
    sifting,
    exchange,
    sums,
    differentiation,
    signs,
)

# the theorems stated before, with their two sides where they are proved equations
Equations = Mapping[str, tuple[Term, Term] | None]


def follows(claim: Claim, reason: Reason, proved: Equations, normalizer: Callable[..., Normalizer]) -> bool:
    """True only if the reason's rules carry left to right."""
    if claim.relation != "=":
        return reason.orders and ordered(Claim(claim.left, claim.relation, claim.right, claim.definitions))
    left, right = claim.left, claim.right
    definitions = claim.expanded().definitions
    for name in reason.theorems:
        left, right = (rewrite(side, *_equation(name, proved)) for side in (left, right))
    treat = expand_partials if reason.differentiates else _sealed
    left, right = (treat(side, definitions) for side in (left, right))
    opened = frozenset(claim.definitions) if reason.differentiates else frozenset(reason.opened)
    _check_names(opened, claim.definitions)
    return normalizer(definitions, opened, reason.rules).equal(left, right)


def _sealed(term: Term, definitions: Mapping[str, Definition]) -> Term:
    """The term with each derivative as a thing of its own, the same wherever the same one stands."""

    def change(node: Term) -> Term:
        if not isinstance(node, Partial):
            return rebuild(node, change)
        free = tuple(sorted(free_indices(node), key=lambda index: index.name))
        shape = tuple(None for _ in free)
        return Entry(Tensor(f"derivative {text(node)}", shape, Sign.REAL), free)

    return change(term)


def _equation(name: str, proved: Equations) -> tuple[Term, Term]:
    if name not in proved:
        known = ", ".join(proved) or "none yet"
        raise UsageError(
            f"a step uses the theorem {name!r}, which is not stated before it; there are: {known}"
        )
    equation = proved[name]
    if equation is None:
        raise UnprovedError(f"uses the theorem {name!r}, which was not proved as an equation")
    return equation


def _check_names(opened: frozenset[str], definitions: Mapping[str, Definition]) -> None:
    unknown = sorted(opened - set(definitions))
    if unknown:
        known = ", ".join(definitions) or "none"
        raise UsageError(f"a step unfolds {', '.join(unknown)}, not defined here; there are: {known}")
