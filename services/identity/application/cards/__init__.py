"""憑證卡: coming in by a card, whose a card is, and the sessions that a card or a capacity opened."""
