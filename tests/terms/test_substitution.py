"""Substitution never captures: it has the value of the term with the index at the new place."""

from random import Random

import pytest
from exact_oracle import NoValueError, close, value
from hypothesis import given, settings
from hypothesis import strategies as st
from rewritings import apart
from term_families import DEFINITIONS, Family, M, N, S, W, X, over, places_in, value_or_none, worlds

from bnsym.terms.nodes import Add, Entry, Index, Mul, Power, Sum, Term, number
from bnsym.terms.text import text
from bnsym.terms.walk import free_indices, fresh_index, instance, substitute, unfold

AT, J, K = over("i", M), over("j", M), over("k", N)
FREE = (AT, J, K)
NEW_PLACES: tuple[dict[Term, Term], ...] = (
    {AT: J},
    {AT: J, J: AT},
    {AT: Add((J, number(1)))},
    {J: M},
    {K: number(1)},
    {AT: J, J: AT, K: N},
)


def check(term: Term, mapping: dict[Term, Term], seed: int) -> None:
    substituted = substitute(term, mapping)
    for world in worlds(seed, 5):
        places = places_in(world, FREE, seed)
        moved = {**places, **{old: int(value(new, world, places)) for old, new in mapping.items()}}
        try:
            expected = value(term, world, moved)
        except NoValueError:
            continue
        actual = value_or_none(substituted, world, places)
        assert actual is not None and close(actual, expected), (text(term), text(substituted), mapping)


@given(st.integers(0, 10**9))
@settings(max_examples=250, derandomize=True, deadline=None)
def test_substitution_has_the_value_at_the_new_place(seed: int) -> None:
    random = Random(seed)
    check(Family(random).term(3), random.choice(NEW_PLACES), seed)


@given(st.integers(0, 10**9))
@settings(max_examples=150, derandomize=True, deadline=None)
def test_unfolding_keeps_the_value(seed: int) -> None:
    term = Family(Random(seed)).term(3)
    for names in (None, frozenset({"hat"}), frozenset({"mean", "root"})):
        unfolded = unfold(term, DEFINITIONS, names)
        for world in worlds(seed, 3):
            places = places_in(world, FREE, seed)
            expected = value_or_none(term, world, places)
            if expected is not None:
                actual = value_or_none(unfolded, world, places)
                assert actual is not None and close(actual, expected), text(term)


def test_unfolding_leaves_no_defined_entry() -> None:
    for seed in range(60):
        unfolded = unfold(Family(Random(seed)).term(3), DEFINITIONS)
        assert not any(name in text(unfolded) for name in ("hat[", "root[", "row["))


x_i = Entry(X, (AT,))
inner = Sum(J, Mul((Entry(S, (AT, J)), Entry(X, (J,)))))
NAMED: dict[str, tuple[Term, dict[Term, Term]]] = {
    "a free index into a sum over the new name": (inner, {AT: J}),
    "a bound index is left alone": (Sum(AT, x_i), {AT: J}),
    "two at once are swapped": (Entry(S, (AT, J)), {AT: J, J: AT}),
    "two at once under a sum over one of them": (Sum(J, Entry(S, (AT, J))), {AT: J, J: AT}),
    "a sum in a root in a sum": (Sum(J, Power(Sum(AT, Entry(S, (AT, J))), number(2))), {AT: J}),
    "the new name is bound twice": (Sum(J, Mul((x_i, Sum(J, Entry(S, (AT, J)))))), {AT: J}),
    "an index plus one under its name": (Sum(J, Entry(S, (AT, J))), {AT: Add((J, number(1)))}),
    "a fresh name that is taken": (Sum(J, Sum(over("j1", M), Entry(S, (AT, over("j1", M))))), {AT: J}),
    "the index in a sum's range": (Sum(over("q", AT), over("q", AT)), {AT: J}),
    "the index in the range of its own name": (
        Sum(Index("j", number(1), AT), Index("j", number(1), AT)),
        {AT: J},
    ),
    "nothing to do": (Sum(J, Entry(W, (J, K))), {AT: J}),
}


@pytest.mark.parametrize("name", NAMED)
def test_a_named_substitution(name: str) -> None:
    term, mapping = NAMED[name]
    check(term, mapping, 3)
    assert not (set(mapping) & free_indices(substitute(term, mapping))) or set(mapping) & set(
        mapping.values()
    )


def test_a_naive_substitution_would_be_seen() -> None:
    """The test is not blind: without renaming, x[i] under a sum over j becomes x[j] of that sum."""
    naive = Sum(J, Mul((Entry(S, (J, J)), Entry(X, (J,)))))
    right = substitute(inner, {AT: J})
    values = [
        (value(right, world, places_in(world, FREE)), value(naive, world, places_in(world, FREE)))
        for world in worlds(1, 6)
    ]
    assert any(left != other for left, other in values)


def test_free_indices() -> None:
    assert free_indices(inner) == {AT}
    assert free_indices(Sum(AT, inner)) == frozenset()
    assert free_indices(Mul((x_i, Sum(AT, x_i)))) == {AT}
    assert free_indices(Sum(over("q", AT), number(1))) == {AT}


@given(st.integers(0, 10**9))
@settings(max_examples=80, derandomize=True, deadline=None)
def test_renamed_binders_change_neither_value_nor_free_indices(seed: int) -> None:
    term = Family(Random(seed)).term(3)
    assert free_indices(apart(term)) == free_indices(term)


def test_fresh_names_are_fresh() -> None:
    taken = {J, over("j1", M), over("j2", N)}
    assert fresh_index(J, taken).name not in {index.name for index in taken}
    assert (fresh_index(J, taken).low, fresh_index(J, taken).high) == (J.low, J.high)


def test_an_instance_puts_all_parameters_in_at_once() -> None:
    hat = DEFINITIONS["hat"]
    swapped = instance(hat, (AT, over("k", M)))
    assert free_indices(swapped) == {AT, over("k", M)}
    assert swapped is substitute(hat.body, {over("k", M): AT, AT: over("k", M)})
