"""Code that a trace refuses, some of it hiding that.  Each line at fault is marked HERE."""

from __future__ import annotations

import math

import numpy as np


def branch_on_data(x):
    if x.mean() > 0:  # HERE
        return x
    return -x


def branch_on_entries(x):
    mask = x > 0
    return x if mask.any() else -x  # HERE


def branch_on_an_array(x):
    total = x.sum()
    while total:  # HERE
        total = total - 1
    return total


def mask(x):
    return x * (x > 0)  # HERE


def where_on_data(x):
    return np.where(x > 0, x, 0.0)  # HERE


def loop_over_rows(x):
    total = 0.0
    for row in x:  # HERE
        total = total + row
    return total


def loop_with_a_carried_value(x):
    total = np.zeros(x.shape[1])
    for k in range(x.shape[0]):  # HERE
        total = total + x[k] * k
    return total


def size_as_a_number(x):
    return [0] * x.shape[0]  # HERE


def part_of_an_axis(x):
    return x[:, 1:]  # HERE


def exponential(x):
    y = x - 1
    return np.exp(y)  # HERE


def logarithm(x):
    return math.log(x.sum())  # HERE


def unknown_method(x):
    return x.argmax()  # HERE


def inverse(x):
    return np.linalg.inv(x @ x.T)  # HERE


def cubic_root(x):
    return x ** (1 / 3)  # HERE


def rounded(x):
    return x.astype(int)  # HERE


def floor(x):
    return x // 2  # HERE


def masked_sum(x):
    return np.sum(x, axis=0, where=x > 0)  # HERE


def complex_number(x):
    return x * 1j  # HERE


def division_by_zero(x):
    return x / 0  # HERE


def shapes_do_not_match(x):
    return x + np.ones(x.shape[0])  # HERE


def wrong_axis(x):
    return x.sum(axis=2)  # HERE


def wrong_product(x):
    return x @ x  # HERE


def wrong_reshape(x):
    return x.reshape(x.shape[0], 3, 2)[5]  # HERE


def place_too_far(x):
    return np.ones(3)[5]  # HERE


def place_too_far_back(x):
    return np.ones(3)[-5]  # HERE


def sizes_on_both_sides(x):
    return x if x.shape[0] > x.shape[1] else -x  # HERE


def its_own_error(x):
    raise ValueError("gamma has the wrong shape")  # HERE


def missing_attribute(x):
    return x.numpy()  # HERE


def undefined_name(x):
    return undefined + x  # noqa: F821  # HERE


def in_a_helper(x):
    return exponential(x)


def caught(x):
    try:
        return np.exp(x)  # HERE
    except Exception:
        return x


def caught_bare(x):
    try:
        return bool(x.sum() > 1)  # HERE
    except:
        return x


def caught_finally(x):
    try:
        return np.log(x)  # HERE
    finally:
        x += 1


def probed(x):
    if hasattr(x, "numpy") or hasattr(x, "detach"):
        return None
    return x


def split_in_a_try(x, G):
    try:
        return x.reshape(x.shape[0], G, x.shape[1] // G)
    except:
        return x


def written_after_a_doubtful_copy(x):
    y = (x.T + 1).T
    flat = y.reshape(-1)
    y += 1
    return flat  # read outside


def write_into_broadcast(x):
    wide = np.broadcast_to(x.mean(0), x.shape)
    wide += 1  # HERE
    return wide


def integers_are_written(x):
    counts = np.array([0, 0, 0])
    counts[0] = x.sum()  # HERE
    return counts


def asked_for_numbers(x):
    return np.fft.fft(x)  # HERE


def a_real_module_array(x):
    BUFFER[...] += x.sum()  # HERE
    return BUFFER


BUFFER = np.zeros(3)
