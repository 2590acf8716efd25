"""What is read of an overlay before any engine runs: kustomizations and all that they lead to."""
