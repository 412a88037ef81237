"""From an exception to one message and an exit code, with the line of the user's script it came from."""

from __future__ import annotations

import sysconfig
from pathlib import Path
from traceback import extract_tb
from typing import NamedTuple

from bnsym.errors import BnsymError
from bnsym.report.summary import USAGE

_PACKAGE = Path(__file__).resolve().parent.parent
_SCRIPTS = _PACKAGE / "_derivations"
_LIBRARIES = tuple(Path(sysconfig.get_path(kind)).resolve() for kind in ("stdlib", "purelib", "platlib"))

# what SymPy says before bnsym sees the expression: what to do about it
_SYMPY_ADVICE = {
    "Sum requires values for lower and upper bounds": "declare the index with its length: index('k', m)",
    "Summation will set Idx value too high": "sums are finite: give the index a length, index('k', m)",
}


class Told(NamedTuple):
    """What the command line says and the code it ends with."""

    message: str
    exit_code: int


def explain(error: BaseException) -> Told | None:
    """The message for an error of bnsym's, of the system's or of a script's; None for a bug in bnsym."""
    where = script_line(error)
    if isinstance(error, BnsymError):
        return Told(_placed(str(error), where), error.exit_code)
    if isinstance(error, SystemExit):
        return Told(f"{where}: the script ends the program; let it run to its end", USAGE) if where else None
    if where:
        return Told(f"{where}: the script raised {type(error).__name__}: {_advised(error)}", USAGE)
    return Told(str(error), USAGE) if isinstance(error, (OSError, SyntaxError)) else None


def _advised(error: BaseException) -> str:
    """The error's text, with what to do where that is known."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return "; ".join([text, *(advice for start, advice in _SYMPY_ADVICE.items() if text.startswith(start))])


def script_line(error: BaseException) -> str | None:
    """`file:line` of the innermost frame that is neither bnsym's nor a library's, if there is one."""
    if isinstance(error, SyntaxError) and error.filename and _is_script(error.filename):
        return f"{_shown(error.filename)}:{error.lineno}"
    frames = [frame for frame in extract_tb(error.__traceback__) if _is_script(frame.filename)]
    return f"{_shown(frames[-1].filename)}:{frames[-1].lineno}" if frames else None


def _is_script(filename: str) -> bool:
    path = Path(filename).resolve()
    if not path.is_file():
        return False
    if path.is_relative_to(_SCRIPTS):
        return True
    return not any(path.is_relative_to(folder) for folder in (_PACKAGE, *_LIBRARIES))


def _shown(filename: str) -> str:
    path, here = Path(filename).resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _placed(message: str, where: str | None) -> str:
    if where is None or Path(where).name in message:
        return message
    return f"{where}: {message}"
