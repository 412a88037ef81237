"""Roles as they are written, and each refusal."""

import pytest

from bnsym.errors import UsageError
from bnsym.terms.nodes import Sign
from bnsym.verify.code import places
from bnsym.verify.code.layouts import from_letters
from bnsym.verify.code.options import role_of_text, role_of_value, roles_of_texts, sizes_of_texts
from bnsym.verify.code.roles import Array, At, Literal, Scalar, Shape, SizeOf, Table, Upstream

TEXTS = {
    "upstream": Upstream(),
    "scalar": Scalar(),
    "real": Scalar(Sign.REAL),
    "number": Array(()),
    "size:G": SizeOf("G"),
    "shape:C,H,W": Shape(("C", "H", "W")),
    "at:result[1]": At("result[1]"),
    "N,C,H,W": Array(("N", "C", "H", "W")),
    "D": Array(("D",)),
    "(D,)": Array(("D",)),
    "1,C,1,1": Array(("1", "C", "1", "1")),
    "C*H*W": Array(("C*H*W",)),
    "3": Literal(3),
    "True": Literal(True),
    '"train"': Literal("train"),
    "(0, 2, 3)": Literal((0, 2, 3)),
    "{'mode': 'train'}": Literal({"mode": "train"}),
}


@pytest.mark.parametrize(("text", "role"), TEXTS.items(), ids=list(TEXTS))
def test_a_text_is_a_role(text, role):
    assert role_of_text(text) == role


@pytest.mark.parametrize("text", ["print()", "a.b", "lambda: 0", "[x for x in y]", "N C"])
def test_other_text_is_refused_and_never_run(text):
    with pytest.raises(UsageError, match=r"is no role.*size:G"):
        role_of_text(text)


VALUES = [
    (("N", "D"), Array(("N", "D"))),
    (["N", 3], Array(("N", "3"))),
    ((), Array(())),
    ("scalar", Scalar()),
    ("train", Literal("train")),
    (0.5, Literal(0.5)),
    ({"eps": "scalar", "mode": "train"}, Table({"eps": Scalar(), "mode": Literal("train")})),
    (Upstream(), Upstream()),
]


@pytest.mark.parametrize(("value", "role"), VALUES, ids=[str(row[0]) for row in VALUES])
def test_a_value_is_a_role(value, role):
    assert role_of_value(value) == role


def test_pairs_are_split_at_the_first_sign():
    assert roles_of_texts(["mode='a=b'"]) == {"mode": Literal("a=b")}
    assert sizes_of_texts(["N=3", "D=2"]) == {"N": 3, "D": 2}


@pytest.mark.parametrize("text", ["N", "=3", "N="])
def test_what_is_no_pair_is_refused(text):
    with pytest.raises(UsageError, match="NAME=VALUE"):
        roles_of_texts([text])


@pytest.mark.parametrize("text", ["N=0", "N=-1", "N=x", "N=1.5"])
def test_a_size_is_a_positive_integer(text):
    with pytest.raises(UsageError, match="integer of at least 1"):
        sizes_of_texts([text])


def test_layouts():
    assert from_letters("NCHW") == ("N", "C", "H", "W")
    assert from_letters("N,C_in,L") == ("N", "C_in", "L")
    for letters in ("NN", "N1", ""):
        with pytest.raises(UsageError, match="one letter an axis"):
            from_letters(letters)


class Held:
    def __init__(self):
        self.grads = {"gamma": [1, 2]}
        self.pair = (3, 4, 5)


def test_places_are_read_and_written():
    names = {"self": Held(), "result": (1, {"dx": 2})}
    assert places.read("result[1]['dx']", names) == 2
    assert places.read("result[-1]['dx']", names) == 2
    assert places.read("self.pair[1:]", names) == (4, 5)
    places.put("self.grads['gamma']", names, 7)
    assert names["self"].grads == {"gamma": 7}
    places.put("self.new", names, 8)
    assert names["self"].new == 8


@pytest.mark.parametrize("place", ["f()", "result[0", "result[x]", "result[0] + 1", "__import__('os')"])
def test_what_is_no_place_is_refused_and_never_run(place):
    with pytest.raises(UsageError, match="is no place"):
        places.read(place, {"result": (1,), "f": pytest.fail})


@pytest.mark.parametrize("place", ["result[5]", "result['a']", "other", "result.a"])
def test_a_place_with_nothing_in_it_is_told(place):
    with pytest.raises(UsageError, match="there is nothing at"):
        places.read(place, {"result": (1,)})


LAST = {
    "self.params['gamma']": "gamma",
    "self.gamma.data": "gamma",
    "x": "x",
    "self.weight['value']": "weight",
}


@pytest.mark.parametrize(("place", "name"), LAST.items())
def test_a_place_has_a_name(place, name):
    assert places.last_name(place) == name
