"""Plans: the steps of a kernel, each a definition over those before it.

A plan is written in the language of claims, so that it is proved like any claim: unfolding its steps gives
the layer's own equations and their derivatives, for every size.  Three kinds of step, told by their shape:
a reduction holds a sum, a scalar has fewer axes than x, an elementwise pass has all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bnsym.proof.claims import Claim
from bnsym.terms.nodes import Definition, Index, Sum, Tensor
from bnsym.terms.walk import subterms


@dataclass(frozen=True)
class Function:
    """One function of a kernel: what it takes, its steps in order, what it returns.

    `inputs` and `outputs` name tensors and steps; a name in both the steps of forward and the inputs of
    backward is saved between the two.  `least`: sizes, by name, that must be greater than 1.
    """

    name: str
    inputs: tuple[Tensor, ...]
    steps: tuple[Definition, ...]
    outputs: tuple[str, ...]
    least: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Promise:
    """A theorem that a kernel stands on: its name and its claim."""

    name: str
    claim: Claim


@dataclass(frozen=True)
class Plan:
    """The functions of a layer's kernel, and the theorems that make them right.

    `upstream`: the gradient of the output; `running`: the running averages that inference takes.
    """

    layer: str
    row: Index
    channel: Index
    upstream: Tensor
    running: tuple[Tensor, ...]
    functions: Mapping[str, Function]
    promises: tuple[Promise, ...]


def reduced_axes(step: Definition) -> tuple[Index, ...]:
    """The indices that a step sums over."""
    return tuple(node.index for node in subterms(step.body) if isinstance(node, Sum))
