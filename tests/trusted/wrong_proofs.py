"""Named certificates that prove what is false, or use a rule outside its needs; each must be refused.

`TWINS` holds a right use beside the wrong ones of a rule: it must be accepted, so that a refusal counts.
"""

from __future__ import annotations

from typing import Any

from trusted.small_certificates import Json, certificate, definition, order, step

WRONG: dict[str, Json] = {}
TWINS: dict[str, Json] = {}
M: Any = {"m": 1}
X: Any = {"x": [1, "real"], "y": [1, "real"]}
I: Any = {"i": ["1", "m"], "j": ["1", "m"], "k": ["1", "m"], "p": ["1", "m"]}  # noqa: E741
ALL = {
    "sizes": {"m": 1, "n": 1},
    "tensors": X | {"z": [2, "real"]},
    "indices": I,
    "scalars": {"a": "real", "b": "real"},
}


def wrong(name: str, left: str, relation: str, right: str, proof: Any = (), **fields: Any) -> None:
    """A row of WRONG over the usual declarations, some of them given anew."""
    WRONG[name] = certificate(left, relation, right, proof, **{**ALL, **fields})


def right(name: str, left: str, relation: str, other: str, proof: Any = (), **fields: Any) -> None:
    """A row of TWINS."""
    TWINS[name] = certificate(left, relation, other, proof, **{**ALL, **fields})


def one(table: Any, name: str, left: str, rule: str, other: str, *arguments: str, **fields: Any) -> None:
    """A certificate whose one step is its claim."""
    table(name, left, "=", other, [(left, rule, other, (), arguments)], **fields)


# -- identity and combination
one(right, "algebra", "(a + b)**2", "algebra", "a**2 + 2*a*b + b**2")
one(wrong, "identity: a dropped term", "(a + b)**2", "algebra", "a**2 + b**2")
one(wrong, "identity: no need of a denominator", "a/a", "algebra", "1")
one(wrong, "identity: a root of what may be negative", "sqrt(a)**2", "algebra", "a")
one(wrong, "identity: a root of a square", "sqrt(a**2)", "algebra", "a")
one(wrong, "identity: a denominator that is zero", "1/(a - a)", "algebra", "1/(a - a)")
one(
    wrong,
    "identity: another bound name",
    "sum(x[i] for i in span(1, m))",
    "algebra",
    "sum(x[j] for j in span(1, m))",
)
one(
    wrong,
    "identity: a power by a real number",
    "a**b*a**b",
    "algebra",
    "a**(2*b)",
    scalars={"a": "positive", "b": "real"},
)
wrong("identity: rewrites that go round", "x[i]", "=", "y[i] + 1", [
    ("x[i]", "algebra", "x[i]"),
    ("x[i]", "algebra", "y[i] + 1", [0, 0]),
])  # fmt: skip
wrong(
    "identity: x in terms of itself",
    "a",
    "=",
    "a + 1",
    [("a", "algebra", "a"), ("a", "algebra", "a + 1", [0])],
)
wrong(
    "combination: too few factors",
    "0",
    "=",
    "a",
    [("a", "algebra", "a"), ("0", "algebra", "a", [0], [])],
)
wrong("combination: a step that is not there", "0", "=", "a", [("0", "algebra", "a", [0], ["1"])])
TWICE = "sum(delta(j, i)*delta(j, 1)*(j - 1) for j in span(1, m))"
POLE = [
    (TWICE, "sift", "delta(1, i)*(1 - 1)", [], ["1", "delta(j, i)*(j - 1)"]),
    (TWICE, "sift", "delta(i, 1)*(i - 1)", [], ["i", "delta(j, 1)*(j - 1)"]),
    ("delta(i, 1)*(i - 1)", "algebra", "delta(i, 1)*(1 - 1)", [0, 1], ["1", "-1"]),
]
right("combination: of two sums", "delta(i, 1)*(i - 1)", "=", "delta(i, 1)*(1 - 1)", POLE)
wrong("combination: a factor with a pole", "1", "=", "0", [
    *POLE,
    ("delta(i, 1)", "algebra", "0", [2], ["1/(i - 1)"]),
    ("sum(delta(i, 1) for i in span(1, m))", "sift", "1", [], ["1", "1"]),
    ("sum(delta(i, 1) for i in span(1, m))", "linearity", "0*sum(1 for i in span(1, m))", [3], ["1", "0", "1"]),  # noqa: E501
    ("1", "algebra", "0", [5, 4], ["1", "-1"]),
])  # fmt: skip

# -- definitions
MEAN = {"tensors": X | {"D": [1, "real"]}, "definitions": [definition("D", ["i"], "x[i]*2")]}
one(right, "unfold", "D[k]", "unfold", "x[k]*2", **MEAN)
one(wrong, "unfold: another body", "D[k]", "unfold", "x[k]*3", **MEAN)
one(wrong, "unfold: after the range", "D[m + 1]", "unfold", "x[m + 1]*2", **MEAN)
one(wrong, "unfold: before the range", "D[k - 1]", "unfold", "x[k - 1]*2", **MEAN)
one(wrong, "unfold: no definition", "x[k]", "unfold", "x[k]")
TRIANGLE = {
    "tensors": X | {"D": [2, "real"]},
    "indices": {"j": ["1", "m"], "i": ["1", "j"]},
    "definitions": [definition("D", ["j", "i"], "sqrt((j - i)**2)")],
}
one(
    wrong, "unfold: a range that the other place changes", "D[1, j]", "unfold", "sqrt((1 - j)**2)", **TRIANGLE
)
START = {
    "sizes": {"m": 1, "t": 1},
    "tensors": X | {"S": [1, "real"]},
    "definitions": [definition("S", ["t"], "S[t - 1] + x[t]", "0")],
}
one(right, "unfold: a recurrence", "S[m]", "unfold", "S[m - 1] + x[m]", **START)
one(right, "unfold: its start", "S[0]", "unfold", "0", **START)
one(wrong, "unfold: before the start", "S[-1]", "unfold", "S[-1 - 1] + x[-1]", **START)
one(wrong, "unfold: perhaps the start", "S[m - 1]", "unfold", "S[m - 1 - 1] + x[m - 1]", **START)


def defined(name: str, *rows: Json, **fields: Any) -> None:
    """Definitions that must be refused by themselves."""
    tensors = X | {row["name"]: [max(len(row["parameters"]), 0), "real"] for row in rows}
    named = {"tensors": tensors, "sizes": {"m": 1, "t": 1, "u": 1}, "definitions": list(rows)} | fields
    wrong(f"definition: {name}", "1", "=", "1", [("1", "algebra", "1")], **named)


defined("by itself", definition("D", ["i"], "D[i] + 1"))
defined("by what comes later", definition("D", ["i"], "E[i]"), definition("E", ["i"], "D[i] + 1"))
defined("twice", definition("D", ["i"], "1"), definition("D", ["i"], "0"))
defined("a free index", definition("D", ["i"], "x[j]"))
defined(
    "an index of the parameter's range",
    definition("D", ["r"], "y[j]"),
    indices={"j": ["1", "m"], "r": ["1", "j"]},
)
defined("a parameter twice", definition("D", ["i", "i"], "x[i]"))
defined("a size without a start", definition("D", ["t"], "x[t]"))
defined("a recurrence on itself", definition("S", ["t"], "S[t] + 1", "0"))
defined("a recurrence on the entry after", definition("S", ["t"], "S[t + 1] + 1", "0"))
defined("a recurrence over an index", definition("S", ["i"], "S[i - 1] + 1", "0"))
defined("a start that holds the parameter", definition("S", ["t"], "S[t - 1]", "t"))
defined("a start by itself", definition("S", ["t"], "S[t - 1]", "S[0] + 1"))
defined("a recurrence over two sizes", definition("S", ["t", "u"], "S[t - 1, u]", "u"))
defined("a need that signs do not give", definition("D", ["i"], "1/x[i]"))
WRONG["definition: a need that signs do not give"] = certificate(
    "D[i]", "=", "D[i]", [("D[i]", "algebra", "D[i]")],
    **{**ALL, "tensors": X | {"D": [1, "real"]}, "definitions": [definition("D", ["i"], "1/x[i]")]},
)  # fmt: skip
wrong("definition: a recurrence without a value at 1", "S[m]", "=", "S[m]", [("S[m]", "algebra", "S[m]")],
      sizes={"m": 1, "t": 2}, tensors={"S": [1, "real"]}, indices={},
      definitions=[definition("S", ["t"], "S[t - 1] + 1/(t - 1)", "0")])  # fmt: skip

# -- sums
SUM = "sum(x[i] for i in span(1, m))"
one(right, "linearity", "sum(2*x[i] + a for i in span(1, m))", "linearity", f"2*{SUM} + a*sum(1 for i in span(1, m))",  # noqa: E501
    "1", "2", "x[i]", "a", "1")  # fmt: skip
one(wrong, "linearity: a factor that holds the index", "sum(y[i]*x[i] for i in span(1, m))", "linearity", f"y[i]*{SUM}",  # noqa: E501
    "1", "y[i]", "x[i]")  # fmt: skip
one(
    wrong,
    "linearity: a dropped term",
    "sum(2*x[i] + a for i in span(1, m))",
    "linearity",
    f"2*{SUM}",
    "1",
    "2",
    "x[i]",
)
one(wrong, "linearity: a product of sums", "sum(x[i]*y[i] for i in span(1, m))", "linearity",
    f"{SUM}*sum(y[i] for i in span(1, m))", "1", "1", "x[i]*y[i]")  # fmt: skip
one(wrong, "linearity: another range", SUM, "linearity", "sum(x[i] for i in span(1, n))", "1", "1", "x[i]")
one(wrong, "linearity: no arguments", "1", "linearity", "1")
one(right, "constant", "sum(a for i in span(1, m))", "constant", "m*a")
one(wrong, "constant: it holds the index", SUM, "constant", "m*x[i]")
one(
    wrong, "constant: a range that may be negative", "sum(a for i in span(1, m - 2))", "constant", "(m - 2)*a"
)
one(wrong, "constant: a range by an index", "sum(a for i in span(1, k - 2))", "constant", "(k - 2)*a")
one(wrong, "constant: another number", "sum(a for i in span(1, m))", "constant", "(m + 1)*a")
one(right, "sift", "sum(delta(i, k)*x[i] for i in span(1, m))", "sift", "x[k]", "k", "x[i]")
one(
    wrong,
    "sift: after the range",
    "sum(delta(i, m + 1)*x[i] for i in span(1, m))",
    "sift",
    "x[m + 1]",
    "m + 1",
    "x[i]",
)
one(
    wrong,
    "sift: before the range",
    "sum(delta(i, k - 1)*x[i] for i in span(1, m))",
    "sift",
    "x[k - 1]",
    "k - 1",
    "x[i]",
)
one(
    wrong,
    "sift: a place that holds the index",
    "sum(delta(i, i)*x[i] for i in span(1, m))",
    "sift",
    "x[i]",
    "i",
    "x[i]",
)
one(wrong, "sift: an index of another range", "sum(delta(i, q)*x[i] for i in span(1, m))", "sift", "x[q]", "q", "x[i]",  # noqa: E501
    indices=I | {"q": ["1", "n"]})  # fmt: skip
one(wrong, "sift: a real place", "sum(delta(i, a)*x[i] for i in span(1, m))", "sift", "x[a]", "a", "x[i]")
one(wrong, "sift: a sum captures the place", "sum(delta(i, k)*sum(z[i, k] for k in span(1, m)) for i in span(1, m))",  # noqa: E501
    "sift", "sum(z[k, k] for k in span(1, m))", "k", "sum(z[i, k] for k in span(1, m))")  # fmt: skip
wrong("sift: a pole", "sum(0 for i in span(1, m))", "=", "delta(k, 1)", [
    *POLE,
    ("sum(0 for i in span(1, m))", "sift", "delta(k, 1)", [2], ["k", "(delta(i, 1)*(i - 1))**1/(i - 1)"]),
])  # fmt: skip
one(right, "delta: of one place", "delta(i + 1, 1 + i)", "algebra", "1")
one(right, "delta: turned round", "delta(i - 1, k)", "algebra", "delta(1 + k, i)")
one(wrong, "delta: of two indices", "delta(i, k)", "algebra", "0")
one(wrong, "delta: of a size and a number", "delta(m, 1)", "algebra", "0")
one(wrong, "delta: half of it", "delta(2*i, 2*k)", "algebra", "delta(2*i, k)")
one(wrong, "delta: of real numbers", "delta(a, a)", "algebra", "1")
one(wrong, "delta: what stands beside it", "delta(i, k)*x[i]", "algebra", "delta(i, k)*x[k]")
one(wrong, "sift: a real place beside nothing", "sum(0 for i in span(1, m))", "sift", "0", "a", "0",
    needs=[["a - 1", ">= 0"], ["m - a", ">= 0"]], values={"a": "3/2"})  # fmt: skip
wrong("sift: a range that holds the index", "sum(delta(j, p)*y[r] for j in span(1, m))", "=", "y[q]",
      [("sum(delta(j, p)*y[r] for j in span(1, m))", "sift", "y[q]", [], ["p", "y[r]"])],
      indices=I | {"r": ["1", "j"], "q": ["1", "p"]})  # fmt: skip
TWO = "sum(sum(z[i, k] for k in span(1, m)) for i in span(1, n))"
one(right, "exchange", TWO, "exchange", "sum(sum(z[i, k] for i in span(1, n)) for k in span(1, m))", "k", "i",
    indices={"i": ["1", "n"], "k": ["1", "m"]})  # fmt: skip
one(wrong, "exchange: transposed", TWO, "exchange", "sum(sum(z[k, i] for i in span(1, n)) for k in span(1, m))", "k", "i",  # noqa: E501
    indices={"i": ["1", "n"], "k": ["1", "m"]})  # fmt: skip
one(wrong, "exchange: other ranges", TWO, "exchange", "sum(sum(z[i, k] for i in span(1, m)) for k in span(1, n))", "k", "i",  # noqa: E501
    indices={"i": ["1", "n"], "k": ["1", "m"]})  # fmt: skip
DEPENDENT = "sum(sum(y[k] for k in span(1, i)) for i in span(1, m))"
one(wrong, "exchange: a range that holds the other index", DEPENDENT, "exchange",
    "sum(sum(y[k] for i in span(1, m)) for k in span(1, i))", "k", "i",
    indices={"i": ["1", "m"], "k": ["1", "i"]})  # fmt: skip
OUTSIDE = "sum(sum(sum(1 for k in span(1, i)) for i in span(1, m)) for j in span(1, i))"
one(wrong, "exchange: a range that holds an index of that name outside", OUTSIDE, "exchange",
    "sum(sum(sum(1 for h in span(1, m)) for k in span(1, i)) for j in span(1, i))", "j", "k", "i",
    indices={"i": ["1", "m"], "j": ["1", "i"], "k": ["1", "i"]})  # fmt: skip
one(wrong, "exchange: a new name that is free", "sum(z[i, k] for i in span(1, m))", "exchange",
    "sum(z[k, k] for k in span(1, m))", "i")  # fmt: skip
one(wrong, "exchange: a new name that an inner sum captures", "sum(sum(z[i, k] for k in span(1, n)) for i in span(1, n))",  # noqa: E501
    "exchange", "sum(sum(z[k, k] for k in span(1, n)) for k in span(1, n))", "i",
    indices={"i": ["1", "n"], "k": ["1", "n"]})  # fmt: skip
one(wrong, "exchange: an index too few", TWO, "exchange", "sum(z[i, k] for i in span(1, n))", "i",
    indices={"i": ["1", "n"], "k": ["1", "m"]})  # fmt: skip
one(right, "split", SUM, "split", "sum(x[i] for i in span(1, 1)) + sum(x[k] for k in span(2, m))", "1",
    "sum(x[k] for k in span(2, m))", indices={"i": ["1", "m"], "k": ["2", "m"]}, sizes={"m": 2})  # fmt: skip
one(wrong, "split: the middle after the range", SUM, "split",
    "sum(x[i] for i in span(1, m + 2)) + sum(x[k] for k in span(m + 3, m))", "m + 2", "sum(x[k] for k in span(m + 3, m))")  # fmt: skip  # noqa: E501
one(wrong, "split: the middle before the range", SUM, "split",
    "sum(x[i] for i in span(1, -1)) + sum(x[k] for k in span(0, m))", "-1", "sum(x[k] for k in span(0, m))")  # fmt: skip  # noqa: E501
one(wrong, "split: the middle perhaps after the range", SUM, "split",
    "sum(x[i] for i in span(1, 2)) + sum(x[k] for k in span(3, m))", "2", "sum(x[k] for k in span(3, m))")  # fmt: skip  # noqa: E501
one(wrong, "split: a place twice", SUM, "split",
    "sum(x[i] for i in span(1, 1)) + sum(x[k] for k in span(1, m))", "1", "sum(x[k] for k in span(1, m))")  # fmt: skip  # noqa: E501
wrong("split: the second index is free", "m*y[q]", "=", "y[q] + sum(y[q] for q in span(2, m))", [
    ("sum(y[q] for i in span(1, m))", "split", "sum(y[q] for i in span(1, 1)) + sum(y[q] for q in span(2, m))", [],  # noqa: E501
     ["1", "sum(y[q] for q in span(2, m))"]),
    ("sum(y[q] for i in span(1, m))", "constant", "m*y[q]"),
    ("sum(y[q] for i in span(1, 1))", "single", "y[q]"),
    ("m*y[q]", "algebra", "y[q] + sum(y[q] for q in span(2, m))", [0, 1, 2], ["1", "-1", "1"]),
], sizes={"m": 2}, indices={"q": ["2", "m"]})  # fmt: skip
one(right, "single", "sum(x[i] for i in span(m, m))", "single", "x[m]")
one(right, "single: none", "sum(x[i] for i in span(m + 1, m))", "single", "0")
one(wrong, "single: two", "sum(x[i] for i in span(1, 2))", "single", "x[1]")
one(wrong, "single: perhaps one", SUM, "single", "x[1]")
one(wrong, "single: a range far below 0", "sum(x[i] for i in span(1, -1))", "single", "0 - x[0]")
one(wrong, "single: a range that holds the index", "sum(y[r] for h in span(3, 3))", "single", "y[q]",
    indices={"h": ["3", "3"], "r": ["1", "h"], "q": ["1", "3"]})  # fmt: skip
one(right, "position", "x[1 + i - 1]", "algebra", "x[i]")
one(wrong, "position: the next one", "x[i + 1]", "algebra", "x[i]")
one(wrong, "position: another tensor", "x[i]", "algebra", "y[i]")
one(wrong, "position: axes exchanged", "z[i, k]", "algebra", "z[k, i]")
one(wrong, "position: no entries", "a", "algebra", "b")

# -- roots, derivatives
one(right, "root", "sqrt(4*b)", "root", "2*sqrt(b)", scalars={"b": "nonnegative"})
one(
    wrong,
    "root: a negative factor",
    "sqrt(4*b)",
    "root",
    "-2*sqrt(b)",
    scalars={"b": "nonnegative"},
)
one(wrong, "root: a factor of any sign", "sqrt(a**2)", "root", "a")
one(
    wrong,
    "root: another square",
    "sqrt(3*b)",
    "root",
    "2*sqrt(b)",
    scalars={"b": "nonnegative"},
)
one(wrong, "root: a negative radicand", "sqrt(b)", "root", "sqrt(b)")
WITNESS = {"indices": {"h": ["2", "1"]}}
one(
    wrong,
    "root: a sign from an index that has no place",
    "1",
    "root",
    "(1 - h)**1 + (h - 2)**1",
    **WITNESS,
)
one(right, "differentiate", "diff(sum(x[i]**2 for i in span(1, m)), x[k])", "differentiate",
    "sum(2*x[i]**1*1*delta(i, k) for i in span(1, m))")  # fmt: skip
one(wrong, "differentiate: a factor", "diff(a**2, a)", "differentiate", "a")
one(wrong, "differentiate: one power for another", "diff(a**3, a)", "differentiate", "3*a")
one(wrong, "differentiate: the exponent", "diff(2**a, a)", "differentiate", "0")
one(
    wrong,
    "differentiate: base and exponent",
    "diff(a**a, a)",
    "differentiate",
    "a*a**(a - 1)",
    scalars={"a": "positive"},
)
one(wrong, "differentiate: by a count", "diff(c[i], c[i])", "differentiate", "1", tensors={"c": [1, "count"]})
one(wrong, "differentiate: by a size", "diff(m, m)", "differentiate", "0")
one(wrong, "differentiate: by an index", "diff(i, i)", "differentiate", "0")
one(wrong, "differentiate: by a sum", f"diff({SUM}, {SUM})", "differentiate", "0")
one(wrong, "differentiate: by a definition", "diff(D[i], D[i])", "differentiate", "0", **MEAN)
one(wrong, "differentiate: a position", "diff(y[a], a)", "differentiate", "0")
one(wrong, "differentiate: a delta", "diff(delta(a, 0), a)", "differentiate", "0")
one(wrong, "differentiate: a range", "diff(sum(1 for i in span(1, a)), a)", "differentiate", "0")
one(wrong, "differentiate: the sum captures the place", "diff(sum(x[i] for i in span(1, m)), x[i])", "differentiate",  # noqa: E501
    "sum(delta(i, i) for i in span(1, m))")  # fmt: skip
one(
    wrong,
    "differentiate: a root at 0",
    "diff(sqrt(a)**2, a)",
    "differentiate",
    "1",
    scalars={"a": "nonnegative"},
)
one(wrong, "differentiate: a recurrence", "diff(S[m], x[1])", "differentiate", "0", **START)
one(wrong, "differentiate: another entry", "diff(x[i], x[k])", "differentiate", "1")
one(wrong, "differentiate: no derivative", "a", "differentiate", "a")

# -- order
right("order", "x[i]**2", ">=", "0", order(">=", "0", "x[i]**2"))
right("order: strict", "m", ">", "0", order(">", "0", "m"))
wrong("order: the other way", "x[i]**2", "<=", "0", order("<=", "0", "x[i]**2"))
wrong("order: strict for a square", "x[i]**2", ">", "0", order(">", "0", "x[i]**2"))
wrong("order: a product", "x[i]*y[i]", ">=", "0", order(">=", "0", "x[i]*y[i]"))
wrong("order: a cube", "x[i]**3", ">=", "0", order(">=", "0", "x[i]**3"))
wrong("order: another difference", "x[i]", ">=", "0", order(">=", "0", "x[i]**2"))
wrong("order: shown as weak, said as strict", "x[i]**2", ">", "0", order(">=", "0", "x[i]**2"))
WRONG["order: shown as =, said as <"] = certificate("a", "<", "a", [("a", "algebra", "a")], **ALL)
wrong(
    "order: an index that has no place",
    "0",
    ">=",
    "1",
    order(">=", "1", "(1 - h)**1 + (h - 2)**1"),
    **WITNESS,
)
wrong("order: an index that may have no place", "m - 1", ">", "0", order(">", "0", "(m - 1 - h)**1 + h"),
      indices={"h": ["1", "m - 1"]})  # fmt: skip
wrong("order: a sum that may be empty", "sum(1 for i in span(2, m))", ">", "0",
      order(">", "0", "sum(1 for i in span(2, m))"))  # fmt: skip
wrong("order: a size less than the least", "m - 1", ">", "0", order(">", "0", "m - 1"))
wrong("order: a fall before a rise", "a", ">=", "a", [*order("<=", "a + 1", "1"), *order(">=", "a", "1")])

# -- induction
T = {"sizes": {"t": 1, "s": 1}, "tensors": X | {"S": [1, "real"]}, "definitions": START["definitions"]}
T["definitions"] = [definition("S", ["s"], "S[s - 1] + 1", "0")]
T["indices"] = {}
BASE = [("S[1]", "unfold", "S[1 - 1] + 1"), ("S[0]", "unfold", "0"), ("S[1]", "algebra", "1", [0, 1])]
ON = [("S[t + 1]", "unfold", "S[t + 1 - 1] + 1"), ("S[t + 1] - (t + 1)", "algebra", "1*(S[t] - t)", [3])]
LAST = ("S[t]", "induction", "t", [2, 4], ["t", "1"])
right("induction", "S[t]", "=", "t", [*BASE, *ON, LAST], **T)
SUMS = {"sizes": {"t": 1, "m": 1}, "tensors": X, "indices": {}}
TRUE = [("0", "algebra", "0"), ("0", "algebra", "0*0")]
right("induction: of nothing", "0", "=", "0", [*TRUE, ("0", "induction", "0", [0, 1], ["t", "0"])], **SUMS)
wrong("induction: no base", "S[t]", "=", "t + 1", [
    *BASE, *ON[:1], ("S[t + 1] - (t + 1 + 1)", "algebra", "S[t] - (t + 1)", [3]),
    ("S[t]", "induction", "t + 1", [2, 4], ["t", "1"])], **T)  # fmt: skip
wrong("induction: no step", "S[t]", "=", "t**2", [
    *BASE[:2], ("S[1]", "algebra", "1**2", [0, 1]), ("0", "algebra", "0"),
    ("S[t]", "induction", "t**2", [2, 3], ["t", "1"])], **T)  # fmt: skip
wrong("induction: another step", "S[t]", "=", "t**2", [
    *BASE[:2], ("S[1]", "algebra", "1**2", [0, 1]), ("S[t] - t**2", "algebra", "S[t] - t**2"),
    ("S[t]", "induction", "t**2", [2, 3], ["t", "1"])], **T)  # fmt: skip
wrong("induction: a factor with a pole", "(t - 1)*(t - 2)", "=", "0", [
    ("(1 - 1)*(1 - 2)", "algebra", "0"), ("0", "algebra", "0"),
    ("(t - 1)*(t - 2)", "induction", "0", [0, 1], ["t", "t/(t - 2)"])], **SUMS)  # fmt: skip
WRONG["induction: an order"] = certificate("t", "<", "t", [
    {"relation": "<", "term": "t", "reason": "", "eq": "", "steps": [
        step("1", "algebra", "1"), step("t + 1 - (t + 1)", "algebra", "1*(t - t)"),
        step("t", "induction", "t", [0, 1], ["t", "1"], "<")]}], **T)  # fmt: skip
wrong("induction: from 2", "S[t]", "=", "t", [*BASE, *ON, LAST], **{**T, "sizes": {"t": 2, "s": 1}})
wrong("induction: over an index", "S[t]", "=", "t", [*BASE, *ON, LAST],
      **{**T, "sizes": {"m": 1, "s": 1}, "indices": {"t": ["1", "m"]}})  # fmt: skip
wrong("induction: a definition holds the size", "(t - 1)*(D[1] - t + 1)", "=", "0", [
    ("D[1]", "unfold", "t*1"), ("(1 - 1)*(D[1] - 1 + 1)", "algebra", "0"),
    ("(t + 1 - 1)*(D[1] - (t + 1) + 1) - 0", "algebra", "0*((t - 1)*(D[1] - t + 1) - 0)", [0]),
    ("(t - 1)*(D[1] - t + 1)", "induction", "0", [1, 2], ["t", "0"])],
    sizes={"t": 1}, tensors={"D": [1, "real"]}, indices={"i": ["1", "3"]},
    definitions=[definition("D", ["i"], "t*i")])  # fmt: skip
wrong("induction: a start holds the size", "(s - 1)*(s - S[0] - 1)", "=", "0", [
    ("(1 - 1)*(1 - S[0] - 1)", "algebra", "0"), ("S[0]", "unfold", "s"),
    ("(s + 1 - 1)*(s + 1 - S[0] - 1) - 0", "algebra", "0*((s - 1)*(s - S[0] - 1))", [1]),
    ("(s - 1)*(s - S[0] - 1)", "induction", "0", [0, 2], ["s", "0"])],
    sizes={"s": 1}, tensors={"S": [1, "real"]}, indices={}, definitions=[definition("S", ["s"], "S[s - 1]", "s")])  # fmt: skip  # noqa: E501
N, BEFORE = "((t - 2)**2 - 1)", "((t - 1 - 2)**2 - 1)"
AFTER, FIRST = "((t + 1 - 1 - 2)**2 - 1)", "((1 - 1 - 2)**2 - 1)"


def _claim(place: str, formula: str) -> str:
    return f"({place} - 1)*({place} - 2)*(sqrt({formula}**2) - {formula})"


LEMMA = [(f"sqrt({N}**2)", "root", N)]
REST = [
    (_claim("1", FIRST), "algebra", "0"),
    (f"{_claim('(t + 1)', AFTER)} - 0", "algebra", f"0*({_claim('t', BEFORE)} - 0)", [0], ["t*(t - 1)"]),
    (_claim("t", BEFORE), "induction", "0", [1, 2], ["t", "0"]),
]
NEEDED: Any = {"sizes": {"t": 1}, "tensors": {}, "indices": {}, "needs": [[N, ">= 0"]]}
for where, lemmas, proof in (
    ("a step", [], [*LEMMA, *REST]),
    ("a lemma", LEMMA, REST),
    ("lemmas", [*LEMMA, *REST], REST),
):
    wrong(f"induction: {where} that needs what holds the size", _claim("t", BEFORE), "=", "0", proof,
          lemmas=[step(*row) for row in lemmas], **NEEDED)  # fmt: skip
    WRONG[f"induction: {where} that needs what holds the size"]["instance"]["sizes"] = {"t": 3}

# -- lines
wrong("order: another relation", "0", "!=", "a**2", order("!=", "a**2", "a**2"))
wrong("lines: they end elsewhere", "a", "=", "b", [("a", "algebra", "a")])
WRONG["lines: they end elsewhere"]["proof"][0].update(term="a", steps=[step("a", "algebra", "a")])
wrong("lines: they begin elsewhere", "a", "=", "b", [("b", "algebra", "b")])
wrong("lines: none", "a", "=", "a")
WRONG["lines: none"]["proof"] = []
wrong("lines: without steps", "a", "=", "b", [])
wrong("lines: a step with an extra key", "a", "=", "a", [("a", "algebra", "a")])
WRONG["lines: a step with an extra key"]["proof"][0]["steps"][0]["note"] = ""
wrong("need: an instance with a size too many", "a", "=", "a", [("a", "algebra", "a")])
WRONG["need: an instance with a size too many"]["instance"]["sizes"]["k"] = 1
SELF = [("b/b", "algebra", "1")]
NEEDS_B: Any = {"needs": [["b", "> 0"]]}
right("need: an instance with signs", "b/b", "=", "1", SELF, scalars={"a": "positive", "b": "real"},
      values={"b": "1", "a": "1/2"}, **NEEDS_B)  # fmt: skip
wrong("need: an instance of another sign", "b/b", "=", "1", SELF, scalars={"a": "positive", "b": "real"},
      values={"b": "1", "a": "-1"}, **NEEDS_B)  # fmt: skip
wrong("need: an instance with half a count", "b/b", "=", "1", SELF, tensors={"c": [1, "count"]},
      values={"b": "1", "c[1]": "1/2"}, **NEEDS_B)  # fmt: skip
wrong("need: an instance with a part of the values", "1/(a + 1)", "=", "1/(a + 1)",
      [("1/(a + 1)", "algebra", "1/(a + 1)")], needs=[["a + 1", "> 0"]])  # fmt: skip
wrong("definition: of what is declared positive", "S[m]", ">", "0", order(">", "0", "S[m]"),
      sizes={"m": 1, "t": 1}, tensors={"S": [1, "positive"]}, indices={},
      definitions=[definition("S", ["t"], "S[t - 1] - 1", "0")])  # fmt: skip
wrong("definition: of what is declared a count", "delta(D[1], 1)", "=", "delta(D[1], 1)",
      [("delta(D[1], 1)", "algebra", "delta(D[1], 1)")], tensors={"D": [1, "count"]},
      definitions=[definition("D", ["i"], "1/2")])  # fmt: skip
defined("a start that holds an index", definition("S", ["t"], "S[t - 1]", "x[i]"))
defined("a range of a later parameter", definition("D", ["r", "j"], "x[r]*x[j]"),
        indices={"j": ["1", "m"], "r": ["1", "j"]})  # fmt: skip
FALLING: Any = {
    "sizes": {"m": 1, "t": 1},
    "tensors": {"S": [1, "real"]},
    "indices": {},
    "needs": [["S[m]", "> 0"]],
}
RATIO = ("S[m]/S[m]", "algebra", "1")
for table, first in ((right, "3"), (wrong, "1")):
    rows = [definition("S", ["t"], "S[t - 1] - 1", first)]
    table(f"need: of a recurrence from {first}", "S[m]/S[m]", "=", "1", [RATIO], definitions=rows, **FALLING)
PRODUCT: Any = {"tensors": {"D": [0, "real"]}, "definitions": [definition("D", [], "a*b")]}
right("need: of a definition", "D/D", "=", "1", [("D/D", "algebra", "1")], needs=[["D", "> 0"]],
      values={"a": "1", "b": "2"}, **PRODUCT)  # fmt: skip
FROM: Any = {"definitions": [definition("S", ["t"], "S[t - 1]", "x[1]")], "tensors": X | {"S": [1, "real"]}}
one(right, "unfold: a start that is an entry", "S[0]", "unfold", "x[1]", sizes={"t": 1}, indices={}, **FROM)
one(right, "identity: a power by a size", "a**(m + 1)", "algebra", "a*a**m", scalars={"a": "positive"})
one(wrong, "identity: a power by a size of what may be 0", "a**m*a**(-m)", "algebra", "1")
one(wrong, "sift: another body", SUM, "sift", "x[k]", "k", "x[i]")
one(wrong, "exchange: an index twice", "sum(sum(x[i] for j in span(1, n)) for i in span(1, m))", "exchange",
    "sum(sum(x[k] for k in span(1, m)) for i in span(1, m))", "i", "i")  # fmt: skip
ROOTS = "sum(b**(1/3) for i in span(1, m))"
wrong("order: the sign of a third root", ROOTS, ">=", "0", order(">=", "0", ROOTS))
OTHER: Any = {"indices": {"i": ["1", "m"], "k": ["2", "m"]}, "sizes": {"m": 2}}
LATER = "sum(y[k] for k in span(2, m))"
one(
    wrong,
    "split: another body",
    SUM,
    "split",
    f"sum(x[i] for i in span(1, 1)) + {LATER}",
    "1",
    LATER,
    **OTHER,
)
SAME_X = "sum(x[k] for k in span(2, m))"
one(wrong, "split: another right side", SUM, "split", "a", "1", SAME_X, **OTHER)
LONGER = "sum(x[k] for k in span(2, m + 1))"
BOTH = f"sum(x[i] for i in span(1, 1)) + {LONGER}"
ON_AND_ON = {**OTHER, "indices": {"i": ["1", "m"], "k": ["2", "m + 1"]}}
one(wrong, "split: a second range that goes on", SUM, "split", BOTH, "1", LONGER, **ON_AND_ON)
REST_0 = "sum(_0 for k in span(m + 1, m + n))"
SUM_0 = f"sum(x[i] for i in span(1, m)) + {REST_0}"
wrong("split: the first index is free", "a", "=", "a", [("a", "algebra", "a")], terms=["x[i]"], lemmas=[
    step("sum(_0 for i in span(1, m + n))", "split", SUM_0, [], ["m", REST_0])
])  # fmt: skip
one(wrong, "single: another position", "sum(x[i] for i in span(m, m))", "single", "x[1]")
one(wrong, "root: a negative left side", "-2*sqrt(b)", "root", "sqrt(4*b)", scalars={"b": "nonnegative"})
one(wrong, "differentiate: a sum", "sum(a for i in span(1, m))", "differentiate", "0")
one(wrong, "differentiate: a product", "b*a", "differentiate", "0")
one(
    right,
    "constant: a count",
    "sum(a for i in span(1, c[1]))",
    "constant",
    "c[1]*a",
    tensors={"c": [1, "count"]},
)
right("order: the square of a recurrence", "S[m]**2", ">=", "0", order(">=", "0", "S[m]**2"), **START)
FROM_0: Any = {"indices": {"h": ["0", "m"]}, "definitions": [definition("D", ["h"], "x[h]*2")]}
one(right, "unfold: at 0", "D[0]", "unfold", "x[0]*2", tensors=MEAN["tensors"], **FROM_0)
right("lemma: with a need", "a/a", "=", "1", [("a/a", "algebra", "1", [0])], needs=[["a", "> 0"]],
      values={"a": "2"}, lemmas=[step("a/a", "algebra", "1")])  # fmt: skip
right("need: of a size", "1/(m - 1)", "=", "1/(m - 1)", [("1/(m - 1)", "algebra", "1/(m - 1)")],
      needs=[["m - 1", "!= 0"]])  # fmt: skip
wrong(
    "need: without a value", "a", "=", "a", [("a", "algebra", "a")], needs=[["1/b", "> 0"]], values={"b": "1"}
)

# -- lemmas, needs, names, the instance, what is shown
wrong("order: the sign of a third power", "sum((-(b**2))**(2/3) for i in span(1, m))", "<=", "0",
      order("<=", "0", "-sum((-(b**2))**(2/3) for i in span(1, m))"))  # fmt: skip
wrong("need: on what a recurrence counts by", "S[1]", "=", "S[1]", [("S[1]", "algebra", "S[1]")],
      sizes={"k": 1}, tensors={"x": [1, "real"], "S": [1, "real"]}, indices={}, scalars={},
      values={"x[2]": "1"},
      definitions=[definition("S", ["k"], "S[k - 1] + 1/x[k]", "0")], needs=[["x[k]", "!= 0"]])  # fmt: skip
one(wrong, "text: an asynchronous sum", "sum(a async for i in span(1, m))", "constant", "m*a")
GREATER = order(">=", "0", "a**2")
GREATER[0]["steps"][0]["claim"][0] = "a**2"
wrong(
    "lemma: an inequality that is used",
    "a",
    "=",
    "a",
    [("a", "algebra", "a", [0])],
    lemmas=GREATER[0]["steps"],
)
right("lemma: an inequality", "a", "=", "a", [("a", "algebra", "a")], lemmas=GREATER[0]["steps"])
wrong(
    "lemma: of the lines",
    "a",
    "=",
    "b",
    [("a", "algebra", "b", [0])],
    lemmas=[step("a", "algebra", "b", [1])],
)
wrong("lemma: not proved", "a", "=", "b", [("a", "algebra", "b", [0])])
wrong(
    "need: called for by nothing",
    "a",
    "=",
    "a",
    [("a", "algebra", "a")],
    needs=[["b", "> 0"]],
    values={"b": "1"},
)
NEED = {"sizes": {"m": 1, "n": 1}, "needs": [["a", "> 0"]]}
right("need", "a/a", "=", "1", [("a/a", "algebra", "1")], values={"a": "2"}, **NEED)
wrong(
    "need: an instance that does not meet it",
    "a/a",
    "=",
    "1",
    [("a/a", "algebra", "1")],
    values={"a": "-2"},
    **NEED,
)
wrong("need: an instance without a value", "a/a", "=", "1", [("a/a", "algebra", "1")], values={}, **NEED)
wrong(
    "need: it cannot be met",
    "0",
    ">",
    "0",
    order(">", "0", "(1 - m)**1 + (m - 1)**1"),
    needs=[["1 - m", "> 0"]],
)
WRONG["need: an instance without sizes"] = {
    **WRONG["need: it cannot be met"],
    "instance": {"sizes": {}, "values": {}},
}
wrong("need: met because there is no place", "0", ">", "0", order(">", "0", "-x[h]**2 + x[h]**2*1"),
      needs=[["-x[h]**2 + x[h]**2*1", "> 0"]], indices={"h": ["2", "m"]})  # fmt: skip
WRONG["need: met because there is no place"]["instance"]["sizes"] = {"m": 1, "n": 1}
wrong(
    "need: another condition",
    "a/a",
    "=",
    "1",
    [("a/a", "algebra", "1")],
    values={"a": "2"},
    needs=[["a", "<= 0"]],
)
SAME = [("a", "algebra", "a")]
for kind, fields in {
    "a size and a scalar": {"sizes": {"a": 1}},
    "an index and a scalar": {"indices": {"a": ["1", "3"]}},
    "a shared term": {"scalars": {"a": "real", "_0": "real"}},
    "no name": {"scalars": {"a": "real", "": "real"}},
    "a keyword": {"scalars": {"a": "real", "lambda": "real"}},
    "an attribute": {"scalars": {"a": "real", "a.b": "real"}},
    "another letter to Python": {"scalars": {"a": "real", "\u212b": "real"}},
    "a ligature": {"scalars": {"a": "real", "\ufb01": "real"}},
    "a Cyrillic letter": {"scalars": {"a": "real", "\u0430": "real"}},
    "a least value of 0": {"sizes": {"m": 0}},
    "a least value that is true": {"sizes": {"m": True}},
    "a rank that is true": {"tensors": {"x": [True, "real"]}},
    "a rank below 0": {"tensors": {"x": [-1, "real"]}},
    "a sign that is none": {"scalars": {"a": "negative"}},
    "a range that ends in a real number": {"indices": {"i": ["1", "a"]}},
}.items():
    wrong(f"name: {kind}", "a", "=", "a", SAME, **fields)
for kind, text in {
    "a comment": "a # + 1",
    "a keyword of span": "a + 0*sum(1 for i in span(1, m, step=2))",
    "two lines": "(a +\n0)",
    "a number to the base 16": "a + 0x0",
    "a number with underscores": "a + 0_0",
    "another letter to Python": "\uff41",
    "two indices of one name": "a*sum(_0 for i in span(1, n))",
}.items():
    wrong(f"shown: {kind}", text, "=", text, [(text, "algebra", text)], terms=["x[i]"])
