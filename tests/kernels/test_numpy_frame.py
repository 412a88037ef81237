"""What a generated module promises around its formulas: errors, dtypes, memory, layouts, no NaN."""

import ast
import builtins
from types import SimpleNamespace

import numpy as np
import pytest
from generated import ADDED, BUILT_IN, kernel, printed
from hypothesis import given, settings
from hypothesis import strategies as st

from bnsym.kernels.numpy_names import RESERVED

NAN, INF = float("nan"), float("inf")
X = np.arange(12.0).reshape(4, 3) ** 2
G = np.cos(X)
ONE = np.ones(3)


def bad(value, at=1):
    array = np.ones(3)
    array[at] = value
    return array


def bad_x(value):
    x = X.copy()
    x[2, 1] = value
    return x


LEGAL = {
    "forward": {"x": X, "gamma": ONE, "beta": ONE},
    "inference": {"x": X, "gamma": ONE, "beta": ONE, "running_mean": ONE, "running_var": ONE},
    "update_running_stats": {"running_mean": ONE, "running_var": ONE, "mean": ONE, "var": ONE, "count": 4},
}
# what is changed in a legal call, the kind of error, and what its message must say
EVERY_PASS = [
    ({"x": X.tolist()}, TypeError, "x is a list; pass a plain NumPy array"),
    ({"x": None}, TypeError, "x is a NoneType"),
    ({"x": X.view(np.recarray)}, TypeError, "x is a recarray; pass a plain NumPy array"),
    ({"x": np.ma.masked_array(X)}, TypeError, "x is a MaskedArray"),
    ({"x": X.astype(int)}, TypeError, "x has dtype int64; pass one of float16, float32, float64"),
    ({"x": X.astype(complex)}, TypeError, "x has dtype complex128"),
    ({"x": X.astype(bool)}, TypeError, "x has dtype bool"),
    ({"x": X.astype(object)}, TypeError, "x has dtype object"),
    ({"x": X.astype(np.longdouble)}, TypeError, "x has dtype float128"),
    ({"x": np.array(1.0)}, ValueError, r"x has shape \(\); pass at least two axes"),
    ({"x": np.ones(3)}, ValueError, r"x has shape \(3,\); pass at least two axes"),
    ({"x": np.ones((0, 3))}, ValueError, r"x has shape \(0, 3\) and holds nothing"),
    ({"x": np.ones((4, 3, 0))}, ValueError, r"x has shape \(4, 3, 0\) and holds nothing"),
    ({"x": bad_x(NAN)}, ValueError, r"x holds NaN or infinity in channels \[1\]"),
    ({"x": bad_x(INF)}, ValueError, r"x holds NaN or infinity in channels \[1\]"),
    ({"x": bad_x(-INF)}, ValueError, r"x holds NaN or infinity in channels \[1\]"),
    ({"channel_axis": 2}, ValueError, r"x of shape \(4, 3\) has no axis 2; pass the axis"),
    ({"channel_axis": -3}, ValueError, "has no axis -3"),
    ({"channel_axis": 1.0}, TypeError, "channel_axis is 1.0; pass an integer"),
    ({"channel_axis": True}, TypeError, "channel_axis is True"),
    ({"channel_axis": None}, TypeError, "channel_axis is None"),
    ({"channel_axis": np.array([1])}, TypeError, r"channel_axis is array\(\[1\]\)"),
    ({"channel_axis": "1"}, TypeError, "channel_axis is '1'"),
    ({"eps": 0}, ValueError, "eps is 0; pass at least"),
    ({"eps": 0.0}, ValueError, "eps is 0.0"),
    ({"eps": -1e-5}, ValueError, "eps is -1e-05"),
    ({"eps": NAN}, ValueError, "eps is nan"),
    ({"eps": INF}, ValueError, "eps is inf"),
    ({"eps": 5e-324}, ValueError, "eps is 5e-324"),
    ({"eps": 1e-40, "x": X.astype(np.float16)}, ValueError, "eps is 1e-40; pass at least 1.2e-38"),
    ({"eps": "1e-5"}, TypeError, "eps is '1e-5'; pass a number"),
    ({"eps": None}, TypeError, "eps is None"),
    ({"eps": True}, TypeError, "eps is True"),
    ({"eps": np.array([1e-5])}, TypeError, "eps is array"),
    ({"gamma": 1.0}, TypeError, "gamma is a float"),
    ({"gamma": [1.0, 1.0, 1.0]}, TypeError, "gamma is a list"),
    ({"gamma": np.ones(3, int)}, TypeError, "gamma has dtype int64"),
    ({"gamma": np.ones(2)}, ValueError, r"gamma has shape \(2,\) for 3 channels; pass shape \(3,\)"),
    ({"gamma": np.ones((1, 3))}, ValueError, r"gamma has shape \(1, 3\)"),
    ({"gamma": bad(NAN)}, ValueError, r"gamma holds NaN, infinity .* in channels \[1\]"),
    ({"gamma": bad(1e39), "x": X.astype(np.float16)}, ValueError, r"gamma holds .* what float32 cannot hold"),
    ({"beta": np.ones(4)}, ValueError, r"beta has shape \(4,\)"),
    ({"beta": bad(-INF)}, ValueError, r"beta holds NaN, infinity"),
    ({"gamma": np.full(3, 1.7e308), "beta": np.full(3, 1.7e308)}, ValueError, "the values overflow"),
]
TRAINING = [
    ({"x": X * 1e200}, ValueError, r"the values overflow, with x up to 1.21e\+202 in float64; scale x down"),
    ({"x": np.full((4, 3), 1.7e308)}, ValueError, "the values overflow"),
    ({"x": X.astype(np.float16), "gamma": np.full(3, 6e4)}, ValueError, "overflow, .* in float16"),
]
ONE_VALUE = [
    ({"x": X[:1]}, ValueError, r"x has shape \(1, 3\), one value per channel; pass at least 2 rows"),
    ({"x": np.ones((1, 3, 1, 1))}, ValueError, r"x has shape \(1, 3, 1, 1\), one value per channel"),
]
AT_TEST = [
    ({"running_mean": np.ones(2)}, ValueError, r"running_mean has shape \(2,\) for 3 channels"),
    ({"running_mean": bad(NAN)}, ValueError, "running_mean holds NaN"),
    ({"running_var": bad(INF)}, ValueError, "running_var holds NaN, infinity"),
    ({"running_var": bad(-1e-9)}, ValueError, r"running_var is negative in channels \[1\]; pass values >= 0"),
]
AVERAGES = [
    ({"momentum": -0.1}, ValueError, "momentum is -0.1; pass a number from 0 to 1"),
    ({"momentum": 1.5}, ValueError, "momentum is 1.5"),
    ({"momentum": NAN}, ValueError, "momentum is nan"),
    ({"momentum": "0.1"}, TypeError, "momentum is '0.1'; pass a number"),
    ({"momentum": None}, TypeError, "momentum is None"),
    ({"momentum": np.array([0.1, 0.2])}, TypeError, "momentum is array"),
    ({"count": 1}, ValueError, "count is 1; pass the number of rows, at least 2"),
    ({"count": 0, "unbiased": False}, ValueError, "count is 0"),
    ({"count": 2.5}, ValueError, "count is 2.5"),
    ({"count": True, "unbiased": False}, ValueError, "count is True"),
    ({"count": np.array([4, 4])}, ValueError, "count is array"),
    ({"count": "4"}, ValueError, "count is '4'"),
    ({"unbiased": "no"}, TypeError, "unbiased is 'no'; pass True or False"),
    ({"mean": bad(NAN)}, ValueError, r"mean holds NaN, infinity .* in channels \[1\]"),
    ({"var": bad(INF)}, ValueError, "var holds NaN"),
    ({"running_mean": bad(-INF)}, ValueError, "running_mean holds NaN"),
    ({"running_var": bad(-1.0)}, ValueError, "running_var is negative"),
    ({"var": bad(-1.0)}, ValueError, "var is negative"),
    ({"mean": np.ones(2)}, ValueError, r"mean has shape \(2,\) for 3 channels"),
    ({"running_mean": [0.0] * 3}, TypeError, "running_mean is a list"),
    ({"running_mean": np.ones(3, int)}, TypeError, "running_mean has dtype int64"),
    ({"running_mean": np.ones(3, "f2"), "mean": np.full(3, 1e9)}, ValueError, "the new averages overflow"),
    ({"var": np.full(3, 1.7e308)}, ValueError, "the new averages overflow"),
]


def table():
    for layer in BUILT_IN:
        yield from ((layer, "forward", *row) for row in EVERY_PASS + TRAINING)
        yield from ((layer, "inference", *row) for row in EVERY_PASS)
    yield from (("batch_norm", "forward", *row) for row in ONE_VALUE)
    yield from (("batch_norm", "inference", *row) for row in AT_TEST)
    yield from (("batch_norm", "update_running_stats", *row) for row in AVERAGES)


def called(layer, function, changes):
    arguments = LEGAL[function] | changes
    if layer == "layer_norm":
        arguments = {name: value for name, value in arguments.items() if not name.startswith("running_")}
    return getattr(kernel(layer), function)(**arguments)


@pytest.mark.parametrize(("layer", "function", "changes", "kind", "says"), list(table()))
def test_an_illegal_call_is_refused_with_what_to_do(layer, function, changes, kind, says):
    with pytest.raises(kind, match=says) as error:
        called(layer, function, changes)
    assert str(error.value).startswith(f"{function}: ")


@pytest.mark.parametrize("layer", BUILT_IN)
def test_an_illegal_backward_is_refused(layer):
    module = kernel(layer)
    _, saved = module.forward(X, ONE, ONE)
    rows = [
        ((G.tolist(), saved), TypeError, "grad_y is a list"),
        ((G.astype(int), saved), TypeError, "grad_y has dtype int64"),
        ((G[:3], saved), ValueError, r"grad_y has shape \(3, 3\), and x had \(4, 3\)"),
        ((G[:1], saved), ValueError, r"grad_y has shape \(1, 3\)"),
        ((G[..., None], saved), ValueError, r"grad_y has shape \(4, 3, 1\)"),
        ((G, None), TypeError, "saved is a NoneType; pass what forward returned"),
        ((G, tuple(saved)), TypeError, "saved is a tuple"),
        ((G, SimpleNamespace(x=X)), TypeError, "saved is a SimpleNamespace"),
        ((np.full_like(X, 1.7e308), saved), ValueError, "the gradients overflow float64; scale grad_y down"),
    ]
    for arguments, kind, says in rows:
        with pytest.raises(kind, match=says) as error:
            module.backward(*arguments)
        assert str(error.value).startswith("backward: ")


def test_half_precision_gradients_that_overflow_are_refused():
    module = kernel("batch_norm")
    x = np.linspace(0, 1, 4000, dtype=np.float16).reshape(1000, 4)
    one = np.ones(4, np.float16)
    _, saved = module.forward(x, one, one)
    with pytest.raises(ValueError, match="the gradients overflow float16"):
        module.backward(np.full_like(x, 6e4), saved)


def test_nan_in_the_upstream_gradient_passes_through():
    _, saved = kernel("batch_norm").forward(X, ONE, ONE)
    grad = G.copy()
    grad[0, 1] = NAN
    found = kernel("batch_norm").backward(grad, saved)
    assert np.isnan(found.grad_x[:, 1]).all()
    assert np.isfinite(found.grad_x[:, [0, 2]]).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", ">f4", ">f8"])
@pytest.mark.parametrize("layer", BUILT_IN)
def test_dtype_in_is_dtype_out(layer, dtype):
    x, g, one = (a.astype(dtype) for a in (X, G, ONE))
    module = kernel(layer)
    y, saved = module.forward(x, one, one.astype("f8"))
    assert y.dtype == x.dtype
    assert {gradient.dtype for gradient in module.backward(g, saved)} == {x.dtype}
    wide = np.float32 if dtype == "float16" else np.float64
    assert saved.inv_std.dtype == saved.mean.dtype == saved.var.dtype == wide


def test_running_averages_keep_their_dtype():
    for dtype in ("float16", "float32", "float64"):
        given = {name: np.ones(3, dtype) for name in ("running_mean", "running_var")}
        new = called("batch_norm", "update_running_stats", given)
        assert [average.dtype for average in new] == [np.dtype(dtype)] * 2


def test_statistics_have_one_entry_a_channel_or_a_row():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    _, saved = kernel("batch_norm").forward(x, ONE, ONE)
    assert saved.mean.shape == saved.var.shape == saved.inv_std.shape == (3,)
    np.testing.assert_allclose(saved.mean, x.mean((0, 2, 3)))
    np.testing.assert_allclose(saved.var, x.var((0, 2, 3)))
    _, saved = kernel("layer_norm").forward(x, ONE, ONE, channel_axis=1)
    assert saved.mean.shape == (2, 1, 4, 5)


def test_what_forward_saves_goes_into_the_running_averages():
    x = np.random.default_rng(1).normal(size=(4, 3, 5)) + 2
    module = kernel("batch_norm")
    _, saved = module.forward(x, ONE, ONE)
    mean, var = module.update_running_stats(0 * ONE, ONE, saved.mean, saved.var, np.int64(20), momentum=1)
    np.testing.assert_allclose(mean, x.mean((0, 2)))
    np.testing.assert_allclose(var, x.var((0, 2), ddof=1))
    _, biased = module.update_running_stats(ONE, ONE, saved.mean, saved.var, 20, momentum=1, unbiased=False)
    np.testing.assert_allclose(biased, x.var((0, 2)))


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("layer", BUILT_IN)
def test_inputs_may_be_read_only_and_are_not_changed(layer):
    module = kernel(layer)
    x, g, one = frozen(X), frozen(G), frozen(ONE)
    y, saved = module.forward(x, one, one)
    found = module.backward(g, saved)
    again = module.forward(x, one, one)[0]
    assert all(array.flags.writeable for array in (y, found.grad_x))
    assert not any(np.shares_memory(new, old) for new in (y, *found) for old in (x, g, one))
    np.testing.assert_array_equal(y, again)


@pytest.mark.parametrize("layer", BUILT_IN)
def test_memory_order_and_layout_do_not_matter(layer):
    module = kernel(layer)
    draw = np.random.default_rng(2)
    x, g = draw.normal(size=(2, 3, 4, 5)), draw.normal(size=(2, 3, 4, 5))
    gamma, beta = draw.normal(size=3), draw.normal(size=3)

    def both(x, g, axis):
        y, saved = module.forward(x, gamma, beta, channel_axis=axis)
        return y, *module.backward(g, saved)

    y, grad_x, grad_gamma, grad_beta = both(x, g, 1)
    for change, back in (
        (lambda a: np.moveaxis(a, 1, -1), lambda a: np.moveaxis(a, -1, 1)),
        (lambda a: np.ascontiguousarray(np.moveaxis(a, 1, -1)), lambda a: np.moveaxis(a, -1, 1)),
        (lambda a: np.moveaxis(a, 1, -1)[::-1], lambda a: np.moveaxis(a, -1, 1)[::-1]),
    ):
        other = both(change(x), change(g), -1)
        np.testing.assert_allclose(back(other[0]), y, rtol=1e-12)
        np.testing.assert_allclose(back(other[1]), grad_x, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(other[2], grad_gamma, rtol=1e-12)
        np.testing.assert_allclose(other[3], grad_beta, rtol=1e-12)
    np.testing.assert_allclose(both(np.asfortranarray(x), g, -3)[0], y, rtol=1e-12)


def test_a_memory_map_is_an_array(tmp_path):
    x = np.memmap(tmp_path / "x", dtype=np.float32, mode="w+", shape=(4, 3))
    x[:] = X
    y, saved = kernel("batch_norm").forward(x, ONE, ONE)
    assert type(y) is type(kernel("batch_norm").backward(y, saved).grad_x) is np.ndarray


@pytest.mark.parametrize("layer", BUILT_IN)
def test_the_callers_error_state_does_not_matter(layer):
    x = (X * 1e-5).astype(np.float16)
    with np.errstate(all="raise"):
        y, saved = kernel(layer).forward(x, ONE * 1e-50, ONE * 1e-60)
        kernel(layer).backward(x, saved)
        kernel(layer).forward(X * 1e-180, ONE, ONE, eps=1e-300)
    assert np.isfinite(y).all()


MAGNITUDES = {
    "float64": [
        0.0,
        5e-324,
        1e-310,
        2.3e-308,
        1e-300,
        1e-160,
        1.0,
        1e154,
        1e160,
        1e300,
        1.7976931348623157e308,
    ],
    "float32": [0.0, 1e-45, 1e-40, 1.2e-38, 1e-20, 1.0, 1e19, 1e20, 3.4e38],
    "float16": [0.0, 6e-8, 6.1e-5, 1e-3, 1.0, 300.0, 65504.0],
}
EPSILONS = [1e-5, 1.0, 1.2e-38, 1e-30, 1e30]
hostile = settings(deadline=None, max_examples=150, database=None)


def extremes(dtype, shape):
    value = st.builds(lambda m, sign: sign * m, st.sampled_from(MAGNITUDES[dtype]), st.sampled_from([1, -1]))
    size = int(np.prod(shape))
    return st.lists(value, min_size=size, max_size=size).map(lambda v: np.array(v, dtype).reshape(shape))


def finite_or_refused(call, *arguments, **options):
    """The arrays of the result, all finite, or None where the call says that values overflow."""
    try:
        return call(*arguments, **options)
    except ValueError as error:
        assert "overflow" in str(error)
        return None


@pytest.mark.parametrize("dtype", MAGNITUDES)
@pytest.mark.parametrize("layer", BUILT_IN)
def test_no_nan_comes_out_of_finite_input(layer, dtype):
    module = kernel(layer)

    @hostile
    @given(
        extremes(dtype, (3, 2)),
        extremes(dtype, (3, 2)),
        extremes(dtype, (2,)),
        extremes(dtype, (2,)),
        st.sampled_from(EPSILONS),
    )
    def check(x, g, gamma, beta, eps):
        found = finite_or_refused(module.forward, x, gamma, beta, eps=eps)
        if found is None:
            return
        y, saved = found
        assert np.isfinite(y).all()
        assert all(np.isfinite(value).all() for value in saved)
        gradients = finite_or_refused(module.backward, g, saved)
        assert gradients is None or all(np.isfinite(gradient).all() for gradient in gradients)

    check()


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("layer", BUILT_IN)
def test_narrow_types_never_overflow_on_the_way(layer, dtype):
    module = kernel(layer)

    @hostile
    @given(extremes(dtype, (3, 2)), st.sampled_from(EPSILONS))
    def check(x, eps):
        y, _ = module.forward(x, np.ones(2, dtype), np.zeros(2, dtype), eps=eps)
        assert (abs(y) <= 2).all()

    check()


@pytest.mark.parametrize("dtype", MAGNITUDES)
def test_no_nan_comes_out_of_inference_and_averages(dtype):
    module = kernel("batch_norm")

    @hostile
    @given(extremes(dtype, (2, 2)), *[extremes(dtype, (2,))] * 4, st.sampled_from([0.0, 0.1, 1.0]))
    def check(x, gamma, beta, mean, var, momentum):
        y = finite_or_refused(module.inference, x, gamma, beta, mean, abs(var))
        assert y is None or np.isfinite(y).all()
        new = finite_or_refused(
            module.update_running_stats, mean, abs(var), beta, abs(gamma), 7, momentum=momentum
        )
        assert new is None or all(np.isfinite(value).all() for value in new)

    check()


def assigned(tree):
    """Every name that a module's functions bind, and every argument."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


@pytest.mark.parametrize("name", BUILT_IN + ADDED)
def test_the_frames_own_names_are_reserved(name):
    """Whatever the public functions bind is a plan's array, in its own name or a wide one, or reserved."""
    module = printed(name)
    tree = ast.parse(module.text)
    functions = [f for f in tree.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("_")]
    plan = {t.name for f in module.plan.functions.values() for t in (*f.inputs, *(s.tensor for s in f.steps))}
    plan |= {tensor.name for tensor in module.layer.parameters}
    own = {"k", "new", "gradient"}  # in comprehensions, which have a scope of their own
    for function in functions:
        for bound in set(assigned(function)) - own:
            stem = bound.removeprefix("wide_").rstrip("_")
            assert bound in RESERVED or bound in plan or stem in plan, (function.name, bound)
            assert not hasattr(builtins, bound)
