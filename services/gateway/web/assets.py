"""The files that pages load: told by a name with their digest, kept by browsers for a year, compressed once."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from importlib import resources
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from services.gateway.web.areas import EVERYBODY, open_to

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

ASSETS = Blueprint("assets", __name__)

_KEPT = "public, max-age=31536000, immutable"
"""A year: a changed file has another name."""
_WORTH_COMPRESSING = 512


class Asset:
    """One file as it is sent. Its digest stands in its name, so that a name always means the same bytes."""

    def __init__(self, name: str, content: bytes) -> None:
        stem, _, ending = name.rpartition(".")
        self.content = content
        self.digest = hashlib.sha256(content).hexdigest()[:16]
        self.name = f"{stem}.{self.digest}.{ending}"
        self.kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        smaller = gzip.compress(content, mtime=0) if len(content) > _WORTH_COMPRESSING else content
        self.compressed = smaller if len(smaller) < len(content) else None


def _read() -> dict[str, Asset]:
    folder = resources.files(__package__).joinpath("static")
    return {file.name: Asset(file.name, file.read_bytes()) for file in folder.iterdir()}


_BY_NAME = _read()
_BY_SENT_NAME = {asset.name: asset for asset in _BY_NAME.values()}


def static_url(name: str) -> str:
    """Where a file of `static/` lies, by the name it has there. Raises KeyError for a file that is not there."""
    return url_for("assets.file", name=_BY_NAME[name].name)


def serve(app: Flask) -> None:
    """Send these files, and give the templates `static_url`."""
    app.register_blueprint(ASSETS)
    app.jinja_env.globals["static_url"] = static_url


@ASSETS.get("/static/<name>")
@open_to(EVERYBODY)
def file(name: str) -> ResponseReturnValue:
    """A file, compressed where the browser takes that."""
    asset = _BY_SENT_NAME.get(name)
    if asset is None:
        raise NotFound
    response = Response(asset.content, content_type=asset.kind)
    if asset.compressed is not None:
        response.vary.add("Accept-Encoding")
        if request.accept_encodings.quality("gzip"):
            response.set_data(asset.compressed)
            response.content_encoding = "gzip"
    response.headers["Cache-Control"] = _KEPT
    response.set_etag(asset.digest)
    return response.make_conditional(request)
