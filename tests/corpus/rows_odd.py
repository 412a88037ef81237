"""Rows of the corpus: what is unusual, helpers, less usual functions, and forwards alone."""

from __future__ import annotations

from corpus.families import EPS, NCHW, ND, C, D, alone, cached

CHANNELS = {"arguments": {"x": NCHW, "gamma": C, "beta": C, "eps": EPS}, "layout": "NCHW"}
FROM_X = {
    "arguments": {"x": ND, "eps": EPS},
    "gradients": {"x": "result"},
    "hands": {"x": "x", "dy": "upstream", "eps": "eps"},
    "output": "result",
}
SUM_NORMALIZED = {
    "arguments": {"x": ND, "w": D, "eps": EPS},
    "gradients": {"x": "result[0]", "w": "result[1]"},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "NF",
}
BY_DY = {"hands": {"dy": "upstream", "cache": "result[1]"}, "layout": "NF"}
ODD = "unusual"

UNUSUAL = [
    cached(ODD, "forward_eps_on_std", "backward_eps_on_std", "eps added to the std"),
    cached(
        ODD,
        "forward_eps_on_std",
        "backward_eps_on_std_textbook",
        "eps added to the std",
        wrong={"x": "formula"},
    ),
    cached(ODD, "forward_unbiased", "backward_unbiased", "ddof=1 in both"),
    cached(ODD, "forward_unbiased", "backward_biased", "ddof=1 in the forward", wrong={"x": "biased"}),
    cached(ODD, "forward_one_pass", "backward_one_pass", "E[x^2] - E[x]^2, gamma * (xhat + beta)"),
    cached(
        ODD,
        "forward_one_pass",
        "backward_one_pass_beta",
        "E[x^2] - E[x]^2, gamma * (xhat + beta)",
        wrong={"gamma": "parameter", "beta": "parameter"},
    ),
    cached(ODD, "forward_no_affine", "backward_no_affine", "recomputed, as a projection", **FROM_X),
    cached(
        ODD,
        "forward_no_affine",
        "backward_no_affine_exact_projection",
        "recomputed, as a projection",
        **FROM_X,
        wrong={"x": "no eps"},
    ),
    cached(
        ODD, "forward_sum_normalized", "backward_sum_normalized", "sum of squares in both", **SUM_NORMALIZED
    ),
    cached(
        ODD,
        "forward_sum_normalized",
        "backward_sum_normalized_mean",
        "sum of squares in the forward",
        **SUM_NORMALIZED,
        wrong={"x": "formula"},
    ),
    cached(ODD, "forward_zero_centered", "backward_zero_centered", "scales by 1 + gamma", **BY_DY),
    cached(
        ODD,
        "forward_zero_centered",
        "backward_zero_centered_plain_gamma",
        "scales by 1 + gamma",
        **BY_DY,
        wrong={"x": "parameter"},
    ),
]

SAVED = {"hands": {"dy": "upstream", "saved": "result[1]"}}
SAVED_IMAGES = SAVED | CHANNELS
PARTS = {
    "arguments": {"x": ND, "a": D, "b": D},
    "gradients": {"x": "result[0]", "a": "result[1]", "b": "result[2]"},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "NF",
    "literal_eps": 1e-5,
}

HELPERS = [
    cached("helpers", "forward", "backward", "helpers, checks, dtypes", **SAVED),
    cached(
        "helpers",
        "forward",
        "backward",
        "helpers, checks, dtypes",
        **(SAVED_IMAGES | {"name": "helpers:backward, images"}),
    ),
    cached("helpers", "forward", "backward_count_of_rows", "helpers, right for rows alone", **SAVED),
    cached(
        "helpers",
        "forward",
        "backward_count_of_rows",
        "helpers, right for rows alone",
        **(SAVED_IMAGES | {"name": "helpers:backward_count_of_rows, images"}),
        wrong={"x": "count"},
    ),
    cached("helpers", "double_norm", "double_norm_grad", "two norms in a row", **PARTS),
    cached("helpers", "ln", "ln_grad", "helpers", **PARTS),
    cached("helpers", "ln", "ln_grad_swapped", "helpers", **PARTS, wrong={"x": "wrong term"}),
    cached("helpers", "ln", "ln_grad_wrong_axis", "helpers", **PARTS, wrong={"x": "axes"}),
    cached("helpers", "ln", "ln_grad_old_names", "functions instead of operators", **PARTS),
]

SIGNAL = {
    "arguments": {"x": ("N", "C", "L"), "weight": C, "bias": C, "eps": EPS},
    "gradients": {"x": "result[0]", "weight": "result[1]", "bias": "result[2]"},
    "hands": {"grad": "upstream", "saved": "result[1]"},
    "layout": "NCL",
}
AFFINE = {
    "arguments": {"x": ("N", "I"), "w": ("I", "D"), "b": D, "gamma": D, "beta": D, "eps": EPS},
    "gradients": {name: f"result['{name}']" for name in ("x", "w", "b", "gamma", "beta")},
}
RESIDUAL = {
    "arguments": {"x": ND, "skip": ND, "gamma": D, "beta": D, "eps": EPS},
    "gradients": {
        "x": "result[0]",
        "skip": "result[1]",
        "gamma": "result[2]",
        "beta": "result[3]",
    },
    "layout": "NF",
}
BOX = "toolbox"

TOOLBOX = [
    cached(BOX, "repeat_forward", "repeat_backward", "repeat, norm, tensordot, ravel"),
    cached(
        BOX,
        "repeat_forward",
        "repeat_backward_doubled",
        "repeat, norm, tensordot, ravel",
        wrong={"x": "factor"},
    ),
    cached(BOX, "signal_forward", "signal_backward", "three axes", **SIGNAL),
    cached(BOX, "signal_forward", "signal_backward_length", "three axes", **SIGNAL, wrong={"x": "count"}),
    cached(BOX, "affine_forward", "affine_backward", "a dense layer before the norm", **AFFINE),
    cached(
        BOX,
        "affine_forward",
        "affine_backward_bias",
        "a dense layer before the norm",
        **AFFINE,
        wrong={"b": "constants"},
    ),
    cached(BOX, "residual_forward", "residual_backward", "a sum before the norm", **RESIDUAL),
    cached(
        BOX,
        "residual_forward",
        "residual_backward_skip",
        "a sum before the norm",
        **RESIDUAL,
        wrong={"skip": "wrong term"},
    ),
    cached(BOX, "guarded_forward", "guarded_backward", "checks of shapes; a plan a*g + b*xc + c"),
    cached(
        BOX,
        "guarded_forward",
        "guarded_backward_uncentred",
        "checks of shapes; a plan a*g + b*xc + c",
        wrong={"x": "wrong term"},
    ),
]

FORWARDS = [
    alone("batch_norm_2d", "batch_norm"),
    alone("batch_norm_images", "batch_norm", **CHANNELS),
    alone("batch_norm_one_pass", "batch_norm"),
    alone("batch_norm_unbiased", "batch_norm", wrong={"output": "biased"}),
    alone("batch_norm_eps_outside", "batch_norm", wrong={"output": "eps outside"}),
    alone("batch_norm_reshaped", "batch_norm", **CHANNELS, wrong={"output": "layout"}),
    alone("layer_norm", "layer_norm", layout="NF"),
    alone("layer_norm_batch_axis", "layer_norm", layout="NF", wrong={"output": "axes"}),
    alone("layer_norm_sum", "layer_norm", layout="NF", wrong={"output": "sum for mean"}),
]

ODD_ROWS = (*UNUSUAL, *HELPERS, *TOOLBOX, *FORWARDS)
