"""Sums whose range may be empty, such as over 1..m-1: proved, certified, refuted, and given to Coq."""

import json
import math
import shutil
from fractions import Fraction

import pytest
import sympy
from sympy import Sum, sqrt

import bnsym as bs
from bnsym.errors import InternalError
from bnsym.proof.certificate import check_text, write_certificate
from bnsym.proof.coq.coqc import INSTALL, Coq
from bnsym.proof.coq.export import export
from bnsym.proof.outcome import Verdict
from bnsym.proof.trusted.formula import Refused
from bnsym.terms.evaluate import Evaluator, Instance

m, n, p = bs.size("m"), bs.size("n"), bs.size("p", least=2)
k, j = sympy.symbols("k j", integer=True)
x, y, z, w = bs.tensor("x", m), bs.tensor("y", m), bs.tensor("z", n), bs.tensor("w", p)
xx, g, c = bs.tensor("xx", m + n), bs.tensor("g", m, n), bs.scalar("c")

ALL, BUT_LAST, BUT_FIRST = (k, 1, m), (k, 1, m - 1), (k, 2, m)
TRUE = {
    "the last entry": (Sum(x[k], ALL), Sum(x[k], BUT_LAST) + x[m]),
    "the first entry": (Sum(x[k], ALL), x[1] + Sum(x[k], BUT_FIRST)),
    "both ends": (Sum(w[k], (k, 2, p - 1)), Sum(w[k], (k, 1, p)) - w[1] - w[p]),
    "two entries less": (Sum(w[k], (k, 1, p - 2)), Sum(w[k], (k, 1, p)) - w[p] - w[p - 1]),
    "a constant": (Sum(c, BUT_LAST), (m - 1) * c),
    "a constant from 2": (Sum(c, BUT_FIRST), (m - 1) * c),
    "products": (Sum(x[k] * y[k], ALL) - Sum(x[k] * y[k], BUT_LAST), x[m] * y[m]),
    "linearity": (
        Sum(c * x[k] + y[k], BUT_LAST),
        c * Sum(x[k], BUT_LAST) + Sum(y[k], ALL) - y[m],
    ),
    "roots": (
        Sum(sqrt(x[k] ** 2 + 1), ALL),
        Sum(sqrt(x[k] ** 2 + 1), BUT_LAST) + sqrt(x[m] ** 2 + 1),
    ),
    "ratios": (
        Sum(x[k] / (x[k] ** 2 + 1), ALL),
        Sum(x[k] / (x[k] ** 2 + 1), BUT_LAST) + x[m] / (x[m] ** 2 + 1),
    ),
    "a sum within a sum": (
        Sum(Sum(g[k, j], BUT_LAST), (j, 1, n)),
        Sum(g[k, j], ALL, (j, 1, n)) - Sum(g[m, j], (j, 1, n)),
    ),
    "exchange of two": (
        Sum(Sum(g[k, j], BUT_LAST), (j, 1, n - 1)),
        Sum(Sum(g[k, j], (j, 1, n - 1)), BUT_LAST),
    ),
    "one name, two ranges": (
        Sum(x[k], ALL) * Sum(z[k], (k, 1, n)),
        Sum(x[k] * Sum(z[j], (j, 1, n)), ALL),
    ),
    "one after the other": (Sum(xx[k], (k, 1, m + n)), Sum(xx[k], ALL) + Sum(xx[k + m], (k, 1, n))),
    "no value at the end": (Sum(1 / (k * (k - 1)), BUT_FIRST), Sum(1 / (k * (k + 1)), BUT_LAST)),
}
NOT_IN_COQ = {"no value at the end"}  # Coq's own sum over 1..m holds 1/0 there
FALSE = {
    "the last entry twice": (Sum(x[k], ALL), Sum(x[k], BUT_LAST) + 2 * x[m]),
    "the wrong end": (Sum(x[k], ALL), Sum(x[k], BUT_LAST) + x[1]),
    "the other range": (Sum(x[k], BUT_LAST), Sum(x[k], BUT_FIRST)),
    "an entry forgotten": (Sum(x[k], ALL), Sum(x[k], BUT_LAST)),
    "one too many": (Sum(c, BUT_LAST), m * c),
    "no entry at all": (Sum(c, BUT_LAST), (m - 1) * c + c),
    "an end too few": (Sum(w[k], (k, 2, p - 1)), Sum(w[k], (k, 1, p)) - w[p]),
    "without exchange": (
        Sum(Sum(g[k, j], BUT_LAST), (j, 1, n)),
        Sum(Sum(g[k, j], (j, 1, n - 1)), ALL),
    ),
    "shifted too far": (Sum(xx[k], (k, 1, m + n)), Sum(xx[k], ALL) + Sum(xx[k + 1], (k, 1, n))),
    "a square forgotten": (Sum(x[k] ** 2, ALL), Sum(x[k] ** 2, BUT_LAST) + x[m]),
}


def stated(left, right, relation="="):
    derivation = bs.Derivation("ranges")
    return derivation, derivation.prove("claim", left, right, relation=relation)


@pytest.mark.parametrize("name", TRUE)
def test_true_claims_are_proved_and_certified(name):
    derivation, theorem = stated(*TRUE[name])
    [outcome] = derivation.check()
    assert outcome.verdict is Verdict.PROVED, outcome.detail
    found = check_text(write_certificate("ranges.claim", theorem, {}).encode())
    assert not [row for row in found.given if "1..(-1)" in row or "1..m - 1" in row]


@pytest.mark.parametrize("name", FALSE)
def test_false_claims_are_refuted_and_get_no_certificate(name):
    derivation, theorem = stated(*FALSE[name])
    [outcome] = derivation.check()
    assert outcome.verdict is Verdict.REFUTED
    with pytest.raises(InternalError):
        write_certificate("ranges.claim", theorem, {})


class Floats:
    """Arithmetic that is good enough to compare values by."""

    number, sqrt = float, math.sqrt

    def is_zero(self, value):
        return value == 0


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("more", range(3))
def test_true_claims_hold_at_the_smallest_sizes(name, more):
    _, theorem = stated(*TRUE[name])
    sizes = {"m": 1 + more, "n": 1 + more, "p": 2 + more}

    def entry(found, at):
        return Fraction(7 * at[0] + 3 * at[-1] ** 2 - 5, 2 + len(found.tensor.name))

    evaluator = Evaluator(Instance(sizes, {"c": Fraction(5, 3)}, {}, {}, entry), Floats())
    assert evaluator.value(theorem.left) == pytest.approx(evaluator.value(theorem.right), rel=1e-9, abs=1e-9)


def test_no_index_may_stand_in_a_range_that_may_be_empty():
    """An index over 1..m-1 would be a witness of m - 1 >= 1; so no certificate may speak of one."""
    _, theorem = stated(*TRUE["the last entry"])
    found = json.loads(write_certificate("ranges.claim", theorem, {}))
    found["indices"]["k"] = ["1", "m - 1"]
    with pytest.raises(Refused, match=">= 0"):
        check_text(json.dumps(found).encode())


@pytest.mark.parametrize(
    ("left", "right"), [(Sum(1, BUT_LAST), 1), (Sum(x[k] ** 2 + 1, BUT_LAST), 0)], ids=["length", "positive"]
)
def test_a_sum_that_may_be_empty_is_not_known_to_be_positive(left, right):
    derivation, theorem = stated(left, right, ">=" if right == 1 else ">")
    [outcome] = derivation.check()
    assert outcome.verdict is Verdict.REFUTED
    with pytest.raises(InternalError):
        write_certificate("ranges.claim", theorem, {})


STEPS = Sum((x[k + 1] - x[k]) ** 2, BUT_LAST)
INDUCTIONS = {
    "telescoping": (Sum(x[k + 1] - x[k], BUT_LAST), x[m] - x[1]),
    "differences of neighbours": (
        STEPS,
        2 * Sum(x[k] ** 2, ALL) - x[1] ** 2 - x[m] ** 2 - 2 * Sum(x[k] * x[k + 1], BUT_LAST),
    ),
}


@pytest.mark.parametrize("name", INDUCTIONS)
@pytest.mark.parametrize("wrong", [0, 1], ids=["true", "false"])
def test_shifted_entries_by_induction(name, wrong):
    derivation = bs.Derivation("ranges")
    left, right = INDUCTIONS[name]
    theorem = derivation.induction("claim", left, right + wrong * x[1] ** 2, over=m)
    [outcome] = derivation.check()
    assert outcome.verdict is (Verdict.REFUTED if wrong else Verdict.PROVED)
    if wrong:
        with pytest.raises(InternalError):
            write_certificate("ranges.claim", theorem, {})
    else:
        check_text(write_certificate("ranges.claim", theorem, {}).encode())


def test_without_induction_the_message_tells_of_it():
    derivation, _ = stated(*INDUCTIONS["telescoping"])
    [outcome] = derivation.check()
    assert outcome.verdict is Verdict.UNKNOWN
    assert "d.induction(..., over=SIZE)" in outcome.detail


def judged(coq, claims):
    found = {name: coq.judge(*texts(name, pair)) for name, pair in claims.items()}
    return {name for name, judgement in found.items() if judgement.accepted}


def texts(name, pair):
    exported = export(*stated(*pair))
    assert exported.text, exported.reason
    return exported.name, exported.text


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("coqc") is None, reason=f"coqc is not here; {INSTALL}")
def test_coq_accepts_what_is_true_and_rejects_what_is_false(tmp_path):
    coq = Coq.prepared(tmp_path)
    assert judged(coq, TRUE) == set(TRUE) - NOT_IN_COQ
    assert judged(coq, FALSE) == set()
