"""憑證卡: what both sides of a card log-in agree on, and how the site's side judges it, without a reader.

A card proves itself by a token; a token carries a certificate; a certificate counts while its path to a pinned issuer
and its revocation can be shown (ADR 26).
"""
