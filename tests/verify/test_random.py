"""Right kernels against the oracle on shapes, layouts, dtypes, values and memory that Hypothesis chooses."""

from dataclasses import replace

import numpy as np
from hypothesis import given, reject
from hypothesis import strategies as st
from kernels_to_check import examples, kernel

from bnsym.errors import UndefinedValueError
from bnsym.layers.table import LAYERS
from bnsym.verify import oracle
from bnsym.verify.bench import agree, matches
from bnsym.verify.cases import Case
from bnsym.verify.forms import MEMORY
from bnsym.verify.layout import flatten, unflatten

LARGEST = {"float64": 1e100, "float32": 1e30, "float16": 100.0}


def floats(dtype, largest):
    """Up to `largest` in size, and 0 or at least 1e-30: a product that underflows has no bound on its
    relative error, so the oracle's bounds say nothing there.  (The hostile cases have the tiny scales.)
    """
    width = int(dtype.removeprefix("float"))
    top = float(np.array(largest, dtype))
    drawn = st.floats(-top, top, width=width, allow_subnormal=False)
    return drawn.map(lambda value: value if abs(value) >= 1e-30 else 0.0)


@st.composite
def layouts(draw):
    """A shape of up to four axes, and the axis of its channels."""
    channels = draw(st.integers(1, 3))
    others = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    axis = draw(st.sampled_from([1, -1]))
    return (others[0], channels, *others[1:]) if axis == 1 else (*others, channels), axis


@st.composite
def cases(draw, shape):
    dtype = draw(st.sampled_from(sorted(LARGEST)))
    scale = draw(st.sampled_from([1.0, 1e-3, LARGEST[dtype]]))

    def array(size, largest):
        values = draw(st.lists(floats(dtype, largest), min_size=size, max_size=size))
        return np.array(values, dtype)

    rows, channels = shape
    x = array(rows * channels, scale).reshape(shape)
    grad_y = array(rows * channels, 4.0).reshape(shape)
    parameters = {name: array(channels, 4.0) for name in ("gamma", "beta")}
    return Case(x, grad_y, 10 ** draw(st.integers(-5, 1)), parameters)


def answer(of, *given):
    """What the oracle says; a case so far from 0 that a bound on rounding exceeds eps says nothing."""
    try:
        return of(*given)
    except UndefinedValueError:
        reject()


@examples
@given(st.data(), st.sampled_from(sorted(LAYERS)))
def test_any_layout_dtype_and_value(data, name):
    shape, axis = data.draw(layouts())
    channels = shape[axis]
    rows = int(np.prod(shape)) // channels
    if name == "batch_norm" and rows == 1:
        shape, rows = (2, *shape[1:]), 2
    case = data.draw(cases((rows, channels)))
    arrange = data.draw(st.sampled_from([np.asarray, np.asfortranarray, lambda a: a[::-1].copy()[::-1]]))
    agree(
        kernel(name),
        case,
        answer(oracle.training, kernel(name).layer, case),
        lambda array: arrange(unflatten(array, shape, axis)),
        lambda array: flatten(array, axis),
        channel_axis=axis,
    )


@examples
@given(st.data(), st.sampled_from(sorted(MEMORY)), st.sampled_from(sorted(LAYERS)))
def test_any_form_in_memory(data, form, name):
    case = data.draw(cases((data.draw(st.integers(2, 4)), data.draw(st.integers(1, 3)))))
    agree(kernel(name), case, answer(oracle.training, kernel(name).layer, case), MEMORY[form])


@examples
@given(st.data(), st.sampled_from(sorted(LAYERS)))
def test_inference_of_any_values(data, name):
    case = data.draw(cases((data.draw(st.integers(1, 4)), data.draw(st.integers(1, 3)))))
    channels = st.lists(st.floats(0, 4, width=16, allow_subnormal=False), min_size=3, max_size=3)
    running = {
        statistic: np.array(data.draw(channels)[: case.x.shape[1]], case.x.dtype)
        for statistic in kernel(name).layer.statistics
    }
    exact = answer(oracle.inference, kernel(name).layer, case, running)
    averages = {f"running_{statistic}": value for statistic, value in running.items()}
    y = kernel(name).inference(*case.arguments, **averages, eps=case.eps, channel_axis=1)
    matches("inference", y, exact, case.x.dtype)


@examples
@given(st.data(), st.sampled_from(sorted(LAYERS)))
def test_gradients_are_linear_in_the_upstream_gradient(data, name):
    """Of 2 g they are twice those of g, to the last bit, where no product underflows on the way."""
    case = data.draw(cases((3, 2)))
    plain = {name: np.round(values, 3) for name, values in case.parameters.items()}
    case = replace(case, grad_y=np.round(case.grad_y, 3), parameters=plain)
    right = kernel(name)
    _, saved = right.forward(*case.arguments, eps=case.eps)
    once, twice = right.backward(case.grad_y.copy(), saved), right.backward(2 * case.grad_y, saved)
    smallest = np.finfo(case.x.dtype).smallest_subnormal
    for single, double in zip(once, twice, strict=True):
        np.testing.assert_allclose(2 * single, double, rtol=0, atol=smallest)
