"""Argo CD: Applications, and those that an ApplicationSet makes."""
