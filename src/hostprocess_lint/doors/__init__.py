"""The ways in: the only modules that print or exit."""
