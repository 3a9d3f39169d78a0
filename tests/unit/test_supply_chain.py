"""A known vulnerability stops the check unless someone gave a reason to live with it."""

from deploy.supply_chain import report

VULNERABLE = {
    "name": "leaky",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"], "fix_versions": ["1.1"]}],
}
SOUND = {"name": "sound", "version": "2.0", "vulns": []}
UNKNOWN = {"name": "ours", "skip_reason": "not found"}


def test_a_known_vulnerability_fails_with_its_name_and_its_mend(capsys):
    assert report([VULNERABLE, SOUND], accepted={}) == 1
    assert "leaky 1.0: PYSEC-2026-1, mended in 1.1" in capsys.readouterr().out


def test_an_accepted_vulnerability_passes_under_any_of_its_names():
    assert report([VULNERABLE], accepted={"GHSA-aaaa-bbbb-cccc": "the leaking function is never called"}) == 0


def test_packages_that_nobody_knows_are_named(capsys):
    assert report([SOUND, UNKNOWN], accepted={}) == 0
    assert "0 in 1 packages; not known there: ours" in capsys.readouterr().out


def test_a_lookup_without_answers_says_so_and_does_not_claim_safety(capsys):
    assert report([UNKNOWN], accepted={}) == 0
    assert "not looked up" in capsys.readouterr().out
