"""What a mutant is: a wrong kernel, made from a right one by one named change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.kernel import Kernel, of_standard
from bnsym.verify.parts import Call, Parts


def with_statistics(kernel: Kernel) -> bool:
    """Of those that keep running statistics too."""
    return of_standard(kernel) and bool(kernel.layer.statistics)


def over_rows(kernel: Kernel) -> bool:
    """Of those that normalize over rows, hence over pixels too."""
    return kernel.axis == 0


@dataclass(frozen=True)
class Mutant:
    """A name that says what is wrong, the change, and the kernels that it is a change of."""

    name: str
    change: Callable[[Kernel], Kernel]
    of: Callable[[Kernel], bool] = of_standard


def kept(kernel: Kernel) -> Callable[..., tuple[Array, Call]]:
    """The kernel's forward, which keeps its call."""

    def forward(x: Array, gamma: Array, beta: Array, **options: Any) -> tuple[Array, Call]:
        y, saved = kernel.forward(x, gamma, beta, **options)
        return y, Call(saved, x, gamma, beta, kernel.axis or 0, **options)

    return forward


def with_gradient(name: str, wrong: Callable[[Parts, Array], Array]) -> Callable[[Kernel], Kernel]:
    """Change one of the gradients: from the parts and the right gradient in float64 (grad_x: as rows)."""

    def change(kernel: Kernel) -> Kernel:
        def backward(grad_y: Array, saved: Call) -> Any:
            right = kernel.backward(grad_y, saved.saved)
            with np.errstate(all="ignore"):
                value = getattr(right, name)
                value = saved.rows(value) if name == "grad_x" else value.astype(np.float64)
                result = wrong(Parts(saved, grad_y), value)
                result = saved.like_x(result) if name == "grad_x" else result.astype(saved.x.dtype)
            return right._replace(**{name: result})

        return replace(kernel, forward=kept(kernel), backward=backward)

    return change


def with_output(wrong: Callable[[Parts, Array], Array]) -> Callable[[Kernel], Kernel]:
    """Change the output of the forward alone: from the parts and the right output as rows."""

    def change(kernel: Kernel) -> Kernel:
        forward = kept(kernel)

        def mutated(x: Array, gamma: Array, beta: Array, **options: Any) -> tuple[Array, Any]:
            y, call = forward(x, gamma, beta, **options)
            with np.errstate(all="ignore"):
                return call.like_x(wrong(Parts(call), call.rows(y))), call.saved

        return replace(kernel, forward=mutated)

    return change
