"""A family that comes by a program: what it has asked for is there for clinics and bureaus to look at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.controls.applicants import national_id

if TYPE_CHECKING:
    from tests.browser.people import Visitor

HOME = {"county": "臺北市", "district": "大安區", "street": "一路1號"}
BORN = (datetime.now(UTC) - timedelta(days=120)).date().isoformat()


class Family:
    """One family that nobody has met before; its children are born on one day, each in its turn."""

    def __init__(self, visitor: Visitor) -> None:
        number = uuid4().int % 10_000_000
        mobile = f"0987{number % 1_000_000:06}"
        visitor.come_in_by_phone(mobile)
        visitor.page.wait_for_url("**/cases**")
        [token] = [one["value"] for one in visitor.page.context.cookies() if one["name"] == "caretrail"]
        self._request = visitor.page.context.request
        self._site = visitor.site
        self._token = token
        self._written: dict[str, str] = {}
        self._mobile = mobile
        self._mother = {"kind": "national_id", "identifier": national_id(number, "A")}

    def doctors(self, clinic: str) -> list[dict[str, Any]]:
        """Whom this family can choose at a clinic of this name, or part of a name."""
        found: dict[str, Any] = self._get("/doctors", {"institution": clinic})
        return list(found["entries"])

    def apply(self, child: int, name: str, *doctors: dict[str, Any]) -> dict[str, Any]:
        """Ask these doctors, one after the other, to take a child."""
        case = self._post(
            "/cases",
            {
                "contact": {"relation": "mother", "name": "瀏覽試", "mobile": self._mobile, "email": ""},
                "mother": self._mother,
                "child": {
                    "residence": HOME,
                    "birth_date": BORN,
                    "name": name,
                    "sex": "female",
                    "birth_order": child,
                },
                "preferences": [{"institution": one["institution"], "doctor": one["doctor"]} for one in doctors],
            },
        )
        self._get(f"/cases/{case['number']}", {})  # from here on its pages know it too
        return dict(case)

    def ask_for_another(self, case_id: str, doctor: dict[str, Any]) -> dict[str, Any]:
        """Ask for another doctor than the one that has the child in care."""
        preference = {"institution": doctor["institution"], "doctor": doctor["doctor"]}
        return self._post(f"/cases/{case_id}/change", {"reason": "moved", "preferences": [preference]})

    def _get(self, path: str, asked: dict[str, str]) -> Any:
        headers = self._headers | self._written
        answer = self._request.get(self._site.url(f"/api/v1{path}"), params=asked, headers=headers)
        assert answer.ok, answer.text()
        return answer.json()

    def _post(self, path: str, form: dict[str, Any]) -> Any:
        headers = self._headers | {"Idempotency-Key": str(uuid4())}
        answer = self._request.post(self._site.url(f"/api/v1{path}"), data=form, headers=headers)
        assert answer.ok, answer.text()
        self._written = {"Caretrail-Written": answer.headers["caretrail-written"]}
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}
