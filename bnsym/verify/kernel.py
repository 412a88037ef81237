"""A kernel module, loaded from a file that the user named."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from bnsym.errors import CheckError
from bnsym.layers.layer import Layer
from bnsym.layers.table import layer as layer_named

REQUIRED = ("forward", "backward", "inference")
REQUIRED_WITH_STATISTICS = (*REQUIRED, "update_running_stats")


@dataclass(frozen=True)
class Kernel:
    """The functions of a kernel module; `update_running_stats` is None for a layer without statistics."""

    layer: Layer
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    inference: Callable[..., Any]
    update_running_stats: Callable[..., Any] | None = None

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.layer.name


def required(layer: Layer) -> tuple[str, ...]:
    """The functions that a kernel module of this layer must have."""
    return REQUIRED_WITH_STATISTICS if layer.statistics else REQUIRED


def load(source: Path | ModuleType, layer_name: str) -> Kernel:
    """The kernel in a module, or in a file, whose code is run.

    Raises CheckError if the file cannot be imported or a function is missing, UnknownLayerError for a layer
    that bnsym does not know.
    """
    layer = layer_named(layer_name)
    module = source if isinstance(source, ModuleType) else _import(source)
    where = getattr(module, "__file__", None) or module.__name__
    missing = [name for name in required(layer) if not callable(getattr(module, name, None))]
    if missing:
        advice = f"generate it anew: bnsym generate {layer_name} -o {Path(where).parent}"
        raise CheckError(f"verify: {where} has no function {', '.join(missing)}; {advice}")
    return Kernel(layer, **{name: getattr(module, name) for name in required(layer)})


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
