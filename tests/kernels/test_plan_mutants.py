"""Proof before print: a plan that is wrong anywhere is refused, and nothing is written.

Each mutant changes one step of a right plan.  `generate` must end in InternalError (or, where the mutant is
no kernel at all, UnsupportedTermError) and leave the folder as it was.
"""

from dataclasses import replace

import pytest

from bnsym.errors import InternalError, UnsupportedTermError
from bnsym.kernels import generate as generating
from bnsym.kernels import planner
from bnsym.kernels.planner import Planner
from bnsym.terms.nodes import (
    ONE,
    Add,
    Entry,
    Power,
    Size,
    Sum,
    Symbol,
    add,
    mul,
    negative,
    number,
    power,
)
from bnsym.terms.walk import rebuild
from bnsym.verify.emitted.generate import generate

LAYERS = ("batch_norm", "layer_norm")


def everywhere(match, change):
    """The body with each part that matches changed."""

    def walk(node):
        return change(node) if match(node) else rebuild(node, walk)

    return walk


def dropped_term(index):
    def change(body):
        assert isinstance(body, Add)
        return add(*(t for k, t in enumerate(body.terms) if k != index % len(body.terms)))

    return change


def flipped_term(index):
    def change(body):
        assert isinstance(body, Add)
        return add(*(negative(t) if k == index % len(body.terms) else t for k, t in enumerate(body.terms)))

    return change


def is_size(node):
    return isinstance(node, Power) and isinstance(node.base, Size)


def is_entry(name):
    return lambda node: isinstance(node, Entry) and node.tensor.name.startswith(name)


def squared(node):
    return power(node, 2)


def scaled(factor):
    return lambda body: mul(number(factor), body)


unsized = everywhere(is_size, lambda node: ONE)
one_less = everywhere(is_size, lambda node: power(add(node.base, number(-1)), -1))
without_eps = everywhere(lambda node: isinstance(node, Symbol), lambda node: number(0))
double_eps = everywhere(lambda node: isinstance(node, Symbol), scaled(2))
unrooted = everywhere(
    lambda node: isinstance(node, Power) and node.exponent.value.denominator == 2, lambda node: node.base
)
unsummed = everywhere(lambda node: isinstance(node, Sum), lambda node: node.body)
unsquared = everywhere(
    lambda node: isinstance(node, Power) and node.exponent.value == 2, lambda node: node.base
)
negated = negative


def other_sum(layer):
    def change(node):
        other = layer.channel if node.index is layer.row else layer.row
        return Sum(other, node.body)

    return everywhere(lambda node: isinstance(node, Sum), change)


# what is wrong, the function, the step's name (or how it starts: sum_), the change of its body
MUTANTS = {
    "mean: not divided": ("forward", "mean", unsized),
    "mean: by one less": ("forward", "mean", one_less),
    "mean: times 2": ("forward", "mean", scaled(2)),
    "centered: mean added": ("forward", "centered", flipped_term(1)),
    "centered: mean dropped": ("forward", "centered", dropped_term(1)),
    "var: not divided": ("forward", "var", unsized),
    "var: unbiased": ("forward", "var", one_less),
    "var: not squared": ("forward", "var", unsquared),
    "var: doubled": ("forward", "var", scaled(2)),
    "inv_std: without eps": ("forward", "inv_std", without_eps),
    "inv_std: eps doubled": ("forward", "inv_std", double_eps),
    "inv_std: without the root": ("forward", "inv_std", unrooted),
    "inv_std: negated": ("forward", "inv_std", negated),
    "normalized: by the inverse squared": ("forward", "normalized", everywhere(is_entry("inv_"), squared)),
    "normalized: not divided": ("forward", "normalized", everywhere(is_entry("inv_"), lambda node: ONE)),
    "y: without beta": ("forward", "y", dropped_term(1)),
    "y: beta subtracted": ("forward", "y", flipped_term(1)),
    "y: gamma squared": ("forward", "y", everywhere(is_entry("gamma"), squared)),
    "y: without gamma": ("forward", "y", everywhere(is_entry("gamma"), lambda node: ONE)),
    "dx: first term dropped": ("backward", "grad_x", dropped_term(0)),
    "dx: second term dropped": ("backward", "grad_x", dropped_term(1)),
    "dx: third term dropped": ("backward", "grad_x", dropped_term(2)),
    "dx: first sign flipped": ("backward", "grad_x", flipped_term(0)),
    "dx: second sign flipped": ("backward", "grad_x", flipped_term(1)),
    "dx: third sign flipped": ("backward", "grad_x", flipped_term(2)),
    "dx: 100 times": ("backward", "grad_x", scaled(100)),
    "projection: not divided": ("backward", "normalized_coefficient", unsized),
    "projection: m - 1": ("backward", "normalized_coefficient", one_less),
    "projection: 100 times": ("backward", "normalized_coefficient", scaled(100)),
    "projection: by the inverse squared": (
        "backward",
        "normalized_coefficient",
        everywhere(is_entry("inv_"), squared),
    ),
    "offset: not divided": ("backward", "grad_x_offset", unsized),
    "offset: sign flipped": ("backward", "grad_x_offset", negated),
    "reduction: the square of normalized": ("backward", "sum_", everywhere(is_entry("normalized"), squared)),
    "reduction: without grad_y": ("backward", "sum_", everywhere(is_entry("grad_y"), lambda node: ONE)),
    "backward normalized: mean added": ("backward", "normalized", everywhere(is_entry("mean"), negated)),
    "dgamma: negated": ("backward", "grad_gamma", negated),
    "dgamma: twice": ("backward", "grad_gamma", scaled(2)),
    "dbeta: negated": ("backward", "grad_beta", negated),
    "inference: without eps": ("inference", "inv_std", without_eps),
    "inference: mean added": ("inference", "normalized", everywhere(is_entry("running_mean"), negated)),
    "inference: without beta": ("inference", "y", dropped_term(1)),
}
# changes that need the layer, and those that leave no kernel
STRUCTURAL = {
    "mean: along the wrong axis": ("forward", "mean", other_sum),
    "var: along the wrong axis": ("forward", "var", other_sum),
    "reduction: along the wrong axis": ("backward", "sum_", other_sum),
    "var: its sum dropped": ("forward", "var", lambda layer: unsummed),
    "reduction: its sum dropped": ("backward", "sum_", lambda layer: unsummed),
}


def mutated(function, start, change):
    changed = []

    def step(s):
        named = s.tensor.name.startswith(start) if start.endswith("_") else s.tensor.name == start
        if named and not changed:
            body = change(s.body)
            if body is not s.body:
                changed.append(s.tensor.name)
                return replace(s, body=body)
        return s

    steps = tuple(step(s) for s in function.steps)
    assert changed, f"{start}: no such step, or it was not changed"
    return replace(function, steps=steps)


def refused(layer_name, function, start, make_change, monkeypatch, folder):
    """Plant the mutant in the planner, generate, and return the error."""
    right = getattr(Planner, function)

    def wrong(self):
        return mutated(right(self), start, make_change(self.layer))

    old = folder / f"{layer_name}.py"
    old.write_text("what was there before")
    with monkeypatch.context() as patch:
        patch.setattr(Planner, function, wrong)
        with pytest.raises((InternalError, UnsupportedTermError)) as error:
            generate(layer_name, folder)
    assert [path.name for path in folder.iterdir()] == [old.name]
    assert old.read_text() == "what was there before"
    return error.value


def rows(layer):
    table = {name: (f, s, lambda layer, change=change: change) for name, (f, s, change) in MUTANTS.items()}
    for name, row in {**table, **STRUCTURAL}.items():
        if layer == "batch_norm" or row[0] == "backward" or row[1] == "var":
            yield name, *row


CASES = [(layer, *row) for layer in LAYERS for row in rows(layer)]


@pytest.mark.parametrize(
    ("layer", "name", "function", "start", "change"), CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_a_wrong_plan_is_refused(layer, name, function, start, change, monkeypatch, tmp_path):
    error = refused(layer, function, start, change, monkeypatch, tmp_path)
    if isinstance(error, InternalError):
        assert layer in str(error)
        assert "not proved" in str(error) or "is used before" in str(error)
    else:
        assert str(error).startswith(f"no kernel for {layer}: ")
        assert name in STRUCTURAL or "reduction" in name


def test_there_are_enough_mutants():
    assert len(CASES) >= 60
    assert len({name for _, name, *_ in CASES}) >= 40


@pytest.mark.parametrize("layer", LAYERS)
def test_steps_out_of_order_are_refused(layer, monkeypatch, tmp_path):
    right = Planner.forward

    def reversed_steps(self):
        function = right(self)
        return replace(function, steps=(function.steps[-1], *function.steps[:-1]))

    monkeypatch.setattr(Planner, "forward", reversed_steps)
    with pytest.raises(InternalError):
        generate(layer, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_output_is_refused(monkeypatch, tmp_path):
    right = Planner.backward
    monkeypatch.setattr(Planner, "backward", lambda self: replace(right(self), steps=right(self).steps[:-1]))
    with pytest.raises(InternalError, match="grad_beta"):
        generate("batch_norm", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_running_average_is_refused(monkeypatch, tmp_path):
    right = generating.update

    def wrong(layer):
        function = right(layer)
        first = replace(function.steps[0], body=mul(number(2), function.steps[0].body))
        return replace(function, steps=(first, *function.steps[1:]))

    monkeypatch.setattr(generating, "update", wrong)
    with pytest.raises(InternalError, match=r"batch_norm.update_running_stats.mean is refuted"):
        generate("batch_norm", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_planner_itself_is_not_trusted(monkeypatch, tmp_path):
    """Break what finds the plan, not the plan: sums that do not vanish are taken to vanish."""
    from bnsym.kernels.basis import Basis

    monkeypatch.setattr(Basis, "_vanishes", lambda self, a, array: a.kind == "sum")
    with pytest.raises(UnsupportedTermError, match=r"var\[c\] = 0"):
        generate("batch_norm", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_derivative_in_the_planner_is_refused(monkeypatch, tmp_path):
    right = planner.gradient_term
    monkeypatch.setattr(planner, "gradient_term", lambda *given: mul(number(2), right(*given)))
    with pytest.raises(InternalError, match=r"backward.grad_x is refuted, not proved"):
        generate("batch_norm", tmp_path)
    assert list(tmp_path.iterdir()) == []
