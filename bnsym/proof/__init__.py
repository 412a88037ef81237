"""Why it is true: claims, verdicts, named reasons, derivations, counterexamples."""
