"""憑證卡: what both sides of a card log-in agree on, without a reader, a network or a database of its own.

A card proves itself by a token; a token carries a certificate; a certificate counts while its path to a pinned issuer
and its revocation can be shown (ADR 26).
"""
