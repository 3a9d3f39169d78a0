"""What every context stands on: events, store, relay, read models, sealing, the calendar, Taiwan's identifiers."""
