"""Sources become text: the only place that runs an engine."""
