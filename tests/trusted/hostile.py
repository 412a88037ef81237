"""Files that try to hang, to fill the memory, to run code, or to make a traceback."""

from __future__ import annotations

import json
from typing import Any

from trusted.small_certificates import Json, certificate, definition, written

FIELDS: Any = {"sizes": {"m": 1}, "scalars": {"x": "real", "p": "positive"}, "tensors": {"y": [1, "real"]}}
NINES = "9" * 60


def claim(text: str, terms: list[str] | None = None, **fields: Any) -> bytes:
    """text = text."""
    return written(
        certificate(text, "=", text, [(text, "algebra", text)], terms=terms or [], **{**FIELDS, **fields})
    )


def sharing(first: str, count: int, pattern: str) -> list[str]:
    """Terms in which each one is made of the one before, `{0}`."""
    return [first, *(pattern.format(f"_{k}") for k in range(count))]


def with_step(step: tuple[Any, ...], terms: list[str]) -> bytes:
    """A claim x = x whose first step is the one that is tried."""
    steps = [step, ("x", "algebra", "x")]
    return written(certificate("x", "=", "x", steps, terms=terms, **FIELDS))


def _identity(terms: list[str]) -> bytes:
    last = f"_{len(terms) - 1}"
    return with_step((last, "algebra", last), terms)


PLAIN: Json = json.loads(claim("x"))
GOOD = written(PLAIN)
FILES: dict[str, bytes] = {
    "a million nested brackets": b"[" * 10**6,
    "a million nested objects": b'{"a":' * 10**6,
    "brackets in a formula": claim("(" * 90_000 + "x" + ")" * 90_000),
    "minus signs in a formula": claim("-" * 90_000 + "x"),
    "a tower in a formula": claim("**".join(["x"] * 30_000)),
    "positions in positions": claim("y[" * 30_000 + "1" + "]" * 30_000),
    "attributes": claim("x" + ".a" * 40_000),
    "a number of ten million digits": b"9" * 10**7,
    "a number of three million digits in JSON": GOOD.replace(b'"m": 1', b'"m": ' + b"9" * 3_000_000),
    "a number of 90,000 digits": claim("9" * 90_000),
    "a number of 90,000 digits to the base 16": claim("x*0x" + "f" * 90_000),
    "the exponent 10**9": claim("x**1000000000"),
    "the exponent 10**60": claim(f"2**{NINES}"),
    "a symbolic exponent": claim(f"1**(m + {NINES})"),
    "nothing to a great power": with_step((f"(x - x)**(m + {NINES})", "algebra", "x"), []),
    "a tower by sharing": _identity(sharing("x + p", 12, "{0}**32")),
    "a tower of a fraction": _identity(sharing("1/7", 12, "{0}**32")),
    "a tower of 2": _identity(sharing("2", 12, "{0}**32")),
    "products by sharing": _identity(sharing("x", 90, "{0}*{0}")),
    "sums by sharing": _identity(sharing("x", 90, "{0} + {0}")),
    "sums of products by sharing": _identity(sharing("x", 90, "({0} + 1)*({0} + p)")),
    "positions by sharing": with_step(("y[_90]", "algebra", "y[_90]"), sharing("m", 90, "2*({0} + {0})")),
    "roots by sharing": _identity(sharing("p", 3_000, "sqrt({0} + p)")),
    "derivatives by sharing": with_step(("diff(_60, x)", "differentiate", "x"), sharing("x", 60, "{0}*({0} + 1)")),  # noqa: E501
    "derivatives that are 0 by sharing": with_step(
        ("diff(_90, x)", "differentiate", "0"), sharing("p", 90, "({0} + 1)*({0} + 2)")
    ),
    "ends of ranges by sharing": with_step(
        ("sum(x for i in span(1, _90))", "constant", "_90*x"), sharing("m", 90, "({0} + 1)*({0} + 2)")
    ),
    "signs by sharing": with_step(
        ("sqrt(_90*_90)", "algebra", "sqrt(_90*_90)"), sharing("p", 90, "({0} + x)*({0} + p)")
    ),
    "sums in sums": written(
        certificate("x", "=", "x", [
            *[("_800", "exchange", "_800", [], [f"b{k}" for k in range(800, 0, -1)])] * 800,
            ("x", "algebra", "x")],
            terms=["x", *(f"sum(_{k} for b{k + 1} in span(1, m))" for k in range(800))],
            **{**FIELDS, "indices": {f"b{k}": ["1", "m"] for k in range(1, 801)}},
        )
    ),
    "many inductions": written(
        certificate("x", "=", "x", [
            ("0", "algebra", "0"), *[("0", "induction", "0", [0, 0], ["m", "0"])] * 15_000,
            ("x", "algebra", "x")],
            **{**FIELDS, "tensors": {f"D{k}": [0, "real"] for k in range(1_500)}},
            definitions=[definition(f"D{k}", [], f"x + p*{k}") for k in range(1_500)])
    ),
    "many equations used": written(
        certificate("x", "=", "x", [
            ("y[1]", "algebra", "y[1]"), *[("x", "algebra", "x", [0] * 1_000)] * 1_000,
            ("x", "algebra", "x")], **FIELDS)
    ),
    "a wide product": with_step(
        ("diff(_15, x)", "differentiate", "x"),
        [f"{f'_{k - 1}*' if k else ''}" + "*".join(f"(x + {k * 100 + n})" for n in range(100)) for k in range(16)],  # noqa: E501
    ),
    "fractions without end": _identity(
        [f"{f'_{k - 1} + ' if k else ''}" + " + ".join(f"1/{10**55 + 7 * (100 * k + n)}" for n in range(100)) for k in range(19)]  # noqa: E501
    ),
    "a power in the instance": claim("x", values={"x": "1e999999999"}),
    "a size of the instance": written({**PLAIN, "instance": {"sizes": {"m": 10**9}, "values": {}}}),
    "half a million steps": written(certificate("x", "=", "x", [("x", "algebra", "x")] * 50_000, **FIELDS)),
    "duplicate keys": GOOD.replace(b'"source": ""', b'"source": "", "source": ""'),
    "an unknown rule": with_step(("x", "believe", "x"), []),
    "truncated": GOOD[: len(GOOD) // 2],
    "not UTF-8": GOOD.replace(b"test.claim", b"\xff\xfe"),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "NaN": GOOD.replace(b'"m": 1', b'"m": NaN'),
    "infinity": GOOD.replace(b'"m": 1', b'"m": Infinity'),
    "a float": GOOD.replace(b'"m": 1', b'"m": 1.0'),
    "true for a number": GOOD.replace(b'"m": 1', b'"m": true'),
    "a step before the first": with_step(("x", "algebra", "x", [-1]), []),
    "a step that uses itself": with_step(("x", "algebra", "x", [0]), []),
    "a step that uses a later one": with_step(("x", "algebra", "x", [1]), []),
    "true for a step": with_step(("x", "algebra", "x", [False]), []),
    "a term of itself": claim("x", ["_0"]),
    "a term of a later one": claim("x", ["_1", "x"]),
    "an empty file": b"",
    "a formula and a million spaces": claim("x" + " " * 1_000_000),
    "a number for a formula": written({**PLAIN, "statement": [1, "=", 1]}),
    "a size and a half": written({**PLAIN, "instance": {"sizes": {"m": 1.5}, "values": {}}}),
    "four million spaces": GOOD + b" " * 4_000_000,
    "a list of the keys": json.dumps(list(PLAIN)).encode(),
    "a key too many": written({**PLAIN, "extra": 1}),
    "a key too few": written({key: value for key, value in PLAIN.items() if key != "lemmas"}),
    "another format": written({**PLAIN, "format": "bnsym certificate 1"}),
    "a formula of 200,000 characters": claim("x" + " + x" * 50_000),
    "a number of 61 digits": claim("9" * 61),
    "no object": b"[]",
    "a null byte in a formula": claim("x\0"),
    "half a surrogate": GOOD.replace(b'"source": ""', b'"source": "\\ud800"'),
    "half a surrogate in a formula": claim("x\ud800"),
    "control characters in the title": GOOD.replace(b"test.claim", b"\\u001b[2K\\n1 = 0"),
    **{
        f"code: {text[:40]}": claim(text)
        for text in (
            "().__class__", "x.__class__", "__import__('os')", "(lambda: x)()", "(y := x)", "f'{x}'", "[x for x in y]",  # noqa: E501
            "x if x else x", "x and x", "x < x", "not x", "x @ x", "x % x", "x // x", "y[1:2]", "y[...]", "*x", "x, x",  # noqa: E501
            "sum(x for i in span(1, m) if x)", "sum(x for i in span(1, m) for j in span(1, m))", "sum(x for i in y)",  # noqa: E501
            "sqrt(x, x)", "exec('x')", "True", "None", "1.5", "1j", "'x'", "b'x'",
            "\u0663", "x**\u00b2", "\u2460", "\uff58", "_\u0660", "await x", "{x: x}", "x # x", "",
        )
    },
}  # fmt: skip
