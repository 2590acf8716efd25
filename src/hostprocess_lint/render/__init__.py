"""Sources become text, and a text's lines are led back to the source: the only place that runs an engine."""
