"""Loops over a size: those that may be read for every size, and their twins that may not."""

from __future__ import annotations

import numpy as np


def fills_columns(x):
    out = np.empty(x.shape)
    for d in range(x.shape[1]):
        column = x[:, d]
        out[:, d] = (column - column.mean()) / np.sqrt(column.var() + 1.0)
    return out


def reads_what_it_wrote(x, gamma):
    N, D = x.shape
    means, out = np.zeros(D), np.zeros((N, D))
    for d in range(D):
        means[d] = np.sum(x[:, d]) / N
        out[:, d] = gamma[d] * (x[:, d] - means[d])
    return out, means


def adds_over_samples(x, y):
    total = np.ones(x.shape[1])
    for n in range(len(x)):
        total += x[n] * y[n]
    return total


def adds_into_places(x):
    out = x.copy()
    for d in range(x.shape[1]):
        out[:, d] += x[:, d].sum()
        out[:, d] *= 2
    return out


def adds_the_whole_each_time(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        out += x[n]
    return out


def diagonal_of_a_matrix(x):
    D = x.shape[1]
    out = np.ones((D, D))
    for d in range(D):
        out[d, d] = x[:, d].mean()
    return out


def loops_in_loops(x):
    N, D = x.shape
    out, total = np.zeros((N, D)), np.zeros(D)
    for n in range(N):
        for d in range(D):
            out[n, d] = x[n, d] ** 2
            total[d] += out[n, d]
    return out, total


def through_a_view(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        row = out[n]
        row += x[n] * 3
    return out


def own_arrays(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        one = np.zeros(x.shape[1])
        one += x[n]
        one[...] = one * 2
        out[n] = one
    return out


def changes_its_input(x):
    for d in range(x.shape[1]):
        x[:, d] -= x[:, d].mean()
    return x * 1.0


def rewrites_rows_by_their_own(x):
    out = x * 1.0
    for n in range(x.shape[0]):
        out[n] = out[n] / np.sqrt((out[n] ** 2).sum())
        out[n] += out[n].mean()
    return out


READ = (
    (fills_columns, ("N D",)),
    (reads_what_it_wrote, ("N D", "D")),
    (adds_over_samples, ("N D", "N D")),
    (adds_into_places, ("N D",)),
    (adds_the_whole_each_time, ("N D",)),
    (diagonal_of_a_matrix, ("N D",)),
    (loops_in_loops, ("N D",)),
    (through_a_view, ("N D",)),
    (own_arrays, ("N D",)),
    (changes_its_input, ("N D",)),
    (rewrites_rows_by_their_own, ("N D",)),
)


# -- what passes from one turn to the next ------------------------------------------------------------


def counts(x):
    count = 0
    for _ in range(x.shape[0]):
        count = count + 1
    return x / count


def carries_a_number(x):
    total = 0.0
    for n in range(x.shape[0]):
        total += x[n].sum()
    return x - total


def carries_a_new_array(x):
    total = np.zeros(x.shape[1])
    for n in range(x.shape[0]):
        total = total + x[n]
    return total


def decays(x):
    average = np.zeros(x.shape[1])
    for n in range(x.shape[0]):
        average *= 0.9
        average += x[n]
    return average


def reads_the_running_sum(x):
    total, out = np.zeros(x.shape[1]), np.zeros(x.shape)
    for n in range(x.shape[0]):
        total += x[n]
        out[n] = total
    return out


def overwrites(x):
    last = np.zeros(x.shape[1])
    for n in range(x.shape[0]):
        last[...] = x[n]
    return last


def appends(x):
    rows = []
    for n in range(x.shape[0]):
        rows.append(x[n])
    return np.stack(rows)


def keeps_the_last(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        row = x[n]
        out[n] = row
    return row


def remembers_the_turn_before(x):
    out = np.zeros(x.shape)
    row = x[0]
    for n in range(x.shape[0]):
        out[n] = row
        row = x[n]
    return out


def breaks(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        out[n] = x[n]
        break
    return out


def branches_on_the_turn(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        if n == 0:
            out[n] = x[n]
    return out


def calculates_with_the_turn(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        out[n] = x[n] * n
    return out


def looks_beside(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        out[n] = x[n - 1]
    return out


def starts_later(x):
    out = np.zeros(x.shape)
    for n in range(1, x.shape[0]):
        out[n] = x[n]
    return out


def writes_a_dict(x):
    rows = {}
    for n in range(x.shape[0]):
        rows["last"] = x[n]
    return rows["last"]


def called_later(x):
    out, row = np.zeros(x.shape), x[0]

    def latest():
        return row

    for n in range(x.shape[0]):
        row = x[n]
        out[n] = row
    return latest()


def draws(x):
    out = np.zeros(x.shape)
    for n in range(x.shape[0]):
        out[n] = x[n] * np.random.rand(x.shape[1])
    return out


def calls_what_it_does_not_show(x, seen=None):
    seen = []
    for n in range(x.shape[0]):
        seen.insert(0, x[n])
    return seen[0]


def reads_rows_that_others_write(x):
    out = x * 1.0
    for n in range(x.shape[0]):
        out[n] = out[n] - out.mean(axis=0)
    return out


def reads_a_neighbour_array(x):
    out, other = x * 1.0, x * 2.0
    for n in range(x.shape[0]):
        other[n] = out.sum(axis=0)
        out[n] = x[n] * 3
    return other


REFUSED = (
    *(reads_rows_that_others_write, reads_a_neighbour_array),
    *(counts, carries_a_number, carries_a_new_array, decays, reads_the_running_sum, overwrites, appends),
    *(keeps_the_last, remembers_the_turn_before, breaks, branches_on_the_turn, calculates_with_the_turn),
    *(looks_beside, starts_later, writes_a_dict, called_later, draws, calls_what_it_does_not_show),
)
