"""A whole installation on a PostgreSQL of its own, for the long runs: web, workers and simulated vendors as processes."""
