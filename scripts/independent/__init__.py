"""The product's figures computed another way, for the scripts that check it: float64 numpy, and no code of what is checked."""
