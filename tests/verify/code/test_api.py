"""verify_backward and verify_forward: what is proved, refuted, unknown, bounded, and what is refused."""

import numpy as np
import pytest
import user_norms as norms

from bnsym import MismatchError, UsageError, verify_backward, verify_forward


def words(found):
    return {verdict.of: verdict.word for verdict in found}


def test_a_right_backward_is_proved_with_its_needs():
    found = verify_backward(norms.forward, norms.backward)
    assert words(found) == {"x": "proved", "gamma": "proved", "beta": "proved"}
    assert found and found.check() is found
    assert found.verdicts[0].needs == ("eps > 0",)
    assert found.verdicts[0].bounded == ""


def test_what_was_guessed_is_told():
    told = verify_backward(norms.forward, norms.backward).verdicts[0].roles
    assert told == (
        "x: array (N, D); gamma: array (D,); beta: array (D,); eps: positive scalar; "
        "dout: upstream gradient; cache: what forward returned second"
    )


def test_a_wrong_backward_is_refuted_by_the_smallest_input():
    found = verify_backward(norms.forward, norms.backward_wrong)
    assert words(found) == {"x": "refuted", "gamma": "proved", "beta": "proved"}
    [wrong] = [verdict for verdict in found if verdict.verdict == "refuted"]
    assert wrong.diagnosis == "the projection term −x̂·Σgx̂/m is missing: the variance is held constant"
    shown = wrong.counterexample
    assert np.shape(eval_list(shown.inputs["x"])) == (2, 1)
    assert {name: text for name, text in shown.inputs.items() if name != "x"}.keys() == {
        *("gamma", "beta", "eps", "dout")
    }


def eval_list(text):
    import ast

    return ast.literal_eval(text)


def test_the_counterexample_is_what_the_function_does():
    shown = verify_backward(norms.forward, norms.backward_wrong).verdicts[0].counterexample
    values = {name: np.array(eval_list(text), dtype=float) for name, text in shown.inputs.items()}
    dout = values.pop("dout")
    _, cache = norms.forward(**values)
    returned = norms.backward_wrong(dout, cache)[0]
    right = norms.backward(dout, cache)[0]
    assert shown.returned == shown_as(returned)
    assert shown.right == shown_as(right)


def shown_as(array):
    from bnsym.verify.code.counterexample import array_text

    return array_text(array)


def test_check_raises_with_the_counterexample():
    with pytest.raises(MismatchError, match=r"(?s)projection term.*at x = .*it returns.*right is"):
        verify_backward(norms.forward, norms.backward_wrong).check()


def test_a_gradient_of_another_shape_is_refuted_unless_the_shapes_differ_by_ones():
    found = verify_backward(
        norms.forward, norms.backward_of_another_shape, x=("N", "D"), gamma=("D",), beta=("D",)
    )
    assert words(found) == {"x": "refuted", "gamma": "proved", "beta": "refuted"}
    assert found.verdicts[0].diagnosis == "the gradient has shape (D, N), the input has (N, D)"
    assert found.verdicts[1].notes == ("has shape (1, D), the input has (D,)",)


def test_a_branch_on_data_is_unknown_with_its_line_and_never_proved():
    found = verify_backward(norms.forward, norms.backward_branching)
    assert set(words(found).values()) == {"unknown"}
    assert "user_norms.py:" in found.verdicts[0].detail
    assert not found
    with pytest.raises(MismatchError, match="unknown"):
        found.check()


def test_what_cannot_be_traced_is_still_refuted_by_numbers():
    found = verify_backward(norms.forward, norms.backward_branching_wrong)
    assert words(found)["x"] == "refuted"
    assert "found by numbers alone" in found.verdicts[0].notes[0]


def test_a_loop_over_a_size_is_bounded_and_says_so():
    found = verify_backward(norms.by_samples_forward, norms.by_samples_backward)
    assert words(found) == {"x": "bounded"}
    assert str(found.verdicts[0]).endswith("holds for N = 2 and 3 (bounded, not a proof); needs: nothing")


def test_sizes_that_are_given_bound_the_verdict():
    found = verify_backward(norms.forward, norms.backward, sizes={"N": 3})
    assert set(words(found).values()) == {"bounded"}
    assert found.verdicts[0].bounded == "N = 3"


def test_a_rounded_constant_is_no_refutation():
    found = verify_backward(norms.third_forward, norms.third_backward)
    assert words(found) == {"x": "unknown"}
    assert "rounding of a constant" in found.verdicts[0].detail


def test_a_class_is_verified_with_its_parameters():
    found = verify_backward(norms.BatchNorm)
    assert words(found) == {"x": "proved", "self.gamma": "proved", "self.beta": "proved"}
    found = verify_backward(norms.BatchNorm.forward, norms.BatchNorm.backward, layout="NCHW")
    assert found


def test_every_role_can_be_said():
    assert verify_backward(
        norms.forward,
        norms.backward,
        x=("M", "K"),
        gamma=("K",),
        beta=("K",),
        eps="scalar",
        dout="upstream",
        hands={"cache": "at:result[1]"},
        output="result[0]",
        gradients={"x": "result[0]", "gamma": "result[1]"},
    ).check()


def test_a_literal_stays_what_it_is():
    found = verify_backward(norms.forward, norms.backward, eps=0.5)
    assert found.verdicts[0].needs == ()
    assert "eps: 0.5" in found.verdicts[0].roles


def test_a_forward_against_a_layer():
    first = lambda x, gamma, beta, eps: norms.forward(x, gamma, beta, eps)[0]  # noqa: E731
    assert words(verify_forward(first, "batch_norm")) == {"batch_norm": "proved"}
    assert words(verify_forward(first)) == {"batch_norm": "proved"}
    assert words(verify_forward(first, "layer_norm")) == {"layer_norm": "refuted"}


REFUSED = [
    (lambda: verify_backward(norms.forward), "no backward"),
    (lambda: verify_backward(norms.forward, 3), "3 is not callable"),
    (lambda: verify_backward(norms.forward, norms.backward, y=("N",)), "no argument called 'y'; it has beta"),
    (lambda: verify_backward(norms.forward, norms.backward, layout="NN"), "--layout NN"),
    (lambda: verify_backward(norms.forward, norms.backward, gradients={"x": "result[7]"}), "nothing at"),
    (lambda: verify_backward(norms.forward, norms.backward, gradients={"x": "open()"}), "is no place"),
    (
        lambda: verify_backward(norms.forward, norms.backward, x=("N", "D"), gamma=("N",)),
        "could not be called",
    ),
    (lambda: verify_forward(norms.forward, "nothing"), "no layer is called 'nothing'"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[row[1] for row in REFUSED])
def test_a_wrong_call_is_told(call, message):
    with pytest.raises(UsageError, match=message):
        call()


def test_gradients_without_names_may_stand_in_another_order():
    found = verify_backward(norms.forward, norms.backward_in_another_order)
    assert found
    assert {verdict.of: verdict.place for verdict in found} == {
        "x": "result[0]",
        "gamma": "result[2]",
        "beta": "result[1]",
    }


def test_a_wrong_gradient_is_not_saved_by_another_order():
    found = verify_backward(norms.forward, norms.backward_wrong_in_any_order)
    assert words(found) == {"x": "proved", "gamma": "refuted", "beta": "refuted"}


def test_a_shape_that_was_guessed_refutes_nothing():
    found = verify_backward(norms.forward, norms.backward_of_another_shape)
    assert words(found)["x"] == "unknown"
    assert "that shape was guessed" in found.verdicts[0].detail


def test_a_context_is_handed_over():
    assert verify_backward(norms.Saving).check()


def test_a_gradient_that_is_not_found_is_told():
    found = verify_backward(norms.forward, norms.backward_of_the_input)
    assert words(found) == {"x": "proved"}
    assert "no gradient of gamma, beta was found" in found.verdicts[0].notes[0]


def test_the_rank_that_the_code_asks_for_is_tried_both_ways():
    found = verify_backward(norms.any_rank_forward, norms.any_rank_backward)
    assert {verdict.target.rpartition(", x: ")[2]: verdict.word for verdict in found} == {
        "array (N, D)": "proved",
        "array (N, C, H, W)": "refuted",
    }
