"""The use cases of support: each command loads, decides, and saves what was decided, with its answer, once."""

from services.support.application.desk import Desk
from services.support.application.supporting import Supporting

__all__ = ["Desk", "Supporting"]
