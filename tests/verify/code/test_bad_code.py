"""Code that loops for ever, ends the program, asks, raises, changes the world: one clear answer each."""

import sys

import pytest
from click.testing import CliRunner

from bnsym.cli import main

GOOD = """
def good_forward(x):
    return x - x.mean(axis=0)

def good_backward(dout):
    return dout - dout.mean(axis=0)
"""
NORM = """
import os, sys
import numpy as np

def forward(x):
    {forward}
    return x - x.mean(axis=0)

def backward(dout):
    {backward}
    return dout - dout.mean(axis=0)
"""
FILES = {
    "it does not parse": ("def f(:", "norm.py cannot be imported", "norm.py, line 1"),
    "an import that is not there": ("import not_there_at_all", "No module named 'not_there_at_all'"),
    "it ends while it is imported": ("import sys; sys.exit(3)", "norm.py:1: SystemExit: 3"),
    "it asks while it is imported": ("input('name? ')", "norm.py:1: EOFError"),
    "it loops while it is imported": ("while True: pass", "importing", "stopped after 0.5 s", "--timeout"),
    "nothing to verify": ("x = 3", "no function or class with a forward and a backward"),
    "a backward alone": ("def lonely_backward(dout): return dout", "is a backward without a forward"),
}
BODIES = {
    "the forward ends the program": ("sys.exit(3)", "pass", "ends the program at norm.py:6: SystemExit: 3"),
    "the backward ends the program": ("pass", "sys.exit()", "ends the program at norm.py:10: SystemExit"),
    "it asks": ("input()", "pass", "norm.py:6: EOFError"),
    "the forward loops": ("while True: pass", "pass", "stopped after 0.5 s, at norm.py:6"),
    "the backward loops": ("pass", "while True: pass", "stopped after 0.5 s, at norm.py:10"),
    "it loops and catches all": (
        "while len(x):\n        try: x.sum()\n        except: pass",
        "pass",
        "stopped after 0.5 s",
    ),
    "it raises at length": (
        "raise ValueError('no_' * 9999)",
        "pass",
        "norm.py:6: ValueError: no_no",
        "...",
    ),
    "it calls itself": ("return forward(x)", "pass", "RecursionError"),
    "it wants all memory": ("np.zeros((10**6, 10**6))", "pass", "norm.py:6", "Unable to allocate"),
}
HARMLESS = {
    "it prints": ("print('hello ' * 9999)", "sys.stderr.write('x')"),
    "it opens files": ("open('made.txt', 'w').close()", "open('made.txt').close()"),
    "it changes numpy": ("np.seterr(all='raise')", "pass"),
}


def verify(folder, text, *options):
    file = folder / "norm.py"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(main, ["verify", str(file), "--timeout", "0.5", *options])


def says(done, *texts):
    return all(text in " ".join(done.output.split()) for text in texts)


@pytest.mark.parametrize("name", FILES)
def test_files(name, tmp_path):
    done = verify(tmp_path, FILES[name][0])
    assert done.exit_code == 2 and says(done, "error:", *FILES[name][1:]), done.output


@pytest.mark.parametrize("name", BODIES)
def test_functions(name, tmp_path):
    forward, backward, *texts = BODIES[name]
    done = verify(tmp_path, NORM.format(forward=forward, backward=backward))
    assert done.exit_code == 2 and says(done, "error:", *texts), done.output
    assert len(done.output) < 1500


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    forward, backward = HARMLESS[name]
    kept = sys.stdin
    done = verify(tmp_path, NORM.format(forward=forward, backward=backward), "--timeout", "30")
    assert done.exit_code == 0 and says(done, "1 proved"), done.output
    assert "hello" not in done.output and sys.stdin is kept


@pytest.mark.parametrize("bad", ["while True: pass", "raise ValueError('no')", "sys.exit()"])
def test_one_that_cannot_be_called_leaves_the_others_their_verdicts(bad, tmp_path):
    done = verify(tmp_path, NORM.format(forward=bad, backward="pass") + GOOD)
    assert done.exit_code == 3 and says(done, "1 proved, 0 refuted, 1 unknown", "all of it unknown"), (
        done.output
    )


def test_a_class_whose_arguments_nobody_can_guess(tmp_path):
    text = NORM.format(forward="pass", backward="pass") + (
        "\nclass Norm:\n    def __init__(self, registry): self.kind = registry.lookup('norm')\n"
        "    def forward(self, x): return x\n    def backward(self, dout): return dout\n"
    )
    done = verify(tmp_path, text)
    assert done.exit_code == 3
    assert says(done, "has no attribute 'lookup'", "say what its arguments are: --layout NCHW, --arg")
