"""登入與登錄: who people are to Caretrail, and what the registry says of institutions and practitioners."""
