"""Certificates written by hand, a few lines each, for tests of the trusted checker."""

from __future__ import annotations

import copy
import json
from typing import Any

Json = dict[str, Any]
EMPTY: Json = {
    "format": "bnsym certificate 2",
    "bnsym": "0.1.0",
    "theorem": "test.claim",
    "source": "",
    "scalars": {},
    "sizes": {},
    "tensors": {},
    "indices": {},
    "definitions": [],
    "lemmas": [],
    "needs": [],
    "terms": [],
}


def certificate(left: str, relation: str, right: str, proof: Any = (), **fields: Any) -> Json:
    """A certificate of one line.  `proof`: its steps, or whole lines.  An instance has sizes of 2 or more."""
    whole = bool(proof) and isinstance(proof[0], dict)
    lines = proof if whole else [_line("=", right, [step(*row) for row in proof])]
    sizes = {name: max(2, least) for name, least in fields.get("sizes", {}).items()}
    instance = {"sizes": sizes, "values": fields.pop("values", {})}
    own = {"statement": [left, relation, right], "proof": _continued(left, lines), "instance": instance}
    return copy.deepcopy({**EMPTY, **own, **fields})


def step(left: str, rule: str, right: str, using: Any = (), arguments: Any = (), relation: str = "=") -> Json:
    """One step of a line."""
    return {"claim": [left, relation, right], "by": rule, "using": list(using), "with": list(arguments)}


def order(relation: str, term: str, difference: str) -> list[Json]:
    """A line by signs, from where the line before it ends."""
    return [_line(relation, term, [step("", "order", term, (), [difference], relation)])]


def _continued(left: str, lines: list[Json]) -> list[Json]:
    done = copy.deepcopy(lines)
    for line in done:
        for row in line["steps"]:
            row["claim"][0] = row["claim"][0] or left
        left = line["term"]
    return done


def definition(name: str, parameters: list[str], body: str, initial: str | None = None) -> Json:
    """One row of `definitions`."""
    return {"name": name, "parameters": parameters, "body": body, "initial": initial, "eq": ""}


def written(found: Json) -> bytes:
    """The bytes of a certificate."""
    return json.dumps(found).encode()


def _line(relation: str, term: str, steps: list[Json]) -> Json:
    return {"relation": relation, "term": term, "reason": "by hand", "eq": "", "steps": steps}
