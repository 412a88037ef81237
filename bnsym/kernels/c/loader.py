"""What every generated C module carries to build, keep and call its C: the text below the line is copied.

NumPy and the standard library alone.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# Each module has its own.
LAYER, SOURCE, SOURCE_SHA256 = "layer", "layer.c", ""
FAST: frozenset[str] = frozenset()
BY_ROWS = False

# ---- copied from here on ----

FLAGS = (
    "-std=gnu99",
    "-O2",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fPIC",
    "-shared",
    "-fvisibility=hidden",
)
NATIVE = "-march=native"
FASTCALL = 0x80  # METH_FASTCALL
TYPES = {np.dtype(np.float32): "f32", np.dtype(np.float64): "f64"}


class Workspace:
    """Memory that calls with `workspace=` share: each overwrites what the one before returned in it."""

    def __init__(self) -> None:
        self._arrays: dict[tuple[object, ...], Array] = {}

    def take(self, name: str, like: Array) -> Array:
        """The array of that name, of a shape and type; made at first use."""
        key = (name, like.shape, like.dtype)
        if key not in self._arrays:
            self._arrays[key] = np.empty(like.shape, like.dtype)
        return self._arrays[key]


def _compiler() -> list[str]:
    """The machine's C compiler, or zig's."""
    import shutil
    from importlib.util import find_spec

    for name in (os.environ.get("CC", ""), "cc", "gcc", "clang"):
        if name and shutil.which(name.split()[0]):
            return name.split()
    if find_spec("ziglang") is not None:
        return [sys.executable, "-m", "ziglang", "cc"]
    raise RuntimeError(
        f"{LAYER}: there is no C compiler here to build {SOURCE} with; install gcc or clang, or run "
        "`pip install ziglang`, or use the NumPy kernel"
    )


def _cache_folder() -> Path:
    """The user's own folder for what is built; a new temporary one where that cannot be written."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(base) / "bnsym"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.access(folder, os.W_OK | os.X_OK) and folder.stat().st_uid == os.getuid():
            return folder
    except OSError:
        pass
    import tempfile

    return Path(tempfile.mkdtemp(prefix="bnsym-"))


def _flags() -> list[str]:
    """For the compiler; on Linux with CPython, the quick way in too."""
    quick = sys.platform == "linux" and sys.implementation.name == "cpython"
    return [*FLAGS, *["-DBNSYM_QUICK"] * quick]


def _processor() -> bytes:
    """What -march=native depends on, as far as it is told."""
    try:
        with open("/proc/cpuinfo", "rb") as told:
            return told.read(4096).split(b"\n\n")[0]
    except OSError:
        return " ".join(os.uname()).encode()


def _without_what_varies(processor: bytes) -> bytes:
    lines = processor.split(b"\n")
    return b"\n".join(
        line for line in lines if line.split(b"\t")[0] in (b"model name", b"flags", b"Features")
    )


def _build(unit: str, target: Path) -> None:
    """Compile one unit to the target: whole or not at all, whoever else builds it meanwhile."""
    import subprocess
    import tempfile

    handle, name = tempfile.mkstemp(prefix=f"{target.stem}-", suffix=".tmp", dir=target.parent)
    os.close(handle)
    command = [
        *_compiler(),
        *_flags(),
        "-DBNSYM_UNIT",
        f"-DBNSYM_{unit}",
        "-x",
        "c",
        "-",
        "-o",
        name,
        "-lm",
        "-lpthread",
    ]
    try:
        for extra in ([NATIVE], []):
            done = subprocess.run([*command, *extra], input=_whole_source(), capture_output=True, check=False)
            if done.returncode == 0:
                os.replace(name, target)
                return
        told = done.stderr.decode(errors="replace").strip()[:2000]
        raise RuntimeError(f"{LAYER}: {' '.join(command)} < {SOURCE} failed: {told}")
    finally:
        if os.path.exists(name):
            os.unlink(name)


@cache
def _whole_source() -> bytes:
    """The C file beside this module; refused if it is not the one that this module was written with."""
    from hashlib import sha256

    folder = Path(__file__).parent
    text = (folder / SOURCE).read_bytes()
    if sha256(text).hexdigest() != SOURCE_SHA256:
        raise RuntimeError(
            f"{LAYER}: {folder / SOURCE} is not what this module was written with; generate anew"
        )
    return text


@cache
def _library(unit: str) -> ctypes.CDLL:
    """The unit, such as forward_f32: built at its first use, then loaded from the cache folder."""
    from hashlib import sha256

    origin = sha256(_whole_source())
    for part in (unit.encode(), " ".join(_flags()).encode(), _without_what_varies(_processor())):
        origin.update(b"\0" + part)
    target = _cache_folder() / f"{LAYER}-{unit}-{origin.hexdigest()[:32]}.so"
    if not target.exists():
        _build(unit, target)
    return ctypes.CDLL(str(target))


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("told", ctypes.c_char_p),
    )


_QUICK: dict[str, Any] = {}  # by function and the type's character
_METHODS: list[_Method] = []  # CPython keeps their addresses


def _add_quick(function: str, kind: str, library: ctypes.CDLL) -> None:
    """Make the unit's way in for CPython a function of Python, where it has one."""
    try:
        found = library[f"{LAYER}_{function}_quick_{kind}"]
    except AttributeError:
        return
    method = _Method(b"quick", ctypes.cast(found, ctypes.c_void_p).value, FASTCALL, None)
    _METHODS.append(method)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype, make.argtypes = ctypes.py_object, (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    _QUICK[function + {"f32": "f", "f64": "d"}[kind]] = make(ctypes.addressof(method), None, None)


@cache
def _c_function(function: str, kind: str, plain: bool, arrays: int) -> Any:
    """A function of the library, which takes that many arrays."""
    library = _library(f"{function}_{kind}")
    _add_quick(function, kind, library)
    found = library[f"{LAYER}_{function}_plain_{kind}" if plain else f"{LAYER}_{function}_{kind}"]
    sizes: list[Any] = [ctypes.c_double, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_ssize_t]
    found.argtypes = [ctypes.c_void_p] * arrays + sizes + ([] if plain else [ctypes.c_int])
    found.restype = ctypes.c_int
    return found


def _pointer(array: Array) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _whole(array: Array, dtype: Any) -> Array:
    """The array in C's order, aligned, in this machine's byte order: itself, or a copy."""
    return np.require(array, dtype, ["C", "A"])


def _check_out(call: str, out: object, x: Array, *kept: Array) -> Array | None:
    """A place for the result: None, or an array like x that shares no memory with what is kept."""
    if out is None:
        return None
    if type(out) not in (np.ndarray, np.memmap) or not isinstance(out, np.ndarray):
        raise TypeError(f"{call}: out is a {type(out).__name__}; pass a plain NumPy array")
    if out.shape != x.shape or out.dtype != x.dtype:
        raise ValueError(
            f"{call}: out has shape {out.shape} and dtype {out.dtype}; pass shape {x.shape} and {x.dtype}"
        )
    if not out.flags.writeable:
        raise ValueError(f"{call}: out is read-only; pass an array that can be written")
    if any(np.may_share_memory(out, array) for array in kept):
        raise ValueError(f"{call}: out shares memory with x, which backward needs; pass another array")
    return out


def _check_threads(call: str, threads: object) -> int:
    """How many threads at most."""
    if isinstance(threads, bool) or not isinstance(threads, int | np.integer) or threads < 1:
        raise ValueError(f"{call}: threads is {threads!r}; pass a number of threads, such as 1")
    return int(min(threads, 64))


def _check_workspace(call: str, workspace: object) -> Workspace | None:
    """None, or a Workspace of this module."""
    if workspace is not None and not isinstance(workspace, Workspace):
        raise TypeError(f"{call}: workspace is a {type(workspace).__name__}; pass a Workspace()")
    return workspace


def _usual(out: object, threads: object, workspace: object) -> bool:
    """Whether these are of the types that the quick way in takes; it looks at their values itself."""
    known = out is None or type(out) is np.ndarray
    return known and type(threads) is int and (workspace is None or type(workspace) is Workspace)


def _place(name: str, x: Array, out: Array | None, workspace: Workspace | None) -> Array:
    """Where a result like x is written: to out, to the workspace, or to a new array."""
    if out is not None:
        return out
    return np.empty(x.shape, x.dtype) if workspace is None else workspace.take(name, x)


def _view(x: Array, axis: int) -> tuple[int, int, int]:
    """(outer, channels, inner): the sizes before, on and after the axis of the channels."""
    outer = inner = 1
    for k, length in enumerate(x.shape):
        outer, inner = outer * (length if k < axis else 1), inner * (length if k > axis else 1)
    return outer, x.shape[axis], inner


def _compute(
    function: str,
    axis: int,
    streams: Sequence[Array],
    out: Array,
    parameters: Sequence[Array],
    given: Sequence[Array],
    kept: Sequence[Array],
    results: Sequence[Array],
    eps: float,
    threads: int,
) -> bool:
    """Run the C of a function; True where its fast pass told that all results are finite.

    `given` and `kept` are in float64, `results` in the type of x.  float16 is computed in float32, and what
    lies in another order is copied, so that the C has contiguous arrays that do not overlap.
    """
    outer, channels, inner = _view(out, axis)
    dtype = np.dtype(np.float64 if out.dtype == np.float64 else np.float32)
    moved = BY_ROWS and inner > 1
    if moved:
        streams = [np.moveaxis(stream, axis, -1) for stream in streams]
        outer, inner = outer * inner, 1
    whole = [_whole(stream, dtype) for stream in streams]
    fits = (
        not moved
        and out.dtype == dtype
        and out.flags.c_contiguous
        and out.flags.aligned
        and out.dtype.isnative
    )
    if not fits or any(np.may_share_memory(out, stream) for stream in whole):
        target = np.empty(whole[0].shape, dtype)
    else:
        target = out
    own = [result if result.dtype == dtype else np.empty(result.shape, dtype) for result in results]
    given = [_whole(array, np.float64) for array in given]
    sizes = (eps, outer, channels, inner)
    kind = TYPES[dtype]
    done = False
    if function in FAST and all(parameter.dtype in (dtype, np.float16) for parameter in parameters):
        arrays = [*whole, target, *(_whole(p, dtype) for p in parameters), *given, *kept, *own]
        done = _c_function(function, kind, False, len(arrays))(*map(_pointer, arrays), *sizes, threads) == 0
    if not done:
        wide = [np.empty(result.shape, np.float64) for result in results]
        arrays = [*whole, target, *(_whole(p, np.float64) for p in parameters), *given, *kept, *wide]
        if _c_function(function, kind, True, len(arrays))(*map(_pointer, arrays), *sizes):
            raise MemoryError(f"{function}: no memory for {outer * inner} rows of {channels} channels")
        own = wide
    with np.errstate(all="ignore"):
        for result, value in zip(results, own, strict=True):
            if result is not value:
                result[...] = value
        if target is not out:
            out[...] = np.moveaxis(target, -1, axis) if moved else target
    return done and out.dtype == dtype
