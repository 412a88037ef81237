"""Do the numbers agree: finite differences, error budgets, oracles, hostile cases, mutants of the kernels."""
