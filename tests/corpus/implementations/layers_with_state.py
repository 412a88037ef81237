"""Classes that keep what they need in themselves."""
import numpy as np


class BatchNorm:
    def __init__(self, num_features, eps=1e-5, momentum=0.9):
        self.eps = eps
        self.momentum = momentum
        self.gamma = np.ones(num_features)
        self.beta = np.zeros(num_features)
        self.running_mean = np.zeros(num_features)
        self.running_var = np.ones(num_features)
        self.training = True
        self.cache = None
        self.dgamma = None
        self.dbeta = None

    def __call__(self, x):
        return self.forward(x)

    def forward(self, x):
        if self.training:
            mean = np.mean(x, axis=0)
            var = np.var(x, axis=0)
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mean
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            mean, var = self.running_mean, self.running_var
        x_hat = (x - mean) / np.sqrt(var + self.eps)
        self.cache = (x, x_hat, mean, var)
        return self.gamma * x_hat + self.beta

    def backward(self, grad):
        x, x_hat, mean, var = self.cache
        m = x.shape[0]
        self.dgamma = np.sum(grad * x_hat, axis=0)
        self.dbeta = np.sum(grad, axis=0)
        d_xhat = grad * self.gamma
        inv = 1.0 / np.sqrt(var + self.eps)
        d_var = np.sum(d_xhat * (x - mean), axis=0) * -0.5 * np.power(inv, 3)
        d_mean = -np.sum(d_xhat, axis=0) * inv + d_var * np.sum(-2 * (x - mean), axis=0) / m
        return d_xhat * inv + d_var * 2 * (x - mean) / m + d_mean / m


class BatchNormMeanGradients(BatchNorm):
    """Divides the parameters' gradients by the batch size, as if the loss were a mean once more."""

    def backward(self, grad):
        dx = super().backward(grad)
        self.dgamma = self.dgamma / grad.shape[0]
        self.dbeta = self.dbeta / grad.shape[0]
        return dx


class Layer:
    trainable = True

    def forward(self, inputs, training=True):
        raise NotImplementedError

    def parameters(self):
        return list(self.params.values())


class LayerNormalization(Layer):
    def __init__(self, dim, epsilon=1e-6):
        self.params = {"gamma": np.ones((1, dim)), "beta": np.zeros((1, dim))}
        self.grads = {}
        self.epsilon = epsilon

    def forward(self, inputs, training=True):
        self.mu = inputs.mean(axis=-1, keepdims=True)
        self.var = inputs.var(axis=-1, keepdims=True)
        self.x_normalized = (inputs - self.mu) / np.sqrt(self.var + self.epsilon)
        return self.params["gamma"] * self.x_normalized + self.params["beta"]

    def backward(self, grad_output):
        n = grad_output.shape[-1]
        axes = tuple(range(grad_output.ndim - 1))
        self.grads["gamma"] = np.sum(grad_output * self.x_normalized, axis=axes, keepdims=True)
        self.grads["beta"] = np.sum(grad_output, axis=axes, keepdims=True)
        dxn = grad_output * self.params["gamma"]
        a = np.sum(dxn, axis=-1, keepdims=True)
        b = np.sum(dxn * self.x_normalized, axis=-1, keepdims=True)
        return (n * dxn - a - self.x_normalized * b) / (n * np.sqrt(self.var + self.epsilon))


class LayerNormalizationNoEps(LayerNormalization):
    def backward(self, grad_output):
        n = grad_output.shape[-1]
        self.grads["gamma"] = np.sum(grad_output * self.x_normalized, axis=0, keepdims=True)
        self.grads["beta"] = np.sum(grad_output, axis=0, keepdims=True)
        dxn = grad_output * self.params["gamma"]
        a = np.sum(dxn, axis=-1, keepdims=True)
        b = np.sum(dxn * self.x_normalized, axis=-1, keepdims=True)
        return (n * dxn - a - self.x_normalized * b) / (n * np.sqrt(self.var))


class Parameter:
    def __init__(self, data):
        self.data = data
        self.grad = np.zeros_like(data)


class BatchNorm2d:
    """NCHW, parameters as objects with data and grad."""

    def __init__(self, channels, eps=1e-5, momentum=0.1):
        self.weight = Parameter(np.ones((1, channels, 1, 1)))
        self.bias = Parameter(np.zeros((1, channels, 1, 1)))
        self.eps, self.momentum = eps, momentum
        self.running_mean = np.zeros((1, channels, 1, 1))
        self.running_var = np.ones((1, channels, 1, 1))
        self.mode = "train"

    def forward(self, x):
        if self.mode == "train":
            self.mean = np.mean(x, axis=(0, 2, 3), keepdims=True)
            self.var = np.var(x, axis=(0, 2, 3), keepdims=True)
            n = x.size / x.shape[1]
            unbiased = self.var * n / (n - 1)
            self.running_mean = (1 - self.momentum) * self.running_mean + self.momentum * self.mean
            self.running_var = (1 - self.momentum) * self.running_var + self.momentum * unbiased
        else:
            self.mean, self.var = self.running_mean, self.running_var
        self.inv_std = 1 / np.sqrt(self.var + self.eps)
        self.x_hat = (x - self.mean) * self.inv_std
        return self.weight.data * self.x_hat + self.bias.data

    def backward(self, grad):
        axes = (0, 2, 3)
        n = grad.shape[0] * grad.shape[2] * grad.shape[3]
        self.weight.grad += np.sum(grad * self.x_hat, axis=axes, keepdims=True)
        self.bias.grad += np.sum(grad, axis=axes, keepdims=True)
        g = grad * self.weight.data
        return self.inv_std / n * (n * g - g.sum(axis=axes, keepdims=True)
                                   - self.x_hat * (g * self.x_hat).sum(axis=axes, keepdims=True))


class BatchNorm2dSpatialCount(BatchNorm2d):
    def backward(self, grad):
        axes = (0, 2, 3)
        n = grad.shape[2] * grad.shape[3]             # forgets the batch
        self.weight.grad += np.sum(grad * self.x_hat, axis=axes, keepdims=True)
        self.bias.grad += np.sum(grad, axis=axes, keepdims=True)
        g = grad * self.weight.data
        return self.inv_std / n * (n * g - g.sum(axis=axes, keepdims=True)
                                   - self.x_hat * (g * self.x_hat).sum(axis=axes, keepdims=True))


class BatchNorm2dAxes(BatchNorm2d):
    def backward(self, grad):
        n, c, h, w = grad.shape
        self.weight.grad += np.sum(grad * self.x_hat, axis=(0, 2, 3), keepdims=True)
        self.bias.grad += np.sum(grad, axis=(0, 2, 3), keepdims=True)
        g = grad * self.weight.data
        # the forward's mean goes over samples too
        return self.inv_std * (g - g.mean(axis=(2, 3), keepdims=True)
                               - self.x_hat * (g * self.x_hat).mean(axis=(2, 3), keepdims=True))


class AnyRankBatchNorm:
    """Flattens images into rows before and unflattens after, by a private pair of methods."""

    def __init__(self, gamma, beta, momentum=0.9, running_mean=None, running_var=None):
        self.gamma = gamma
        self.beta = beta
        self.momentum = momentum
        self.input_shape = None
        self.running_mean = running_mean
        self.running_var = running_var

    def forward(self, x, train_flg=True):
        self.input_shape = x.shape
        if x.ndim != 2:
            N, C, H, W = x.shape
            x = x.reshape(N, -1)
        out = self.__forward(x, train_flg)
        return out.reshape(*self.input_shape)

    def __forward(self, x, train_flg):
        if self.running_mean is None:
            N, D = x.shape
            self.running_mean = np.zeros(D)
            self.running_var = np.zeros(D)
        if train_flg:
            mu = x.mean(axis=0)
            xc = x - mu
            var = np.mean(xc ** 2, axis=0)
            std = np.sqrt(var + 10e-7)
            xn = xc / std
            self.batch_size = x.shape[0]
            self.xc, self.xn, self.std = xc, xn, std
            self.running_mean = self.momentum * self.running_mean + (1 - self.momentum) * mu
            self.running_var = self.momentum * self.running_var + (1 - self.momentum) * var
        else:
            xn = (x - self.running_mean) / (np.sqrt(self.running_var + 10e-7))
        return self.gamma * xn + self.beta

    def backward(self, dout):
        if dout.ndim != 2:
            N, C, H, W = dout.shape
            dout = dout.reshape(N, -1)
        dx = self.__backward(dout)
        return dx.reshape(*self.input_shape)

    def __backward(self, dout):
        dbeta = dout.sum(axis=0)
        dgamma = np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dxc = dxn / self.std
        dstd = -np.sum((dxn * self.xc) / (self.std * self.std), axis=0)
        dvar = 0.5 * dstd / self.std
        dxc += (2.0 / self.batch_size) * self.xc * dvar
        dmu = np.sum(dxc, axis=0)
        self.dgamma = dgamma
        self.dbeta = dbeta
        return dxc - dmu / self.batch_size


class AnyRankBatchNormHalf(AnyRankBatchNorm):
    def backward(self, dout):
        shape = dout.shape
        dout = dout.reshape(shape[0], -1)
        self.dbeta, self.dgamma = dout.sum(axis=0), np.sum(self.xn * dout, axis=0)
        dxn = self.gamma * dout
        dstd = -np.sum(dxn * self.xc / self.std ** 2, axis=0)
        dvar = dstd / self.std                        # sqrt' has a half
        dxc = dxn / self.std + 2.0 / self.batch_size * self.xc * dvar
        return (dxc - dxc.mean(axis=0)).reshape(shape)


class RunningStatsUsed:
    """Normalizes by the running averages that this batch has just entered: not the textbook, but right."""

    def __init__(self, features, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(features), np.zeros(features), eps
        self.mean = np.zeros(features)
        self.var = np.ones(features)

    def forward(self, x):
        self.mean = 0.5 * self.mean + 0.5 * x.mean(axis=0)
        self.var = 0.5 * self.var + 0.5 * ((x - self.mean) ** 2).mean(axis=0)
        self.x = x
        self.std = np.sqrt(self.var + self.eps)
        self.xn = (x - self.mean) / self.std
        return self.gamma * self.xn + self.beta

    def backward(self, dy):
        n = len(dy)
        self.dgamma, self.dbeta = (dy * self.xn).sum(0), dy.sum(0)
        dxn = self.gamma * dy
        dvar = -0.5 * (dxn * (self.x - self.mean)).sum(0) / self.std ** 3
        dmean = -(dxn / self.std).sum(0) - dvar * (self.x - self.mean).mean(0)
        return dxn / self.std + dvar * (self.x - self.mean) / n + 0.5 * dmean / n


class RunningStatsConstant(RunningStatsUsed):
    def backward(self, dy):
        self.dgamma, self.dbeta = (dy * self.xn).sum(0), dy.sum(0)
        return self.gamma * dy / self.std
