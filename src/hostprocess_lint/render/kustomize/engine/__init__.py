"""Kustomize as a program: found, and let loose on a copy of what an overlay reads."""
