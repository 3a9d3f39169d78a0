"""A site with nothing behind it: the real templates, words and files, and stand-ins for whoever asks."""

from datetime import date

from flask import Flask

from services.gateway.web import assets, gallery, shown
from services.gateway.web.wording import phrase
from shared.words import Language

WEB = "services.gateway.web"
A_DAY = date(2026, 3, 12)


def pages_site(language=Language.CHINESE, who=None):
    """The templates in a language, with the gallery and the static files."""
    app = Flask(WEB, static_folder=None)
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
    assets.serve(app)
    app.register_blueprint(gallery.GALLERY)
    return app
