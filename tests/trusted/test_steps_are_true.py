"""What each rule accepts is true: steps of the suite's certificates, evaluated at exact random points."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict

from trusted.plain_values import holds
from trusted.small_certificates import Json
from trusted.suite_certificates import suite_certificates

EACH = 25  # steps of a rule
LONG = 1_500  # characters of a claim, its terms written out
RULES = {"algebra", "unfold", "linearity", "constant", "exchange", "single"}


def whole(text: str, terms: list[str]) -> str:
    """The text with its shared terms written out."""
    while (found := re.search(r"(?<!\w)_(\d+)(?!\w)", text)) and len(text) <= LONG:
        text = f"{text[: found.start()]}({terms[int(found[1])]}){text[found.end() :]}"
    return text


def claims() -> dict[str, list[Json]]:
    """Rule to the certificates that state a step's claim."""
    rows: dict[str, list[Json]] = defaultdict(list)
    for found in suite_certificates().values():
        for step in [*found["lemmas"], *(step for line in found["proof"] for step in line["steps"])]:
            left, relation, right = (whole(text, found["terms"]) for text in step["claim"])
            if len(left) + len(right) <= LONG:
                rows[step["by"]].append({**found, "statement": [left, relation, right]})
    return rows


def test_steps_hold_at_random_points() -> None:
    counts: Counter[str] = Counter()
    for rule, rows in sorted(claims().items()):
        for row in random.Random(rule).sample(rows, min(EACH, len(rows))):
            counts[rule] += holds(row, range(8), 3)
    print(f"points at which a step of a rule was evaluated: {dict(counts)}")
    assert counts.keys() >= RULES
    assert counts.total() > 3_000
