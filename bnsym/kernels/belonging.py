"""Whether a generated kernel, its certificates and the layer's equations still belong together.

By text alone; SymPy is used only to compare a kernel with the layer of that name that bnsym has today.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

from bnsym.kernels.head import Head, equation, equation_text, read_head
from bnsym.proof.replay import LIST, Replayed, Result, content, listed, refusal, replay
from bnsym.proof.trusted.checker import Unreadable
from bnsym.proof.trusted.declarations import declare

STEPS = ("forward_", "backward_", "inference_")  # how the names of a plan's steps begin
REMAKE = "; generate it anew"


def folder_of(kernel: Path, layer: str) -> Path:
    """Where the certificates of a layer's kernel are: LAYER.certificates, beside it."""
    return kernel.parent / f"{layer}.certificates"


def is_kernel(path: Path) -> bool:
    """True for a file that begins as kernels do, and for one that has certificates beside it."""
    if path.suffix != ".py":
        return False
    return folder_of(path, path.stem).is_dir() or (path.is_file() and _head(path) is not None)


def kernels_in(directory: Path) -> list[Path]:
    """The kernels of a folder, and those that are missing beside their certificates."""
    found = {path for path in directory.glob("*.py") if is_kernel(path)}
    return sorted(found | {path.with_suffix(".py") for path in directory.glob("*.certificates")})


def _head(path: Path) -> Head | None:
    return read_head(content(path).decode("utf-8", errors="replace"))


def replay_kernel(path: Path) -> Iterator[Replayed]:
    """The kernel itself, then each certificate that it stands on."""
    start = perf_counter()
    try:
        head = _head(path)
    except (Unreadable, OSError) as error:
        yield refusal(path, getattr(error, "strerror", None) or str(error), start, Result.UNREADABLE)
        return
    if head is None:
        yield refusal(path, f"its head is not that of a generated kernel{REMAKE}", start)
        return
    folder = folder_of(path, head.layer)
    wrong = [*_own(head, folder), *_layer(head)]
    found = [replay(folder / f"{name}.json") for name in _certified(head)]
    for each in found:
        wrong += (
            _certificate(head, each) if each.as_expected else [f"{Path(each.file).name} is {each.result}"]
        )
    yield refusal(path, "; ".join(wrong), start) if wrong else _stands(path, head, perf_counter() - start)
    yield from found


def _stands(path: Path, head: Head, seconds: float) -> Replayed:
    bare = [name for name, certified in head.theorems.items() if not certified]
    said = f"belongs to its {len(head.theorems) - len(bare)} certificates and its equations"
    if bare:
        said += f"; without a certificate, and not checked here: {', '.join(bare)}"
    return Replayed(str(path), Result.VALID, seconds, statement=said)


def _certified(head: Head) -> list[str]:
    """The names of its certificates' files, without .json: the theorems' without the layer's."""
    return [name.removeprefix(f"{head.layer}.") for name, certified in head.theorems.items() if certified]


def _own(head: Head, folder: Path) -> Iterator[str]:
    """What is wrong with the kernel's own text, and with the list of its certificates."""
    if not head.untouched:
        yield f"its text is not the text that was generated: someone changed it{REMAKE}"
    if not (folder / LIST).is_file():
        yield f"the list of its certificates, {folder.name}/{LIST}, is missing"
        return
    if hashlib.sha256((folder / LIST).read_bytes()).hexdigest() != head.certificates:
        yield f"{folder.name}/{LIST} is not the list that it was generated with{REMAKE}"
    sums = listed(folder)
    if set(sums) != {f"{name}.json" for name in _certified(head)}:
        yield f"{folder.name}/{LIST} lists other certificates than its theorems have"
    for name, digest in sums.items():
        if not _has_hash(folder / name, digest):
            yield f"{folder.name}/{name} is not the certificate that it was generated with"


def _has_hash(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _certificate(head: Head, found: Replayed) -> Iterator[str]:
    """What keeps a valid certificate from being this kernel's: another theorem, other equations."""
    path = Path(found.file)
    if found.theorem != f"{head.layer}.{path.stem}":
        yield f"{path.name} is about another theorem, {found.theorem}"
    *_, facts = declare(json.loads(path.read_bytes()))
    shown = {row.split("[")[0].split(" ")[0]: row for row in head.equations}
    for name, (parameters, body, _) in facts.definitions.items():
        if name not in shown and name.startswith(STEPS):
            continue
        text = equation_text(name, parameters, body)
        if path.stem.startswith("inference."):
            text = re.sub(r"\brunning_(\w+)", lambda given: given[1] if given[1] in shown else given[0], text)
        if text != shown.get(name):
            yield f"{path.name} defines {text}, which is not among the kernel's equations"


def _layer(head: Head) -> Iterator[str]:
    """Whether the layer of that name has these equations today; nothing of a layer that is not bnsym's."""
    if find_spec("sympy") is None:
        return
    from bnsym.layers.table import LAYERS

    if head.layer not in LAYERS:
        return
    today = [equation(definition) for definition in LAYERS[head.layer]().definitions.values()]
    if list(head.equations) != today:
        yield f"bnsym's layer {head.layer} has other equations today{REMAKE}"
