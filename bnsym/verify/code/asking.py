"""Dicts that remember which keys the user's code asked them for."""

from __future__ import annotations

from typing import Any


class Asking(dict[str, Any]):
    """A dict that notes the keys that it was asked for and does not have."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.optional: list[str] = []
        self.needed: list[str] = []

    def get(self, key: str, default: Any = None) -> Any:
        """As a dict's, noting the key."""
        if key not in self:
            self.optional.append(key)
        return super().get(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """As a dict's, noting the key."""
        if key not in self:
            self.optional.append(key)
        return super().setdefault(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """As a dict's, noting the key."""
        if key not in self and default:
            self.optional.append(key)
        return super().pop(key, *default)

    def __missing__(self, key: str) -> Any:
        self.needed.append(key)
        raise KeyError(key)
