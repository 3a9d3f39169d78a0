"""Taiwan's identifiers, dates, places and codes: parsed or refused with the mend, printed as the portals do."""
