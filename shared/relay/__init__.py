"""The relay of a context: the only place where its events get their order, their proof and their way out."""
