"""Wrong kernels of layers whose formula is not known here: faults that need no formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.kernel import Kernel, of_standard
from bnsym.verify.mutant import Mutant

# of a gradient, and of x's shape
OF_GRADIENTS: Mapping[str, Callable[[Array], Array]] = {
    "sign flipped": lambda gradient: -gradient,
    "a thousandth too large": lambda gradient: (gradient * 1.001).astype(gradient.dtype),
    "left at 0": lambda gradient: 0 * gradient,
    "in reverse order": lambda gradient: gradient[::-1],
}


def _with_gradient(place: int, wrong: Callable[[Array], Array]) -> Callable[[Kernel], Kernel]:
    """Change the gradient by x (place 0) or by the last parameter (place -1)."""

    def change(kernel: Kernel) -> Kernel:
        def backward(grad_y: Array, saved: Any) -> Any:
            gradients = list(kernel.backward(grad_y, saved))
            gradients[place] = wrong(gradients[place])
            return tuple(gradients)

        return replace(kernel, backward=backward)

    return change


def _eps_twice(kernel: Kernel) -> Kernel:
    def twice(call: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*args: Any, **options: Any) -> Any:
            call(*args, **options)  # refuses what the right kernel refuses
            return call(*args, **options | {"eps": 2 * options.get("eps", 1e-5)})

        return changed

    return replace(kernel, forward=twice(kernel.forward))


def _inference_of_ones(kernel: Kernel) -> Kernel:
    def inference(x: Array, *others: Array, **options: Any) -> Array:
        kernel.inference(x, *others, **options)
        return np.asarray(kernel.inference(np.ones_like(x), *others, **options))

    return replace(kernel, inference=inference)


def of_other(kernel: Kernel) -> bool:
    """Of layers that are no normalization by mean and variance."""
    return not of_standard(kernel)


def _with_parameters(kernel: Kernel) -> bool:
    return of_other(kernel) and bool(kernel.parameters)


def _with_eps(kernel: Kernel) -> bool:
    return of_other(kernel) and kernel.takes_eps


MUTANTS: tuple[Mutant, ...] = (
    *(Mutant(f"gradient by x: {n}", _with_gradient(0, wrong), of_other) for n, wrong in OF_GRADIENTS.items()),
    *(
        Mutant(f"gradient by the last parameter: {n}", _with_gradient(-1, wrong), _with_parameters)
        for n, wrong in OF_GRADIENTS.items()
    ),
    Mutant("forward and backward: eps twice", _eps_twice, _with_eps),
    Mutant("inference of ones", _inference_of_ones, of_other),
)
