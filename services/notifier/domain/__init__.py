"""The rules of messages: what one goes through, how often somebody may be written to, who may ask for what."""
