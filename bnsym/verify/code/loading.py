"""Brings in the user's module: only because the user named it, and as Python itself would run it."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from bnsym.errors import BnsymError, UsageError
from bnsym.verify.code.limits import told
from bnsym.verify.code.numbers import quiet


def load(name: str) -> ModuleType:
    """The module of `folder/file.py` or `package.module`; running it runs the user's code."""
    try:
        with quiet():
            return _from_file(Path(name)) if name.endswith(".py") else _from_path(name)
    except BnsymError:
        raise
    except (Exception, SystemExit) as error:
        raise UsageError(f"{name} cannot be imported: {told(error)}") from error


def _from_path(name: str) -> ModuleType:
    if "" not in sys.path:
        sys.path.insert(0, "")
    return importlib.import_module(name)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UsageError(
            f"there is no file {path}; give FILE.py:function, FILE.py:Class or package.module:name"
        )
    path = path.resolve()
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        parts.insert(0, root.name)
        root = root.parent
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    if len(parts) > 1:
        return importlib.import_module(".".join(part for part in parts if part != "__init__"))
    levels = _levels_up(path)
    return _in_folders(path, levels) if levels else _alone(path)


def _levels_up(path: Path) -> int:
    """How many folders up the file's relative imports reach: 1 for `from .base import Layer`."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):  # told where the file is run
        return 0
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def _in_folders(path: Path, levels: int) -> ModuleType:
    """As a module of a package of the folders that its relative imports name, without an __init__.py."""
    parts = (path.parent, *path.parents[1:])[:levels]
    root = parts[-1].parent
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    return importlib.import_module(".".join([*(part.name for part in reversed(parts)), path.stem]))


def _alone(path: Path) -> ModuleType:
    """Under a name of its own, so that it takes no other module's place."""
    name = f"_bnsym_user_{path.stem}_{abs(hash(str(path))):x}"
    known = sys.modules.get(name)
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
