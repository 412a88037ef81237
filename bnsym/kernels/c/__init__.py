"""The compiled backend: a plan's schedule, printed as C, and the module that builds and calls it."""
