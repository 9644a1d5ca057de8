"""Payments while the shopper is at checkout: what may be chosen, opening at the provider, coming back, and what got lost."""
