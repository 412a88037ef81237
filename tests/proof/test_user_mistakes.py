"""A user's mistakes: one clear error each, of the right kind, that says what arrived and what to do.

No SymPy or Python error comes through.
"""

from collections.abc import Callable
from typing import Any

import pytest
import sympy
from sympy import Sum, sqrt
from vocabulary import A, T, W, X, a, b, claim, count, eps, i, j, k, m, n, p, t, u, x

import bnsym as bs
from bnsym import (
    BnsymError,
    Derivation,
    ScopeError,
    SizeError,
    UndeclaredIndexError,
    UnsupportedTermError,
    UsageError,
)

Mistake = Callable[[Derivation], Any]
bare = sympy.Idx("bare")
loose = sympy.Symbol("loose", integer=True)


def claims(left: Any, right: Any = 0, relation: str = "=") -> Mistake:
    return lambda d: d.prove("claim", left, right, relation)


def steps(by: Any, expression: Any = a, **options: Any) -> Mistake:
    return lambda d: d.chain("claim", a).step("1", expression, by=by, **options)


# name: (what the user writes, the kind of error, words that the message holds)
MISTAKES: dict[str, tuple[Mistake, type[BnsymError], tuple[str, ...]]] = {
    "an index without a range": (claims(x[bare]), UsageError, ("bare", "x[bare]", "index('bare', m)")),
    "an undeclared integer symbol": (claims(x[loose]), UsageError, ("loose", "declare")),
    "an undeclared symbol as a number": (claims(loose), UndeclaredIndexError, ("loose", "size('loose')")),
    "an undeclared index as a number": (claims(bare * a), UndeclaredIndexError, ("bare", "index('bare', m)")),
    "a symbol as a position": (claims(x[a]), UsageError, ("a", "x[a]")),
    "a size where an index of it is meant": (claims(x[n]), SizeError, ("x[n]", "size m")),
    "an index over another size": (claims(x[k]), SizeError, ("x[k]", "m", "n")),
    "a sum over another size": (claims(Sum(x[u], (u, 1, n))), SizeError, ("x[u]", "n", "index over m")),
    "axes swapped": (claims(W[k, i]), SizeError, ("W[k, i]", "index over")),
    "a position past the end": (claims(Sum(x[i + 1], i)), SizeError, ("x[i + 1]", "m")),
    "a position before a definition's start": (
        lambda d: d.prove("claim", d.define("h", i, x[i])[j - 1], 0),
        SizeError,
        ("h[j - 1]", "0"),
    ),
    "a position two before the start": (claims(Sum(x[i - 2], i)), SizeError, ("x[i - 2]", "-1")),
    "a position from the far end": (claims(x[2 * m - i]), SizeError, ("x[", "index over m")),
    "a position that may not be there": (claims(x[2]), SizeError, ("x[2]", "m")),
    "an index from 0 into a definition from 1": (
        lambda d: d.prove("claim", d.define("h", i, x[i])[bs.index("z0", m, start=0)], 0),
        SizeError,
        ("h[z0]", "0"),
    ),
    "a bound index used outside": (claims(Sum(x[u], (u, 1, m)) * x[u]), ScopeError, ("u", "x[u]", "Sum")),
    "a free index in a definition": (
        lambda d: d.define("h", x[i] - 1),
        ScopeError,
        ("i", "define('h', i, ...)"),
    ),
    "a free index beside the parameter": (lambda d: d.define("h", i, A[i, j]), ScopeError, ("j", "A[i, j]")),
    "an empty range": (claims(Sum(x[u], (u, 2, 1))), SizeError, ("2..1",)),
    "a range that may be negative": (claims(Sum(1, (u, 1, m - 2))), SizeError, ("m", "negative", "least")),
    "a range of a difference": (claims(Sum(1, (u, 1, m - n))), SizeError, ("range",)),
    "a product less one": (claims(Sum(1, (u, 1, m * n - 1))), SizeError, ("m*n",)),
    "a range without end": (claims(Sum(1, (u, 1, sympy.oo))), UnsupportedTermError, ("oo",)),
    "a range to a scalar": (claims(Sum(1, (u, 1, a))), SizeError, ("a",)),
    "a range to half a size": (claims(Sum(1, (u, 1, m / 2))), SizeError, ("m",)),
    "a range to a real entry": (claims(Sum(1, (u, 1, x[i]))), SizeError, ("x[i]", "integer=True")),
    "a triangle": (claims(Sum(x[u], (u, 1, i), (i, 1, m))), SizeError, ("x[u]",)),
    "a size of 0": (lambda d: bs.size("m", 0), SizeError, ("'m'", "0", ">= 1")),
    "a negative size": (lambda d: bs.size("m", -3), SizeError, ("-3",)),
    "a size of 1.5": (lambda d: bs.size("m", 1.5), SizeError, ("1.5",)),
    "a size of text": (lambda d: bs.size("m", "2"), SizeError, ("'2'",)),
    "a size without a name": (lambda d: bs.size(3), SizeError, ("3", "name")),
    "an index over 0": (lambda d: bs.index("i", 0), SizeError, ("'i'", "0")),
    "an index over -1": (lambda d: bs.index("i", -1), SizeError, ("-1",)),
    "an index over 2.5": (lambda d: bs.index("i", 2.5), SizeError, ("2.5",)),
    "an index over text": (lambda d: bs.index("i", "m"), BnsymError, ("'m'",)),
    "an index over everything": (lambda d: bs.index("i", sympy.oo), SizeError, ("finite",)),
    "a tensor without axes": (lambda d: bs.tensor("x"), SizeError, ("axes", "Symbol")),
    "a tensor of size 0": (lambda d: bs.tensor("x", 0), SizeError, ("0",)),
    "a tensor of a scalar's size": (claims(bs.tensor("xa", a)[u], 0), BnsymError, ("a",)),
    "too few positions": (lambda d: d.prove("claim", X[i], 0), SizeError, ("X", "2")),
    "too many positions": (lambda d: d.prove("claim", x[i, j], 0), SizeError, ("x", "1")),
    "a float": (claims(0.1 * x[i]), UnsupportedTermError, ("0.1", "Rational")),
    "a float alone": (claims(a, 0.5), UnsupportedTermError, ("0.5", "Rational")),
    "exp": (claims(sympy.exp(a)), UnsupportedTermError, ("exp(a)", "bnsym reads")),
    "Max": (claims(sympy.Max(a, 0)), UnsupportedTermError, ("Max(0, a)", "bnsym reads")),
    "a product": (claims(sympy.Product(x[i], (i, 1, m))), UnsupportedTermError, ("Product",)),
    "cases": (claims(sympy.Piecewise((a, a > 0), (0, True))), UnsupportedTermError, ("Piecewise",)),
    "SymPy's Derivative": (claims(sympy.Derivative(a**2, a)), UnsupportedTermError, ("Derivative",)),
    "a function": (claims(sympy.Function("f")(a)), UnsupportedTermError, ("f(a)",)),
    "pi": (claims(sympy.pi), UnsupportedTermError, ("pi",)),
    "i": (claims(sympy.I * a), UnsupportedTermError, ("I",)),
    "division by the number 0": (claims(a / sympy.Integer(0)), UnsupportedTermError, ("zoo",)),
    "not a number": (claims(sympy.nan), UnsupportedTermError, ("nan",)),
    "infinity": (claims(sympy.oo), UnsupportedTermError, ("oo",)),
    "text": (claims("x"), UnsupportedTermError, ("'x'", "str")),
    "nothing": (claims(None), UnsupportedTermError, ("None",)),
    "a list": (claims([1, 2]), UnsupportedTermError, ("list",)),
    "a truth": (claims(True), UnsupportedTermError, ("True",)),
    "an equation": (claims(sympy.Eq(a, b)), UnsupportedTermError, ("Eq",)),
    "an inequality": (claims(a < b), UnsupportedTermError, ("a < b",)),
    "a tensor without positions": (claims(x), UnsupportedTermError, ("x",)),
    "a matrix": (claims(sympy.Matrix([1])), UnsupportedTermError, ("Matrix",)),
    "a cube root": (claims(sympy.cbrt(eps)), UnsupportedTermError, ("1/3", "halves")),
    "a real exponent": (claims(eps**a), UnsupportedTermError, ("exponent",)),
    "half a size as exponent": (claims(eps ** (m / 2)), UnsupportedTermError, ("exponent",)),
    "a negative symbol": (
        claims(sympy.Symbol("ng", negative=True)),
        UnsupportedTermError,
        ("ng", "negative"),
    ),
    "a complex symbol": (claims(sympy.Symbol("cx", complex=True)), UnsupportedTermError, ("cx", "complex")),
    "an even size": (
        claims(sympy.Symbol("ev", integer=True, positive=True, even=True)),
        UnsupportedTermError,
        ("ev", "even"),
    ),
    "one name for a scalar and a tensor": (claims(x[i] + bs.scalar("x")), SizeError, ("x", "two things")),
    "one name for a scalar and a size": (claims(m + bs.scalar("m")), SizeError, ("m", "two things")),
    "one name for a scalar and an index": (claims(x[i] + bs.scalar("i")), SizeError, ("i", "two things")),
    "one name for two scalars": (claims(a + bs.scalar("a", positive=True)), SizeError, ("a", "two things")),
    "one name for two tensors": (claims(x[i] + bs.tensor("x", n)[k]), SizeError, ("x", "two things")),
    "one name for two indices": (
        claims(x[i] + bs.tensor("w", n)[bs.index("i", n)]),
        SizeError,
        ("i", "two things"),
    ),
    "a bound index named as a scalar": (
        claims(Sum(x[i] * bs.scalar("i"), i)),
        SizeError,
        ("i", "index of a sum"),
    ),
    "a bound index named as a tensor": (
        claims(Sum(x[bs.index("x", m)], bs.index("x", m))),
        SizeError,
        ("x", "index of a sum"),
    ),
    "a scalar named as a defined array": (
        lambda d: (d.define("row", i, x[i]), d.prove("claim", bs.scalar("row"), 0)),
        SizeError,
        ("row", "row[i]"),
    ),
    "a parameter of a layer over another size": (
        lambda d: (d.include(bs.layer("batch_norm")), d.prove("claim", bs.tensor("gamma", m)[i], 0)),
        SizeError,
        ("gamma", "two things"),
    ),
    "a layer beside an input of its own": (
        lambda d: (d.prove("claim", x[i], 0), d.include(bs.layer("batch_norm"))),
        SizeError,
        ("x", "two things"),
    ),
    "a layer twice": (
        lambda d: (d.include(bs.layer("batch_norm")), d.include(bs.layer("batch_norm"))),
        UsageError,
        ("batch_norm", "already"),
    ),
    "a name with a space": (claims(bs.scalar("a b")), UnsupportedTermError, ("'a b'", "letters")),
    "a name that is an expression": (claims(bs.tensor("x+1", m)[i]), UnsupportedTermError, ("'x+1'",)),
    "a name with a bracket": (claims(bs.size("m[1]")), UnsupportedTermError, ("'m[1]'",)),
    "an empty name": (claims(bs.size("")), UnsupportedTermError, ("''",)),
    "a definition named by a number": (lambda d: d.define(3, a), UsageError, ("3", "letters")),
    "a definition without a body": (lambda d: d.define("h"), UsageError, ("'h'", "body")),
    "a definition over a scalar": (lambda d: d.define("h", a, b), UndeclaredIndexError, ("a", "index")),
    "a definition twice": (lambda d: (d.define("h", a), d.define("h", b)), UsageError, ("h", "already")),
    "a definition of itself": (lambda d: d.define("x", i, 2 * x[i]), UsageError, ("'x'",)),
    "a definition of a name in use": (
        lambda d: (d.define("mu", a), d.define("eta", m), d.define("m", a)),
        UsageError,
        ("'m'",),
    ),
    "an unknown relation": (claims(a, a, "=="), UsageError, ("'=='", "<=")),
    "no relation": (claims(a, a, None), UsageError, ("None", "<=")),
    "a step with an unknown relation": (steps(bs.algebra, relation="~"), UsageError, ("'~'",)),
    "a step by a name": (steps("algebra"), UsageError, ("'algebra'", "algebra, ")),
    "a step by a function": (steps(bs.theorem), UsageError, ("theorem",)),
    "a step by no theorem": (
        lambda d: d.chain("claim", a).step("1", a, by=bs.theorem()),
        UsageError,
        ("theorem()",),
    ),
    "a chain up and down": (
        lambda d: (
            d.chain("c", a)
            .step("1", a + 1, by=bs.signs, relation="<")
            .step("2", a, by=bs.signs, relation=">")
        ),
        UsageError,
        ("up or down",),
    ),
    "a chain without steps": (lambda d: d.chain("claim", a), UsageError, ("no steps", ".step(")),
    "a definition that is not there": (steps(bs.unfold("mu")), UsageError, ("mu", "not defined")),
    "a theorem that is not there": (steps(bs.theorem("nope")), BnsymError, ("nope",)),
    "a theorem's name twice": (
        lambda d: (d.prove("claim", a, a), d.prove("claim", a, a)),
        UsageError,
        ("'claim'", "already"),
    ),
    "a derivative by an expression": (lambda d: bs.derivative(a**2, a**2), UsageError, ("a**2", "x[p]")),
    "a derivative by an index": (lambda d: bs.derivative(a * i, i), UsageError, ("i", "x[p]")),
    "a derivative by a tensor": (lambda d: bs.derivative(x[p], x), UsageError, ("x", "x[p]")),
    "a derivative by a size": (claims(bs.derivative(a * m, m)), UsageError, ("Size",)),
    "a derivative by a length": (
        claims(bs.derivative(Sum(1, (u, 1, count[t])), count[t])),
        UsageError,
        ("count", "integers"),
    ),
    "an induction over an index": (lambda d: d.induction("claim", a, a, over=t), UsageError, ("size",)),
    "an induction over a scalar": (lambda d: d.induction("claim", a, a, over=a), UsageError, ("size",)),
    "an induction over nothing": (lambda d: d.induction("claim", a, a, over=None), BnsymError, ("None",)),
    "a recurrence over an index": (lambda d: d.recurrence("v", t, 0, a), UsageError, ("'v'", "size('t')")),
    "a layer by its name": (lambda d: d.include("batch_norm"), UsageError, ("'batch_norm'",)),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_error(name: str) -> None:
    write, kind, words = MISTAKES[name]
    with pytest.raises(kind) as caught:
        run(write)
    message = str(caught.value)
    assert all(word in message for word in words), message
    assert len(message) > 20 and len(message) < 700
    assert type(caught.value).__module__ == "bnsym.errors"


def run(write: Mistake) -> None:
    """Write the derivation and decide it; a step that does not follow is raised too."""
    derivation = Derivation("test")
    write(derivation)
    for outcome in derivation.check():
        if outcome.verdict == "unknown":
            raise BnsymError(outcome.detail)


FINE: dict[str, Mistake] = {
    "a sum over a plain symbol": claims(Sum(x[u], (u, 1, m)), Sum(x[i], i)),
    "a plain symbol as a size": claims(
        sympy.Symbol("size", integer=True, positive=True), sympy.Symbol("size", integer=True, positive=True)
    ),
    "a Python fraction of integers": claims(a / 2, a * sympy.Rational(1, 2)),
    "an unshaped IndexedBase": claims(sympy.IndexedBase("free")[m], sympy.IndexedBase("free")[m]),
    "a root of a square": claims(sqrt(a**2), sympy.Abs(a)),
    "a Greek name": claims(bs.scalar("γ") + 1, 1 + bs.scalar("γ")),
    "SymPy's own diff of a sum": claims(sympy.diff(Sum(x[i] ** 2, i), x[p]), 2 * x[p]),
    "two limits at once": claims(Sum(A[i, j], i, j), Sum(Sum(A[i, j], j), i)),
    "an integer length": claims(
        Sum(bs.tensor("three", 3)[u], (u, 1, 3)),
        Sum(bs.tensor("three", 3)[bs.index("one", 3)], bs.index("one", 3)),
    ),
    "a length of two sizes": claims(Sum(1, (u, 1, m + n)), m + n),
    "a length times a size": claims(Sum(1, (u, 1, m * n)), m * n),
    "powers of a size": claims(eps**T * eps, eps ** (T + 1)),
}


@pytest.mark.parametrize("name", FINE)
def test_what_looks_like_a_mistake_and_is_none(name: str) -> None:
    run(FINE[name])


def test_a_claim_can_be_decided_after_a_mistake() -> None:
    """A refused claim leaves nothing behind."""
    derivation = Derivation("test")
    with pytest.raises(SizeError):
        derivation.prove("claim", x[k], 0)
    derivation.prove("claim", x[i] - x[i], 0)
    assert claim(a, a).verdict == "proved"
    assert [str(outcome.verdict) for outcome in derivation.check()] == ["proved"]
