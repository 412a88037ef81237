"""The C against the same equations in long double, over shapes, layouts, types, memory and threads."""

import numpy as np
import pytest
from compiled import compiled, needs_compiler

pytestmark = needs_compiler

# no multiple of a lane or a block; one channel; wide; short and long runs; empty spatial axes; last channels
SHAPES = [
    ((4, 3), 1),
    ((37, 17), 1),
    ((64, 16), 1),
    ((300, 1025), 1),
    ((129, 2500), 1),
    ((100, 1), 1),
    ((5, 1, 64), 1),
    ((7, 3, 5, 5), 1),
    ((3, 2, 7, 9), 1),
    ((2, 5, 33, 31), 1),
    ((6, 40, 14, 14), 1),
    ((256, 12, 1, 1), 1),
    ((9, 5, 7, 3), -1),
    ((16, 9, 9, 64), -1),
    ((11, 2, 3), 0),
]
LARGE = [((600, 1030), 1), ((8, 7, 80, 81), 1), ((40, 30, 31, 11), -1)]
LAYERS = ("batch_norm", "layer_norm")
TOLERANCE = 8  # in units of eps times the largest entry


def exact(layer, x, gamma, beta, grad_y, axis, eps):
    """Everything in long double, by hand."""
    x, gamma, beta, grad_y = (array.astype(np.longdouble) for array in (x, gamma, beta, grad_y))
    shape = [1] * x.ndim
    shape[axis] = -1
    gamma, beta = gamma.reshape(shape), beta.reshape(shape)
    rows = tuple(k for k in range(x.ndim) if k != axis % x.ndim)
    over = rows if layer == "batch_norm" else axis
    mean = x.mean(over, keepdims=True)
    inv_std = 1 / np.sqrt(((x - mean) ** 2).mean(over, keepdims=True) + np.longdouble(eps))
    xhat = (x - mean) * inv_std
    gg = gamma * grad_y
    dx = inv_std * (gg - gg.mean(over, keepdims=True) - xhat * (gg * xhat).mean(over, keepdims=True))
    return {
        "y": gamma * xhat + beta,
        "mean": mean,
        "inv_std": inv_std,
        "grad_x": dx,
        "grad_gamma": (grad_y * xhat).sum(rows),
        "grad_beta": grad_y.sum(rows),
    }


def inputs(shape, axis, dtype, seed=0):
    draw = np.random.default_rng(seed)
    x, grad_y = draw.normal(0.3, 1.5, shape).astype(dtype), draw.normal(size=shape).astype(dtype)
    channels = shape[axis]
    return x, draw.uniform(0.5, 2, channels).astype(dtype), draw.normal(size=channels).astype(dtype), grad_y


def results(module, x, gamma, beta, grad_y, axis, eps=1e-5, **options):
    y, saved = module.forward(x, gamma, beta, eps=eps, channel_axis=axis, **options)
    grad_x, grad_gamma, grad_beta = module.backward(grad_y, saved, **options)
    return {
        "y": y,
        "mean": saved.mean,
        "inv_std": saved.inv_std,
        "grad_x": grad_x,
        "grad_gamma": grad_gamma,
        "grad_beta": grad_beta,
    }


def close(found, wanted, dtype, tolerance=TOLERANCE):
    """Within the tolerance, times how far x is from its mean: float64 has no wider type for a mean's rest."""
    eps = np.finfo(dtype).eps
    condition = 1 + float(np.abs(wanted["mean"]).max() * wanted["inv_std"].max()) * (dtype == "float64")
    for name, exactly in wanted.items():
        value = exactly.reshape(found[name].shape)
        scale = max(np.abs(value).max(), 0.0 if name in ("y", "inv_std") else 1.0) * condition
        scale *= max(1.0, float(wanted["inv_std"].max())) if name == "grad_x" else 1.0
        scale *= np.sqrt(wanted["y"].size / value.size) if name.startswith("grad_") else 1.0
        error = float(np.abs(found[name] - value).max())
        assert error <= tolerance * eps * scale, f"{name}: {error / scale / eps:.1f} eps"


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
@pytest.mark.parametrize("layer", LAYERS)
def test_values(layer, shape, axis, dtype, threads):
    given = inputs(shape, axis, dtype)
    found = results(compiled(layer), *given, axis, threads=threads)
    close(found, exact(layer, *given, axis, 1e-5), dtype)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize(
    ("shape", "axis"), [((600, 1030), 1), ((8, 7, 80, 81), 1), ((40, 30, 31, 11), -1)], ids=str
)
@pytest.mark.parametrize("layer", LAYERS)
def test_large_arrays_are_threaded_and_the_same_each_time(layer, shape, axis, threads):
    given = inputs(shape, axis, np.float32)
    found = results(compiled(layer), *given, axis, threads=threads)
    close(found, exact(layer, *given, axis, 1e-5), np.float32, 16)
    again = results(compiled(layer), *given, axis, threads=threads)
    for name, value in found.items():
        np.testing.assert_array_equal(again[name], value)


def unaligned(array):
    held = np.empty(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    held[...] = array
    return held


MEMORY = {
    "every other row": lambda a: np.repeat(a, 2, axis=0)[::2],
    "backwards": lambda a: np.ascontiguousarray(a[::-1, ..., ::-1])[::-1, ..., ::-1],
    "Fortran's order": np.asfortranarray,
    "unaligned": unaligned,
    "the other byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
}


@pytest.mark.parametrize("form", MEMORY)
@pytest.mark.parametrize("layer", LAYERS)
def test_memory(layer, form):
    given = inputs((6, 5, 7, 9), 1, np.float32)
    plain = results(compiled(layer), *given, 1)
    x, gamma, beta, grad_y = given
    odd = results(compiled(layer), MEMORY[form](x), gamma, beta, MEMORY[form](grad_y), 1)
    for name, value in plain.items():
        np.testing.assert_array_equal(odd[name], value)


@pytest.mark.parametrize("layer", LAYERS)
def test_out_and_workspace(layer):
    module = compiled(layer)
    x, gamma, beta, grad_y = inputs((6, 40), 1, np.float32)
    plain = results(module, x, gamma, beta, grad_y, 1)
    for out in (np.empty_like(x), np.empty((6, 80), np.float32)[:, ::2], unaligned(x)):
        y, saved = module.forward(x, gamma, beta, out=out)
        assert y is out
        np.testing.assert_array_equal(y, plain["y"])
        assert module.backward(grad_y, saved, out=out).grad_x is out
        np.testing.assert_array_equal(out, plain["grad_x"])
    workspace = module.Workspace()
    first, _ = module.forward(x, gamma, beta, workspace=workspace)
    second, saved = module.forward(x, gamma, beta, workspace=workspace)
    assert first is second
    np.testing.assert_array_equal(first, plain["y"])
    np.testing.assert_array_equal(module.backward(grad_y, saved, workspace=workspace).grad_x, plain["grad_x"])


def test_out_may_be_an_input_where_nothing_needs_it_later():
    module = compiled("batch_norm")
    x, gamma, beta, grad_y = inputs((6, 40), 1, np.float32)
    mean, var = np.zeros(40), np.ones(40)
    wanted = module.inference(x, gamma, beta, mean, var)
    for place in (lambda a: a, lambda a: a[::-1]):
        own = x.copy()
        np.testing.assert_array_equal(module.inference(own, gamma, beta, mean, var, out=place(own)), wanted)
    _, saved = module.forward(x, gamma, beta)
    wanted = module.backward(grad_y, saved).grad_x
    own = grad_y.copy()
    np.testing.assert_array_equal(module.backward(own, saved, out=own).grad_x, wanted)


def test_one_row_at_test_time():
    module = compiled("batch_norm")
    x, gamma, beta, _ = inputs((1, 40), 1, np.float32)
    y = module.inference(x, gamma, beta, np.zeros(40), np.ones(40), eps=1e-9)
    np.testing.assert_allclose(y, gamma * x + beta, rtol=1e-6, atol=1e-6)


def test_running_averages_of_float32():
    module = compiled("batch_norm")
    x, gamma, beta, _ = inputs((20, 40), 1, np.float32)
    mean, var = np.linspace(-1, 1, 40, dtype=np.float32), np.linspace(0.5, 2, 40, dtype=np.float32)
    one = module.inference(x, gamma, beta, mean, var)
    np.testing.assert_array_equal(
        one, module.inference(x, gamma, beta, mean.astype(float), var.astype(float))
    )


BAD = [
    ("a list", {"out": [1.0]}, TypeError, "out is a list"),
    ("another shape", {"out": np.empty((3, 4), np.float32)}, ValueError, r"out has shape \(3, 4\)"),
    ("another type", {"out": np.empty((4, 3))}, ValueError, r"out has shape .* and dtype float64"),
    ("no threads", {"threads": 0}, ValueError, "threads is 0"),
    ("half a thread", {"threads": 0.5}, ValueError, "threads is 0.5"),
    ("any workspace", {"workspace": {}}, TypeError, "workspace is a dict"),
]


@pytest.mark.parametrize(
    ("options", "error", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD]
)
def test_wrong_places(options, error, message):
    module = compiled("batch_norm")
    x, gamma, beta, grad_y = inputs((4, 3), 1, np.float32)
    _, saved = module.forward(x, gamma, beta)
    calls = {
        "forward": lambda: module.forward(x, gamma, beta, **options),
        "backward": lambda: module.backward(grad_y, saved, **options),
        "inference": lambda: module.inference(x, gamma, beta, np.zeros(3), np.ones(3), **options),
    }
    for name, call in calls.items():
        with pytest.raises(error, match=f"{name}: {message}"):
            call()


def test_forward_does_not_write_over_what_backward_needs():
    x, gamma, beta, _ = inputs((4, 3), 1, np.float32)
    with pytest.raises(ValueError, match="out shares memory with x, which backward needs"):
        compiled("batch_norm").forward(x, gamma, beta, out=x)
