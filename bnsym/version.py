"""The version: the package, its metadata and generated modules all take it from here."""

__version__ = "0.1.0"
