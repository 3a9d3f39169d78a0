"""A site with nothing behind it: the real templates, words and files, and stand-ins for whoever asks."""

import threading
from contextlib import contextmanager
from datetime import date

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from services.gateway.web import assets, gallery, shown
from services.gateway.web.wording import phrase
from shared.words import Language

A_DAY = date(2026, 3, 12)


def bare_site(language=Language.CHINESE, who=None):
    """The templates in a language, with the gallery and the static files."""
    app = Flask("services.gateway.web", static_folder=None)
    app.config["SECRET_KEY"] = "of a test"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {
        "t": lambda key, /, **figures: phrase(key, language, **figures),
        "value": str,
        "csrf_token": lambda: "token-of-this-page",
        "new_key": lambda: "key-of-this-form",
    }
    app.jinja_env.filters |= {
        "moment": lambda given: shown.moment(given, language, A_DAY),
        "day": lambda given: shown.day(given, language, A_DAY),
        "roc_day": lambda given: shown.both_eras(given, language),
        "table_day": lambda given: shown.table_day(given, language),
        "number": shown.number,
        "masked": shown.masked_name,
    }
    app.context_processor(lambda: {"language": language, "other_language_url": "?lang=other", "who": who})
    app.add_url_rule("/account/stay", "stay", lambda: ("", 204))
    app.after_request(_strict)
    assets.serve(app)
    app.register_blueprint(gallery.GALLERY)
    return app


def _strict(response):
    """Stricter than the site itself, so that nothing here needs more than it allows."""
    response.headers["Content-Security-Policy"] = "default-src 'self'; object-src 'none'"
    return response


@contextmanager
def served(app):
    """The site on a port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class _Silent(WSGIRequestHandler):
    def log(self, *_):
        pass
