"""What pages load: small enough for a phone, under names that change with it, and built from its sources."""

import gzip
import re
import shutil

import pytest

from deploy import assets as building
from services.gateway.web.assets import static_url
from tests.controls.bare_site import bare_site

PARENTS_BUDGET = 60_000
STAFF_BUDGET = 150_000
CHARTS_BUDGET = 400_000
"""Bytes of a first load, compressed."""


@pytest.fixture
def browser():
    return bare_site().test_client()


def loaded(page):
    return re.findall(r'(?:src|href)="(/static/[^"]+)"', page)


def imported_by(browser, path):
    """What a script of ours fetches beside itself, which stands at its beginning."""
    return [f"/static/{name}" for name in re.findall(r'^import"\./([^"]+)"', browser.get(path).text)]


def weight(browser, page):
    """Bytes on the wire of a page and what it loads; icons come afterwards, when it can be used already."""
    files = [path for path in loaded(page) if path.endswith((".css", ".js"))]
    files += [imported for path in files for imported in imported_by(browser, path)]
    answers = [browser.get(path, headers={"Accept-Encoding": "gzip"}) for path in files]
    assert {answer.status_code for answer in answers} == {200}
    return len(gzip.compress(page.encode())) + sum(len(answer.data) for answer in answers)


def rendered(template):
    site = bare_site()
    with site.test_request_context():
        return site.jinja_env.get_template(template).render({"language": "zh-Hant", "other_language_url": "?lang=en"})


def test_a_parents_first_page_is_light(browser):
    page = rendered("layouts/public.html")
    assert len(loaded(page)) == 4
    assert weight(browser, page) <= PARENTS_BUDGET


def test_staff_pages_load_no_charts_and_are_light(browser):
    page = rendered("layouts/staff.html")
    assert "charts" not in page
    assert weight(browser, page) <= STAFF_BUDGET


def test_charts_come_late_and_within_their_budget(browser):
    page = rendered("layouts/dashboard.html")
    assert re.search(r'<script src="/static/charts\.[0-9a-f]+\.js" defer>', page)
    assert weight(browser, page) <= CHARTS_BUDGET


def address(browser, name):
    with browser.application.test_request_context():
        return static_url(name)


def test_a_file_is_kept_for_good_under_a_name_with_its_digest(browser):
    path = address(browser, "caretrail.css")
    answer = browser.get(path)
    assert re.fullmatch(r"/static/caretrail\.[0-9a-f]{16}\.css", path)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"


def test_a_file_comes_compressed_to_those_who_take_that_and_means_the_same(browser):
    path = address(browser, "htmx.min.js")
    plain = browser.get(path)
    compressed = browser.get(path, headers={"Accept-Encoding": "gzip, br"})
    refused = browser.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in refused.headers
    assert gzip.decompress(compressed.data) == plain.data == refused.data
    assert plain.headers["Vary"] == compressed.headers["Vary"] == "Accept-Encoding"


def test_our_script_fetches_htmx_itself_by_the_name_it_is_sent_under(browser):
    assert imported_by(browser, address(browser, "caretrail.js")) == [address(browser, "htmx.min.js")]


def test_a_browser_that_has_a_file_is_sent_nothing(browser):
    path = address(browser, "caretrail.css")
    etag = browser.get(path).headers["ETag"]
    assert browser.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/caretrail.css", "/static/caretrail.0000000000000000.css", "/static/../assets.py", "/static/"]
)
def test_what_is_not_there_is_not_found(browser, path):
    assert browser.get(path).status_code == 404


def test_a_page_cannot_name_a_file_that_is_not_there(browser):
    with pytest.raises(KeyError):
        address(browser, "carertail.css")


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_left_of_another_house():
    css = (building.ROOT / "services/gateway/web/static/caretrail.css").read_text("utf-8")
    assert re.findall(r"url\([^)]*|@import[^;]*|nhs\.uk|frutiger", css, re.IGNORECASE) == []
    scripts = [path.read_text("utf-8") for path in (building.ROOT / "services/gateway/web/static").glob("*.js")]
    assert [source for source in scripts if re.search(r"\bfetch\(['\"]https?:|importScripts\(", source)] == []


@pytest.fixture
def checkout(tmp_path):
    """A copy of all that the pages' files are built from, and of what was built."""
    for folder in ("services/gateway/web/browser", "services/gateway/web/static"):
        shutil.copytree(building.ROOT / folder, tmp_path / folder)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(building.ROOT / name, tmp_path)
    return tmp_path


def test_what_was_built_belongs_to_its_sources(checkout):
    assert building.main(["--check"], checkout) == 0


@pytest.mark.parametrize(
    "path",
    [
        "services/gateway/web/static/caretrail.css",
        "services/gateway/web/browser/css/tokens.scss",
        "services/gateway/web/browser/build.mjs",
        "package-lock.json",
    ],
)
def test_what_was_not_built_from_its_sources_is_refused(checkout, path, capsys):
    with (checkout / path).open("a") as file:
        file.write("\n")
    assert building.main(["--check"], checkout) == 1
    assert path in capsys.readouterr().err


def test_a_new_source_and_a_missing_file_are_refused(checkout, capsys):
    (checkout / "services/gateway/web/browser/css/new.css").write_text("a { color: red; }")
    (checkout / "services/gateway/web/static/charts.js").unlink()
    assert building.main(["--check"], checkout) == 1
    told = capsys.readouterr().err
    assert "css/new.css" in told
    assert "static/charts.js" in told


def test_the_lock_names_no_registry():
    lock = (building.ROOT / "package-lock.json").read_text("utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 15
