"""套印: pages made for paper. A document is HTML without an address in it; a program of its own turns it into PDF."""

from services.gateway.web.printing.printer import Printer, PrinterBusy, PrintFailed

__all__ = ["PrintFailed", "Printer", "PrinterBusy"]
