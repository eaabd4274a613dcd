"""The comparison of barrier-trained models with plain ones, run and told by scripts/reproduce."""
