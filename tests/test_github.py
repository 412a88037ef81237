"""GitHub's annotations: one command for each unexpected outcome, at the failing step's line, well escaped."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from stand_ins import outcome

from bnsym.cli import main
from bnsym.report.github import commands, error

ROOT = Path(__file__).resolve().parent.parent
COMMAND = re.compile(r"::error (?P<properties>.*?)::(?P<text>.*)")  # as GitHub's runner reads it
SCRIPT = """
from sympy import Sum
import bnsym as bs

d = bs.Derivation("means, and more: 100%", "a note")
m = bs.size("m")
i = bs.index("i", m)
x, b = bs.tensor("x", m), bs.scalar("b")
mu = d.define("mu", Sum(x[i], i) / m)
d.prove("right", mu, mu)
(
    d.chain("stepped", Sum(x[i] + b, i) / m)
    .step("(1.1)", mu + b, by=bs.linearity(mu))
    .step("(1.2)", mu + 2 * b, by=bs.algebra)
)
d.refute("true", mu, mu)
d.prove("undecided", Sum(x[i] ** 2, i), Sum(x[i], i) ** 2 / m, relation=">=")
"""


def unescaped(text, more=()):
    """What GitHub's runner makes of a value."""
    for letter, code in (("\r", "%0D"), ("\n", "%0A"), *more, ("%", "%25")):
        text = text.replace(code, letter)
    return text


def read(command):
    """Properties and text of a command, by the runner's rules."""
    found = COMMAND.fullmatch(command)
    assert found, command
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    properties = {name: unescaped(value, ((":", "%3A"), (",", "%2C"))) for name, value in pairs}
    return properties, unescaped(found["text"])


# texts that mean something to the runner, or nearly
TRICKY = [
    "plain",
    "100% of x, y: z",
    "%0A is no line end, %250A neither",
    "two\nlines",
    "two\r\nlines\r",
    "::error file=a.py,line=1::another",
    "\n::set-env name=PATH::/tmp",
    "##[error]old style",
    "α ≤ β, σ² + ε",
    "a=b,c=d",
    "::",
    "",
    "\u2028 \x85 \x0b \t",
    "%",
    "%25%2C%3A",
]


@pytest.mark.parametrize("text", TRICKY)
def test_every_value_comes_back_as_it_was(text, monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    command = error(text, f"title {text}", f"folder {text}/file.py", 12)
    assert not set("\r\n") & set(command)
    assert command.startswith("::error file=")
    properties, shown = read(command)
    assert shown == text
    assert properties["title"] == f"title {text}"
    assert properties["line"] == "12"
    assert properties["file"] == Path(f"folder {text}/file.py").as_posix()


def test_an_error_without_a_place():
    assert error("no such file", "UsageError") == "::error title=UsageError::no such file"


# changes to an outcome, how its title ends (None: no command), what its text says
OUTCOMES = [
    ({"verdict": "proved"}, None, ""),
    ({"verdict": "refuted"}, None, ""),
    ({"verdict": "unknown"}, None, ""),
    (
        {"verdict": "refuted", "expected": "proved"},
        "is refuted, expected proved",
        "witness: m = 1: left 0, right 1",
    ),
    ({"verdict": "proved", "expected": "refuted"}, "is proved, expected refuted", "needs: m >= 1"),
    ({"verdict": "unknown", "expected": "proved"}, "is unknown, expected proved", "normal forms differ"),
    ({"verdict": "unknown", "expected": "proved", "broken": True}, "does not follow", "normal forms differ"),
]


@pytest.mark.parametrize(("changes", "title", "text"), OUTCOMES)
def test_what_is_not_as_expected_is_told(changes, title, text):
    found = commands([outcome(**changes)])
    assert len(found) == (title is not None)
    for command in found:
        properties, shown = read(command)
        assert properties == {
            "file": "derivations/bias_cancellation.py",
            "line": "12",
            "title": f"bias_cancellation: mean_absorbs_bias {title}",
        }
        assert shown.startswith("mean(z + b) = mean(z) + b\n")
        assert shown.endswith(text)


def test_paths_are_told_from_the_repositorys_root(monkeypatch, tmp_path):
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    assert read(error("", "", "a/b.py", 1))[0]["file"] == "sub/a/b.py"
    assert read(error("", "", str(tmp_path / "b.py"), 1))[0]["file"] == "b.py"
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path / "elsewhere"))
    assert read(error("", "", "a/b.py", 1))[0]["file"] == "a/b.py"


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path)
    path = Path("note.py")
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def prove(*arguments):
    return CliRunner().invoke(main, ["prove", *map(str, arguments)])


def test_the_failing_steps_own_line_is_annotated_and_the_table_shown(script):
    done = prove(script, "--format", "github")
    assert done.exit_code == 1
    told = [read(line) for line in done.stdout.splitlines() if line.startswith("::")]
    assert [(p["file"], p["line"]) for p, _ in told] == [
        ("note.py", "14"),
        ("note.py", "16"),
        ("note.py", "17"),
    ]
    assert [p["title"] for p, _ in told] == [
        "means, and more: 100%: stepped does not follow",
        "means, and more: 100%: true is proved, expected refuted",
        "means, and more: 100%: undecided is unknown, expected proved",
    ]
    assert "  b + mu\n  = mu + 2*b\n  fails at m=1, b=1, x=(0): left = 1, right = 2" in told[0][1]
    table = [line for line in done.stdout.splitlines() if not line.startswith("::")]
    assert [line for line in table if "right" in line and "proved" in line]
    assert table[-1].startswith("1 proved, 0 refuted as expected, 2 unknown, 3 NOT as expected")


def test_nothing_is_annotated_where_all_is_as_expected(script):
    text = script.read_text(encoding="utf-8")
    script.write_text(text[: text.index("(\n    d.chain")], encoding="utf-8")
    done = prove(script, "--format", "github")
    assert done.exit_code == 0
    assert "::" not in done.stdout


# what is wrong, the change to the script, where it is annotated, what is said
ENDS = [
    (
        "a name",
        "d.prove('a', undefined, 1)",
        {"file": "note.py", "line": "18"},
        "NameError: name 'undefined'",
    ),
    ("syntax", "d.prove('a' 1", {"file": "note.py", "line": "18"}, "SyntaxError: "),
    ("exit", "raise SystemExit", {"file": "note.py", "line": "18"}, "ends the program"),
    ("a term", "d.prove('a', 'text', 1)", {"file": "note.py", "line": "18"}, "'text' is a str"),
    (
        "a theorem",
        "d.chain('a', mu).step('1', b, by=bs.theorem('none'))",
        {"file": "note.py", "line": "18"},
        "'none', which is not stated before it",
    ),
]


@pytest.mark.parametrize(("line", "place", "says"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_a_script_that_cannot_be_read_is_annotated(script, line, place, says):
    script.write_text(f"{SCRIPT}{line}\n", encoding="utf-8")
    done = prove(script, "--format=github")
    assert done.exit_code == 2
    properties, text = read(done.stdout.splitlines()[-1])
    del properties["title"]
    assert properties == place
    assert says in text
    assert says in done.stderr


def test_a_path_that_is_not_there_is_told():
    done = prove("nowhere.py", "--format=github")
    assert done.exit_code == 2
    assert done.stdout.startswith("::error title=UsageError::prove nowhere.py: there is no such file")


@pytest.mark.parametrize("arguments", [["--format=json"], ["--json"], ["--format=github", "--json"]])
def test_json_is_json_alone(script, arguments):
    """Asked for in two ways; with both, annotations would spoil it."""
    done = prove(script, *arguments)
    assert done.stdout.startswith("{")
    assert done.exit_code == 1


def test_other_formats_are_refused(script):
    assert prove(script, "--format=gitlab").exit_code == 2
