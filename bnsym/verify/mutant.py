"""What a mutant is: a wrong kernel, made from a right one by one named change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bnsym.layers.layer import Layer
from bnsym.verify.compare import Array
from bnsym.verify.kernel import Kernel
from bnsym.verify.layout import reduced_axis
from bnsym.verify.parts import Call, Parts


def everywhere(layer: Layer) -> bool:
    """Of every layer."""
    return True


def with_statistics(layer: Layer) -> bool:
    """Of layers that keep running statistics."""
    return bool(layer.statistics)


def over_rows(layer: Layer) -> bool:
    """Of layers that normalize over rows, hence over pixels too."""
    return reduced_axis(layer) == 0


@dataclass(frozen=True)
class Mutant:
    """A name that says what is wrong, the change, and the layers that it is a change of."""

    name: str
    change: Callable[[Kernel], Kernel]
    of: Callable[[Layer], bool] = everywhere


def kept(kernel: Kernel) -> Callable[..., tuple[Array, Call]]:
    """The kernel's forward, which keeps its call."""
    axis = reduced_axis(kernel.layer)

    def forward(x: Array, gamma: Array, beta: Array, **options: Any) -> tuple[Array, Call]:
        y, saved = kernel.forward(x, gamma, beta, **options)
        return y, Call(saved, x, gamma, beta, axis, **options)

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
