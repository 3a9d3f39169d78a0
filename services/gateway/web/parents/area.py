"""What families see: applying for a dedicated doctor, and following their case."""

from services.gateway.web.areas import Area

PARENTS = Area("parents", __name__)
