"""The operators' and auditors' command line, `caretrail`."""
