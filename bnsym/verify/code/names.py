"""What a name says of an argument or an attribute: the tables that guessing rests on."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


INPUT = _words(
    "x input inputs inp data a z h batch features hidden hidden_states img image images arr array "
    "xs in_data bottom tensor activations v matrix"
)
SECOND_INPUT = _words("skip residual res identity x2 shortcut x_skip residuals_in")
SURE_INPUT = _words("x input inputs inp data input_data x_in inputs_data")
SCALE = _words("gamma weight weights scale scaler g w gain alpha a bw gammas scales gamma_ scale_factor")
SHIFT = _words("beta bias biases shift intercept b bb betas offset shifts beta_")
EPSILON = _words(
    "eps epsilon e epsilon_ varepsilon epsi _eps small variance_epsilon layer_norm_eps bn_eps ep"
)
PARAMETER_TABLE = _words(
    "bn_param ln_param gn_param bn_params ln_params gn_params params param config cfg "
    "options opts in_param norm_param"
)
CONTEXT = _words("ctx context")
GROUPS = _words("g groups num_groups n_groups group ngroups group_count number_of_groups")
MODE = _words("mode phase")
TRAINING = _words(
    "train training is_train is_training train_flg train_flag trainable_flag istrain train_mode is_train_mode"
)
INFERENCE = _words("eval test inference is_test evaluate is_eval testing evaluation infer use_running")
MOMENTUM = _words("momentum decay rho alpha_momentum bn_momentum ema_decay mu_decay")
RUNNING_MEAN = _words("running_mean moving_mean run_mean avg_mean global_mean mean_running mov_mean r_mean")
RUNNING_VAR = _words(
    "running_var moving_var run_var avg_var global_var moving_variance running_variance var_running mov_var"
)
UPSTREAM = _words(
    "dout dy dz grad delta d_out grad_output grad_out dl_dy upstream upstream_grad upstream_gradient "
    "grad_y dldy dl dloss output_grad output_gradient out_grad error errors accum_grad d_y gout gy dl_dout "
    "grads_out dlda grad_outputs dout_ grad_z gradient dv_out top_diff loss_grad dh do gradients d douty eta"
)
HELD_OUTPUT = _words("output out outputs y output_data out_data outs result activation")
SETUP = (
    "build",
    "setup",
    "init_params",
    "initialize",
    "init",
    "init_weights",
    "init_parameters",
    "initialize_params",
    "initialize_weights",
    "initialize_parameters",
    "set_input_shape",
    "create_params",
    "_init_params",
    "_initialize_parameters",
    "_build",
)
LEARNING_RATE = _words("learning_rate lr learn_rate step_size alpha_lr rate")
CACHE = _words(
    "cache c saved ctx context state memory tape stash saved_tensors intermediates aux caches residuals"
)
OUTPUT = _words("out y output result z a h normalized outputs out_ res yhat y_hat")
CHANNEL_COUNT = _words(
    "num_features dim n_in n_features channels num_channels in_features features size input_dim units "
    "hidden_size n_channels nb_features input_size input_dimension n_out d c n_neurons in_channels d_model "
    "feature_dim "
    "num_feature n_feature nfeatures embed_dim n_inputs n_units feature_size channel out_features "
    "n_dim ndim_features emb_dim d_features hidden_dim num_units nb_channels fan_in num_neurons in_dim "
    "input_features"
)
RANKS = _words("dims dimensions ndim n_dims num_dims num_dimensions n_dimensions rank")
SHAPES = _words(
    "input_shape shape normalized_shape in_shape param_shape size_shape feature_shape x_shape dims_shape"
)

FORWARD_METHODS = (
    "forward",
    "fprop",
    "forward_pass",
    "forward_propagation",
    "forward_prop",
    "feed_forward",
    "feedforward",
    "fwd",
    "forwards",
    "f_prop",
    "call",
    "__call__",
    "apply",
    "normalize",
    "_forward",
    "forward_propagate",
    "_forward_propagation",
    "forward_calc",
)
BACKWARD_METHODS = (
    "backward",
    "bprop",
    "backward_pass",
    "backward_propagation",
    "backward_prop",
    "backprop",
    "back_propagation",
    "back_prop",
    "backpropagation",
    "bwd",
    "backwards",
    "b_prop",
    "back",
    "grad",
    "gradient",
    "_backward",
    "backward_propagate",
    "_backward_propagation",
    "backward_calc",
    "backforward",
)

_GRADIENT_HEAD = re.compile(
    r"^(?:d_?l(?:oss)?_?_?d_?|dl_d|d_loss_d_?|grads?_of_|grads?_?|gradients?_|delta_?|dd_|d_|d|∂|nabla_)(?=.)"
)
_GRADIENT_TAIL = re.compile(r"(?:_?gradients?|_?grads?|_?diff|_?delta|_d)$")


def plain(name: str) -> str:
    """The name in lower case, without underscores at its ends."""
    return name.lower().strip("_") or name


def gradient_stems(name: str) -> list[str]:
    """What a gradient's name may be the gradient of: dgamma -> gamma, grad_x -> x, w_grad -> w."""
    bare = plain(name)
    tail, head = _GRADIENT_TAIL.sub("", bare), _GRADIENT_HEAD.sub("", bare)
    return [stem for stem in dict.fromkeys((head, tail)) if stem and stem != bare]


def akin(one: str, other: str) -> int:
    """How well two names fit: 3 the same, 2 one begins as the other, 1 both scales or both shifts, else 0."""
    a, b = plain(one), plain(other)
    if a == b:
        return 3
    if min(len(a), len(b)) > 1 and (a.startswith(b) or b.startswith(a)):
        return 2
    return int(any(a in table and b in table for table in (SCALE, SHIFT, INPUT)))
