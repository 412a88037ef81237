"""What the traced code finds under `np`, `math`, `len`, `float`, `int`, `range` while it is traced."""

from __future__ import annotations

import builtins
import math
import sys
import types
from collections.abc import Callable
from functools import cache, partial, wraps
from typing import Any

import numpy as np

from bnsym.tracing import creation
from bnsym.tracing.array import TracedArray, lift
from bnsym.tracing.condition import Condition
from bnsym.tracing.dispatch import call_function
from bnsym.tracing.loops import symbolic_range
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
        found = getattr(cls.of, name)
        return _method(name) if cls.of is np.ndarray and callable(found) else found

    def __repr__(cls) -> str:
        return repr(cls.of)


def _method(name: str) -> Any:
    """np.ndarray.sum and the like, of whatever array is its first argument."""
    return lambda array, *args, **options: getattr(array, name)(*args, **options)


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
        from bnsym.tracing.condition import as_quotient

        found = as_quotient(value)
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
            found = symbolic_range(arg, sys._getframe(1)) if len(args) == 1 else None
            if found is None:
                raise SymbolicLoopError(f"a loop over range({', '.join(map(str, args))})", arg.names)
            return found
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


_ORIGINALS: dict[int, Any] = {}  # by the identity of the stand-in, which its module keeps


def _noted(made: Any, of: Any) -> Any:
    if made is not of:
        _ORIGINALS[id(made)] = of
    return made


class StandIn(types.ModuleType):
    """A module whose functions take symbolic arguments."""

    def __init__(self, original: Any, prefix: str = "") -> None:
        super().__init__(original.__name__)
        self._original = original
        self._prefix = prefix
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _noted(self._find(name), getattr(self._original, name))
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

NUMPY = _noted(StandIn(np), np)


class _Math(types.ModuleType):
    """`math`, of symbolic numbers too."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(math, name)
        return self._made(name, found) if callable(found) else found

    @cache  # noqa: B019 - there is one such module
    def _made(self, name: str, found: Any) -> Any:
        if name == "prod":
            return _noted(_math_prod, found)
        named = {"pow": "power", "fabs": "absolute"}.get(name, name)

        def function(*args: Any, **options: Any) -> Any:
            symbolic = any(map(holds_ours, args))
            return call_function(named, args, options) if symbolic else found(*args, **options)

        return _noted(function, found)


MATH = _noted(_Math("math"), math)


def stand_in(name: str, value: Any) -> Any:
    """What a global of the traced code is replaced by; itself where it stays."""
    if isinstance(value, types.ModuleType):
        return _module(value)
    if name in BUILTINS and value is getattr(builtins, name):  # `from builtins import range`
        return BUILTINS[name]
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


def original(value: Any) -> Any:
    """What a stand-in stands for; the value itself where it is none."""
    return _ORIGINALS.get(id(value), value)
