"""Names of derivations in certificates: keywords and letters of other alphabets have words, each its own."""

import json

import pytest
from small_script import bnsym, write_script

from bnsym.proof.plain_names import plain_word
from bnsym.proof.replay import replay
from bnsym.proof.trusted.reader import plain

# name, how a certificate writes it
WORDS = [
    ("x", "x"),
    ("x_1", "x_1"),
    ("lambda", "lambda_"),
    ("None", "None_"),
    ("match", "match"),
    ("ε", "epsilon"),
    ("σ2", "sigma2"),
    ("Σ", "Sigma"),
    ("λ", "lamda"),
    ("ϵ", "u_u03f5"),
    ("é", "u_u00e9"),
    ("_0", "u_0"),
    ("x²", "x_u00b2"),
]


@pytest.mark.parametrize(("name", "word"), WORDS, ids=[ascii(row[0]) for row in WORDS])
def test_a_name_is_written_as_a_plain_word(name, word):
    assert plain_word(name) == word
    assert plain(word)
    assert plain_word(word) in (word, f"{word}_")


SCRIPT = """
from sympy import Integer, Sum, oo

import bnsym as bs

d = bs.Derivation("named")
m, T, k = bs.size("λ"), bs.size("T"), bs.size("k")
i, r = bs.index("in", m), bs.index("ρ", m)
x, eps = bs.tensor("is", m), bs.scalar("ε", positive=True)
mean = d.define("μ", Sum(x[r], r) / m)
d.chain("sum", Sum((x[i] - mean) / eps, i)).step("1", Integer(0), by=bs.linearity(mean))
v = bs.tensor("ν", oo)
steps = d.recurrence("ν", k, 0, v[k - 1] + eps)
d.induction("steps", steps[T], T * eps, over=T)
d.chain("twice", 2 * steps[T]).step("1", 2 * eps * T, by=bs.theorem("steps"))
"""


def test_a_derivation_with_such_names_has_certificates(tmp_path):
    done = bnsym("prove", "--certificates", tmp_path / "out", write_script(tmp_path, SCRIPT))
    assert done.exit_code == 0, done.output
    for path in (tmp_path / "out").glob("*.json"):
        assert replay(path).as_expected, path.name
    found = json.loads((tmp_path / "out" / "named.sum.json").read_bytes())
    assert found["definitions"][0]["body"] == "lamda**(-1)*sum(is_[rho] for rho in span(1, lamda))"
    assert found["scalars"] == {"epsilon": "positive"}


def test_two_names_for_one_word_are_refused(tmp_path):
    clash = SCRIPT.replace('bs.size("T")', 'bs.size("epsilon")')
    done = bnsym("prove", "--certificates", tmp_path / "out", write_script(tmp_path, clash))
    assert done.exit_code == 1
    assert "are both epsilon in a certificate; rename one of them" in done.stdout
