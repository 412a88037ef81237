"""Generated C modules, written once a session into a cache of their own; to build them needs a compiler."""

import os
import shutil
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import mkdtemp

import added_layers
import pytest

from bnsym.kernels.c.backend import CSource
from bnsym.kernels.c.generate import write
from bnsym.kernels.generate import plan_of
from bnsym.layers.table import LAYERS

ALL = {**LAYERS, **added_layers.LAYERS}
COMPILER = next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler: install gcc or clang")


@cache
def source(name):
    layer = ALL[name]()
    return CSource(layer, plan_of(layer))


@cache
def folder():
    directory = Path(mkdtemp(prefix="bnsym-c-"))
    os.environ["XDG_CACHE_HOME"] = str(directory / "cache")
    return directory


@cache
def compiled(name):
    """The module of a layer's C."""
    write(ALL[name](), folder())
    return load(folder() / f"{name}_c.py")


def load(path):
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
