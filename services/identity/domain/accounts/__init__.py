"""帳號: who may come in, how often somebody may try, what an account may be. Pure."""
