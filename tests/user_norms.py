"""A user's module: what the tests of `bnsym verify` point at."""

import numpy as np


def forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(axis=0)
    s = np.sqrt(x.var(axis=0) + eps)
    xhat = (x - mean) / s
    return gamma * xhat + beta, (xhat, s, gamma)


def backward(dout, cache):
    xhat, s, gamma = cache
    g = dout * gamma
    dx = (g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / s
    return dx, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def backward_wrong(dout, cache):
    xhat, s, gamma = cache
    g = dout * gamma
    return (g - g.mean(axis=0)) / s, (dout * xhat).sum(axis=0), dout.sum(axis=0)


def backward_of_another_shape(dout, cache):
    dx, dgamma, dbeta = backward(dout, cache)
    return dx.T, dgamma[None, :], dbeta.sum()


def backward_branching(dout, cache):
    dx, dgamma, dbeta = backward(dout, cache)
    if dgamma.sum() > 1000:
        dx = dx * 2
    return dx, dgamma, dbeta


def backward_branching_wrong(dout, cache):
    dx, dgamma, dbeta = backward(dout, cache)
    if dgamma[0] != 0:
        dx = dx * 2
    return dx, dgamma, dbeta


def by_samples_forward(x):
    y = np.zeros_like(x)
    total = 0
    for i in range(len(x)):
        total = total * 0.5 + x[i]
        y[i] = total
    return y


def by_samples_backward(dout):
    dx = np.zeros_like(dout)
    total = 0
    for i in reversed(range(len(dout))):
        total = total * 0.5 + dout[i]
        dx[i] = total
    return dx


def third_forward(x):
    return x * (1 / 3) + x * (2 / 3)


def third_backward(dout):
    return dout


class BatchNorm:
    def __init__(self, num_features, eps=1e-5):
        self.gamma, self.beta, self.eps = np.ones(num_features), np.zeros(num_features), eps

    def forward(self, x):
        self.s = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + self.eps)
        self.xhat = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / self.s
        return self.gamma.reshape(1, -1, 1, 1) * self.xhat + self.beta.reshape(1, -1, 1, 1)

    def backward(self, dout):
        n, _, h, w = dout.shape
        self.dgamma = (dout * self.xhat).sum(axis=(0, 2, 3))
        self.dbeta = dout.sum(axis=(0, 2, 3))
        g = dout * self.gamma[None, :, None, None]
        total, along = (v.sum(axis=(0, 2, 3), keepdims=True) for v in (g, g * self.xhat))
        return (g - (total + self.xhat * along) / (n * h * w)) / self.s


def backward_in_another_order(dout, cache):
    dx, dgamma, dbeta = backward(dout, cache)
    return dx, dbeta + 0, dgamma + 0


def backward_wrong_in_any_order(dout, cache):
    dx, dgamma, dbeta = backward(dout, cache)
    return dx, dbeta * 2, dgamma * 2


def backward_of_the_input(dout, cache):
    return backward(dout, cache)[0]


class Saving:
    @staticmethod
    def forward(ctx, x, weight, eps=1e-6):
        r = 1 / np.sqrt((x * x).mean(-1, keepdims=True) + eps)
        ctx.save_for_backward(x, r, weight)
        ctx.size = x.shape[-1]
        return x * r * weight

    @staticmethod
    def backward(ctx, grad_output):
        x, r, weight = ctx.saved_tensors
        g = grad_output * weight
        grad_x = r * g - x * r**3 * (g * x).sum(-1, keepdims=True) / ctx.size
        return grad_x, (grad_output * x * r).sum(0)


def any_rank_forward(x):
    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    return x - x.mean(axis=axes, keepdims=True)


def any_rank_backward(dout):
    return dout - dout.mean(axis=0, keepdims=True)
