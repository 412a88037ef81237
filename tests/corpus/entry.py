"""What the corpus says of one implementation, and how an implementation is loaded."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

IMPLEMENTATIONS = Path(__file__).parent / "implementations"

MISTAKES = {
    "constants": "the statistics are held fixed: mean, variance or both",
    "count": "divides by another count than the forward averaged over",
    "axes": "sums or averages over other axes than the forward",
    "no eps": "eps is missing in the backward",
    "eps outside": "eps inside the root in one place, outside in the other",
    "no gamma": "gamma is missing, or missing in one of the sums",
    "gamma twice": "gamma is applied twice",
    "gamma after": "gamma leaves a sum that it depends on",
    "sum for mean": "a sum where a mean is due",
    "mean for sum": "a mean where a sum is due",
    "diagonal": "the Jacobian's diagonal only",
    "biased": "divides by m where its forward divides by m - 1",
    "sign": "a term has the wrong sign",
    "factor": "a wrong constant factor",
    "power": "a wrong power of the standard deviation",
    "wrong term": "another array than the one meant",
    "layout": "reshaped without the transpose, or with another one",
    "aliasing": "an array is changed in place before it is read again",
    "parameter": "takes the forward for one with other parameters",
    "formula": "the textbook's formula for a forward that is not the textbook's",
}


@dataclass(frozen=True)
class Positive:
    """A positive number that the function takes as an argument, such as eps."""

    name: str


@dataclass(frozen=True)
class Size:
    """A size handed over as a number, such as the number of groups."""

    name: str


@dataclass(frozen=True)
class Entry:
    """One implementation: how it is called, and what is true of each of its gradients.

    A value in `arguments` and `construct` is a tuple of sizes (an array; a size is a name or a product
    such as "C*H*W"), a Positive, a Size, a tuple of Sizes (a shape), a dict of such values, or a literal.

    Places are texts: "result", "result[1]", "result['dx']", "self.grads['gamma']", "self.weight.data"; in
    `hands` also "upstream" and the names of the forward's arguments.  `state` gives the arrays that are put
    into a new instance, and `gradients` says for each argument or place of the state where its gradient is
    found.  A `lazy` class makes its state in its first forward.  A `fixed` size is one that a Python loop
    needs as a number.  `against` names the layer of the catalogue that a forward alone is held against.
    """

    name: str
    file: str
    forward: str
    backward: str
    style: str
    arguments: Mapping[str, object]
    gradients: Mapping[str, str]
    hands: Mapping[str, str]
    output: str = "result"
    construct: Mapping[str, object] = field(default_factory=dict)
    state: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    layout: str = "NC"
    literal_eps: float | None = None
    against: str = ""
    lazy: bool = False

    @property
    def expected(self) -> dict[str, str]:
        """The verdict on each gradient: proved or refuted (bounded to `fixed`, where that is given)."""
        return {of: "refuted" if of in self.wrong else "proved" for of in self.gradients}

    @property
    def owner(self) -> str:
        """The class whose methods forward and backward are, or nothing."""
        return self.forward.rpartition(".")[0]


@functools.cache
def module(file: str, folder: Path = IMPLEMENTATIONS) -> ModuleType:
    """The user's module as it stands: a file, or a module of an installed package."""
    if not file.endswith(".py"):
        return importlib.import_module(file)
    spec = importlib.util.spec_from_file_location(f"corpus_{Path(file).stem}", folder / file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{folder / file} cannot be loaded")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded
