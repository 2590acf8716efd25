"""What is read of a chart before any engine runs: its files, its archive, its dependencies."""
