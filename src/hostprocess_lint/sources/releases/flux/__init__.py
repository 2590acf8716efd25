"""Flux: HelmReleases, Kustomizations, and the artifacts that both may deploy."""
