"""A layer: equations of a forward pass over an input x[n, c], in order, with their parameters and source.

Nothing but the forward equations is written down: gradients are derived from them, kernels are planned
from both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import sympy

from bnsym.errors import UsageError
from bnsym.terms.nodes import Definition, Index, Symbol, Tensor
from bnsym.terms.scope import Scope
from bnsym.terms.surface import index, scalar, size, tensor


@dataclass
class Layer(Scope):
    """A layer under construction and done.

    The input is x of shape (N, C): `n` runs over everything that the layer treats as one row after the
    other (samples and pixels), `c` over what the parameters gamma and beta lie on.  `define` adds an
    equation; the last one defined is the output and is indexed by (n, c).  `statistics` names the
    definitions that inference takes from running averages instead ((): inference computes as training does).
    A parameter beside gamma and beta is a `tensor("slope", layer.C)`; a kernel takes it after these.
    """

    name: str
    source: str
    statistics: tuple[str, ...] = ()
    N: Any = field(init=False)
    C: Any = field(init=False)
    n: Any = field(init=False)
    c: Any = field(init=False)
    x: Any = field(init=False)
    gamma: Any = field(init=False)
    beta: Any = field(init=False)
    epsilon: Any = field(init=False)

    def __post_init__(self) -> None:
        super().__init__()
        self.N, self.C = size("N"), size("C")
        self.n, self.c = index("n", self.N), index("c", self.C)
        self.x = tensor("x", self.N, self.C)
        self.gamma, self.beta = tensor("gamma", self.C), tensor("beta", self.C)
        self.epsilon = scalar("epsilon", positive=True)

    # -- read by derivations, plans and oracles -------------------------------------------------------

    @property
    def output(self) -> Definition:
        """The last definition."""
        if not self.definitions:
            raise UsageError(f"the layer {self.name} has no equations; define its output over (n, c)")
        last = list(self.definitions.values())[-1]
        if last.parameters != (self.row, self.channel):
            raise UsageError(f"the output {last.tensor.name} of {self.name} must be defined over (n, c)")
        return last

    @property
    def row(self) -> Index:
        """The index n as a term."""
        return self.reader.read_index(self.n)

    @property
    def channel(self) -> Index:
        """The index c as a term."""
        return self.reader.read_index(self.c)

    @property
    def input(self) -> Tensor:
        """x as a term's tensor, shape (N, C)."""
        return self.reader.read_tensor(self.x, 2)

    @property
    def parameters(self) -> tuple[Tensor, ...]:
        """The tensors that the equations use beside x: gamma, beta, then others in the order of their use."""
        from bnsym.terms.nodes import Entry
        from bnsym.terms.walk import subterms

        nodes = (node for d in self.definitions.values() for node in subterms(d.body))
        used = dict.fromkeys(node.tensor for node in nodes if isinstance(node, Entry))
        first = (self.reader.read_tensor(base, 1) for base in (self.gamma, self.beta))
        ordered = dict.fromkeys((*first, *used))
        defined = {d.tensor for d in self.definitions.values()}
        return tuple(t for t in ordered if t in used and t not in defined and t is not self.input)

    @property
    def constant(self) -> Symbol:
        """epsilon as a term."""
        term = self.reader.read(self.epsilon)
        if not isinstance(term, Symbol):
            raise UsageError(f"the layer {self.name} redefines epsilon; give its own equation another name")
        return term

    def sum(self, body: Any, over: sympy.Idx) -> sympy.Expr:
        """Sum over an index of the layer."""
        return sympy.Sum(body, (over, over.lower, over.upper))
