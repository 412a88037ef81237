"""What the README says of the trusted code is measured: its length, and what it imports."""

import ast
import io
import re
import tokenize

from readme_blocks import README, ROOT

TRUSTED = sorted((ROOT / "bnsym" / "proof" / "trusted").glob("*.py"))
LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(text):
    """How many lines hold code: neither blank, nor comment, nor docstring."""
    documented = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and ast.get_docstring(node) is not None
        for line in range(node.body[0].lineno, node.body[0].end_lineno + 1)
    }
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    coded = {
        line
        for token in tokens
        if token.type not in LAYOUT
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(coded - documented)


def test_lines_are_counted_as_one_would():
    documented = 'def f():\n    """F.\n\n    More.\n    """\n    return (\n        1\n    )\n'
    text = f'"""Module."""\n\nimport a  # why\n\n# no\n\n\n{documented}'
    assert code_lines(text) == 5


def test_the_trusted_code_is_as_long_as_the_readme_says():
    stated = int(re.search(r"`bnsym/proof/trusted/`, (\d+) lines of code", README)[1])
    measured = sum(code_lines(path.read_text(encoding="utf-8")) for path in TRUSTED)
    assert abs(measured - stated) <= stated // 20, f"{measured} lines of code"
