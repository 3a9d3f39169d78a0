"""匯入: files of the register, brought by clinics, bureaus and operators."""

from services.gateway.web.register import importing
from services.gateway.web.register.area import REGISTER

__all__ = ["REGISTER", "importing"]
