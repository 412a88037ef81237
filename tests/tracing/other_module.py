"""Helpers of a traced program that live in another module."""

import numpy as np


def center(x):
    return x - np.mean(x, axis=0)


def scaled_by_size(x):
    return np.ones(x.shape[1]) * float(len(x))
