"""Which Python files are derivation scripts: told from their text, by what they call when they are run."""

from pathlib import Path

import pytest

from bnsym.proof.recognize import defines_tests, makes_derivation

ROOT = Path(__file__).resolve().parent.parent.parent

# name, text, whether it is a derivation script
TEXTS = [
    ("the usual script", "import bnsym as bs\nd = bs.Derivation('a')", True),
    ("under its own name", "import bnsym\nbnsym.Derivation('a')", True),
    ("imported by name", "from bnsym import Derivation, size\nd = Derivation('a')", True),
    ("by another name", "from bnsym import Derivation as D\nd = D('a')", True),
    ("from its home", "from bnsym.proof.derivation import Derivation\nDerivation('a')", True),
    ("all names", "from bnsym import *\nd = Derivation('a')", True),
    ("in a loop", "import bnsym as bs\nfor k in 'ab':\n    bs.Derivation(k)", True),
    ("inside another call", "import bnsym as bs\nkept = [list(map(str, [bs.Derivation('a')]))]", True),
    ("if the import works", "try:\n    import bnsym\nfinally:\n    pass\nbnsym.Derivation('a')", True),
    ("by a function", "import bnsym as bs\ndef made():\n    return bs.Derivation('a')\nd = made()", True),
    ("two functions deep", "import bnsym as bs\ndef f(): g()\ndef g(): bs.Derivation('a')\nf()", True),
    ("by a subclass", "import bnsym as bs\nclass Note(bs.Derivation): pass\nNote('a')", True),
    (
        "by a method",
        "import bnsym as bs\nclass Notes:\n    def all(self): bs.Derivation('a')\nNotes().all()",
        True,
    ),
    (
        "of one of two methods of one name",
        "import bnsym\nclass A:\n def f(self): bnsym.Derivation('a')\nclass B:\n def f(self): pass\nA().f()",
        True,
    ),
    (
        "made elsewhere, shown here",
        "import bnsym as bs\nfrom family import build\nbuild()\nif __name__ == '__main__':\n    bs.main()",
        True,
    ),
    ("nothing of bnsym", "d = Derivation('a')", False),
    ("empty", "", False),
    ("another Derivation", "import bnsym\nfrom chemistry import Derivation\nd = Derivation('a')", False),
    ("another's attribute", "import bnsym, chemistry\nd = chemistry.Derivation('a')", False),
    ("a comment", "import bnsym\n# d = bnsym.Derivation('a')", False),
    ("a text", "import bnsym\nexample = \"d = bnsym.Derivation('a')\"", False),
    ("an annotation", "import bnsym as bs\ndef f(d: bs.Derivation) -> bs.Derivation:\n    return d", False),
    ("in a function not called", "import bnsym as bs\ndef made():\n    return bs.Derivation('a')", False),
    ("in a method not called", "import bnsym as bs\nclass A:\n    def f(self): bs.Derivation('a')", False),
    ("in a lambda", "import bnsym as bs\nmade = lambda: bs.Derivation('a')", False),
    ("in a test", "import bnsym as bs\ndef test_a(prove):\n    prove(1, 1, scope=bs.Derivation('a'))", False),
    ("the command line", "from bnsym.cli import main\nmain()", False),
    ("other names of bnsym", "import bnsym as bs\nprint(bs.prove_paths([]), bs.size('m'))", False),
]


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in TEXTS], ids=[row[0] for row in TEXTS])
def test_a_script_is_told_by_what_it_calls(text, expected):
    assert makes_derivation(text.encode()) is expected


@pytest.mark.parametrize("text", ["import bnsym\nd = bnsym.Derivation(", "import bnsym\n\0", "bnsym = 'é"])
def test_what_is_no_python_is_refused(text):
    with pytest.raises((SyntaxError, ValueError)):
        makes_derivation(text.encode("latin-1"))


def test_a_coding_line_is_followed():
    text = "# -*- coding: latin-1 -*-\nimport bnsym\nd = bnsym.Derivation('é')"
    assert makes_derivation(text.encode("latin-1"))


@pytest.mark.filterwarnings("error")
def test_warnings_are_left_to_the_run_of_the_script():
    assert makes_derivation(b"import bnsym\nd = bnsym.Derivation('\\d')")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def test_a(): pass", True),
        ("async def test_a(): pass", True),
        ("class TestA: pass", True),
        ("def attest(): pass", False),
        ("def outer():\n    def test_a(): pass", False),
        ("test = 1", False),
    ],
)
def test_tests_are_told_by_their_names(text, expected):
    assert defines_tests(text.encode()) is expected


def test_bnsyms_own_derivations_are_scripts_and_its_code_is_not():
    kept = [path for folder in ("bnsym", "derivations", "tests") for path in (ROOT / folder).rglob("*.py")]
    scripts = {path for path in kept if makes_derivation(path.read_bytes())}
    assert scripts == set((ROOT / "derivations").glob("*.py"))
