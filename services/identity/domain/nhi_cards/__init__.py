"""健保卡: whose card opens sessions, and by which password. Pure."""
