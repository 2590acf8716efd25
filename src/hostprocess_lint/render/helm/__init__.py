"""Helm charts: rendered by Helm's own code, and every line of what comes out led back to its source."""
