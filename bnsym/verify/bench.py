"""What a layer's checks measure against: its cases and their 50-digit answers, each worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from bnsym.layers.layer import Layer
from bnsym.verify import oracle
from bnsym.verify.cases import Case, named_case
from bnsym.verify.compare import Array, compare, same_form
from bnsym.verify.kernel import Kernel
from bnsym.verify.layout import reduced_axis
from bnsym.verify.oracle import Exact, Expected


class Bench:
    """Cases by name, with what the layer comes to in them."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.reduced_axis = reduced_axis(layer)
        self.case: Callable[[str], Case] = cache(named_case)
        self.expected: Callable[[str], Expected] = cache(self._expected)
        self._inference: dict[str, Exact] = {}

    def _expected(self, name: str) -> Expected:
        return oracle.training(self.layer, self.case(name))

    def inference(self, name: str, running: dict[str, Array]) -> Exact:
        """What inference comes to; a name always goes with the same running averages."""
        if name not in self._inference:
            self._inference[name] = oracle.inference(self.layer, self.case(name), running)
        return self._inference[name]


def agree(
    kernel: Kernel,
    case: Case,
    expected: Expected,
    arrange: Callable[[Array], Array] = lambda array: array,
    restore: Callable[[Array], Array] = lambda array: array,
    **options: Any,
) -> float:
    """The most that output, gradients or statistics use of their budgets; MismatchError beyond.

    `arrange` brings x and grad_y into the layout that the kernel is called with, `restore` brings results
    back to (rows, C).
    """
    dtype = case.x.dtype
    given = {name: getattr(case, name).copy() for name in ("x", "gamma", "beta", "grad_y")}
    given |= {name: arrange(given[name]) for name in ("x", "grad_y")}
    x = given["x"]
    y, saved = kernel.forward(x, given["gamma"], given["beta"], eps=case.eps, **options)
    gradients = kernel.backward(given["grad_y"], saved)
    for name, array in given.items():
        after = restore(array) if name in ("x", "grad_y") else array
        compare(f"{name} after forward and backward", after, getattr(case, name), 0.0 * after)
    same_form("y", y, x.shape, dtype)
    same_form("grad_x", gradients.grad_x, x.shape, dtype)
    used = [matches("y", restore(y), expected.y, dtype)]
    for name, exact in expected.gradients.items():
        actual = getattr(gradients, name)
        used.append(matches(name, restore(actual) if name == "grad_x" else actual, exact, dtype))
    for name, exact in expected.statistics.items():
        if hasattr(saved, name):
            statistic = getattr(saved, name)
            used.append(
                compare(f"saved.{name}", statistic.ravel(), exact.value, exact.budget(statistic.dtype))
            )
    return max(used)


def matches(what: str, actual: Array, exact: Exact, dtype: Any) -> float:
    """How much of its budget `actual` uses, after its form was compared."""
    same_form(what, actual, exact.value.shape, dtype)
    return compare(what, actual, exact.value, exact.budget(dtype))
