"""健保卡: the use cases of registering an NHI card, and of coming in by it (S001)."""
