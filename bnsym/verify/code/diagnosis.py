"""By which term a wrong gradient differs: hypotheses in a table, each proved before it is named."""

from __future__ import annotations

import numpy as np

from bnsym.calculus.algebra import WorkLimitError
from bnsym.calculus.derivative import expand_partials
from bnsym.errors import BnsymError
from bnsym.terms.nodes import Entry, Partial, Term, mul
from bnsym.terms.walk import substitute, subterms
from bnsym.verify.code.case import Case, Family, difference
from bnsym.verify.code.claims import GradientClaim
from bnsym.verify.code.hypotheses import FAMILIES
from bnsym.verify.code.parts import Parts, parts_of, same_places
from bnsym.verify.code.sampling import Sampler
from bnsym.verify.code.symbolic import Traced


def diagnose(traced: Traced, of: str, wanted: GradientClaim) -> str:
    """The name of the mistake; else the difference, if it is short; else nothing."""
    try:
        returned = wanted.claim.expanded().left
        parts = parts_of(traced, of, wanted)
        sampler = Sampler((returned, parts.right, *([parts.root] if parts.root else [])))
        case = Case(
            returned,
            parts,
            sampler,
            _multipliers(traced, of, parts),
            wanted.at,
            _diagonal(traced, of, wanted),
        )
    except (BnsymError, WorkLimitError, RecursionError):
        return ""
    tries = (*FAMILIES, lambda known: iter([difference(known)]))
    return next((said for said in (_first(family, case) for family in tries) if said), "")


def _first(family: Family, case: Case) -> str:
    try:
        return next(family(case), "")
    except (BnsymError, WorkLimitError, RecursionError, np.linalg.LinAlgError):
        return ""


def _multipliers(traced: Traced, of: str, parts: Parts) -> dict[str, Term]:
    """Other inputs that the right gradient has as a factor: gamma."""
    names = {node.tensor.name for node in subterms(parts.right) if isinstance(node, Entry)}
    few = len(traced.output.indices)
    return {
        t.name: t.body
        for key, t in traced.inputs.items()
        if key != of and t.name in names and len(t.indices) < few
    }


def _diagonal(traced: Traced, of: str, wanted: GradientClaim) -> Term | None:
    """upstream[p] * dy[p]/dx[p], where the output has the input's axes."""
    at = same_places(traced, of, wanted)
    if not at:
        return None
    given = traced.inputs[of]
    entry = substitute(given.body, dict(zip(given.indices, wanted.at, strict=True)))
    slope = substitute(expand_partials(Partial(traced.output.body, entry), {}), at)
    handed: dict[Term, Term] = dict(zip(traced.upstream.indices, wanted.at, strict=True))
    return mul(substitute(traced.upstream.body, handed), slope)
