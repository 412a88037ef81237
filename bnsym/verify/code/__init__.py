"""Code that people already have: its forward and backward read by tracing, and each gradient decided."""
