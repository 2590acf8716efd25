"""Documents × rules → findings."""
