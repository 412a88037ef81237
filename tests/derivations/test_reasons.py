"""Each step of the derivations has the weakest reason that carries it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from derivation_scripts import SCRIPTS, Line, lines

from bnsym.calculus.normal import Normalizer
from bnsym.errors import BnsymError
from bnsym.proof.reasons import REASONS, Reason, follows


def follows_by(line: Line, reason: Reason) -> bool:
    try:
        return follows(line.claim, reason, line.proved, Normalizer)
    except BnsymError:  # such as a derivative under a reason that does not differentiate
        return False


def weaker(reason: Reason) -> Iterator[Reason]:
    """The reason without one of its definitions, one of its theorems, or some of its rules."""
    for field in ("opened", "theorems"):
        names = getattr(reason, field)
        yield from (replace(reason, **{field: names[:k] + names[k + 1 :]}) for k in range(len(names)))
    for other in REASONS:
        fewer = other.rules < reason.rules or (reason.differentiates and other.rules <= reason.rules)
        if fewer and not (other.differentiates or other.orders):
            yield replace(other, opened=reason.opened, theorems=reason.theorems)


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_weaker_reason_carries_a_step(script):
    found = [
        f"{line}: {line.step.reason} is more than {reason}"
        for line in lines(script)
        if not line.step.reason.orders
        for reason in weaker(line.step.reason)
        if follows_by(line, reason)
    ]
    assert found == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_reason_is_called_by_what_it_does(script):
    for line in lines(script):
        reason = line.step.reason
        assert bool(reason.opened) >= (reason.name in {"definition", "substitution"}), str(line)
        assert bool(reason.theorems) >= (reason.name == "theorem"), str(line)
        assert reason.orders == (line.step.relation != "="), str(line)
