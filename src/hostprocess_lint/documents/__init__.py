"""Text becomes documents that know where everything in them stands: the only reader of YAML marks."""
