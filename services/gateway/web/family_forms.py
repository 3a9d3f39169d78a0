"""What the forms about families take, wherever they stand: matching has the last word on each."""

RELATIONS = ("mother", "father", "grandparent", "guardian", "other")
"""聯絡人關係, in the order in which they are offered."""

EXPLANATION_LIMIT = 4000
"""Characters of an explanation (S000, 未能同意收案原因)."""
