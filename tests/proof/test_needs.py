"""Needs are complete: where all of them hold, both sides have a value.  And rewriting keeps the value."""

from collections.abc import Mapping
from random import Random

from exact_oracle import NoValueError, World, close, value
from hypothesis import given, settings
from hypothesis import strategies as st
from term_families import DEFINITIONS, ONE, Family, M, N, over, places_in, value_or_none, worlds

from bnsym.proof.claims import Claim, Need, needs_of
from bnsym.proof.rewrite import rewrite
from bnsym.terms.nodes import Definition, Entry, Index, Sign, Tensor, Term
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, instance

CONDITIONS = {"> 0": lambda v: v > 0, ">= 0": lambda v: v >= 0, "!= 0": lambda v: v != 0}
SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=200, derandomize=True, deadline=None)


def holds(need: Need, world: World, places: Mapping[Index, int]) -> bool:
    """True if the need holds at every position of its indices; an index stands after what its range needs."""
    todo = [index for index in free_indices(need.term) if index not in places]
    if not todo:
        actual = value_or_none(need.term, world, dict(places))
        return actual is not None and CONDITIONS[need.condition](actual)
    index = next(index for index in todo if not (free_indices(index) - {index}) & set(todo))
    low, high = (int(value(end, world, dict(places))) for end in (index.low, index.high))
    return all(holds(need, world, {**places, index: at}) for at in range(low, high + 1))


@given(SEEDS)
@QUICK
def test_where_all_needs_hold_there_is_a_value(seed: int) -> None:
    family = Family(Random(seed))
    term = family.term(3)
    needs = needs_of(Claim(term, "=", ONE, DEFINITIONS))
    for world in worlds(seed, 6):
        if value_or_none(term, world, places_in(world, family.free)) is None:
            assert not all(holds(need, world, {}) for need in needs), (
                text(term),
                world.sizes,
                [*map(str, needs)],
            )


def test_the_needs_are_not_met_by_nothing() -> None:
    """Most worlds meet the needs: the test above is not empty, nor are needs piled up without a reason."""
    met = 0
    for seed in range(60):
        needs = needs_of(Claim(Family(Random(seed)).term(3), "=", ONE, DEFINITIONS))
        met += sum(all(holds(need, world, {}) for need in needs) for world in worlds(seed, 4))
    assert met > 180


PARAMETERS = (over("i", M), over("j", M), over("k", N))


class Planted(Family):
    """Terms that hold instances of a body at places of their scope."""

    body: Definition

    def _leaf(self, scope: tuple[Index, ...]) -> Term:
        if self.random.random() < 0.6:
            return instance(self.body, tuple(self._place(index.high, scope) for index in PARAMETERS))
        return super()._leaf(scope)


@given(SEEDS)
@QUICK
def test_rewriting_with_an_equation_keeps_the_value(seed: int) -> None:
    """body = D[i, j, k] for every i, j, k: each instance of the body may become an entry of D."""
    random = Random(seed)
    body = Family(random, inverses=False).term(2)
    planted = Planted(random, inverses=False)
    planted.body = Definition(Tensor("D", (M, M, N), Sign.REAL), PARAMETERS, body)
    term = planted.term(3)
    changed = rewrite(term, body, Entry(planted.body.tensor, PARAMETERS))
    for world in worlds(seed, 5, {**DEFINITIONS, "D": planted.body}):
        places = places_in(world, planted.free)
        try:
            assert close(value(changed, world, places), value(term, world, places)), (
                text(body),
                text(term),
                text(changed),
            )
        except NoValueError:
            continue


def test_rewriting_finds_the_instances() -> None:
    changed = 0
    for seed in range(60):
        random = Random(seed)
        body = Family(random, inverses=False).term(2)
        planted = Planted(random, inverses=False)
        planted.body = Definition(Tensor("D", (M, M, N), Sign.REAL), PARAMETERS, body)
        term = planted.term(3)
        changed += rewrite(term, body, Entry(planted.body.tensor, PARAMETERS)) is not term
    assert changed > 35
