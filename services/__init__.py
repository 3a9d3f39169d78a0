"""The bounded contexts. They meet only through each other's `events` module."""
