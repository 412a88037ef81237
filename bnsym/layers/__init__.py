"""What is defined: one file a layer, and a table of them."""
