"""The trusted files stand alone: standard library only, no `assert`, few lines, a bare environment."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest
from trusted.small_certificates import written
from trusted.wrong_proofs import TWINS, WRONG

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "bnsym" / "proof" / "trusted").glob("*.py"))
CEILING = 765  # code lines
# bnsym's own __init__ loads errors and version, which the trusted files do not use
BARE = """
import sys
for name in ('sympy', 'numpy', 'mpmath', 'click', 'rich', 'pytest'):
    sys.modules[name] = None
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from bnsym.proof.trusted.checker import Unreadable, check_text
from bnsym.proof.trusted.formula import Refused
for path in sorted(Path(sys.argv[2]).iterdir()):
    try:
        check_text(path.read_bytes())
        print(path.name, 'valid')
    except (Refused, Unreadable):
        print(path.name, 'refused')
own = {name for name in sys.modules if name.startswith('bnsym.')}
loaded = {name for name in own if not name.startswith('bnsym.proof.trusted')}
print('other', *sorted(loaded - {'bnsym.proof', 'bnsym.errors', 'bnsym.version'}))
"""


def _code_lines(path: Path) -> int:
    text = path.read_text()
    skipped = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)


def test_trusted_lines() -> None:
    counts = {path.name: _code_lines(path) for path in FILES}
    print(f"trusted lines: {sum(counts.values())} {counts}")
    assert sum(counts.values()) <= CEILING


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_imports_and_no_assert(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.Assert)
        modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for module in modules:
            own = module.startswith("bnsym.proof.trusted")
            assert own or module.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("flags", [["-I", "-S"], ["-I", "-S", "-O"]], ids=["bare", "bare and optimized"])
def test_bare_environment(flags: list[str], tmp_path: Path) -> None:
    for kind, table in (("valid", TWINS), ("refused", WRONG)):
        for k, found in enumerate(table.values()):
            (tmp_path / f"{kind}{k:03}").write_bytes(written(found))
    command = [sys.executable, *flags, "-c", BARE, str(ROOT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    rows = done.stdout.splitlines()
    assert rows and rows[-1] == "other", done.stderr + done.stdout[-300:]
    assert len(rows) == len(TWINS) + len(WRONG) + 1
    assert all(name.startswith(verdict) for name, verdict in map(str.split, rows[:-1]))
