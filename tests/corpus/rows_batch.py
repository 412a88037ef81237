"""Rows of the corpus: batch norm, from staged to stateful."""

from __future__ import annotations

from corpus.entry import Entry, Size
from corpus.families import (
    C11,
    EPS,
    FIXED_C,
    FIXED_D,
    FIXED_N,
    NCHW,
    ND,
    C,
    D,
    cached,
    course,
    stateful,
)

LN_PARAM = {"x": ND, "gamma": D, "beta": D, "ln_param": {"eps": EPS}}
GN_PARAM = {"x": NCHW, "gamma": C11, "beta": C11, "G": Size("G"), "gn_param": {"eps": EPS}}
SHORT = {"x": ND, "g": D, "b": D, "eps": EPS}
BY_SHORT = {"x": "result[0]", "g": "result[1]", "b": "result[2]"}
WEIGHT = {"x": ND, "w": D, "b": D, "eps": EPS}
BY_WEIGHT = {"x": "result[0]", "w": "result[1]", "b": "result[2]"}

STAGED = [
    cached("staged", "forward", "backward", "staged"),
    cached("staged", "forward", "backward_without_eps", "staged", wrong={"x": "no eps"}),
    cached("staged", "forward", "backward_wrong_count", "staged", wrong={"x": "count"}),
    cached("staged", "forward", "backward_mean_is_constant", "staged", wrong={"x": "constants"}),
    cached("staged", "forward", "backward_sign", "staged", wrong={"x": "sign"}),
]

COURSE = [
    course("batchnorm_backward", "bn_param and mode"),
    course("batchnorm_backward_alt", "bn_param and mode"),
    course("batchnorm_backward_no_gamma", "bn_param and mode", wrong={"x": "no gamma"}),
    course(
        "layernorm_backward", "transposed batch norm", "layernorm_forward", arguments=LN_PARAM, layout="NF"
    ),
    course(
        "layernorm_backward_batch_count",
        "transposed batch norm",
        "layernorm_forward",
        arguments=LN_PARAM,
        layout="NF",
        wrong={"x": "count"},
    ),
    course("spatial_batchnorm_backward", "NCHW flattened", "spatial_batchnorm_forward"),
    course(
        "spatial_batchnorm_backward_untransposed",
        "NCHW flattened",
        "spatial_batchnorm_forward",
        wrong={"x": "layout", "gamma": "layout", "beta": "layout"},
    ),
    course("spatial_groupnorm_backward", "groups as axes", "spatial_groupnorm_forward", arguments=GN_PARAM),
    course(
        "spatial_groupnorm_backward_count_c",
        "groups as axes",
        "spatial_groupnorm_forward",
        arguments=GN_PARAM,
        wrong={"x": "count"},
    ),
]


def _compact(backward: str, style: str, forward: str = "bn", **changes: object) -> Entry:
    cache = "c" if forward == "bn" else "saved"
    shape = (SHORT, BY_SHORT) if forward == "bn" else (WEIGHT, BY_WEIGHT)
    hands = {"dy": "upstream", cache: "result[1]"}
    layout = "NC" if forward == "bn" else "NF"
    given: dict[str, object] = {
        "arguments": shape[0],
        "gradients": shape[1],
        "hands": hands,
        "layout": layout,
    }
    return cached("compact", forward, backward, style, **(given | changes))


COMPACT = [
    _compact("bn_grad", "compact"),
    _compact("bn_grad_mean_for_sum", "compact", wrong={"g": "mean for sum", "b": "mean for sum"}),
    _compact("bn_grad_sum_for_mean", "compact", wrong={"x": "sum for mean"}),
    _compact("bn_grad_inv", "compact", wrong={"x": "power"}),
    _compact("bn_einsum", "einsum in a lambda"),
    _compact("ln_einsum_grad", "einsum", "ln_einsum"),
    _compact("ln_einsum_grad_axes", "einsum", "ln_einsum", wrong={"x": "axes"}),
    _compact("ln_einsum_grad_weight_twice", "einsum", "ln_einsum", wrong={"x": "gamma twice"}),
]

BY_DY = {"dy": "upstream", "saved": "result[1]"}

INPLACE = [
    cached("inplace", "forward", "backward", "in place"),
    cached("inplace", "forward", "backward_shift_too_late", "in place", wrong={"x": "power"}),
    cached("inplace", "forward_aliased", "backward_aliased", "aliasing that is meant"),
    cached(
        "inplace",
        "forward_aliased",
        "backward_aliased_badly",
        "aliasing that is not meant",
        wrong={"gamma": "aliasing", "beta": "aliasing"},
    ),
    cached("inplace", "ln_forward", "ln_backward", "out=", hands=BY_DY, layout="NF"),
    cached(
        "inplace",
        "ln_forward",
        "ln_backward_out_order",
        "out=",
        hands=BY_DY,
        layout="NF",
        wrong={"x": "wrong term"},
    ),
]

CHANNELS = {"arguments": {"x": NCHW, "gamma": C, "beta": C, "eps": EPS}, "layout": "NCHW"}
LOOP_C = CHANNELS | {"fixed": FIXED_C}
LOOP_N = {
    "arguments": {"X": ND, "w": D, "b": D, "eps": EPS},
    "gradients": {"X": "result[0]", "w": "result[1]", "b": "result[2]"},
    "hands": {"dY": "upstream", "cache": "result[1]"},
    "fixed": FIXED_N,
    "layout": "NF",
}
LOOP_D = {
    "arguments": {"x": ND, "gamma": D, "beta": D},
    "hands": {"dy": "upstream", "x": "x", "gamma": "gamma"},
    "output": "result",
    "fixed": FIXED_D,
    "literal_eps": 1e-5,
}

LOOPS = [
    cached("loops", "channel_forward", "channel_backward", "loop over channels", **LOOP_C),
    cached(
        "loops",
        "channel_forward",
        "channel_backward_count",
        "loop over channels",
        **LOOP_C,
        wrong={"x": "count"},
    ),
    cached("loops", "sample_forward", "sample_backward", "loop over samples", **LOOP_N),
    cached("loops", "sample_forward", "jacobian_backward", "a Jacobian a sample", **LOOP_N),
    cached(
        "loops",
        "sample_forward",
        "jacobian_backward_diagonal",
        "a Jacobian a sample",
        **LOOP_N,
        wrong={"X": "diagonal"},
    ),
    cached("loops", "feature_forward", "feature_backward", "loop over features", **LOOP_D),
    cached(
        "loops",
        "feature_forward",
        "feature_backward_constants",
        "loop over features",
        **LOOP_D,
        wrong={"x": "constants"},
    ),
]

IN_DICTS = {
    "arguments": {"inputs": ND},
    "construct": {"dim": Size("D"), "epsilon": EPS},
    "state": {"self.params['gamma']": ("1", "D"), "self.params['beta']": ("1", "D")},
    "gradients": {
        "inputs": "result",
        "self.params['gamma']": "self.grads['gamma']",
        "self.params['beta']": "self.grads['beta']",
    },
    "hands": {"grad_output": "upstream"},
    "layout": "NF",
}
IN_OBJECTS = {
    "arguments": {"x": NCHW},
    "construct": {"channels": Size("C"), "eps": EPS},
    "state": {"self.weight.data": C11, "self.bias.data": C11},
    "gradients": {"x": "result", "self.weight.data": "self.weight.grad", "self.bias.data": "self.bias.grad"},
    "layout": "NCHW",
}
ANY_RANK = {
    "construct": {"gamma": D, "beta": D},
    "hands": {"dout": "upstream"},
    "literal_eps": 1e-6,
}
CHW = ("C*H*W",)
ANY_RANK_IMAGES = ANY_RANK | {
    "arguments": {"x": NCHW},
    "construct": {"gamma": CHW, "beta": CHW},
    "state": {"self.gamma": CHW, "self.beta": CHW},
    "layout": "N(CHW)",
}
RUNNING = {"construct": {"features": Size("D"), "eps": EPS}, "hands": {"dy": "upstream"}}
STATE = "layers_with_state"

CLASSES = [
    stateful(STATE, "BatchNorm", "class with a training flag"),
    stateful(
        STATE,
        "BatchNormMeanGradients",
        "subclass calling super",
        wrong={"self.gamma": "mean for sum", "self.beta": "mean for sum"},
    ),
    stateful(STATE, "LayerNormalization", "parameters in a dict", **IN_DICTS),
    stateful(
        STATE, "LayerNormalizationNoEps", "parameters in a dict", **IN_DICTS, wrong={"inputs": "no eps"}
    ),
    stateful(STATE, "BatchNorm2d", "parameters as objects", **IN_OBJECTS),
    stateful(STATE, "BatchNorm2dSpatialCount", "parameters as objects", **IN_OBJECTS, wrong={"x": "count"}),
    stateful(STATE, "BatchNorm2dAxes", "parameters as objects", **IN_OBJECTS, wrong={"x": "axes"}),
    stateful(STATE, "AnyRankBatchNorm", "rank read from the data", **ANY_RANK),
    stateful(
        STATE,
        "AnyRankBatchNorm",
        "rank read from the data",
        **(ANY_RANK_IMAGES | {"name": f"{STATE}:AnyRankBatchNorm, images"}),
    ),
    stateful(
        STATE, "AnyRankBatchNormHalf", "rank read from the data", **ANY_RANK_IMAGES, wrong={"x": "factor"}
    ),
    stateful(STATE, "RunningStatsUsed", "normalizes by running averages", **RUNNING),
    stateful(
        STATE,
        "RunningStatsConstant",
        "normalizes by running averages",
        **RUNNING,
        wrong={"x": "constants"},
    ),
]

DN, D1 = ("D", "N"), ("D", "1")
COLUMNS = {
    "arguments": {"Z": DN, "gamma": D1, "beta": D1},
    "gradients": {"Z": "result['dZ']", "gamma": "result['dgamma']", "beta": "result['dbeta']"},
    "hands": {"dZ_tilde": "upstream", "cache": "result[1]"},
    "layout": "CN",
    "literal_eps": 1e-8,
}
HOMEWORK = {
    "arguments": {"Z": ND},
    "construct": {"num_features": Size("D")},
    "state": {"self.BW": ("1", "D"), "self.Bb": ("1", "D")},
    "gradients": {"Z": "result", "self.BW": "self.dLdBW", "self.Bb": "self.dLdBb"},
    "hands": {"dLdBZ": "upstream"},
    "literal_eps": 1e-8,
}
PROJECTION = {
    "arguments": {"X": ND, "gamma": D, "beta": D, "eps": EPS},
    "gradients": {"X": "result[0]", "gamma": "result[1]", "beta": "result[2]"},
    "hands": {"G": "upstream", "cache": "result[1]"},
}
FIRST = "features_first"

FEATURES_FIRST = [
    cached(FIRST, "batch_norm_forward", "batch_norm_backward", "features first, dicts", **COLUMNS),
    cached(
        FIRST,
        "batch_norm_forward",
        "batch_norm_backward_n",
        "features first, dicts",
        **COLUMNS,
        wrong={"Z": "count"},
    ),
    cached(
        FIRST,
        "batch_norm_forward",
        "batch_norm_backward_eps_outside",
        "features first, dicts",
        **COLUMNS,
        wrong={"Z": "eps outside"},
    ),
    stateful(FIRST, "BatchNorm1d", "products with columns of ones", **HOMEWORK),
    stateful(
        FIRST, "BatchNorm1dHalfPower", "products with columns of ones", **HOMEWORK, wrong={"Z": "power"}
    ),
    cached(FIRST, "projection_forward", "projection_backward", "centring matrix", **PROJECTION),
    cached(
        FIRST,
        "projection_forward",
        "projection_backward_unprojected",
        "centring matrix",
        **PROJECTION,
        wrong={"X": "constants"},
    ),
]

BATCH_ROWS = (*STAGED, *COURSE, *COMPACT, *INPLACE, *LOOPS, *CLASSES, *FEATURES_FIRST)
