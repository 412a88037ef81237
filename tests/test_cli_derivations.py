"""`bnsym prove` on derivation scripts as people write them, with the mistakes that people make."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from bnsym.cli import main

HEAD = """from sympy import *
import bnsym as bs
d = bs.Derivation("t", "a note")
m, n = bs.sizes("m n")
i, j, p = bs.index("i", m), bs.index("j", n), bs.index("p", m)
x, X, eps = bs.tensor("x", m), bs.tensor("X", m, n), bs.scalar("epsilon", positive=True)
mu = d.define("mu", Sum(x[i], i) / m)
"""
LINE = HEAD.count("\n") + 1
SQUARES = "Sum(x[i]**2, i)"

# what the script states, exit code, what the table and the text below it must say
DECIDED = {
    "proved": ("d.prove('c', Sum(x[i] - mu, i), 0)", 0, ["✓ c", "1 proved"]),
    "refuted": ("d.refute('c', mu, 0)", 0, ["✓ c", "m=1, x=(1): left = 1, right = 0"]),
    "refuted, expected proved": (
        "d.prove('c', mu, 0)",
        1,
        ["✗ c", "c is refuted, expected proved", "left = 1"],
    ),
    "proved, expected refuted": (
        "d.refute('c', mu, mu)",
        1,
        ["✗ c", "it holds for every size", "1 NOT as exp"],
    ),
    "unknown": (
        f"d.prove('c', {SQUARES}, m * mu**2, relation='>=')",
        3,
        ["✗ c", "not proved by", "exact instances"],
    ),
    "a failure outweighs an unknown": (
        f"d.prove('c', {SQUARES}, m * mu**2, relation='>=')\nd.prove('e', mu, 0)",
        1,
        ["c is unknown", "e is refuted"],
    ),
    "a false step": (
        "d.chain('c', Sum(x[i] - mu, i)).step('1.1', Sum(x[i], i) - m*mu, by=bs.linearity)"
        ".step('1.2', m, by=bs.unfold(mu))",
        1,
        [
            "c, step 1.2 (script.py:8) does not follow by definition, unfolding mu",
            "-mu*m + sum(x[i], i=1..m)",
            "= m",
            "fails at m=1, x=(0): left = 0, right = 1",
        ],
    ),
    "a step by too weak a reason": (
        "d.chain('c', Sum(x[i] - mu, i)).step('1', Sum(x[i], i) - m*mu, by=bs.algebra)",
        1,
        ["does not follow by algebra", "not by this reason; it takes linearity"],
    ),
    "an open step": (
        f"d.chain('c', {SQUARES}).step('1', m*mu**2, by=bs.signs, relation='>=')",
        3,
        ["neither proved nor refuted"],
    ),
    "a false theorem used": (
        "d.prove('e', mu, 0)\nd.chain('c', mu + 1).step('1', 1, by=bs.theorem('e'))",
        1,
        ["e is refuted", "uses the theorem 'e', which was not proved"],
    ),
}

# what the script does, what the one message must say after the place; all end with exit code 2
MISTAKES = {
    "an undeclared index": ("d.prove('c', x[Idx('k')], 0)", "declare index('k', m)"),
    "a symbol as an index": ("d.prove('c', x[Symbol('k', integer=True)], 0)", "declare index('k', m)"),
    "a sum over an undeclared index": ("Sum(x[Idx('k')], Idx('k'))", "declare the index with its length"),
    "an endless sum": ("Sum(x[i], (i, 1, oo))", "sums are finite"),
    "clashing sizes": ("d.prove('c', Sum(x[j], j), 0)", "x has size m, but j goes from 1 to n"),
    "clashing sizes of an axis": ("d.prove('c', X[i, p], 0)", "X has size n, but p goes from 1 to m"),
    "too few indices": ("d.prove('c', X[i], 0)", "X has 2 axes"),
    "a bound index used free": ("d.define('v', x[i] * Sum(x[i], i))", "i is free in the body"),
    "a size of 0": ("bs.index('k', 0)", "a length is a size or an integer >= 1, not 0"),
    "a least size of 0": ("bs.size('K', least=0)", "the least length is an integer >= 1"),
    "a negative length": ("bs.tensor('w', -3)", "a length is a size or an integer >= 1, not -3"),
    "a length of 2.5": ("bs.tensor('w', 2.5)", "a length is a size or an integer >= 1, not 2.5"),
    "an unknown layer": ("bs.layer('batchnorm')", "no layer is called 'batchnorm'; there are batch_norm"),
    "a float": ("d.prove('c', mu, 0.5)", "write an exact number, such as Rational"),
    "text": ("d.prove('c', 'mu', mu)", "'mu' is a str"),
    "exp": ("d.prove('c', exp(mu), mu)", "exp in exp(mu): bnsym reads"),
    "Max": ("d.prove('c', Max(mu, 0), mu)", "Max in Max(0, mu): bnsym reads"),
    "an odd root": ("d.prove('c', cbrt(mu), mu)", "the exponent 1/3"),
    "a real exponent": ("d.prove('c', mu**eps, 0)", "script.py:8"),
    "a complex number": ("d.prove('c', I*mu, 0)", "ImaginaryUnit in I: bnsym reads"),
    "an unknown relation": ("d.prove('c', mu, 0, relation='==')", "the relation '==' is not known; there"),
    "a name given twice": ("d.prove('c', mu, mu)\nd.prove('c', mu, mu)", "give the second one its own name"),
    "a definition given twice": ("d.define('mu', Sum(x[i], i))", "mu is defined already"),
    "a reason as text": ("d.chain('c', mu).step('1', mu, by='algebra')", "by='algebra' is no reason; there"),
    "a theorem not stated": ("d.chain('c', mu).step('1', mu, by=bs.theorem('e'))", "which is not stated"),
    "a chain without steps": ("d.chain('c', mu)", "c has no steps; add them"),
    "induction over no size": ("d.induction('c', mu, mu, over=mu)", "induction runs over a size"),
    "a name bnsym lacks": ("bs.theorm", "bnsym has no 'theorm'; it has"),
    "an error of the script's own": ("1 / 0", "the script raised ZeroDivisionError: division by zero"),
    "bad syntax": ("x = = 1", "the script raised SyntaxError: invalid syntax"),
    "a missing module": ("import nothing_of_that_name", "the script raised ModuleNotFoundError"),
    "ending the program": ("import sys; sys.exit(0)", "the script ends the program; let it run to its end"),
}  # fmt: skip


@pytest.fixture
def prove(tmp_path, monkeypatch):
    """Prove a script of these lines, in the folder it lies in."""
    monkeypatch.chdir(tmp_path)

    def proving(text, *options):
        Path("script.py").write_text(text, encoding="utf-8")
        return CliRunner().invoke(main, ["prove", "script.py", *options])

    return proving


@pytest.mark.parametrize(("text", "code", "parts"), DECIDED.values(), ids=DECIDED)
def test_verdicts_and_steps_end_in_their_exit_code(prove, text, code, parts):
    done = prove(f"{HEAD}{text}\n")
    assert done.exit_code == code, done.output
    assert done.stderr == ""
    for part in parts:
        assert part in done.stdout


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_message_with_its_place(prove, text, message):
    done = prove(f"{HEAD}{text}\n")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert re.match(rf"error: script\.py:{LINE + text.count(chr(10))}: ", done.stderr), done.stderr
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        (["nowhere.py"], "prove nowhere.py: there is no such file or folder; check the path"),
        (["empty"], "prove empty: the folder holds no *.py file; name a folder of derivations"),
        (["none.py"], "prove none.py: the script makes no Derivation; see the README"),
        (["bare.py"], "bnsym prove: no claims in bare.py; give files or folders that make claims"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_path_without_claims_is_one_message(tmp_path, monkeypatch, paths, message):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("none.py").write_text("x = 1\n", encoding="utf-8")
    Path("bare.py").write_text(HEAD, encoding="utf-8")
    done = CliRunner().invoke(main, ["prove", *paths])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {message}")


def test_json_has_all_of_it(prove):
    false_step = ".step('2', m, by=bs.linearity(mu), relation='=')"
    chain = "d.chain('c', Sum(x[i] - mu, i), eq='7').step('1', 0, by=bs.sums(mu))"
    text = f"d.refute('r', mu, 0)\n{chain}{false_step}"
    done = prove(f"{HEAD}{text}\n", "--json")
    document = json.loads(done.stdout)
    assert (document["command"], document["exit_code"], done.exit_code) == ("prove", 1, 1)
    refuted, chain = document["items"]
    assert (refuted["verdict"], refuted["expected"], refuted["as_expected"]) == ("refuted", "refuted", True)
    assert refuted["witness"] == "m=1, x=(1): left = 1, right = 0"
    assert (chain["verdict"], chain["broken"], chain["as_expected"]) == ("unknown", True, False)
    assert (chain["file"], chain["line"], chain["source"], chain["steps"]) == (
        "script.py",
        LINE + 1,
        "a note (7)",
        2,
    )
    assert chain["definitions"] == ["mu = sum(x[i], i=1..m)/m"]
    assert chain["lines"] == [
        {"relation": "", "term": "sum(-mu + x[i], i=1..m)", "reason": "", "eq": "7"},
        {"relation": "=", "term": "0", "reason": "sums, unfolding mu", "eq": "1"},
        {"relation": "=", "term": "m", "reason": "linearity, unfolding mu", "eq": "2"},
    ]
    assert "fails at m=1" in document["trouble"][0]


def test_verbose_shows_the_proof_and_each_definition_once(prove):
    chain = "d.chain('c', Sum(x[i] - mu, i), eq='7').step('1', 0, by=bs.sums(mu))"
    shown = prove(f"{HEAD}{chain}\nd.refute('r', mu, 0)\n", "--verbose").stdout
    assert shown.count("let mu = sum(x[i], i=1..m)/m") == 1
    assert re.search(
        r"\n      sum\(-mu \+ x\[i\], i=1\.\.m\) +\[7\]\n      = 0 +sums, unfolding mu  \[1\]\n", shown
    )
    assert "\n      mu = 0\n" in shown


def started(folder, *arguments, **options):
    command = [sys.executable, "-m", "bnsym", *map(str, arguments)]
    return subprocess.Popen(command, cwd=folder, text=True, stderr=subprocess.PIPE, **options)


def test_an_interrupt_ends_at_once_and_says_so(tmp_path):
    (tmp_path / "slow.py").write_text(
        "import time\nprint('here', flush=True)\ntime.sleep(60)\n", encoding="utf-8"
    )
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
    with started(tmp_path, "prove", "slow.py", stdout=subprocess.PIPE, preexec_fn=heard) as process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=20)
    assert (process.returncode, told) == (130, "interrupted\n")


@pytest.mark.parametrize("columns", [80, 120])
def test_on_a_terminal_the_output_fits_it(tmp_path, columns):
    (tmp_path / "script.py").write_text(
        f"{HEAD}d.refute('a_name_of_some_length', mu * x[p], X[p, j])\n", encoding="utf-8"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    with started(tmp_path, "prove", "-v", "script.py", stdout=theirs, env=environment) as process:
        process.communicate(timeout=60)
    os.close(theirs)
    shown = re.sub(r"\x1b\[[0-9;]*m", "", os.read(ours, 100_000).decode())
    os.close(ours)
    assert process.returncode == 0
    assert "a_name_of_some_length" in shown
    assert max(map(len, shown.splitlines())) == columns


def test_piped_output_is_the_same_in_every_terminal(tmp_path):
    (tmp_path / "script.py").write_text(f"{HEAD}d.refute('r', mu * x[p], X[p, j])\n", encoding="utf-8")
    shown = set()
    for columns in ("40", "200"):
        environment = {**os.environ, "COLUMNS": columns, "FORCE_COLOR": "", "TERM": "dumb"}
        with started(tmp_path, "prove", "script.py", stdout=subprocess.PIPE, env=environment) as process:
            out, _ = process.communicate(timeout=60)
        shown.add(re.sub(r" *\d+\.\d+", " 0.0", out))
    assert len(shown) == 1
    assert "\x1b" not in shown.pop()
