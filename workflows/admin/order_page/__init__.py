"""The page of one order: what it is, what happened to it, and what may be done."""
