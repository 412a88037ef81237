"""A printed module from its text alone, as the import system makes one from a file with that text."""

from __future__ import annotations

from importlib.abc import ExecutionLoader
from importlib.util import module_from_spec, spec_from_loader
from types import ModuleType

from bnsym.errors import InternalError


class _Text(ExecutionLoader):
    """Loads one text; errors in it are told by lines of NAME.py."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_source(self, fullname: str) -> str:
        return self.text

    def get_filename(self, fullname: str) -> str:
        return f"{fullname}.py"

    def is_package(self, fullname: str) -> bool:
        return False


def module_from_text(text: str, name: str) -> ModuleType:
    """The module; it is not entered into sys.modules, and nothing is written."""
    loader = _Text(text)
    spec = spec_from_loader(name, loader)
    if spec is None:
        raise InternalError(f"no module can be made of the text of {name}")
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
