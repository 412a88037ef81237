"""NCHW, NHWC, instance norm, layer norm over a whole image, group norm."""
import numpy as np


def bn_nhwc_forward(x, gamma, beta, epsilon=1e-3):
    mean = np.mean(x, axis=(0, 1, 2))
    var = np.var(x, axis=(0, 1, 2))
    normalized = (x - mean) / np.sqrt(var + epsilon)
    return gamma * normalized + beta, (normalized, gamma, var, epsilon)


def bn_nhwc_backward(dy, cache):
    normalized, gamma, var, epsilon = cache
    axes = tuple(range(dy.ndim - 1))
    m = np.prod(dy.shape[:-1])
    dgamma = np.sum(dy * normalized, axis=axes)
    dbeta = np.sum(dy, axis=axes)
    dx = gamma / np.sqrt(var + epsilon) * (dy - dbeta / m - normalized * dgamma / m)
    return dx, dgamma, dbeta


def bn_nhwc_backward_size(dy, cache):
    normalized, gamma, var, epsilon = cache
    m = dy.size                                       # counts the channels too
    dgamma = np.sum(dy * normalized, axis=(0, 1, 2))
    dbeta = np.sum(dy, axis=(0, 1, 2))
    dx = gamma / np.sqrt(var + epsilon) * (dy - dbeta / m - normalized * dgamma / m)
    return dx, dgamma, dbeta


def bn_flat_forward(X, gamma, beta, eps=1e-5):
    N, C, H, W = X.shape
    flat = np.moveaxis(X, 1, -1).reshape((N * H * W, C))
    mu = flat.mean(axis=0)
    sd = np.std(flat, axis=0)
    inv = 1. / np.sqrt(sd ** 2 + eps)
    hat = (flat - mu) * inv
    Y = (hat * gamma + beta).reshape((N, H, W, C))
    return np.moveaxis(Y, -1, 1), (hat, inv, gamma)


def bn_flat_backward(dY, cache):
    hat, inv, gamma = cache
    N, C, H, W = dY.shape
    M = N * H * W
    dflat = np.moveaxis(dY, 1, -1).reshape((M, C))
    dgamma = np.sum(np.multiply(dflat, hat), axis=0)
    dbeta = dflat.sum(axis=0)
    dhat = dflat * gamma
    dX = (dhat - np.tile(dhat.mean(axis=0), (M, 1)) - hat * np.mean(dhat * hat, axis=0)) * inv
    return np.moveaxis(dX.reshape((N, H, W, C)), -1, 1), dgamma, dbeta


def bn_flat_backward_swapped(dY, cache):
    hat, inv, gamma = cache
    N, C, H, W = dY.shape
    M = N * H * W
    dflat = np.swapaxes(dY, 1, 3).reshape((M, C))     # (N, W, H, C): rows no longer fit those of hat
    dgamma = np.sum(dflat * hat, axis=0)
    dbeta = dflat.sum(axis=0)
    dhat = dflat * gamma
    dX = (dhat - dhat.mean(axis=0) - hat * np.mean(dhat * hat, axis=0)) * inv
    return np.swapaxes(dX.reshape((N, W, H, C)), 1, 3), dgamma, dbeta


def broadcast_forward(x, gamma, beta, eps=1e-5):
    g = gamma[np.newaxis, :, np.newaxis, np.newaxis]
    b = np.expand_dims(np.expand_dims(beta, axis=-1), axis=-1)
    count = x.shape[0] * x.shape[2] * x.shape[3]
    mu = np.sum(x, axis=(0, 2, 3)) / count
    mu = np.broadcast_to(mu.reshape(1, -1, 1, 1), x.shape)
    var = np.sum((x - mu) ** 2, axis=(0, 2, 3), keepdims=True) / count
    x_hat = (x - mu) * np.power(var + eps, -0.5)
    return g * x_hat + b, {"x_hat": x_hat, "g": g, "r": np.power(var + eps, -0.5), "count": count}


def broadcast_backward(dout, cache):
    x_hat, g, r, count = cache["x_hat"], cache["g"], cache["r"], cache["count"]
    dbeta = dout.sum(axis=3).sum(axis=2).sum(axis=0)
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    d = dout * g
    k1 = np.squeeze(d.sum(axis=(0, 2, 3), keepdims=True), axis=(2, 3))
    k2 = (d * x_hat).sum(axis=(0, 2, 3), keepdims=True)
    dx = r * (d - k1[:, :, None, None] / count - x_hat * k2 / count)
    return dx, dgamma, dbeta


def broadcast_backward_gamma_late(dout, cache):
    x_hat, g, r, count = cache["x_hat"], cache["g"], cache["r"], cache["count"]
    dbeta = dout.sum(axis=(0, 2, 3))
    dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
    k1 = (dout * g).sum(axis=(0, 2, 3), keepdims=True)
    k2 = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)      # here g is missing
    dx = r * (dout * g - k1 / count - x_hat * k2 / count)
    return dx, dgamma, dbeta


def instance_norm(x, scale, shift, eps=1e-5):
    axes = (2, 3)
    mean = x.mean(axis=axes, keepdims=True)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)
    z = (x - mean) / std
    return z * scale[None, :, None, None] + shift[None, :, None, None], (z, std, scale)


def instance_norm_grad(dy, ctx):
    z, std, scale = ctx
    h, w = dy.shape[-2:]
    dz = dy * scale[None, :, None, None]
    t1 = dz.sum(axis=(2, 3), keepdims=True)
    t2 = (dz * z).sum(axis=(2, 3), keepdims=True)
    dx = (h * w * dz - t1 - z * t2) / (h * w * std)
    return dx, (dy * z).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


def instance_norm_grad_per_sample(dy, ctx):
    z, std, scale = ctx
    dz = dy * scale[None, :, None, None]
    dx = (dz - dz.mean(axis=(0, 2, 3), keepdims=True)
          - z * (dz * z).mean(axis=(0, 2, 3), keepdims=True)) / std
    return dx, (dy * z).sum(axis=(0, 2, 3)), dy.sum(axis=(0, 2, 3))


def layer_norm_image(x, gamma, beta, eps=1e-5):
    """Over C, H, W of each sample; gamma, beta: (C, H, W)."""
    N = x.shape[0]
    flat = x.reshape(N, -1)
    D = flat.shape[1]
    mu = flat.sum(axis=1, keepdims=True) / D
    var = ((flat - mu) ** 2).sum(axis=1, keepdims=True) / D
    hat = ((flat - mu) / np.sqrt(var + eps)).reshape(x.shape)
    return hat * gamma + beta, (hat, np.sqrt(var + eps), gamma)


def layer_norm_image_grad(dout, cache):
    hat, std, gamma = cache
    N = len(dout)
    dgamma = (dout * hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dh = (dout * gamma).reshape(N, -1)
    h = hat.reshape(N, -1)
    dx = (dh - dh.mean(axis=1).reshape(-1, 1) - h * (dh * h).mean(axis=1).reshape(-1, 1)) / std
    return dx.reshape(dout.shape), dgamma, dbeta


def layer_norm_image_grad_ndim(dout, cache):
    hat, std, gamma = cache
    std = std.reshape(-1, 1, 1, 1)
    dh = dout * gamma
    dx = (dh - dh.mean(axis=1, keepdims=True) - hat * (dh * hat).mean(axis=1, keepdims=True)) / std  # C only
    return dx, (dout * hat).sum(axis=0), dout.sum(axis=0)


def group_norm_rows(x, gamma, beta, G, eps=1e-5):
    """Groups as rows: (N * G, -1)."""
    N, C, H, W = x.shape
    assert C % G == 0, "channels have to be divisible by groups"
    rows = x.reshape(N * G, -1).T
    mean = rows.mean(axis=0)
    var = rows.var(axis=0)
    hat = ((rows - mean) / np.sqrt(var + eps)).T.reshape(N, C, H, W)
    return gamma * hat + beta, (G, hat, np.sqrt(var + eps), gamma)


def group_norm_rows_grad(dout, cache):
    G, hat, std, gamma = cache
    N, C, H, W = dout.shape
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dout * hat).sum(axis=(0, 2, 3), keepdims=True)
    dh = (dout * gamma).reshape((N * G, -1)).T
    h = hat.reshape((N * G, -1)).T
    M = dh.shape[0]
    dx = (dh - dh.sum(axis=0) / M - h * (dh * h).sum(axis=0) / M) / std
    return dx.T.reshape(N, C, H, W), dgamma, dbeta


def group_norm_rows_grad_gamma_after(dout, cache):
    G, hat, std, gamma = cache
    N, C, H, W = dout.shape
    dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
    dgamma = (dout * hat).sum(axis=(0, 2, 3), keepdims=True)
    d = dout.reshape(N * G, -1).T
    h = hat.reshape(N * G, -1).T
    M = d.shape[0]
    dx = (d - d.sum(axis=0) / M - h * (d * h).sum(axis=0) / M) / std
    # gamma differs from channel to channel of a group: it may not leave the sums
    return gamma * dx.T.reshape(N, C, H, W), dgamma, dbeta
