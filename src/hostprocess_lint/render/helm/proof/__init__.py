"""Which line of which file made a rendered line, proved by rendering again."""
