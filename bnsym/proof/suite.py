"""Derivation scripts: where they are, and deciding all that they hold.

A derivation script is a Python file that is run, because the user named it (or its folder).
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bnsym.errors import UsageError
from bnsym.proof.derivation import Derivation
from bnsym.proof.outcome import Outcome


def prove_paths(paths: Sequence[Path], on_start: Callable[[str], None] = lambda title: None) -> list[Outcome]:
    """Run derivation scripts (files, or folders of them) and decide their theorems, in order.

    No paths: bnsym's own derivations.  `on_start` is told `derivation: theorem` before each.  Raises
    UsageError for a path that is not there, or a script that makes no derivation.
    """
    outcomes = []
    for script in scripts(paths or [own_derivations()]):
        for derivation in load(script):
            outcomes += derivation.check(on_start)
    return outcomes


def scripts(paths: Sequence[Path]) -> list[Path]:
    """The scripts that the paths name; a folder stands for its *.py files that are not private."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.glob("*.py") if not file.name.startswith("_"))
            if not inside:
                raise UsageError(f"prove {path}: the folder holds no *.py file; name a folder of derivations")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise UsageError(f"prove {path}: there is no such file or folder; check the path")
    return found


def load(script: Path) -> list[Derivation]:
    """Run a script; the derivations that it made."""
    if b"\0" in script.read_bytes():  # Python 3.11 and 3.12 each raise something else for it
        raise UsageError(f"prove {script}: the file holds null bytes, so it is no Python source")
    Derivation.registry.clear()
    folder = str(script.resolve().parent)
    sys.path.insert(0, folder)
    try:
        runpy.run_path(str(script), run_name="derivation")
    finally:
        sys.path.remove(folder)
    made = list(Derivation.registry)
    Derivation.registry.clear()
    if not made:
        raise UsageError(f"prove {script}: the script makes no Derivation; see the README's first derivation")
    return made


def own_derivations() -> Path:
    """The suite: derivations/ here, else the one beside or inside the package."""
    package = Path(__file__).parent.parent
    for folder in (Path("derivations"), package.parent / "derivations", package / "_derivations"):
        if folder.is_dir() and any(folder.glob("*.py")):
            return folder
    raise UsageError("prove: no derivations/ folder here; name the scripts to prove, or reinstall bnsym")
