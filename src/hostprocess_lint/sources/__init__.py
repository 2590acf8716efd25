"""Paths become sources: what a repository holds, and what a change affects."""
