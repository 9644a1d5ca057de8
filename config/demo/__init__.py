"""The demo: a merchant's orders through the real API, worker and connectors, against simulated vendors."""
