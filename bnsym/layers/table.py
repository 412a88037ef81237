"""The layers there are.  A new one is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Callable

from bnsym.errors import UnknownLayerError
from bnsym.layers.batch_norm import batch_norm
from bnsym.layers.layer import Layer
from bnsym.layers.layer_norm import layer_norm

LAYERS: dict[str, Callable[[], Layer]] = {
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
}


def layer(name: str) -> Layer:
    """The layer of that name.  Raises UnknownLayerError with the names there are."""
    if name not in LAYERS:
        raise UnknownLayerError(f"no layer is called {name!r}; there are {', '.join(sorted(LAYERS))}")
    return LAYERS[name]()
