"""憑證卡: whose a card is, which accounts have one, and who may say so."""
