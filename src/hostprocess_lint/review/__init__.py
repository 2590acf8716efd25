"""A scan becomes what a security reviewer asks: who runs with the node's rights, where, and how far that reaches."""
