"""Which line of which file made a built scalar, proved by building again."""
