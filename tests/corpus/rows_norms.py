"""Rows of the corpus: images, sequences and vectors."""

from __future__ import annotations

from corpus.entry import Size
from corpus.families import C11, EPS, NCHW, ND, NHWC, C, D, cached, stateful

LAST = {
    "arguments": {"x": NHWC, "gamma": C, "beta": C, "epsilon": EPS},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "NHWC",
}
CHANNELS = {"arguments": {"x": NCHW, "gamma": C, "beta": C, "eps": EPS}, "layout": "NCHW"}
FLAT = {
    "arguments": {"X": NCHW, "gamma": C, "beta": C, "eps": EPS},
    "gradients": {"X": "result[0]", "gamma": "result[1]", "beta": "result[2]"},
    "hands": {"dY": "upstream", "cache": "result[1]"},
    "layout": "NCHW",
}
INSTANCE = {
    "arguments": {"x": NCHW, "scale": C, "shift": C, "eps": EPS},
    "gradients": {"x": "result[0]", "scale": "result[1]", "shift": "result[2]"},
    "hands": {"dy": "upstream", "ctx": "result[1]"},
    "layout": "NCHW",
}
CHW = ("C", "H", "W")
WHOLE = {"arguments": {"x": NCHW, "gamma": CHW, "beta": CHW, "eps": EPS}, "layout": "NFFF"}
ROWS = {
    "arguments": {"x": NCHW, "gamma": C11, "beta": C11, "G": Size("G"), "eps": EPS},
    "layout": "NCHW",
}

IMAGES = [
    cached("images", "bn_nhwc_forward", "bn_nhwc_backward", "NHWC", **LAST),
    cached("images", "bn_nhwc_forward", "bn_nhwc_backward_size", "NHWC", **LAST, wrong={"x": "count"}),
    cached("images", "bn_flat_forward", "bn_flat_backward", "moveaxis and tile", **FLAT),
    cached(
        "images",
        "bn_flat_forward",
        "bn_flat_backward_swapped",
        "moveaxis and swapaxes",
        **FLAT,
        wrong={"X": "layout", "gamma": "layout"},
    ),
    cached("images", "broadcast_forward", "broadcast_backward", "newaxis, expand_dims, squeeze", **CHANNELS),
    cached(
        "images",
        "broadcast_forward",
        "broadcast_backward_gamma_late",
        "newaxis, expand_dims, squeeze",
        **CHANNELS,
        wrong={"x": "no gamma"},
    ),
    cached("images", "instance_norm", "instance_norm_grad", "instance norm", **INSTANCE),
    cached(
        "images",
        "instance_norm",
        "instance_norm_grad_per_sample",
        "instance norm",
        **INSTANCE,
        wrong={"x": "axes"},
    ),
    cached("images", "layer_norm_image", "layer_norm_image_grad", "layer norm of images", **WHOLE),
    cached(
        "images",
        "layer_norm_image",
        "layer_norm_image_grad_ndim",
        "layer norm of images",
        **WHOLE,
        wrong={"x": "axes"},
    ),
    cached("images", "group_norm_rows", "group_norm_rows_grad", "groups as rows", **ROWS),
    cached(
        "images",
        "group_norm_rows",
        "group_norm_rows_grad_gamma_after",
        "groups as rows",
        **ROWS,
        wrong={"x": "gamma after"},
    ),
]

BTD = ("B", "T", "D")
TOKENS = {
    "arguments": {"inp": BTD, "weight": D, "bias": D},
    "gradients": {"inp": "result[0]", "weight": "result[1]", "bias": "result[2]"},
    "layout": "NTF",
    "literal_eps": 1e-5,
}
RMS = {
    "arguments": {"x": BTD, "g": D, "eps": EPS},
    "gradients": {"x": "result[0]", "g": "result[1]"},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "NTF",
}
RMS_CLASS = {
    "arguments": {"x": BTD},
    "construct": {"dim": Size("D"), "eps": EPS},
    "state": {"self.weight": D},
    "gradients": {"x": "result", "self.weight": "self.grads['weight']"},
    "hands": {"grad_out": "upstream"},
    "layout": "NTF",
}
ONE_GAIN = {
    "arguments": {"x": ND, "g": (), "eps": EPS},
    "gradients": {"x": "result[0]", "g": "result[1]"},
    "layout": "NF",
}
SEQ = "sequence_norms"

SEQUENCES = [
    cached(SEQ, "layernorm_fwd", "layernorm_bwd", "typed, (B, T, C)", **TOKENS),
    cached(
        SEQ,
        "layernorm_fwd",
        "layernorm_bwd_time_kept",
        "typed, (B, T, C)",
        **TOKENS,
        wrong={"weight": "mean for sum", "bias": "mean for sum"},
    ),
    cached(
        SEQ,
        "layernorm_fwd",
        "layernorm_bwd_no_projection",
        "typed, (B, T, C)",
        **TOKENS,
        wrong={"inp": "constants"},
    ),
    cached(SEQ, "rms_norm", "rms_norm_backward", "RMS norm", **RMS),
    cached(SEQ, "rms_norm", "rms_norm_backward_square", "RMS norm", **RMS, wrong={"x": "power"}),
    stateful(SEQ, "RMSNorm", "RMS norm, typed class", **RMS_CLASS),
    stateful(SEQ, "RMSNormForgetsWeight", "RMS norm, typed class", **RMS_CLASS, wrong={"x": "no gamma"}),
    stateful(SEQ, "RMSNormNoCount", "RMS norm, typed class", **RMS_CLASS, wrong={"x": "count"}),
    cached(SEQ, "scale_norm", "scale_norm_backward", "one gain for all", **ONE_GAIN),
    cached(SEQ, "scale_norm", "scale_norm_backward_all", "one gain for all", **ONE_GAIN, wrong={"x": "axes"}),
]

PLAIN = {
    "arguments": {"x": ND, "eps": EPS},
    "gradients": {"x": "result"},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "NF",
}
GAIN = {
    "arguments": {"v": ("O", "I"), "g": ("O", "1")},
    "gradients": {"v": "result[0]", "g": "result[1]"},
    "hands": {"dw": "upstream", "cache": "result[1]"},
    "layout": "CF",
}
WEIGHTS = {
    "arguments": {"w": ("O", "I"), "eps": EPS},
    "gradients": {"w": "result"},
    "layout": "CF",
}
VECTOR = {
    "arguments": {"x": D, "gamma": D, "beta": D, "eps": EPS},
    "hands": {"dy": "upstream", "cache": "result[1]"},
    "layout": "F",
}
WHOLE_ARRAY = {
    "arguments": {"a": ND, "eps": EPS},
    "gradients": {"a": "result"},
    "hands": {"dz": "upstream", "cache": "result[1]"},
    "layout": "FF",
}
VEC = "vectors"

VECTORS = [
    cached(VEC, "l2_normalize", "l2_normalize_grad", "L2 normalization", **PLAIN),
    cached(
        VEC, "l2_normalize", "l2_normalize_grad_columns", "L2 normalization", **PLAIN, wrong={"x": "axes"}
    ),
    cached(VEC, "weight_norm", "weight_norm_grad", "weight norm without eps", **GAIN),
    cached(
        VEC, "weight_norm", "weight_norm_grad_half", "weight norm without eps", **GAIN, wrong={"v": "factor"}
    ),
    cached(VEC, "standardize_weights", "standardize_weights_grad", "unbiased, eps on the std", **WEIGHTS),
    cached(
        VEC,
        "standardize_weights",
        "standardize_weights_grad_biased",
        "unbiased, eps on the std",
        **WEIGHTS,
        wrong={"w": "biased"},
    ),
    cached(VEC, "vector_ln", "vector_ln_grad", "a single vector", **VECTOR),
    cached(VEC, "vector_ln", "vector_ln_grad_jacobian", "a Jacobian, every size", **VECTOR),
    cached(
        VEC,
        "vector_ln",
        "vector_ln_grad_jacobian_diagonal",
        "a Jacobian's diagonal",
        **VECTOR,
        wrong={"x": "diagonal"},
    ),
    cached(VEC, "zscore", "zscore_grad", "reductions without axis", **WHOLE_ARRAY),
    cached(VEC, "zscore", "zscore_grad_len", "reductions without axis", **WHOLE_ARRAY, wrong={"a": "count"}),
]

NORM_ROWS = (*IMAGES, *SEQUENCES, *VECTORS)
