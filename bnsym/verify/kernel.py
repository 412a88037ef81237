"""A kernel module, loaded from a file that the user named."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from bnsym.errors import CheckError
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer as layer_named
from bnsym.verify.cases import COMPUTED_IN
from bnsym.verify.compare import Array
from bnsym.verify.standard import parameter_names, standard_axis, uses_eps

REQUIRED = ("forward", "backward", "inference")
REQUIRED_WITH_STATISTICS = (*REQUIRED, "update_running_stats")


@dataclass(frozen=True)
class Kernel:
    """The functions of a kernel module, and what is known of its layer.

    `update_running_stats` is None for a layer without statistics; `parameters` are in the order in which they
    are taken; `axis` is the one of (rows, C) that mean and variance run over, None for a layer that is not of
    that kind (see `standard`).  `takes_count`: running statistics are updated with a count, since one of them
    has an unbiased form.  `computed_in`: the type that is computed in for input of each type, by its name.
    """

    layer: Layer
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inference: Callable[..., Any]
    update_running_stats: Callable[..., Any] | None = None
    parameters: tuple[str, ...] = ()
    takes_eps: bool = True
    takes_count: bool = False
    axis: int | None = None
    computed_in: Mapping[str, Any] = field(default_factory=lambda: COMPUTED_IN)

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name

    def options(self, eps: float, channel_axis: int | np.int64 = 1) -> dict[str, Any]:
        """What a call takes by name; a layer without epsilon takes no eps."""
        given: dict[str, Any] = {"eps": eps} if self.takes_eps else {}
        return given | {"channel_axis": channel_axis}

    def gradients(self, grad_y: Array, saved: Any) -> dict[str, Array]:
        """What backward returns, by name: grad_x and each parameter's, in order."""
        names = [f"grad_{name}" for name in ("x", *self.parameters)]
        return dict(zip(names, self.backward(grad_y, saved), strict=True))


def of_any(kernel: Kernel) -> bool:
    """Of every layer."""
    return True


def of_standard(kernel: Kernel) -> bool:
    """Of layers that normalize by mean and variance."""
    return kernel.axis is not None


def required(layer: Layer) -> tuple[str, ...]:
    """The functions that a kernel module of this layer must have."""
    return REQUIRED_WITH_STATISTICS if layer.statistics else REQUIRED


def load(source: Path | ModuleType, layer: str | Layer) -> Kernel:
    """The kernel in a module, or in a file, whose code is run; of a layer of the table, or of one's own.

    Raises CheckError if the file cannot be imported or a function is missing, UnknownLayerError for a name
    that is not in the table.
    """
    made = layer_named(layer) if isinstance(layer, str) else layer
    module = source if isinstance(source, ModuleType) else _import(source)
    where = getattr(module, "__file__", None) or module.__name__
    missing = [name for name in required(made) if not callable(getattr(module, name, None))]
    if missing:
        advice = f"generate it anew: bnsym generate {made.name} -o {Path(where).parent}"
        raise CheckError(f"verify: {where} has no function {', '.join(missing)}; {advice}")
    functions = {name: getattr(module, name) for name in required(made)}
    update = functions.get("update_running_stats")
    return Kernel(
        made,
        **functions,
        parameters=parameter_names(made),
        takes_eps=uses_eps(made),
        takes_count=update is not None and "count" in signature(update).parameters,
        axis=standard_axis(made),
        computed_in=getattr(module, "COMPUTED_IN", COMPUTED_IN),
    )


class _Uncached(SourceFileLoader):
    """Compiles the file as it is now: no bytecode is read, or left in the user's folder."""

    def path_stats(self, path: Any) -> NoReturn:
        """Refuse, which is how a loader says that it keeps no bytecode."""
        raise OSError(f"no bytecode is kept for {path}")


def _import(path: Path) -> ModuleType:
    name = f"_bnsym_kernel_{path.stem}"
    spec = spec_from_loader(name, _Uncached(name, str(path)))
    if spec is None or spec.loader is None:
        raise CheckError(f"verify: {path} cannot be imported; give a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks its module up while it is made
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}"
        raise CheckError(
            f"verify: {path} cannot be imported ({told}); repair it or generate it anew"
        ) from error
    finally:
        sys.modules.pop(name, None)
    return module
