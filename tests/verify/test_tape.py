"""Gradients by the recorded chain rule: each operation, what is shared, and a broken rule that is seen."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest

from bnsym.errors import UndefinedValueError
from bnsym.verify.rounded import CONTEXT, exact
from bnsym.verify.tape import Tape, Traced

UNIT = Decimal(2) ** -53

# f, its derivatives at a = 3, b = 2
RULES = [
    ("sum", lambda tape, a, b: a + b, 1, 1),
    ("the same twice", lambda tape, a, b: a + a, 2, 0),
    ("product", lambda tape, a, b: a * b, 2, 3),
    ("square", lambda tape, a, b: a * a, 6, 0),
    ("quotient", lambda tape, a, b: a / b, Fraction(1, 2), Fraction(-3, 4)),
    ("power", lambda tape, a, b: a**3, 27, 0),
    ("power 0", lambda tape, a, b: a**0 + b, 0, 1),
    ("root", lambda tape, a, b: tape.sqrt(a + tape.number(1.0)) * b, Fraction(1, 2), 2),
    ("shared", lambda tape, a, b: (a * b) * (a * b) / b, 12, 9),
    ("a constant", lambda tape, a, b: tape.number(Fraction(1, 4)) * a, Fraction(1, 4), 0),
    ("not used", lambda tape, a, b: tape.number(5.0), 0, 0),
]


def gradient(of, seed=1.0):
    tape = Tape(UNIT)
    a, b = tape.number(3.0), tape.number(2.0)
    with localcontext(CONTEXT):
        total = tape.gradient({of(tape, a, b): exact(seed, UNIT)})
    return total[a.place], total[b.place]


@pytest.mark.parametrize(("of", "by_a", "by_b"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_each_rule(of, by_a, by_b):
    for seed in (1, -4):
        found = gradient(of, float(seed))
        assert [Fraction(part.value) for part in found] == [seed * Fraction(by_a), seed * Fraction(by_b)]


def test_several_outputs_add_up():
    tape = Tape(UNIT)
    a = tape.number(3.0)
    with localcontext(CONTEXT):
        total = tape.gradient({a * a: exact(2.0, UNIT), a + a: exact(-1.0, UNIT)})
    assert total[a.place].value == 2 * 6 - 2


def test_a_root_of_zero_is_refused():
    tape = Tape(UNIT)
    with localcontext(CONTEXT), pytest.raises(UndefinedValueError, match="the root of 0"):
        tape.sqrt(tape.number(0.0))


def test_a_broken_partial_derivative_is_seen(monkeypatch):
    """The test of the rules would not pass with a product rule that forgets a factor."""
    monkeypatch.setattr(
        Traced, "__mul__", lambda a, b: Traced(a.tape, a.number * b.number, (a, a.tape.one), (b, a.number))
    )
    by_a, by_b = gradient(lambda tape, a, b: a * b)
    assert (by_a.value, by_b.value) != (2, 3)
