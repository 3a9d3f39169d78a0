"""The gateway: what people and programs outside see of Caretrail."""
