"""The use cases of an organisation's users; `members` is asked when somebody comes in."""
