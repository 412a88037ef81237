"""Random uses of each rule, written as certificates of one claim; right by construction.

A row is what stands around a claim: declarations as in DECLARED, and the steps that end in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

from trusted.small_certificates import Json, certificate, definition, step

from bnsym.proof.formulas import Library
from bnsym.proof.trusted.declarations import declare
from bnsym.proof.trusted.derivative import derivative
from bnsym.proof.trusted.reader import Reader

DECLARED: Any = {
    "sizes": {"m": 1, "n": 1, "t": 1},
    "scalars": {"a": "real", "b": "real", "p": "positive", "q": "nonnegative", "z": "nonzero"},
    "tensors": {"x": [1, "real"], "y": [2, "real"], "w": [1, "positive"], "c": [1, "count"]},
    "indices": {"i": ["1", "m"], "j": ["1", "m"], "k": ["1", "n"], "r": ["1", "i"], "s": ["2", "m + 1"]},
}
Row = tuple[str, str, str, list[Any], Json]  # left, relation, right, steps before the last one's, fields
Drawn = random.Random


def number(draw: Drawn) -> str:
    """A small number."""
    return draw.choice(["0", "1", "2", "3", "(-1)", "(1/2)", "(-2/3)"])


def positive(draw: Drawn, free: str) -> str:
    """What is > 0 by its signs."""
    at = draw.choice(free) if free else "1"
    return draw.choice(
        ["p", f"w[{at}]", "m", "2", "(p + a**2)", f"(q + w[{at}])", "n", f"c[{at}]", f"(1 + x[{at}]**2)"]
    )


def term(draw: Drawn, free: str, depth: int = 2) -> str:
    """A formula over the free indices, each a letter of `free`."""
    if depth == 0:
        at, to = (draw.choice(free), draw.choice(free)) if free else ("1", "2")
        leaves = [
            number(draw),
            "a",
            "b",
            "p",
            "m",
            f"x[{at}]",
            f"y[{at}, {to}]",
            f"w[{at}]",
            f"x[{at} + 1]",
            at,
        ]
        return draw.choice(leaves)
    left, right = term(draw, free, depth - 1), term(draw, free, depth - 1)
    return draw.choice(
        [
            f"({left} + {right})",
            f"({left} - {right})",
            f"({left}*{right})",
            f"({left}/{positive(draw, free)})",
            f"({left})**2",
            f"sum({left}*x[h] for h in span(1, {draw.choice('mn')}))",
            f"({left}*{positive(draw, free)}**(-1))",
        ]
    )


IDENTITIES = [
    ("({A} + {B})*{C}", "{C}*{B} + {A}*{C}"),
    ("({A} - {B})*({A} + {B})", "({A})**2 - ({B})**2"),
    ("({A} + {B})**3", "({A})**3 + 3*({A})**2*{B} + 3*{A}*({B})**2 + ({B})**3"),
    ("{A}/{P} + {B}/{Q}", "({A}*{Q} + {B}*{P})/({P}*{Q})"),
    ("sqrt({P})**2*{A}", "{A}*{P}"),
    ("{A}/sqrt({P})", "{A}*sqrt({P})/{P}"),
    ("{A}/({P} + {Q})*{P} + {A}*{Q}/({P} + {Q})", "{A}"),
    ("{A}/({P} + sqrt({Q}))", "{A}*sqrt({Q})/({P}*sqrt({Q}) + {Q})"),
    ("({P})**(m + 2)*{A}", "{A}*({P})**m*({P})**2"),
    ("{A}*({P})**(-m)*({P})**(2*m)", "({P})**m*{A}"),
    ("delta(i + 1, j)*{A}", "{A}*delta(j - 1, i)"),
    ("x[i + 2 - 1]*{A} - {A}*x[1 + i]", "0"),
    ("sqrt(({P} + {Q})**2)**2", "({P})**2 + 2*{P}*{Q} + ({Q})**2"),
]


def identity(draw: Drawn) -> tuple[str, str]:
    """Two sides that are equal as rational functions."""
    left, right = draw.choice(IDENTITIES)
    parts = {name: term(draw, "ij", draw.choice([0, 1])) for name in "ABC"}
    parts |= {name: positive(draw, "ij") for name in "PQ"}
    return left.format(**parts), right.format(**parts)


def algebra(draw: Drawn) -> Row:
    if draw.random() < 0.5:
        left, right = identity(draw)
        return left, "=", right, [(left, "algebra", right)], {}
    pairs, (c, d, rest) = [identity(draw), identity(draw)], (term(draw, "ij", 1) for _ in range(3))
    left, right = (f"({c})*({pairs[0][k]}) + {rest} - ({d})*({pairs[1][k]})" for k in (0, 1))
    before = [(a, "algebra", b) for a, b in pairs]
    return left, "=", right, [*before, (left, "algebra", right, [0, 1], [c, f"-({d})"])], {}


def unfold(draw: Drawn) -> Row:
    if draw.random() < 0.3:
        body, place = (
            f"S[{{}} - 1]*{number(draw)} + {term(draw, '', 1)}*{{}}",
            draw.choice(["m", "m + 1", "2", "i"]),
        )
        fields = {**DECLARED["tensors"], "S": [1, "real"]}
        rows = [definition("S", ["t"], body.format("t", "t"), number(draw))]
        sides = f"S[{place}]", body.format(f"({place})", f"({place})")
        return (
            sides[0],
            "=",
            sides[1],
            [(sides[0], "unfold", sides[1])],
            {"tensors": fields, "definitions": rows},
        )
    body = term(draw, "i", 2)
    place = draw.choice(["j", "1", "m", "r", "i"])
    right = _at(body, "i", place)
    rows = [definition("D", ["i"], body)]
    fields = {"tensors": {**DECLARED["tensors"], "D": [1, "real"]}, "definitions": rows}
    return f"D[{place}]", "=", right, [(f"D[{place}]", "unfold", right)], fields


def _at(body: str, index: str, place: str) -> str:
    return re.sub(rf"\b{index}\b", f"({place})", body)


SOME = [("1", "m"), ("1", "n"), ("1", "m + n"), ("m", "m + n"), ("1", "i"), ("i", "m"), ("0", "n - 1")]
SPANS = [*SOME, ("2", "m"), ("1", "i - 1"), ("j + 1", "m")]  # some may be empty


def linearity(draw: Drawn) -> Row:
    pairs = [(term(draw, "ij", 1), term(draw, "uv", 1)) for _ in range(draw.choice([1, 2, 3]))]
    depth = draw.choice([1, 2])
    spans = [draw.choice(SOME) for _ in range(depth)]

    def over(body: str) -> str:
        for name, (low, high) in zip("uv", spans, strict=False):
            body = f"sum({body} for {name} in span({low}, {high}))"
        return body

    if depth == 1:
        pairs = [(c, _at(f, "v", "j")) for c, f in pairs]
    left = over(" + ".join(f"{f}*({c})" for c, f in reversed(pairs)))
    right = " + ".join(f"({c})*{over(f)}" for c, f in pairs)
    arguments = [str(depth), *(part for pair in pairs for part in pair)]
    indices = DECLARED["indices"] | {name: list(ends) for name, ends in zip("uv", spans, strict=False)}
    return left, "=", right, [(left, "linearity", right, [], arguments)], {"indices": indices}


def constant(draw: Drawn) -> Row:
    (low, high), body = draw.choice(SPANS), term(draw, "ij", 1)
    left, right = f"sum({body} for u in span({low}, {high}))", f"({high} + 1 - ({low}))*{body}"
    return left, "=", right, [(left, "constant", right)], {}


def sift(draw: Drawn) -> Row:
    (low, high), place = draw.choice(
        [
            (("1", "m"), "i"),
            (("1", "m"), "1"),
            (("1", "m"), "m"),
            (("1", "m"), "r"),
            (("1", "i"), "r"),
            (("2", "m + 1"), "s"),
            (("0", "m + n"), "i + k"),
            (("0", "m + n"), "i - 1"),
            (("2", "m + 1"), "i + 1"),
        ]
    )
    f = term(draw, "uj", 1)
    left, right = f"sum({f}*delta(u, {place}) for u in span({low}, {high}))", _at(f, "u", place)
    return (
        left,
        "=",
        right,
        [(left, "sift", right, [], [place, f])],
        {"indices": DECLARED["indices"] | {"u": [low, high]}},
    )


def exchange(draw: Drawn) -> Row:
    spans = {
        "u": draw.choice([("1", "m"), ("2", "n + 1")]),
        "v": ("1", "n"),
        "h": draw.choice([("1", "u"), ("1", "m")]),
    }
    body = draw.choice(["{u}*x[{v}] + y[{h}, {u}]", "x[{u}]*y[{v}, {h}] - a", "w[{h}]**2*x[{v}]*{v}"])
    new = dict(zip("uvh", draw.sample(["e", "f", "g", "u", "v"], 3), strict=True))
    order = draw.choice(["uvh", "vuh", "uhv"])
    left = body.format(u="u", v="v", h="h")
    for name in "hvu":
        left = f"sum({left} for {name} in span({spans[name][0]}, {spans[name][1]}))"
    right = body.format(**new)
    for name in reversed(order):
        low, high = spans[name]
        right = f"sum({right} for {new[name]} in span({low}, {new['u'] if high == 'u' else high}))"
    ranges = {name: list(ends) for name, ends in spans.items()}
    fields = {"indices": DECLARED["indices"] | ranges}
    return left, "=", right, [(left, "exchange", right, [], list(order))], fields


def split(draw: Drawn) -> Row:
    low, high, middle, first = draw.choice(
        [
            ("1", "m", "1", "2"),
            ("1", "m + n", "m", "1"),
            ("1", "m + n", "m", "m + 1"),
            ("1", "m", "m", "1"),
            ("1", "m", "0", "1"),
            ("1", "m", "i", "1"),
            ("0", "n", "0", "1"),
            ("1", "m + n + 2", "m + 1", "1"),
        ]
    )
    body = term(draw, "uj", 1)
    shift = f"{middle} + 1 - ({first})"
    whole = f"sum({body} for u in span({low}, {high}))"
    kept = f"sum({body} for u in span({low}, {middle}))"
    stays = (middle, first) in (("1", "2"), ("0", "1")) or first == f"{middle} + 1"
    moved = _at(body, "u", "v" if stays else f"v + ({shift})")
    rest = f"sum({moved} for v in span({first}, {high} - ({shift})))"
    right = f"{rest} + {kept}"
    return whole, "=", right, [(whole, "split", right, [], [middle, rest])], {}


def single(draw: Drawn) -> Row:
    body, place = term(draw, "uj", 1), draw.choice(["1", "m", "i", "m - 1", "3"])
    if draw.random() < 0.3:
        left = f"sum({body} for u in span({place} + 1, {place}))"
        return left, "=", "0", [(left, "single", "0")], {}
    left, right = f"sum({body} for u in span({place}, {place}))", _at(body, "u", place)
    return left, "=", right, [(left, "single", right)], {}


def root(draw: Drawn) -> Row:
    P, Q, c = (
        positive(draw, "ij"),
        positive(draw, "ij"),
        draw.choice(["p", "q", "2", "(a**2)", "delta(i, j)", "m"]),
    )
    left, right = draw.choice(
        [
            (f"sqrt({c}**2*{P})", f"{c}*sqrt({P})"),
            (f"sqrt({P})*sqrt({Q})", f"sqrt({P}*{Q})"),
            (f"1/sqrt({P})", f"sqrt({P})/{P}"),
            (f"sqrt({P}/{Q})", f"sqrt({P})/sqrt({Q})"),
            (f"sqrt({P}**2)", P),
            (f"sqrt({P} + 2*sqrt({P})*{c} + {c}**2)", f"sqrt({P}) + {c}"),
        ]
    )
    return left, "=", right, [(left, "root", right)], {}


def differentiate(draw: Drawn) -> Row:
    body, by = term(draw, "ij", 2), draw.choice(["x[j]", "a", "y[i, j]", "p", "w[i]"])
    if draw.random() < 0.3:
        body = f"{body}*sqrt({positive(draw, 'ij')})"
    fields = {
        "tensors": {**DECLARED["tensors"], "D": [1, "real"]},
        "definitions": [definition("D", ["i"], term(draw, "i", 1))],
    }
    left = f"diff({body} + D[i], {by})"
    names, facts = declare({**DECLARED, **fields})
    reader = Reader(names)
    library = Library(set())
    library.shared = False
    right = library.text(derivative(reader.read(f"{body} + D[i]"), reader.read(by), facts))
    return left, "=", right, [(left, "differentiate", right)], fields


def induction(draw: Drawn) -> Row:
    tensors = {"tensors": {**DECLARED["tensors"], "S": [1, "real"]}}
    start = draw.choice(["0", "a", "1", "b*p"])
    if draw.random() < 0.4:
        r = draw.choice(["p", "z", "2", "(p + 1)"])
        body, closed, factor = f"{r}*S[{{0}} - 1]", f"{start}*{r}**({{0}})", r
        if draw.random() < 0.5:
            body, factor = f"S[{{0}} - 1] + {r}**({{0}})*({r} - 1)", "1"
            closed = f"{start} + {r}**({{0}} + 1) - {r}"
    else:
        coefficients = [draw.choice(["0", "1", "2", "(-1)", "a", "(1/2)"]) for _ in range(3)]
        shape = " + ".join(f"{c}*({{0}})**{k + 1}" for k, c in enumerate(coefficients))
        before = shape.replace("({0})", "({0} - 1)")
        body, closed, factor = f"S[{{0}} - 1] + {shape} - ({before})", f"{start} + {shape}", "1"
    fields = {**tensors, "definitions": [definition("S", ["n"], body.format("n"), start)], "indices": {}}
    right = closed.format("t")
    steps = [
        ("S[1]", "unfold", body.format("1")),
        ("S[0]", "unfold", start),
        ("S[1]", "algebra", closed.format("1"), [0, 1]),
        ("S[t + 1]", "unfold", body.format("(t + 1)")),
        (f"S[t + 1] - ({closed.format('(t + 1)')})", "algebra", f"{factor}*(S[t] - ({right}))", [3]),
        ("S[t]", "induction", right, [2, 4], ["t", factor]),
    ]
    return "S[t]", "=", right, steps, fields


def order(draw: Drawn) -> Row:
    weak = [
        f"({term(draw, 'ij', 1)})**2",
        "q",
        f"delta(i, j)*{positive(draw, 'ij')}",
        f"sum(({term(draw, 'ij', 1)} + x[h])**2 for h in span(1, m))",
        f"sqrt({positive(draw, 'ij')})*q",
        "(i - 1)*p",
        "(m - i)*q",
        "(m + n - i - k)*p",
        "sum(w[h] for h in span(2, n))",
    ]
    gap = " + ".join(draw.choice(weak) for _ in range(draw.choice([1, 2])))
    strict = draw.random() < 0.5
    gap = f"{gap} + {positive(draw, 'ij')}" if strict else gap
    base = term(draw, "ij", 1)
    sides = (f"{base} + {gap}", base)
    relation = draw.choice([">", ">="] if strict else [">="])
    if draw.random() < 0.5:
        sides, relation = (sides[1], sides[0]), relation.replace(">", "<")
    last = (sides[0], "order", sides[1], [], [gap], relation)
    return sides[0], relation, sides[1], [last], {}


GENERATORS: dict[str, Callable[[Drawn], Row]] = {
    made.__name__: made
    for made in (
        algebra,
        unfold,
        linearity,
        constant,
        sift,
        exchange,
        split,
        single,
        root,
        differentiate,
        induction,
        order,
    )
}


def random_certificate(rule: str, seed: object) -> Json:
    """A certificate whose last step is a random use of the rule."""
    left, relation, right, steps, fields = GENERATORS[rule](random.Random(f"{rule} {seed}"))
    line = {
        "relation": relation,
        "term": right,
        "reason": "",
        "eq": "",
        "steps": [step(*row) for row in steps],
    }
    return certificate(left, relation, right, [line], **{**DECLARED, **fields})
