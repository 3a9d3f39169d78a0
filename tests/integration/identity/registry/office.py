"""The registry over a store and a vault of its own, and the people who keep it."""

from itertools import count
from typing import ClassVar

from services.identity import commands
from services.identity.application.desk import Desk
from services.identity.application.registry.handlers import AGGREGATES, HANDLERS
from services.identity.commands import LicenceEntry, ParticipationEntry, TrainingEntry
from services.identity.domain.registry.access import WHO_MAY
from services.identity.events import InstitutionKind, Programme
from shared.application import ContextApplication
from shared.events import event_name
from shared.principal import Assurance, Principal, Role, process
from tests.controls.family import BANQIAO_CLINIC, BANQIAO_DOCTOR, taipei

PASSWORD = frozenset({Assurance.PASSWORD})
OPERATOR = Principal("operator/1", Role.OPERATOR, PASSWORD)
BUREAU = Principal("bureau/1", Role.BUREAU_OFFICER, PASSWORD, jurisdiction="新北市")
TAIPEI_BUREAU = Principal("bureau/2", Role.BUREAU_OFFICER, PASSWORD, jurisdiction="臺北市")
CASE_MANAGER = Principal("manager/1", Role.CASE_MANAGER, PASSWORD, institution=BANQIAO_CLINIC)
PLATFORM = process("expire_licences_after_a_warning")


class Registry(ContextApplication):
    """The registry half of identity alone."""

    aggregates = AGGREGATES
    handlers: ClassVar = HANDLERS
    who_may: ClassVar = WHO_MAY

    def __init__(self, database, vault):
        super().__init__(database, vault)
        self.desk = Desk(self, vault, entrance=None)


class RegistryOffice:
    """Gives commands as the people of a bureau would, each under a key of its own unless told otherwise."""

    def __init__(self, registry, vault):
        self.registry = registry
        self.vault = vault
        self.now = taipei(2, 18, 10)
        self._keys = count()

    def ask(self, command, caller=OPERATOR, key="", now=None):
        return self.registry.handle(command, caller, key or f"test/{next(self._keys)}", now or self.now)

    def told(self, aggregate_id):
        """The names of an aggregate's events, in order."""
        return [event_name(fact.TOPIC) for fact in self.registry.events.get(aggregate_id)]


def institution(code=BANQIAO_CLINIC, **changes):
    """An entry of a clinic of 新北市."""
    entered = {
        "institution": code,
        "name": "板橋安康小兒科診所",
        "kind": InstitutionKind.CLINIC,
        "county": "新北市",
        "district": "板橋區",
        "street": "中山路一段161號",
        "phone": "02-29603456",
        "departments": ("04", "01"),
    }
    return commands.RecordInstitution(**(entered | changes))


def practitioner(number=BANQIAO_DOCTOR, **changes):
    """An entry of a doctor of that clinic."""
    entered = {
        "practitioner": number,
        "name": "陳安康",
        "profession": "A",
        "identifier": "F100000015",
        "institution": BANQIAO_CLINIC,
    }
    return commands.RecordPractitioner(**(entered | changes))


def taking_part(since):
    """In the programme of dedicated doctors from that day on."""
    return (ParticipationEntry(Programme.DEDICATED_DOCTOR, since),)


def trained(earned_on, credits_earned=4):
    """The training of the programme."""
    return TrainingEntry(Programme.DEDICATED_DOCTOR, "幼兒專責醫師訓練課程", credits_earned, earned_on)


def licence(until):
    """A licence that holds to that day."""
    return LicenceEntry("醫執字第0012345號", until.replace(year=until.year - 6), until)
