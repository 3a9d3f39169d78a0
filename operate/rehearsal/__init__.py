"""演練: a simulated PKI, its responder and virtual cards, for tests and for whoever wants to see a card log-in."""
