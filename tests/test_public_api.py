"""The public API: complete, importable, and light until used."""

import subprocess
import sys

import pytest

import bnsym
from bnsym import errors

HEAVY = ("sympy", "numpy", "rich", "mpmath")


@pytest.mark.parametrize("name", bnsym.__all__)
def test_every_public_name_is_there(name):
    assert getattr(bnsym, name) is not None
    assert name in dir(bnsym)


def test_every_lazy_name_is_public():
    assert set(bnsym._HOMES) <= set(bnsym.__all__)


def test_an_unknown_name_is_refused_with_what_there_is():
    with pytest.raises(AttributeError, match=r"bnsym has no 'theorm'; it has .*BnsymError"):
        bnsym.theorm  # noqa: B018


def test_every_error_is_public_and_maps_to_a_documented_exit_code():
    for name in errors.__all__:
        kind = getattr(errors, name)
        assert getattr(bnsym, name) is kind
        assert issubclass(kind, errors.BnsymError)
        assert f"Exit code {kind.exit_code}" in kind.__doc__ or kind is errors.BnsymError


@pytest.mark.parametrize("code", ["import bnsym", "import bnsym.cli"])
def test_import_leaves_the_heavy_modules_alone(code):
    loaded = f"{code}\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
