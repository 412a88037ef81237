"""The labels of the corpus, by central differences alone: nothing of bnsym is used here.

Each implementation runs as it stands, in float64, on random values with x as spread as the root of eps
and a random upstream gradient.
"""

from __future__ import annotations

import numpy as np
import pytest
from corpus.calling import EPS, Case
from corpus.entry import IMPLEMENTATIONS, MISTAKES, Entry
from corpus.table import TABLE

SIZES = (
    {"N": 4, "D": 3, "C": 4, "G": 2, "H": 3, "W": 2, "B": 2, "T": 3, "O": 2, "I": 4, "L": 3},
    {"N": 3, "D": 5, "C": 6, "G": 3, "H": 2, "W": 3, "B": 3, "T": 2, "O": 3, "I": 3, "L": 2},
)
AGREE, DIFFER = 1e-6, 1e-2
ZERO = 1e-3  # a right gradient that is zero in every entry is compared as if it were this large


def central_differences(case: Case, of: str, upstream: np.ndarray) -> np.ndarray:
    """The derivative of sum(upstream * output) by each entry of an array."""
    array = np.array(case.arrays[of], dtype=float)
    step = 1e-4 * float(np.abs(array).max())
    slopes = np.empty_like(array)
    for at in np.ndindex(array.shape):
        losses = []
        for shift in (step, -step):
            moved = array.copy()
            moved[at] += shift
            losses.append(float(np.sum(upstream * case.output({**case.arrays, of: moved}))))
        slopes[at] = (losses[0] - losses[1]) / (2 * step)
    return slopes


def distance(claimed: np.ndarray, right: np.ndarray) -> float:
    """The largest difference in parts of the largest right value; infinite where shapes differ."""
    if claimed.shape != right.shape or not np.isfinite(claimed).all():
        return np.inf
    return float(np.abs(claimed - right).max() / max(np.abs(right).max(), ZERO))


def verdict(far: float) -> str:
    """What such a distance shows."""
    return "proved" if far < AGREE else "refuted" if far > DIFFER else "unclear"


def textbook(case: Case) -> np.ndarray:
    """The catalogue's layers, written once more."""
    x, gamma, beta = (case.arrays[name] for name in ("x", "gamma", "beta"))
    axes = (1,) if case.entry.against == "layer_norm" else (0, *range(2, x.ndim))
    wide = (-1, *(1,) * (x.ndim - 2))
    centred = x - x.mean(axis=axes, keepdims=True)
    root = np.sqrt((centred**2).mean(axis=axes, keepdims=True) + EPS)
    return gamma.reshape(wide) * centred / root + beta.reshape(wide)


def distances(case: Case, rng: np.random.Generator) -> dict[str, float]:
    """How far each claim of an implementation is from what is right."""
    output = case.output(case.arrays)
    if case.entry.against:
        return {"output": distance(output, textbook(case))}
    upstream = rng.normal(0.3, 1, output.shape)
    claims = case.gradients(upstream)
    return {of: distance(claim, central_differences(case, of, upstream)) for of, claim in claims.items()}


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry.name)
def test_label_is_what_differences_say(entry: Entry) -> None:
    rng = np.random.default_rng(20)
    for sizes in SIZES:
        for of, far in distances(Case.random(entry, sizes, rng), rng).items():
            assert verdict(far) == entry.expected[of], f"{entry.name}, {of} at {sizes}: off by {far:.3g}"


def test_names_differ() -> None:
    assert len({entry.name for entry in TABLE}) == len(TABLE)


def test_every_mistake_is_a_known_kind_and_every_kind_occurs() -> None:
    found = {kind for entry in TABLE for kind in entry.wrong.values()}
    assert found == set(MISTAKES)


def test_wrong_gradients_are_gradients() -> None:
    assert all(entry.wrong.keys() <= entry.gradients.keys() for entry in TABLE)


def test_every_file_has_rows() -> None:
    assert {entry.file for entry in TABLE} == {path.name for path in IMPLEMENTATIONS.glob("*.py")}


def test_half_are_right() -> None:
    right = sum(not entry.wrong for entry in TABLE)
    assert 0.4 < right / len(TABLE) < 0.6
