"""What the traced code finds under `np`, `math`, `len`, `float`, `int`, `range` while it is traced."""

from __future__ import annotations

import builtins
import math
import types
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import numpy as np

from bnsym.tracing import creation
from bnsym.tracing.array import TracedArray, lift
from bnsym.tracing.condition import Condition
from bnsym.tracing.dispatch import call_function
from bnsym.tracing.sizes import Dim, floored, real
from bnsym.tracing.trouble import SymbolicLoopError, UnsupportedCallError

OURS = (TracedArray, Dim, Condition)


def holds_ours(value: Any) -> bool:
    """True when an argument is symbolic, or holds something that is."""
    if isinstance(value, list | tuple):
        return any(map(holds_ours, value))
    return isinstance(value, OURS)


class _AsType(type):
    """A stand-in for a type: called like it, and true of its instances in `isinstance`."""

    of: Any
    also: Callable[[Any], bool]
    make: Callable[..., Any]

    def __call__(cls, *args: Any, **options: Any) -> Any:
        return cls.make(*args, **options)

    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, cls.of) or cls.also(value)

    def __subclasscheck__(cls, other: Any) -> bool:
        return issubclass(getattr(other, "of", other), cls.of)

    def __eq__(cls, other: Any) -> bool:
        return getattr(other, "of", other) is cls.of

    def __hash__(cls) -> int:
        return hash(cls.of)

    def __getattr__(cls, name: str) -> Any:
        return getattr(cls.of, name)

    def __repr__(cls) -> str:
        return repr(cls.of)


def as_type(of: Any, make: Callable[..., Any], also: Callable[[Any], bool]) -> Any:
    """A stand-in for the type `of`."""
    return _AsType(of.__name__, (), {"of": of, "make": staticmethod(make), "also": staticmethod(also)})


def _is_number(value: Any) -> bool:
    return isinstance(value, TracedArray) and not value.ndim


def _to_float(value: Any = 0.0) -> Any:
    if isinstance(value, Dim):
        return real(value)
    return value if _is_number(value) else builtins.float(value)


def _to_int(value: Any = 0, *args: Any) -> Any:
    if isinstance(value, Dim):
        return value
    if _is_number(value):
        from bnsym.tracing.condition import as_size

        found = as_size(value)
        if found is None:
            raise UnsupportedCallError("int() of a value that is no size")
        return floored(found)
    return builtins.int(value, *args)


def _length(value: Any) -> Any:
    if isinstance(value, TracedArray):
        if not value.ndim:
            raise UnsupportedCallError("len() of a single number")
        return value.shape[0]
    return builtins.len(value)


def _range(*args: Any) -> Any:
    for arg in args:
        if isinstance(arg, Dim) and arg.constant is None:
            raise SymbolicLoopError(f"a loop over range({', '.join(map(str, args))})", arg.names)
    return builtins.range(*(arg.__index__() for arg in args))


def _print(*args: Any, **options: Any) -> None:
    """Nothing: what the code prints is not part of what it computes."""


FLOAT = as_type(float, _to_float, _is_number)
INT = as_type(int, _to_int, lambda value: isinstance(value, Dim))


def _type_of(*args: Any) -> Any:
    """The type that a value passes for."""
    if len(args) != 1:
        return builtins.type(*args)
    for kind in (FLOAT, INT, SPECIAL["ndarray"]):
        if builtins.type(args[0]) is kind.of or kind.also(args[0]):
            return kind
    return builtins.type(args[0])


BUILTINS: dict[str, Any] = {
    "len": _length,
    "float": FLOAT,
    "int": INT,
    "range": _range,
    "print": _print,
    "type": as_type(type, _type_of, lambda value: False),
}


# -- modules --------------------------------------------------------------------------------------------


def bare(value: Any) -> Any:
    """An argument with the real types for their stand-ins."""
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(map(bare, value))
    return value.of if isinstance(value, _AsType) else value


def _calls(name: str, original: Any) -> Any:
    """The function of that name: symbolic arguments go to the table, all others to NumPy."""

    @wraps(original, updated=())
    def function(*args: Any, **options: Any) -> Any:
        args, options = tuple(map(bare, args)), {key: bare(value) for key, value in options.items()}
        if name in ALWAYS or any(map(holds_ours, (*args, *options.values()))):
            return call_function(name, args, options)
        return original(*args, **options)

    return function


# Made anew by the traced code, and then perhaps written into with symbolic values: always symbolic.
ALWAYS = {
    "zeros",
    "ones",
    "empty",
    "full",
    "zeros_like",
    "ones_like",
    "empty_like",
    "full_like",
    "array",
    "eye",
    "identity",
}


class StandIn(types.ModuleType):
    """A module whose functions take symbolic arguments."""

    def __init__(self, original: Any, prefix: str = "") -> None:
        super().__init__(original.__name__)
        self._original = original
        self._prefix = prefix
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._find(name)
        return self._made[name]

    def _find(self, name: str) -> Any:
        original = getattr(self._original, name)
        full = self._prefix + name
        if full in SPECIAL:
            return SPECIAL[full]
        if isinstance(original, types.ModuleType):
            return StandIn(original, f"{full}.")
        if isinstance(original, type) and issubclass(original, np.generic):
            return _number_type(original)
        if isinstance(original, np.ufunc):
            return _Ufunc(full, original)
        return _calls(full, original) if callable(original) and not isinstance(original, type) else original


class _Ufunc:
    """A ufunc: called, or its methods."""

    def __init__(self, name: str, original: Any) -> None:
        self._original = original
        self._call = _calls(name, original)
        self.__name__ = name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return self._call(*args, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)  # TracedArray.__array_ufunc__ gets what is symbolic


def _number_type(kind: Any) -> Any:
    """np.float32 and the like; NumPy itself takes it for the data type that it is."""
    made = as_type(kind, partial(_to_numpy, kind), _is_number)
    if not kind.__subclasses__():  # np.integer and its like are no data types
        made.dtype = np.dtype(kind)
    return made


def _to_numpy(kind: Any, value: Any = 0, *args: Any, **options: Any) -> Any:
    """np.float32(value): a real value stays what it is; an integer type would round."""
    if not holds_ours(value):
        return kind(value, *args, **options)
    if issubclass(kind, np.integer | np.bool_):
        return _to_int(value)
    return lift(value)


class _Generator:
    """np.random, its generators and states: each draw is a free array."""

    def __getattr__(self, name: str) -> Any:
        if name in ("seed", "set_state", "get_state"):
            return _print
        if name in ("default_rng", "RandomState", "Generator"):
            return lambda *args, **options: self
        if name in ("rand", "randn", "random", "random_sample", "standard_normal", "ranf"):
            return creation.random
        if name in ("normal", "uniform"):
            return creation.drawn
        raise UnsupportedCallError(f"np.random.{name}")


class _State:
    """np.errstate and np.printoptions: nothing to do."""

    def __init__(self, *args: Any, **options: Any) -> None:
        pass

    def __enter__(self) -> _State:
        return self

    def __exit__(self, *args: Any) -> None:
        pass

    def __call__(self, function: Any) -> Any:
        return function


def _math_prod(items: Any, *, start: Any = 1) -> Any:
    result = start
    for item in items:
        result = result * item
    return result


SPECIAL: dict[str, Any] = {
    "ndarray": as_type(
        np.ndarray,
        lambda *args, **options: creation.constant(None)(*args),
        lambda v: isinstance(v, TracedArray),
    ),
    "dtype": as_type(
        np.dtype, lambda *args, **options: np.dtype(*map(bare, args), **options), lambda v: False
    ),
    "random": _Generator(),
    "errstate": _State,
    "seterr": _print,
    "printoptions": _State,
}

NUMPY = StandIn(np)


class _Math(types.ModuleType):
    """`math`, of symbolic numbers too."""

    def __getattr__(self, name: str) -> Any:
        original = getattr(math, name)
        if not callable(original):
            return original
        named = {"pow": "power", "fabs": "absolute"}.get(name, name)

        def function(*args: Any, **options: Any) -> Any:
            if name == "prod":
                return _math_prod(*args, **options)
            return (
                call_function(named, args, options)
                if any(map(holds_ours, args))
                else original(*args, **options)
            )

        return function


MATH = _Math("math")


def stand_in(name: str, value: Any) -> Any:
    """What a global of the traced code is replaced by; itself where it stays."""
    if isinstance(value, types.ModuleType):
        return _module(value)
    owner = getattr(value, "__module__", None) or ""
    if isinstance(value, np.ufunc) or (callable(value) and owner.split(".")[0] == "numpy"):
        known = getattr(value, "__name__", "")
        return getattr(NUMPY, known) if getattr(np, known, None) is value else value
    if owner == "math" and callable(value):
        return getattr(MATH, value.__name__)
    return value


def _module(value: types.ModuleType) -> Any:
    if value is np:
        return NUMPY
    if value is math:
        return MATH
    if value.__name__.startswith("numpy."):
        found: Any = NUMPY
        for part in value.__name__.split(".")[1:]:
            found = getattr(found, part, value)
        return found
    return value
