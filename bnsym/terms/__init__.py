"""What can be said: node kinds, substitution, exact evaluation, text form, SymPy in and out."""
