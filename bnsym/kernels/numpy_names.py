"""What the arrays of a plan are called in a NumPy module: as in the layer, where Python allows."""

from __future__ import annotations

import builtins
import keyword
import unicodedata

# What the frame and the checks call their own: a tensor of such a name gets an underscore after it.
FRAME = """
    Any Array FLOATS Gradients NamedTuple Saved annotations np
    forward backward inference update_running_stats
    C N axis channel_axis channels compute correction count eps gradients momentum result rows saved unbiased
"""
RESERVED = frozenset((*FRAME.split(), *keyword.kwlist, *keyword.softkwlist, *dir(builtins)))


class Names:
    """Variables by the names of a plan's arrays; no two arrays share one."""

    def __init__(self, kept: dict[str, str]) -> None:
        self._known = dict(kept)
        self._taken = {*RESERVED, *kept.values()}

    def variable(self, name: str) -> str:
        """The variable of an array."""
        if name not in self._known:
            self._known[name] = self._new(unicodedata.normalize("NFKC", name).lstrip("_") or "array")
        return self._known[name]

    def wide(self, name: str) -> str:
        """The variable of a given array in the type that is computed in."""
        key = f"wide {name}"
        if key not in self._known:
            self._known[key] = self._new(f"wide_{self.variable(name)}")
        return self._known[key]

    def _new(self, name: str) -> str:
        while name in self._taken or not name.isidentifier():
            name = f"{name}_" if name.isidentifier() else f"array_{name}"
        self._taken.add(name)
        return name
