"""Rows for packages on PyPI with hand-written normalization, unmodified; the extra `corpus` installs them."""

from __future__ import annotations

from corpus.entry import Entry, Size
from corpus.families import EPS, NCHW, ND, NHWC, C, D

BTD = ("B", "T", "D")
RETURNED = {"x": "result[0]", "self.gamma": "result[1]", "self.beta": "result[2]"}


def _row(module: str, owner: str, methods: tuple[str, str], tag: str = "", **given: object) -> Entry:
    forward, backward = (f"{owner}.{method}" for method in methods)
    name = f"{module}:{owner}" + (f", {tag}" if tag else "")
    return Entry(name=name, file=module, forward=forward, backward=backward, style=module, **given)


def _edutorch(file: str, owner: str, shape: tuple[str, ...], backward: str = "backward") -> Entry:
    sizes = (shape[1],)
    return _row(
        f"edutorch.nn.{file}",
        owner,
        ("forward", backward),
        backward if backward != "backward" else "",
        arguments={"x": shape},
        construct={"num_features": Size(shape[1]), "eps": EPS},
        state={"self.gamma": sizes, "self.beta": sizes},
        gradients=RETURNED,
        hands={"dout": "upstream"},
        layout="NC" if len(shape) == 2 else "NCHW",
    )


def _snn(owner: str, shape: tuple[str, ...], tag: str) -> Entry:
    return _row(
        "snn.layers.batchnorm",
        owner,
        ("forward", "backward"),
        tag,
        arguments={"x": shape, "training": True},
        construct={"epsilon": EPS},
        state={"self.gamma": shape[-1:], "self.beta": shape[-1:]},
        gradients={"x": "result", "self.gamma": "self._dgamma", "self.beta": "self._dbeta"},
        hands={"grad": "upstream"},
        lazy=True,
    )


def _neuralnetlib(owner: str, shape: tuple[str, ...], tag: str) -> Entry:
    return _row(
        "neuralnetlib.layers",
        owner,
        ("forward_pass", "backward_pass"),
        tag,
        arguments={"input_data": shape},
        construct={"epsilon": EPS},
        state={"self.gamma": shape[-1:], "self.beta": shape[-1:]},
        gradients={"input_data": "result", "self.gamma": "self.d_gamma", "self.beta": "self.d_beta"},
        hands={"output_error": "upstream"},
        lazy=True,
    )


def _numpy_ml(owner: str, shape: tuple[str, ...], sizes: tuple[str, ...]) -> Entry:
    scaler, intercept = "self.parameters['scaler']", "self.parameters['intercept']"
    return _row(
        "numpy_ml.neural_nets.layers.layers",
        owner,
        ("forward", "backward"),
        arguments={"X": shape},
        construct={"epsilon": EPS},
        state={scaler: sizes, intercept: sizes},
        gradients={
            "X": "result",
            scaler: "self.gradients['scaler']",
            intercept: "self.gradients['intercept']",
        },
        hands={"dLdy": "upstream"},
        lazy=True,
    )


def _caspian(owner: str, shape: tuple[str, ...], mistake: str = "", **construct: object) -> Entry:
    """The backward updates the parameters at once: the input's gradient is all that it returns."""
    return _row(
        f"caspian.layers.{owner}",
        owner,
        ("forward", "backward"),
        arguments={"data": shape, "training": True},
        construct={"var_eps": EPS, **construct},
        gradients={"data": "result"},
        hands={"cost_err": "upstream"},
        wrong={"data": mistake} if mistake else {},
        layout="NC" if len(shape) == 2 else "NCHW",
    )


PACKAGES = (
    _edutorch("batchnorm", "BatchNorm", ND),
    _edutorch("batchnorm", "BatchNorm", ND, "backward_naive"),
    _edutorch("spatial_batchnorm", "SpatialBatchNorm", NCHW),
    _edutorch("layernorm", "LayerNorm", ND),
    _snn("BatchNormalization", ND, "rows"),
    _snn("BatchNormalization", NHWC, "images"),
    _snn("LayerNormalization", BTD, "tokens"),
    _neuralnetlib("BatchNormalization", ND, "rows"),
    _neuralnetlib("BatchNormalization", NHWC, "images"),
    _neuralnetlib("LayerNormalization", BTD, "tokens"),
    _numpy_ml("BatchNorm1D", ND, D),
    _numpy_ml("BatchNorm2D", NHWC, C),
    _numpy_ml("LayerNorm1D", ND, D),
    _numpy_ml("LayerNorm2D", NHWC, ("H", "W", "C")),
    _caspian("LayerNorm", ND, input_size=(Size("D"),)),
    _caspian("RMSNorm", ND, "diagonal", input_size=(Size("D"),)),
    _caspian("BatchNorm", ND, "power", channels=Size("D"), dimensions=1),
    _caspian("InstanceNorm", NCHW, "power", channels=Size("C"), dimensions=3),
    _caspian("GroupNorm", NCHW, "axes", groups=Size("G"), channels=Size("C"), dims=3),
)
