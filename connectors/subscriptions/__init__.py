"""Events out: subscriptions, the outbox that commits with the events, and the relay that delivers them."""
