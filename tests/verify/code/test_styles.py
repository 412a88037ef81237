"""Styles of public code, verified as they stand: all that explains them is their names."""

import pytest

from bnsym.verify.code.api import Request, verify_targets

RENEWED = '''
class Norm:
    """Statistics are attributes from the start, and get gradients of their own."""

    def __init__(self, width):
        self.eps = 1e-8
        self.mean, self.var = np.zeros((1, width)), np.ones((1, width))
        self.gamma, self.beta = np.ones((1, width)), np.zeros((1, width))

    def forward(self, x):
        self.mean = x.mean(axis=0, keepdims=True)
        self.var = x.var(axis=0, keepdims=True)
        self.x = x
        self.hat = (x - self.mean) / np.sqrt(self.var + self.eps)
        return self.hat * self.gamma + self.beta

    def backward(self, delta):
        m, root = delta.shape[0], np.sqrt(self.var + self.eps)
        self.dgamma = (delta * self.hat).sum(axis=0, keepdims=True)
        self.dbeta = delta.sum(axis=0, keepdims=True)
        dhat = delta * self.gamma
        self.dvar = (-0.5 * dhat * (self.x - self.mean) / root**3).sum(axis=0, keepdims=True)
        self.dmean = -(dhat / root).sum(axis=0, keepdims=True)
        return dhat / root + self.dvar * 2 * (self.x - self.mean) / m + self.dmean / m
'''

KEPT = '''
class Norm:
    """Nothing is returned: the output and the gradients are attributes."""

    def __init__(self, width, eps=1e-7):
        self.weights, self.biases, self.eps = np.ones((1, width)), np.zeros((1, width)), eps

    def forward(self, inputs, training):
        if not hasattr(self, "seen"):
            self.seen = 0
        self.std = np.sqrt(np.var(inputs, axis=0, keepdims=True) + self.eps)
        self.hat = (inputs - np.mean(inputs, axis=0, keepdims=True)) / self.std
        self.output = self.weights * self.hat + self.biases

    def backward(self, dvalues):
        self.dweights = np.sum(dvalues * self.hat, axis=0, keepdims=True)
        self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
        g = dvalues * self.weights
        self.dinputs = (g - g.mean(axis=0) - self.hat * (g * self.hat).mean(axis=0)) / self.std
'''

BUILT = '''
class Norm:
    """Another method makes the parameters."""

    def __init__(self, eps=1e-5):
        self.eps, self.built = eps, False

    def build(self, input_shape):
        self.width = input_shape[-1]
        self.params = {"gamma": np.ones(self.width), "beta": np.zeros(self.width)}
        self.built = True

    def forward(self, x):
        if not self.built or x.shape[-1] != self.width:
            raise ValueError("build it first")
        self.std = np.sqrt(x.var(axis=-1, keepdims=True) + self.eps)
        self.hat = (x - x.mean(axis=-1, keepdims=True)) / self.std
        return self.params["gamma"] * self.hat + self.params["beta"]

    def backward(self, dout):
        self.grads = {"gamma": (dout * self.hat).sum(axis=0), "beta": dout.sum(axis=0)}
        g = dout * self.params["gamma"]
        return (g - g.mean(axis=-1, keepdims=True)) / self.std
'''

SIZED = '''
class Norm:
    """Another method is told the number of features."""

    def __init__(self):
        self.gamma = self.beta = None

    def init_params(self, previous_layer_neurons):
        self.gamma, self.beta = np.ones((1, previous_layer_neurons)), np.zeros((1, previous_layer_neurons))

    def forward_propagation(self, A_prev):
        self.std = np.sqrt(A_prev.var(axis=0) + 1e-8)
        self.hat = (A_prev - A_prev.mean(axis=0)) / self.std
        return self.gamma * self.hat + self.beta

    def backward_propagation(self, dA):
        self.d_gamma, self.d_beta = (dA * self.hat).sum(axis=0), dA.sum(axis=0)
        return self.gamma / self.std * (dA - dA.mean(axis=0) - self.hat * (dA * self.hat).mean(axis=0))
'''

HANDED = '''
class Norm:
    """The parameters are attributes that nothing reads: the methods are handed them."""

    def __init__(self, dim, eps=1e-5):
        self.gamma, self.eps = np.ones((dim,)), eps

    @staticmethod
    def _forward(x, gamma, epsilon):
        root = np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + epsilon)
        return gamma * x / root, (x / root, root)

    @staticmethod
    def _backward(gradient, caches, gamma):
        hat, root = caches
        d_gamma = np.sum(gradient * hat, axis=0)
        g = gradient * gamma
        return (g - hat * np.mean(g * hat, axis=-1, keepdims=True)) / root, d_gamma
'''

SWITCHED = '''
class Layer:
    def __init__(self):
        self._is_training = False

    def forward(self, data):
        self.data = data
        self._forward(data)
        return self.output

    def backward(self, upstream):
        self._backward(upstream)
        return self.retrograde

class Norm(Layer):
    """Made for inference, until somebody says that it trains; and it works through its base."""

    def __init__(self, num_features):
        super().__init__()
        self.running_mean, self.running_var = np.zeros(num_features), np.ones(num_features)

    def _forward(self, data):
        self.mean, self.var = self.running_mean, self.running_var
        if self._is_training:
            self.mean, self.var = np.nanmean(data, axis=0), np.nanvar(data, axis=0)
            self.running_mean += 0.1 * (self.mean - self.running_mean)
        self.output = (data - self.mean) / np.sqrt(self.var + 1e-5)

    def _backward(self, upstream):
        std = np.sqrt(self.var + 1e-5)
        hat = (self.data - self.mean) / std
        self.retrograde = (upstream - upstream.mean(axis=0) - hat * (upstream * hat).mean(axis=0)) / std
'''

EMPTY = '''
class Norm:
    """Arrays of length 0 stand for what is not there yet."""
    def __init__(self, dims):
        self.gamma, self.bias = np.ones((1, dims)), np.zeros((1, dims))
        self.running = np.zeros(0)
        self.std = np.empty((0,))
    def forward(self, x, train=True):
        mean = np.mean(x, axis=0, keepdims=True)
        if np.array_equal(np.zeros(0), self.running) or self.running.size == 0:
            self.running = mean
        self.std = np.sqrt(((x - mean) ** 2).mean(axis=0, keepdims=True) + 1e-8)
        self.hat = (x - mean) / self.std
        return self.gamma * self.hat + self.bias
    def backward(self, grad_input, learning_rate):
        self.gamma_grad = (grad_input * self.hat).sum(axis=0)
        self.bias_grad = grad_input.sum(axis=0)
        g = grad_input * self.gamma
        dx = (g - g.mean(axis=0) - self.hat * (g * self.hat).mean(axis=0)) / self.std
        self.gamma = self.gamma - learning_rate * self.gamma_grad
        return dx
'''

ALL = {"self.gamma": "proved", "self.beta": "proved"}
STYLES = {
    "renewed statistics": (RENEWED, {"x": "proved", **ALL}),
    "all of it kept": (KEPT, {"inputs": "proved", "self.weights": "proved", "self.biases": "proved"}),
    "all of it kept, wrong": (
        KEPT.replace(" - g.mean(axis=0)", ""),
        {"inputs": "refuted", "self.weights": "proved", "self.biases": "proved"},
    ),
    "built for a shape, wrong": (
        BUILT,
        {"x": "refuted", "self.params['gamma']": "proved", "self.params['beta']": "proved"},
    ),
    "built for a size": (SIZED, {"A_prev": "proved", **ALL}),
    "switched to training": (SWITCHED, {"data": "proved"}),
    "arrays of length 0, a step at the end": (
        EMPTY,
        {"x": "proved", "self.gamma": "proved", "self.bias": "proved"},
    ),
    "handed its parameters": (HANDED, {"x": "proved", "gamma": "proved"}),
}


def words(folder, source):
    file = folder / "norm.py"
    file.write_text("import numpy as np\n" + source, encoding="utf-8")
    return {verdict.of: verdict.word for verdict in verify_targets([f"{file}:Norm"], Request())}


@pytest.mark.parametrize("style", STYLES)
def test_style(style, tmp_path):
    source, due = STYLES[style]
    assert words(tmp_path, source) == due


BASE = "class Layer:\n    kind = 'norm'\n"
USER = """from .base import Layer
from ..tools import mean

class Norm(Layer):
    def forward(self, x):
        return x - mean(x)

    def backward(self, dout):
        return dout - mean(dout)
"""


def test_relative_imports_where_no_init_says_that_it_is_a_package(tmp_path):
    folder = tmp_path / "nets" / "modules"
    folder.mkdir(parents=True)
    (tmp_path / "nets" / "tools.py").write_text("def mean(x):\n    return x.mean(axis=0)\n", encoding="utf-8")
    (folder / "base.py").write_text(BASE, encoding="utf-8")
    file = folder / "norm.py"
    file.write_text(USER, encoding="utf-8")
    assert [verdict.word for verdict in verify_targets([str(file)], Request())] == ["proved"]
