"""The JSON API."""

from flask import Blueprint

API = Blueprint("api", __name__, url_prefix="/api/v1")
