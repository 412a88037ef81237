"""How terms change: the normal form of sums of symbolic length, derivatives, signs, adjoints."""
