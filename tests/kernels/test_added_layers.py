"""A layer that someone adds gets its kernels by the same road: planned, proved, right in numbers."""

import inspect

import added_layers
import numpy as np
import pytest
from generated import ADDED, BUILT_IN, BY_HAND, kernel, printed

from bnsym.errors import UnsupportedTermError
from bnsym.verify.emitted.generate import write

EPS = 0.3
STEP = 1e-4
SHAPES = [(4, 3), (2, 2, 3), (3, 5, 2, 2)]


def parameters(module, channels, draw):
    """Parameters by name, in longdouble, drawn so that float64 holds them."""
    names = inspect.signature(module.forward).parameters
    given = [name for name in names if name not in ("x", "eps", "channel_axis")]
    return {name: draw.normal(size=channels) for name in given}


def options(module, axis):
    wanted = inspect.signature(module.forward).parameters
    return {"channel_axis": axis} | ({"eps": EPS} if "eps" in wanted else {})


def by_hand(name, x, p, axis):
    """The hand-written y in longdouble, with x flattened to rows."""
    moved = np.moveaxis(x, axis, -1)
    rows = moved.reshape(-1, moved.shape[-1]).astype(np.longdouble)
    wide = {k: v.astype(np.longdouble) for k, v in p.items()}
    y = BY_HAND[name](rows, wide, np.longdouble(EPS))
    return np.moveaxis(y.reshape(moved.shape), -1, axis)


def differences(loss, at):
    """Fourth-order central differences in longdouble, one entry at a time: error about STEP**4."""
    found = np.empty(at.shape, np.longdouble)
    for k in np.ndindex(at.shape):
        values = []
        for times in (-2, -1, 1, 2):
            moved = at.astype(np.longdouble)
            moved[k] += times * np.longdouble(STEP)
            values.append(loss(moved))
        found[k] = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * np.longdouble(STEP))
    return found


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", BUILT_IN + ADDED)
def test_values_and_gradients_agree_with_what_is_written_by_hand(name, shape, axis):
    module = kernel(name)
    draw = np.random.default_rng(len(shape) + axis)
    x, g = draw.normal(size=shape) + 0.5, draw.normal(size=shape)
    p = parameters(module, shape[axis], draw)
    y, saved = module.forward(x, *p.values(), **options(module, axis))
    assert y.shape == x.shape
    np.testing.assert_allclose(y, by_hand(name, x, p, axis).astype(float), rtol=1e-12, atol=1e-12)

    gradients = module.backward(g, saved)
    losses = [lambda value: (g * by_hand(name, value, p, axis)).sum()]
    losses += [lambda value, key=key: (g * by_hand(name, x, {**p, key: value}, axis)).sum() for key in p]
    for loss, at, gradient in zip(losses, (x, *p.values()), gradients, strict=True):
        assert gradient.shape == at.shape
        np.testing.assert_allclose(gradient, differences(loss, at).astype(float), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ADDED)
def test_every_promise_is_proved_and_named(name):
    module = printed(name)
    stated = [promise.name for promise in module.plan.promises]
    assert list(module.theorems) == stated
    outputs = {f"{module.layer.name}.{f.name}.{o}" for f in module.plan.functions.values() for o in f.outputs}
    assert {theorem for theorem in outputs if "update_running" not in theorem} <= set(stated)
    assert all(theorem in module.text for theorem in stated)


@pytest.mark.parametrize(
    "name", ["one_pass_variance", "mean_of_squares_first", "nothing_named", "backwards_layer_norm"]
)
def test_a_one_pass_variance_is_centred_before_it_is_squared(name):
    steps = {step.tensor.name: step for step in printed(name).plan.functions["forward"].steps}
    assert "centered" in steps
    module = kernel(name)
    reduced = 1 if name == "backwards_layer_norm" else 0
    x = np.random.default_rng(3).normal(size=(64, 48)).astype(np.float32) + np.float32(1e4)
    one = np.ones(48, np.float32)
    y, _ = module.forward(x, one, 0 * one, eps=1e-5, channel_axis=1)
    exact = x.astype(np.longdouble) - x.astype(np.longdouble).mean(reduced, keepdims=True)
    exact /= np.sqrt((exact**2).mean(reduced, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, exact.astype(float), atol=1e-6)


def test_one_pass_and_two_pass_equations_give_the_same_steps():
    def body(name):
        text = printed(name).text
        return text[text.index("        wide_x = x.astype") : text.index('    _check_finite("forward"')]

    assert body("one_pass_variance") == body("batch_norm")


@pytest.mark.parametrize("name", added_layers.WITHOUT_PLAN)
def test_a_layer_without_a_plan_is_refused_and_nothing_is_written(name, tmp_path):
    layer = added_layers.WITHOUT_PLAN[name]()
    with pytest.raises(UnsupportedTermError) as error:
        write(layer, tmp_path / "kernels")
    assert str(error.value).startswith(f"no kernel for {layer.name}: ")
    assert list(tmp_path.iterdir()) == []


def test_the_frame_is_told_by_the_equations():
    """Which axis is usual, what is averaged, what is guarded: from the layer, not from its name."""

    def default(name, argument="channel_axis"):
        return inspect.signature(kernel(name).forward).parameters[argument].default

    assert {name: default(name) for name in ("rms_norm", "no_parameters", "centering", "nothing_named")} == {
        "rms_norm": -1,
        "no_parameters": -1,
        "centering": 1,
        "nothing_named": 1,
    }
    assert "eps" not in inspect.signature(kernel("centering").forward).parameters
    assert not hasattr(kernel("rms_norm"), "update_running_stats")
    assert list(inspect.signature(kernel("centering").update_running_stats).parameters) == [
        "running_mean",
        "mean",
        "momentum",
    ]
    assert list(inspect.signature(kernel("unbiased_variance").update_running_stats).parameters) == [
        "running_mean",
        "running_var",
        "mean",
        "var",
        "momentum",
    ]


@pytest.mark.parametrize("name", ["unbiased_variance", "centering", "nothing_named", "batch_norm"])
def test_one_value_per_channel_is_refused(name):
    module = kernel(name)
    draw = np.random.default_rng(0)
    p = parameters(module, 3, draw)
    with pytest.raises(
        ValueError, match=r"forward: x has shape \(1, 3\), one value per channel; pass at least 2"
    ):
        module.forward(np.ones((1, 3)), *p.values())


def test_inference_uses_the_running_averages():
    module = kernel("unbiased_variance")
    draw = np.random.default_rng(1)
    x, gamma, beta, mean = (draw.normal(size=s) for s in ((1, 3), 3, 3, 3))
    var = draw.uniform(0.5, 2, 3)
    y = module.inference(x, gamma, beta, mean, var, eps=EPS)
    np.testing.assert_allclose(y, gamma * (x - mean) / np.sqrt(var + EPS) + beta, rtol=1e-13)
