"""The corpus: one row an implementation, with the verdict that is due on each of its gradients."""

from __future__ import annotations

from corpus.entry import Entry
from corpus.rows_batch import BATCH_ROWS
from corpus.rows_norms import NORM_ROWS
from corpus.rows_odd import ODD_ROWS

TABLE: tuple[Entry, ...] = (*BATCH_ROWS, *NORM_ROWS, *ODD_ROWS)
