"""Wrong outputs: of the forward alone, of forward and backward together, of inference, of running averages.

A mutant that is wrong in forward and backward together is a right gradient of a wrong layer: differences
cannot see it, and only the oracle does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bnsym.verify.compare import Array
from bnsym.verify.kernel import Kernel
from bnsym.verify.mutant import Mutant, with_output, with_statistics
from bnsym.verify.parts import Call, Parts


def _normalized(p: Parts, divisor: Array, centred: Array | None = None) -> Array:
    return p.gamma * ((p.centred if centred is None else centred) / divisor) + p.beta


def _other_axis(p: Parts, right: Array) -> Array:
    axis = 1 - p.call.axis
    centred = p.x - p.average(p.x, axis)
    return _normalized(p, np.sqrt(p.average(centred**2, axis) + p.eps), centred)


def _one_pass(p: Parts, right: Array) -> Array:
    x = p.x.astype(p.call.x.dtype)
    var = p.average(x * x) - p.average(x) ** 2
    return _normalized(p, np.sqrt(np.maximum(var, 0) + p.eps))


def _narrow(p: Parts, right: Array) -> Array:
    narrow = p.call.x.dtype.type
    x = p.x.astype(narrow)
    centred = x - p.average(x).astype(narrow)
    s = np.sqrt(p.average(centred * centred).astype(narrow) + narrow(p.eps))
    return np.asarray(p.gamma.astype(narrow) * (centred / s) + p.beta.astype(narrow))


FORWARD: Mapping[str, Callable[[Parts, Array], Array]] = {
    "unbiased variance": lambda p, right: _normalized(p, np.sqrt(p.unbiased * p.var + p.eps)),
    "eps outside the root": lambda p, right: _normalized(p, np.sqrt(p.var) + p.eps),
    "eps dropped": lambda p, right: _normalized(p, np.sqrt(p.var)),
    "the variance not rooted": lambda p, right: _normalized(p, p.var + p.eps),
    "mean not subtracted": lambda p, right: _normalized(p, p.s, p.x),
    "mean of absolute deviations for s": lambda p, right: _normalized(p, p.average(abs(p.centred)) + p.eps),
    "gamma dropped": lambda p, right: p.xhat + p.beta,
    "beta dropped": lambda p, right: right - p.beta,
    "beta inside the product": lambda p, right: p.gamma * (p.xhat + p.beta),
    "normalized along the wrong axis": _other_axis,
    "one-pass variance, in x's own precision": _one_pass,
    "computed in x's own precision": _narrow,
}


def _called_otherwise(
    arguments: Callable[[Array, Array, dict[str, Any], float], tuple[Array, dict[str, Any]]],
    scale: Callable[[float], float] = lambda m: 1.0,
) -> Callable[[Kernel], Kernel]:
    """Wrong in forward and backward together: the right kernel, with another gamma and other options."""

    def change(kernel: Kernel) -> Kernel:
        axis = kernel.axis or 0

        def forward(x: Array, gamma: Array, beta: Array, **options: Any) -> tuple[Array, Any]:
            kernel.forward(x, gamma, beta, **options)  # refuses what the right kernel refuses
            m = Parts(Call(None, x, gamma, beta, axis, **options)).m
            other, changed = arguments(x, gamma, {"eps": 1e-5, **options}, m)
            y, saved = kernel.forward(x, other.astype(gamma.dtype), beta, **changed)
            return y, _Scaled(saved, scale(m))

        def backward(grad_y: Array, saved: _Scaled) -> Any:
            right = kernel.backward(grad_y, saved.saved)
            return right._replace(grad_gamma=(right.grad_gamma * saved.by).astype(right.grad_gamma.dtype))

        return replace(kernel, forward=forward, backward=backward)

    return change


class _Scaled:
    """What the kernel saved, and a factor of the gradient by gamma."""

    def __init__(self, saved: Any, by: float) -> None:
        self.saved, self.by = saved, by

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "saved"), name)


def _ratio(m: float) -> float:
    return m / (m - 1) if m > 1 else 1.0


TOGETHER: Mapping[str, Callable[[Kernel], Kernel]] = {
    "eps twice": _called_otherwise(lambda x, gamma, o, m: (gamma, o | {"eps": 2 * o["eps"]})),
    "gamma + 1 for gamma": _called_otherwise(lambda x, gamma, o, m: (gamma + 1, o)),
    "unbiased variance": _called_otherwise(  # gamma (x - mean) / sqrt(r var + eps), r = m/(m - 1)
        lambda x, gamma, o, m: (gamma / np.sqrt(_ratio(m)), o | {"eps": o["eps"] / _ratio(m)}),
        lambda m: float(1 / np.sqrt(_ratio(m))),
    ),
}


def _with_inference(wrong: Callable[[Parts], Array]) -> Callable[[Kernel], Kernel]:
    def change(kernel: Kernel) -> Kernel:
        axis = kernel.axis or 0

        def inference(x: Array, gamma: Array, beta: Array, *averages: Array, **options: Any) -> Array:
            kernel.inference(x, gamma, beta, *averages, **options)
            call = Call(None, x, gamma, beta, axis, **options)
            p = Parts(call)
            with np.errstate(all="ignore"):
                if averages:
                    p.mean, p.var = (average.astype(np.float64) for average in averages)
                    p.centred = p.x - p.mean
                return call.like_x(wrong(p))

        return replace(kernel, inference=inference)

    return change


def _batch_statistics(p: Parts) -> Array:
    own = Parts(p.call)
    return _normalized(own, own.s)


INFERENCE: Mapping[str, Callable[[Parts], Array]] = {
    "eps dropped": lambda p: _normalized(p, np.sqrt(p.var)),
    "the variance not rooted": lambda p: _normalized(p, p.var + p.eps),
    "mean not subtracted": lambda p: _normalized(p, p.s, p.x),
    "beta dropped": lambda p: _normalized(p, p.s) - p.beta,
}

Update = Callable[..., tuple[Array, Array]]


def _with_update(wrong: Callable[[Update], Update]) -> Callable[[Kernel], Kernel]:
    def change(kernel: Kernel) -> Kernel:
        right = kernel.update_running_stats
        return kernel if right is None else replace(kernel, update_running_stats=wrong(right))

    return change


def _options(**wrong: Callable[[Any], Any]) -> Callable[[Update], Update]:
    """The right update, called with changed options."""
    defaults = {"momentum": 0.1, "unbiased": True}

    def change(right: Update) -> Update:
        def update(*args: Any, **options: Any) -> tuple[Array, Array]:
            given = defaults | options
            return right(*args, **given | {name: change(given[name]) for name, change in wrong.items()})

        return update

    return change


def _on_arguments(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Update], Update]:
    """The right update, called with changed statistics, once it has taken those that were given."""
    names = ("running_mean", "running_var", "mean", "var", "count")

    def wrap(right: Update) -> Update:
        def update(*args: Any, **options: Any) -> tuple[Array, Array]:
            given = dict(zip(names, args, strict=False)) | options
            right(**given)
            return right(**given | change(given))

        return update

    return wrap


def _of_deviations(right: Update) -> Update:
    roots = _on_arguments(lambda given: {name: np.sqrt(given[name]) for name in ("running_var", "var")})(
        right
    )

    def update(*args: Any, **options: Any) -> tuple[Array, Array]:
        mean, deviation = roots(*args, **options)
        return mean, deviation**2

    return update


RUNNING: Mapping[str, Callable[[Update], Update]] = {
    "biased and unbiased swapped": _options(unbiased=lambda unbiased: not unbiased),
    "always unbiased": _options(unbiased=lambda unbiased: True),
    "always biased": _options(unbiased=lambda unbiased: False),
    "momentum reversed": _options(momentum=lambda a: 1 - a),
    "momentum of 0.1 whatever is asked": _options(momentum=lambda a: 0.1),
    "standard deviations averaged": _of_deviations,
    "the mean unbiased too": _on_arguments(lambda given: {"mean": given["mean"] * _ratio(given["count"])}),
    "old variance forgotten": _on_arguments(lambda given: {"running_var": 0 * given["running_var"]}),
}

MUTANTS: tuple[Mutant, ...] = (
    *(Mutant(f"y: {name}", with_output(wrong)) for name, wrong in FORWARD.items()),
    *(Mutant(f"y and its gradient: {name}", change) for name, change in TOGETHER.items()),
    *(Mutant(f"inference: {name}", _with_inference(wrong)) for name, wrong in INFERENCE.items()),
    Mutant("inference: the batch's own statistics", _with_inference(_batch_statistics), with_statistics),
    *(Mutant(f"running: {name}", _with_update(wrong), with_statistics) for name, wrong in RUNNING.items()),
)
