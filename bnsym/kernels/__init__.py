"""How it runs: plans found from the normal form, proved, and printed by backends."""
