"""Synthetic gym clips with exact ground truth."""
