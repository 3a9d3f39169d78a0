"""Where people's keys live: pseudonyms, data keys, blind indexes, holds, and the ledger of those forgotten."""
