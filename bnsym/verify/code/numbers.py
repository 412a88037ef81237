"""The user's code on plain float64 arrays: for guessing how it is called, and for confirming refutations."""

from __future__ import annotations

import contextlib
import io
import math
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bnsym.terms.nodes import Sign
from bnsym.verify.code.asking import Asking
from bnsym.verify.code.limits import told
from bnsym.verify.code.roles import Array, Scalar

DRAWN = {"N": 5, "C": 6, "D": 6, "F": 6, "H": 7, "W": 11, "T": 7, "B": 5, "G": 2, "L": 13, "M": 17, "S": 19}
SPARE = (8, 9, 10, 14, 15, 16, 21, 22)
POSITIVE = 0.3


def trial_sizes(names: tuple[str, ...], given: Mapping[str, int]) -> dict[str, int]:
    """Numbers for size names, all different: from a length of an array its name can be told."""
    found = dict(given)
    for name in names:
        taken = set(found.values())
        free = (
            k
            for k in (DRAWN.get(name[:1].upper(), 8), *DRAWN.values(), *SPARE, *range(23, 99))
            if k not in taken
        )
        found.setdefault(name, next(free))
    return found


def length(size: str, sizes: Mapping[str, int]) -> int:
    """The number that `N`, `C*H*W` or `3` stands for."""
    return math.prod(sizes[part] if part in sizes else int(part) for part in size.split("*"))


@dataclass
class Numbers:
    """Makes float64 arrays: those given, or drawn ones."""

    sizes: Mapping[str, int]
    arrays: dict[str, Any] = field(default_factory=dict)
    scalars: dict[str, float] = field(default_factory=dict)
    tables: list[Asking] = field(default_factory=list)
    seed: int = 7

    def array(self, name: str, role: Array) -> Any:
        """The array given under that name, or a drawn one."""
        if name not in self.arrays:
            self.arrays[name] = self._drawn(
                name, tuple(length(size, self.sizes) for size in role.shape), role.sign
            )
        made = self.arrays[name]
        return made.copy() if made.ndim else np.float64(made)

    def scalar(self, name: str, role: Scalar) -> Any:
        """The number given under that name, or one that is neither 0 nor 1."""
        return self.scalars.setdefault(name, POSITIVE)

    def size(self, size: str) -> int:
        """The size's number."""
        return length(size, self.sizes)

    def upstream(self, name: str, output: Any) -> Any:
        """An array of the output's shape."""
        if name not in self.arrays:
            self.arrays[name] = self._drawn(name, np.shape(output), Sign.REAL)
        return self.arrays[name].copy()

    def table(self, items: dict[str, Any]) -> dict[str, Any]:
        """A dict that notes which keys it lacks."""
        self.tables.append(Asking(items))
        return self.tables[-1]

    def call(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """The call, without what it prints or warns of."""
        with quiet():
            try:
                return function(*given, **named)
            except SystemExit as error:
                raise RuntimeError(f"it ends the program at {told(error)}") from error

    def _drawn(self, name: str, shape: tuple[int, ...], sign: Sign) -> Any:
        random = np.random.default_rng([self.seed, *name.encode()])
        drawn = random.normal(0.4, 1.0, shape)
        return drawn if sign is Sign.REAL else np.abs(drawn) + 0.1


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Nothing that the user's code prints or warns of is shown; what it reads is empty."""
    with (
        _no_input(),
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _no_input() -> Iterator[None]:
    before, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = before


def size_name(number: int, sizes: Mapping[str, int], order: tuple[str, ...]) -> str | None:
    """The size, or the product of neighbouring sizes in `order`, that is this long; None if there is none."""
    if number == 1:
        return "1"
    for name, known in sizes.items():
        if known == number and name in order:
            return name
    for start in range(len(order)):
        for stop in range(start + 2, len(order) + 1):
            if math.prod(sizes[name] for name in order[start:stop]) == number:
                return "*".join(order[start:stop])
    return next((name for name, known in sizes.items() if known == number), None)
