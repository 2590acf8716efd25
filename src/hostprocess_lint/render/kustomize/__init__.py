"""Kustomize overlays: built by Kustomize's own code, and every scalar led back to its source."""
