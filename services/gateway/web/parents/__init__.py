"""What families see: applying for a dedicated doctor, and following their case."""

from services.gateway.web.parents.area import PARENTS

__all__ = ["PARENTS"]
