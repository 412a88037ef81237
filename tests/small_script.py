"""A small derivation script, and the command that certificates are written and checked with."""

from click.testing import CliRunner

from bnsym.cli import main

SCRIPT = """
from sympy import Integer, Sum, oo, sqrt

import bnsym as bs

d = bs.Derivation("small", "a small note")
m, k, T = bs.sizes("m k T")
i, r = bs.index("i", m), bs.index("r", m)
x, g, eps = bs.tensor("x", m), bs.tensor("g", m), bs.scalar("epsilon", positive=True)
mu = d.define("mu", Sum(x[r], r) / m)
var = d.define("var", Sum((x[r] - mu) ** 2, r) / m)
d.prove("the mean is 0", Sum(x[i] - mu, i), 0, eq="3")
d.refute("no variance", var, 0)
d.prove("gradient", bs.derivative(Sum(g[i] * x[i] ** 2, i), x[r]), 2 * g[r] * x[r])
d.chain("in one pass", var).step("1", Sum(x[r] ** 2, r) / m - mu**2, by=bs.linearity(mu, var))
v = bs.tensor("v", oo)
count = d.recurrence("v", k, 0, v[k - 1] + 1)
d.induction("counting", count[T], T, over=T)
"""
OTHER = SCRIPT.replace('"small"', '"other"')
PROVED = {"small.the_mean_is_0", "small.gradient", "small.in_one_pass", "small.counting"}


def bnsym(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write_script(folder, text=SCRIPT, name="small.py"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
