"""機構使用者: who manages the users of an organisation, and who uses which service there. Pure."""
