"""notifier: every mail and SMS, from the event it follows from to its delivery or its true reason for failing."""
