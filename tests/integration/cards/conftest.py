"""A private pcscd for the tests of a file, and an agent that uses it."""

import pytest

from operate.rehearsal.pcsc import PrivatePcsc
from tests.integration.cards.people import RunningAgent


@pytest.fixture(scope="module")
def pcsc():
    with PrivatePcsc() as private:
        yield private


@pytest.fixture(scope="module")
def agent(pcsc, tmp_path_factory):
    with RunningAgent(pcsc.environment, tmp_path_factory.mktemp("agent") / "log") as running:
        yield running


@pytest.fixture
def slot(pcsc):
    """An empty reader, among others that are empty as well."""
    yield pcsc.slots[0]
    for one in pcsc.slots:
        one.remove()
