"""What the factors of a gradient's three parts are called."""

from __future__ import annotations

from collections.abc import Mapping

from bnsym.calculus.normal import Normalizer
from bnsym.calculus.to_term import TermWriter
from bnsym.terms.nodes import ONE, ZERO, Number, Term, divide, number
from bnsym.terms.text import text

STRAIGHT, MEAN, VARIANCE = range(3)
SCALED = {
    STRAIGHT: "the straight term",
    MEAN: "the mean term −Σg/m",
    VARIANCE: "the projection term −x̂·Σgx̂/m",
}
_MISSING = {
    (MEAN,): "the mean term −Σg/m is missing: the mean is held constant",
    (VARIANCE,): "the projection term −x̂·Σgx̂/m is missing: the variance is held constant",
    (MEAN, VARIANCE): "the statistics are held constant: the mean term and the projection term are missing",
}


def named_factors(found: Mapping[int, Term], count: Term) -> str:
    """found: the factor of each part that is not zero."""
    if len(set(found.values())) == 1:
        return _whole(next(iter(found.values())))
    missing = tuple(part for part, factor in found.items() if factor is ZERO)
    wrong = {part: factor for part, factor in found.items() if factor is not ONE and factor is not ZERO}
    told = [_MISSING[missing]] if missing in _MISSING else []
    told += [f"{SCALED[part]} is missing" for part in missing if missing not in _MISSING]
    if len(set(wrong.values())) == 1 and len(wrong) == 2 and STRAIGHT not in wrong:
        told.append(_counted("the mean and projection terms", next(iter(wrong.values())), count, "have"))
    else:
        told += [_counted(SCALED[part], factor, count, "has") for part, factor in wrong.items()]
    return "; ".join(told)


def _whole(factor: Term) -> str:
    """returned = factor * right."""
    if factor is number(-1):
        return "the sign is wrong"
    if factor is ZERO:
        return "it returns zero"
    if isinstance(factor, Number):
        return f"it is {factor.value} times what is right"
    if _inverse(factor):
        return f"a mean where a sum is due: it is {text(factor)} times what is right"
    return f"it is {text(factor)} times what is right"


def _inverse(factor: Term) -> bool:
    """True for 1/N, 1/(N*T)."""
    return text(factor).startswith("1/")


def _counted(what: str, factor: Term, count: Term, verb: str) -> str:
    """With the count that is wrong, where the factor comes from one."""
    if factor is number(-1):
        return f"{what} {verb} the wrong sign"
    if isinstance(factor, Number):
        return f"{what} {verb} a factor {factor.value} too much"
    wrong = Normalizer({}).normal_form(divide(count, factor))
    said = text(TermWriter({}).term(wrong))
    much = f"{what} {verb} a factor {text(factor)} too much"
    if said == "1":
        return f"a sum where a mean is due: {much}"
    if count is ONE:
        return f"a mean where a sum is due: {much}" if _inverse(factor) else much
    return (
        f"{much}: it divides by {said} where its forward divides by {text(count)}"
        if "/" not in said
        else much
    )
