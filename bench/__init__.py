"""How fast Caretrail is, told as ratios against references measured in the same run on the same machine."""
