"""報備支援: pages for whoever applies for it, by a card of their own or of their institution."""
