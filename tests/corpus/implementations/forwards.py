"""Forwards alone, to be held against a layer of the catalogue."""
import numpy as np


def batch_norm_2d(x, gamma, beta, eps):
    return gamma * (x - np.mean(x, axis=0)) / np.sqrt(np.var(x, axis=0) + eps) + beta


def batch_norm_images(x, gamma, beta, eps):
    shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)
    axes = (0,) + tuple(range(2, x.ndim))
    mean = x.mean(axis=axes).reshape(shape)
    var = x.var(axis=axes).reshape(shape)
    scale = gamma.reshape(shape) / np.sqrt(var + eps)
    return x * scale + (beta.reshape(shape) - mean * scale)


def batch_norm_one_pass(x, gamma, beta, eps):
    mean = np.sum(x, axis=0) / len(x)
    var = np.sum(x ** 2, axis=0) / len(x) - mean ** 2
    return (x - mean) * (gamma / np.sqrt(var + eps)) + beta


def batch_norm_unbiased(x, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + eps) + beta


def batch_norm_eps_outside(x, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / (np.sqrt(x.var(0)) + eps) + beta


def batch_norm_reshaped(x, gamma, beta, eps):
    N, C, H, W = x.shape
    flat = x.reshape(-1, C)                           # without moving the channels to the end
    flat = (flat - flat.mean(axis=0)) / np.sqrt(flat.var(axis=0) + eps)
    return (gamma * flat + beta).reshape(N, C, H, W)


def layer_norm(x, gamma, beta, eps):
    x_T = np.transpose(x)
    h = (x_T - np.mean(x_T, axis=0)) / np.sqrt(np.var(x_T, axis=0) + eps)
    return h.T * gamma + beta


def layer_norm_batch_axis(x, gamma, beta, eps):
    mean = x.mean(axis=0, keepdims=True)
    var = x.var(axis=0, keepdims=True)
    return (x - mean) / np.sqrt(var + eps) * gamma + beta


def layer_norm_sum(x, gamma, beta, eps):
    mean = x.sum(axis=-1, keepdims=True) / x.shape[-1]
    var = ((x - mean) ** 2).sum(axis=-1, keepdims=True)        # not divided
    return (x - mean) / np.sqrt(var + eps) * gamma + beta
