"""Random claims about random recurrences: what induction proves is true of the first steps, one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

import sympy
from sympy import KroneckerDelta, Sum
from vocabulary import T, a, seq, t

import bnsym as bs
from bnsym import Derivation

s = bs.size("s")
rate = bs.scalar("rate", positive=True)
V, U = (bs.tensor(name, sympy.oo) for name in ("vv", "uu"))
BODY = (V[s - 1], V[s - 1], U[s - 1], U[s - 1], s, s - 1, s - 2, a, seq[s], 1, 2, -1, 1 / s)
BODY = (*BODY, KroneckerDelta(s, 3), KroneckerDelta(s, 2))
CLOSED = (T, T - 1, T - 2, a, 1, 2, 0, 1 / T, rate**T, 2**T, V[T], U[T], Sum(seq[t], t), Sum(t * seq[t], t))
STEPS = 7

Arrays = dict[str, list[Fraction]]


def polynomial(random: Random, factors: tuple[Any, ...]) -> sympy.Expr:
    terms = [
        sympy.prod(random.choice(factors) for _ in range(random.choice((1, 1, 2, 3))))
        for _ in range(random.choice((1, 1, 2)))
    ]
    return sympy.Add(*terms)


def number(expression: sympy.Expr, arrays: Arrays, values: dict[str, Fraction]) -> Fraction:
    """The value of an expression; sums run to the value of T."""
    for kind, rule in RULES.items():
        if isinstance(expression, kind):
            return rule(expression, arrays, values)
    raise TypeError(type(expression).__name__)


def _mul(expression: sympy.Mul, arrays: Arrays, values: dict[str, Fraction]) -> Fraction:
    product = Fraction(1)
    for factor in expression.args:
        product *= number(factor, arrays, values)
    return product


def _sum(expression: sympy.Sum, arrays: Arrays, values: dict[str, Fraction]) -> Fraction:
    places = range(1, int(values["T"]) + 1)
    return sum(
        (number(expression.function, arrays, {**values, "t": Fraction(at)}) for at in places), Fraction(0)
    )


RULES: dict[type, Callable[[Any, Arrays, dict[str, Fraction]], Fraction]] = {
    sympy.Rational: lambda e, arrays, values: Fraction(int(e.p), int(e.q)),
    sympy.Idx: lambda e, arrays, values: values[str(e)],
    sympy.Symbol: lambda e, arrays, values: values[e.name],
    sympy.Indexed: lambda e, arrays, values: arrays[str(e.base)][int(number(e.indices[0], arrays, values))],
    sympy.Add: lambda e, arrays, values: sum((number(part, arrays, values) for part in e.args), Fraction(0)),
    sympy.Mul: _mul,
    sympy.Pow: lambda e, arrays, values: (
        number(e.args[0], arrays, values) ** int(number(e.args[1], arrays, values))
    ),
    Sum: _sum,
    KroneckerDelta: lambda e, arrays, values: Fraction(
        int(number(e.args[0], arrays, values) == number(e.args[1], arrays, values))
    ),
}


def runs(bodies: dict[str, tuple[int, sympy.Expr]]) -> Iterator[tuple[Arrays, dict[str, Fraction]]]:
    """The recurrences carried out from other values of their inputs."""
    for seed in range(3):
        random = Random(seed)
        arrays: Arrays = {"seq": [Fraction(random.choice((-2, -1, 1, 2, 3))) for _ in range(STEPS + 2)]}
        arrays |= {name: [Fraction(first)] for name, (first, _) in bodies.items()}
        values = {"a": Fraction(random.choice((-1, 2, 3))), "rate": Fraction(random.choice((1, 2, 3)))}
        for step in range(1, STEPS + 1):
            new = {
                name: number(body, arrays, {**values, "s": Fraction(step)})
                for name, (_, body) in bodies.items()
            }
            for name, value in new.items():
                arrays[name].append(value)
        yield arrays, values


def verdict_and_truth(seed: int) -> tuple[str, bool]:
    random = Random(seed)
    bodies = {name: (random.choice((0, 0, 1)), polynomial(random, BODY)) for name in ("vv", "uu")}
    closed = polynomial(random, CLOSED)
    left, right = random.choice(
        [
            (V[T], closed),
            (V[T] * polynomial(random, CLOSED), closed),
            (V[T] + U[T], closed),
            (V[T] * U[T], 0),
            (V[T], 0),
        ]
    )
    d = Derivation("random")
    for name, (first, body) in bodies.items():
        d.recurrence(name, s, first, body)
    d.induction("claim", left, right, over=T)
    truth = all(
        number(left, arrays, at) == number(sympy.sympify(right), arrays, at)
        for arrays, values in runs(bodies)
        for at in ({**values, "T": Fraction(steps)} for steps in range(1, STEPS))
    )
    return str(d.check()[0].verdict), truth


def test_no_false_induction_is_proved() -> None:
    seen: Counter[tuple[str, bool]] = Counter()
    for seed in range(150):
        verdict, truth = verdict_and_truth(seed)
        assert verdict != "proved" or truth, seed
        seen[verdict, truth] += 1
    assert seen["proved", True] >= 4
    assert seen["refuted", False] > 100
    assert seen["refuted", True] <= 3  # false only at inputs that these runs do not have
