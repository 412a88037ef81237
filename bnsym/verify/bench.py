"""What a layer's checks measure against: its cases and their 50-digit answers, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.layers.layer import Layer
from bnsym.verify import oracle
from bnsym.verify.cases import COMPUTED_IN, Case, named_case
from bnsym.verify.compare import Array, compare, same_form
from bnsym.verify.kernel import Kernel
from bnsym.verify.oracle import Exact, Expected
from bnsym.verify.standard import parameter_names


class Bench:
    """Cases by name, with what the layer comes to in them; `computed_in`: the type a kernel has for each."""

    def __init__(self, layer: Layer, computed_in: Mapping[str, Any] = COMPUTED_IN) -> None:
        self.layer, self.computed_in = layer, computed_in
        self.case: Callable[[str], Case] = cache(self._case)
        self.expected: Callable[[str], Expected] = cache(self._expected)
        self.is_known: Callable[[str], bool] = cache(self._is_known)
        self._kept: dict[tuple[str, ...], Any] = {}

    def _case(self, name: str) -> Case:
        return named_case(name, parameter_names(self.layer))

    def _expected(self, name: str) -> Expected:
        return oracle.training(self.layer, self.case(name), self.computed_in)

    def known(self, names: Sequence[str]) -> list[str]:
        """The cases in which the layer's equations, as they stand, do not lose every digit to rounding."""
        return [name for name in names if self.is_known(name)]

    def _is_known(self, name: str) -> bool:
        try:
            self.expected(name)
        except UndefinedValueError:
            return False
        return True

    def once(self, key: tuple[str, ...], make: Callable[[], Any]) -> Any:
        """What is made for this key, made once."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def inference(self, name: str, running: dict[str, Array]) -> Exact:
        """What inference comes to; a name always goes with the same running averages."""
        exact: Exact = self.once(
            ("inference", name),
            lambda: oracle.inference(self.layer, self.case(name), running, self.computed_in),
        )
        return exact


def agree(
    kernel: Kernel,
    case: Case,
    expected: Expected,
    arrange: Callable[[Array], Array] = lambda array: array,
    restore: Callable[[Array], Array] = lambda array: array,
    channel_axis: int | np.int64 = 1,
) -> float:
    """The most that output, gradients or statistics use of their budgets; MismatchError beyond.

    `arrange` brings x and grad_y into the layout that the kernel is called with, `restore` brings results
    back to (rows, C).
    """
    dtype = case.x.dtype
    x, *parameters = case.arguments
    x, grad_y = arrange(x), arrange(case.grad_y.copy())
    y, saved = kernel.forward(x, *parameters, **kernel.options(case.eps, channel_axis))
    gradients = kernel.gradients(grad_y, saved)
    for name, after, before in (
        ("x", restore(x), case.x),
        ("grad_y", restore(grad_y), case.grad_y),
        *zip(case.parameters, parameters, case.parameters.values(), strict=True),
    ):
        compare(f"{name} after forward and backward", after, before, 0.0 * after)
    same_form("y", y, x.shape, dtype)
    same_form("grad_x", gradients["grad_x"], x.shape, dtype)
    gradients["grad_x"] = restore(gradients["grad_x"])
    used = [matches("y", restore(y), expected.y, dtype)]
    used += [matches(name, gradients[name], exact, dtype) for name, exact in expected.gradients.items()]
    for name, exact in expected.statistics.items():
        statistic = getattr(saved, name, None)
        if isinstance(statistic, np.ndarray):
            used.append(
                compare(f"saved.{name}", statistic.ravel(), exact.value, exact.budget(statistic.dtype))
            )
    return max(used)


def matches(what: str, actual: Array, exact: Exact, dtype: Any) -> float:
    """How much of its budget `actual` uses, after its form was compared."""
    same_form(what, actual, exact.value.shape, dtype)
    return compare(what, actual, exact.value, exact.budget(dtype))
