"""Theorems as Coq files over a support library of their own, and what Coq says of them."""
