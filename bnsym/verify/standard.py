"""Which layers normalize by mean and variance: told by their values, not by the names in their equations.

For these there is more to check with: a bound on the truncation of differences, extreme scales, mutants of
each term of the gradient.  Any other layer is checked against its own equations all the same.
"""

from __future__ import annotations

import numpy as np

from bnsym.errors import UndefinedValueError
from bnsym.layers.layer import Layer
from bnsym.terms.walk import subterms
from bnsym.verify import oracle
from bnsym.verify.cases import Case, random_case
from bnsym.verify.compare import Array

PARAMETERS = ("gamma", "beta")
STATISTICS = ((), ("mean", "var"))


def parameter_names(layer: Layer) -> tuple[str, ...]:
    """The parameters in the order in which a kernel takes them."""
    return tuple(tensor.name for tensor in layer.parameters)


def uses_eps(layer: Layer) -> bool:
    """Whether the equations use epsilon, so that a kernel takes eps."""
    return any(layer.constant in subterms(d.body) for d in layer.definitions.values())


def normalized(case: Case, axis: int) -> Array:
    """gamma (x - mean) / sqrt(var + eps) + beta over one axis of (rows, C), by hand."""
    centred = case.x - case.x.mean(axis=axis, keepdims=True)
    s = np.sqrt(np.mean(centred**2, axis=axis, keepdims=True) + case.eps)
    return np.asarray(case.parameters["gamma"] * centred / s + case.parameters["beta"])


def standard_axis(layer: Layer) -> int | None:
    """0 for a layer that is batch norm's formula over the rows, 1 for layer norm's, None for any other."""
    if parameter_names(layer) != PARAMETERS or layer.statistics not in STATISTICS:
        return None
    case = random_case("which layer is it", (3, 4), PARAMETERS, offset=0.5, eps=0.3)
    try:
        y = oracle.training(layer, case).y.value
    except UndefinedValueError:
        return None
    for axis in (0, 1):
        if np.allclose(y, normalized(case, axis), rtol=1e-12, atol=1e-12):
            return axis
    return None
