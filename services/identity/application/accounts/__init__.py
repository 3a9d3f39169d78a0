"""帳號: the use cases of accounts and of sessions, whichever way somebody has come in."""
