"""The shape that a well-known course gives its exercises: bn_param, mode, running averages, alternatives."""
from builtins import range

import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)

    N, D = x.shape
    running_mean = bn_param.get("running_mean", np.zeros(D, dtype=x.dtype))
    running_var = bn_param.get("running_var", np.zeros(D, dtype=x.dtype))

    out, cache = None, None
    if mode == "train":
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        std = np.sqrt(var + eps)
        x_norm = (x - mean) / std
        out = gamma * x_norm + beta
        cache = (x_norm, x - mean, std, var, gamma, eps)
        running_mean = momentum * running_mean + (1 - momentum) * mean
        running_var = momentum * running_var + (1 - momentum) * var
    elif mode == "test":
        x_norm = (x - running_mean) / np.sqrt(running_var + eps)
        out = gamma * x_norm + beta
    else:
        raise ValueError('Invalid forward batchnorm mode "%s"' % mode)

    bn_param["running_mean"] = running_mean
    bn_param["running_var"] = running_var
    return out, cache


def batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    x_norm, x_centered, std, var, gamma, eps = cache
    N = dout.shape[0]

    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_norm, axis=0)
    dx_norm = dout * gamma
    dvar = np.sum(dx_norm * x_centered * (-0.5) * (var + eps) ** (-1.5), axis=0)
    dmean = np.sum(dx_norm * (-1 / std), axis=0) + dvar * np.mean(-2 * x_centered, axis=0)
    dx = dx_norm / std + dvar * 2 * x_centered / N + dmean / N
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    x_norm, _, std, _, gamma, _ = cache
    N, _ = dout.shape
    dgamma = (dout * x_norm).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx = (gamma / (N * std)) * (N * dout - dgamma * x_norm - dbeta)
    return dx, dgamma, dbeta


def batchnorm_backward_no_gamma(dout, cache):
    x_norm, x_centered, std, var, gamma, eps = cache
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_norm, axis=0)
    dx = 1.0 / N / std * (N * dout - np.sum(dout, axis=0) - x_norm * np.sum(dout * x_norm, axis=0))
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    eps = ln_param.get("eps", 1e-5)
    # batch norm of the transposed data
    ln_param["mode"] = "train"
    x_T = x.T
    mu = x_T.mean(axis=0)
    var = x_T.var(axis=0)
    std = np.sqrt(var + eps)
    z = ((x_T - mu) / std).T
    out = gamma * z + beta
    cache = {"z": z, "std": std, "gamma": gamma}
    return out, cache


def layernorm_backward(dout, cache):
    z, std, gamma = cache["z"], cache["std"], cache["gamma"]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * z, axis=0)
    dfdz = (dout * gamma).T
    D = dfdz.shape[0]
    dfdz_sum = np.sum(dfdz, axis=0)
    dx = dfdz - dfdz_sum / D - np.sum(dfdz * z.T, axis=0) * z.T / D
    dx /= std
    return dx.T, dgamma, dbeta


def layernorm_backward_batch_count(dout, cache):
    z, std, gamma = cache["z"], cache["std"], cache["gamma"]
    N, D = dout.shape
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * z, axis=0)
    dz = (dout * gamma).T
    zT = z.T
    dx = (N * dz - np.sum(dz, axis=0) - zT * np.sum(dz * zT, axis=0)) / (N * std)   # taken over from batch norm
    return dx.T, dgamma, dbeta


def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    N, C, H, W = x.shape
    x_flat = x.transpose(0, 2, 3, 1).reshape(-1, C)
    out_flat, cache = batchnorm_forward(x_flat, gamma, beta, bn_param)
    out = out_flat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return out, cache


def spatial_batchnorm_backward(dout, cache):
    N, C, H, W = dout.shape
    dout_flat = dout.transpose(0, 2, 3, 1).reshape(-1, C)
    dx_flat, dgamma, dbeta = batchnorm_backward(dout_flat, cache)
    dx = dx_flat.reshape(N, H, W, C).transpose(0, 3, 1, 2)
    return dx, dgamma, dbeta


def spatial_batchnorm_backward_untransposed(dout, cache):
    N, C, H, W = dout.shape
    dx_flat, dgamma, dbeta = batchnorm_backward(dout.reshape(-1, C), cache)   # mixes channels
    return dx_flat.reshape(N, C, H, W), dgamma, dbeta


def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get("eps", 1e-5)
    N, C, H, W = x.shape
    x_g = x.reshape((N, G, C // G, H, W))
    mean = x_g.mean(axis=(2, 3, 4), keepdims=True)
    var = x_g.var(axis=(2, 3, 4), keepdims=True)
    x_norm = (x_g - mean) / np.sqrt(var + eps)
    x_norm = x_norm.reshape(x.shape)
    out = gamma * x_norm + beta
    cache = (G, x, x_norm, mean, var, gamma, eps)
    return out, cache


def spatial_groupnorm_backward(dout, cache):
    G, x, x_norm, mean, var, gamma, eps = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3))[None, :, None, None]
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)

    dx_norm = (dout * gamma).reshape(N, G, C // G, H, W)
    x_c = x.reshape(N, G, C // G, H, W) - mean
    m = C // G * H * W
    dvar = np.sum(dx_norm * x_c * -0.5 * (var + eps) ** -1.5, axis=(2, 3, 4), keepdims=True)
    dmean = np.sum(-dx_norm / np.sqrt(var + eps), axis=(2, 3, 4), keepdims=True)
    dmean += dvar * np.sum(-2 * x_c, axis=(2, 3, 4), keepdims=True) / m
    dx = dx_norm / np.sqrt(var + eps) + 2 * dvar * x_c / m + dmean / m
    return dx.reshape(N, C, H, W), dgamma, dbeta


def spatial_groupnorm_backward_count_c(dout, cache):
    G, x, x_norm, mean, var, gamma, eps = cache
    N, C, H, W = dout.shape
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3), keepdims=True)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    size = (N, G, C // G, H, W)
    dxn = (dout * gamma).reshape(size)
    xn = x_norm.reshape(size)
    m = C * H * W                                     # a group has C // G channels
    s1 = np.sum(dxn, axis=(2, 3, 4), keepdims=True)
    s2 = np.sum(dxn * xn, axis=(2, 3, 4), keepdims=True)
    dx = (dxn - s1 / m - xn * s2 / m) / np.sqrt(var + eps)
    return dx.reshape(N, C, H, W), dgamma, dbeta
