"""What a configuration says."""
