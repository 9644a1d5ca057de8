"""`make chaos`: orders flow while worker processes are killed at random moments; nothing may double, nothing get lost."""
