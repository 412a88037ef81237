"""Layers: what is written down, what is read from it, and what is refused."""

import added_layers
import pytest

import bnsym as bs
from bnsym.errors import ScopeError, UnknownLayerError, UsageError
from bnsym.layers.layer import Layer
from bnsym.layers.table import LAYERS, layer
from bnsym.terms.text import definition_text


def names(tensors):
    return [tensor.name for tensor in tensors]


@pytest.mark.parametrize("name", LAYERS)
def test_each_layer_is_called_as_its_line_in_the_table(name):
    found = layer(name)
    assert found.name == name
    assert found.source
    assert found.output.tensor.name == "y"
    assert names(found.parameters) == ["gamma", "beta"]
    assert set(found.statistics) <= set(found.definitions)


def test_each_call_makes_a_layer_of_its_own():
    one, other = layer("batch_norm"), layer("batch_norm")
    one.define("twice", one.n, one.c, 2 * one.x[one.n, one.c])
    assert "twice" not in other.definitions


def test_an_unknown_name_is_told_those_there_are():
    with pytest.raises(UnknownLayerError, match=r"no layer is called 'bn'; there are batch_norm, layer_norm"):
        layer("bn")


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (added_layers.rms_norm, ["gamma"]),
        (added_layers.no_parameters, []),
        (added_layers.third_parameter, ["gamma", "beta", "slope"]),
        (added_layers.clashing_names, ["beta", "lambda", "count"]),
        (added_layers.mixing, ["W"]),
    ],
)
def test_parameters_are_what_the_equations_use(make, expected):
    assert names(make().parameters) == expected


def test_equations_read_as_they_were_written():
    found = added_layers.rms_norm()
    assert [definition_text(d) for d in found.definitions.values()] == [
        "mean_square[n] = sum(x[n, c]**2, c=1..C)/C",
        "rms[n] = sqrt(epsilon + mean_square[n])",
        "y[n, c] = gamma[c]*x[n, c]/rms[n]",
    ]


def test_a_layer_without_equations_has_no_output():
    with pytest.raises(UsageError, match="the layer empty has no equations"):
        Layer("empty", "nowhere").output  # noqa: B018


def test_the_output_is_over_rows_and_channels():
    short = Layer("short", "nowhere")
    short.define("y", short.c, short.gamma[short.c])
    with pytest.raises(UsageError, match=r"the output y of short must be defined over \(n, c\)"):
        short.output  # noqa: B018


def test_a_free_index_is_refused_when_it_is_written():
    found = Layer("free", "nowhere")
    k = bs.index("k", found.N)
    with pytest.raises(ScopeError, match="k is free in the body"):
        found.define("y", found.n, found.c, found.x[k, found.c])


def test_epsilon_is_not_to_be_redefined():
    found = Layer("own_epsilon", "nowhere")
    with pytest.raises(UsageError):
        found.define("epsilon", found.x[found.n, found.c])
    assert found.constant.name == "epsilon"
