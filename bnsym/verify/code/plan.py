"""How a forward and its backward are called: the one description that tracing, numbers and people share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bnsym.verify.code.arguments import signature_of
from bnsym.verify.code.roles import Array, At, Literal, Role, Scalar, Shape, SizeOf, Table


@dataclass(frozen=True)
class Pair:
    """What the user named: functions, or the names of methods of a class."""

    name: str
    forward: Callable[..., Any] | str
    backward: Callable[..., Any] | str | None
    owner: type | None = None

    @property
    def code(self) -> tuple[Callable[..., Any], ...]:
        """The functions themselves, the forward first."""
        found = (
            getattr(self.owner, f) if isinstance(f, str) else f for f in (self.forward, self.backward) if f
        )
        return tuple(found)


@dataclass(frozen=True)
class Plan:
    """Roles of all arguments, and where the output and each gradient is found.

    `state` are arrays put into a new instance, At another place where it is the same array; `lazy` if the
    instance only has them once a forward ran.  `gradients`: name of an argument or place in `state` -> place
    of its gradient once the backward ran.  `guessed`: the arguments whose shapes nobody said;
    `unnamed`: those whose gradients were told by their position alone; `missing`: parameters for which no
    gradient was found; `setup`: methods that are called once an instance is made, with their arguments;
    `switches`: attributes that put the instance into training.
    """

    pair: Pair
    arguments: Mapping[str, Role]
    hands: Mapping[str, Role] = field(default_factory=dict)
    gradients: Mapping[str, str] = field(default_factory=dict)
    output: str = "result"
    construct: Mapping[str, Role] = field(default_factory=dict)
    state: Mapping[str, Array | At] = field(default_factory=dict)
    lazy: bool = False
    guessed: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()
    setup: Mapping[str, Mapping[str, Role]] = field(default_factory=dict)
    switches: Mapping[str, Literal] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of all sizes, in the order of the roles."""
        before = [role for roles in self.setup.values() for role in roles.values()]
        roles = (*self.construct.values(), *before, *self.state.values(), *self.arguments.values())
        texts = (text for role in roles for text in _sizes(role))
        parts = (part for text in texts for part in text.split("*") if not part.isdigit())
        return tuple(dict.fromkeys(parts))

    @property
    def arrays(self) -> dict[str, Array]:
        """All free arrays, by the name or the place that they are given to."""
        return {name: role for name, role in self._roles() if isinstance(role, Array)}

    @property
    def scalars(self) -> tuple[str, ...]:
        """The names of the free scalars."""
        return tuple(name for name, role in self._roles() if isinstance(role, Scalar))

    def _roles(self) -> Iterator[tuple[str, Role]]:
        for roles in (self.construct, self.state, self.arguments):
            for name, role in roles.items():
                yield from role.items.items() if isinstance(role, Table) else ((name, role),)

    def stated(self) -> str:
        """The roles as told to the user."""
        own = {f"{name} (constructor)": role for name, role in self.construct.items()}
        for method, roles in self.setup.items():
            own |= {f"{name} ({method})": role for name, role in roles.items()}
        handed = {name: role for name, role in self.hands.items() if name not in self.arguments}
        free = {place: role for place, role in self.state.items() if isinstance(role, Array)}
        parts = {**own, **free, **self.switches, **self.arguments, **handed}
        said = [f"{name}: {role}" for name, role in parts.items()]
        return "; ".join([*said, *(f"{name}: {value!r} by default" for name, value in self._left().items())])

    def _left(self) -> dict[str, Any]:
        """The flags and numbers that nothing is given for, with their defaults; others may lead elsewhere."""
        given = (*zip(self.pair.code, (self.arguments, self.hands), strict=False),)
        rows = [(p, roles) for function, roles in given for p in signature_of(function).values()]
        return {
            p.name: p.default
            for p, roles in rows
            if p.name not in roles and isinstance(p.default, bool | int | str | float)
        }


def _sizes(role: Role) -> Iterator[str]:
    match role:
        case Array(sizes) | Shape(sizes):
            yield from sizes
        case SizeOf(size):
            yield size
        case Table(items):
            for inner in items.values():
                yield from _sizes(inner)
