"""報備支援: practitioners who work outside the place where they are registered, applied for, decided and told on."""
