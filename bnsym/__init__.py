"""bnsym: derive, prove, generate and check normalization layers, for every size."""

__version__ = "0.1.0"
