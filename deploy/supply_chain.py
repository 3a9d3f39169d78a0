"""Looks the locked packages up among the known vulnerabilities and writes the list of them all (SBOM, CycloneDX).

A vulnerability fails the check with its name unless `accepted_vulnerabilities.toml` gives a reason to live with it.
Where the network gives no answers that is said in one line, and passes: a check nobody could do is not a finding.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parent.parent
LOCK = PROJECT / "requirements.lock"
ACCEPTED = PROJECT / "deploy/accepted_vulnerabilities.toml"
CACHE = PROJECT / ".cache"
SBOM = CACHE / "sbom.cdx.json"
UNREACHABLE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "ProxyError", "SSLError", "Could not connect")


def main() -> int:
    """Exit code 1 when a vulnerability is known and not accepted, or the list cannot be made."""
    CACHE.mkdir(exist_ok=True)
    return max(write_sbom(), audit())


def write_sbom() -> int:
    """The software bill of materials of `requirements.lock`; needs no network."""
    result = _python("cyclonedx_py", "requirements", "--output-reproducible", f"--output-file={SBOM}", str(LOCK))
    print(f"SBOM: {SBOM.relative_to(PROJECT)}" if result.returncode == 0 else result.stderr)
    return result.returncode


def audit() -> int:
    """Ask pip-audit about every package of `requirements.lock`."""
    result = _python(
        "pip_audit",
        f"--requirement={LOCK}",
        "--require-hashes",
        "--disable-pip",
        "--format=json",
        "--progress-spinner=off",
        "--timeout=15",
        f"--cache-dir={CACHE / 'pip-audit'}",
    )
    if not result.stdout.strip():
        if any(sign in result.stderr for sign in UNREACHABLE):
            print("Vulnerabilities: not looked up (the registry cannot be reached)")
            return 0
        print(result.stderr)
        return 1
    return report(json.loads(result.stdout)["dependencies"], tomllib.loads(ACCEPTED.read_text()))


def report(packages: list[dict[str, Any]], accepted: Mapping[str, str]) -> int:
    """Say what was found; 1 for a vulnerability that is not accepted.

    `packages` are pip-audit's `dependencies`, `accepted` the reason for each identifier that we live with.
    """
    audited = [package for package in packages if "skip_reason" not in package]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if not audited:
        print("Vulnerabilities: not looked up (the registry knows none of the packages)")
        return 0
    found = [
        (package, vulnerability)
        for package in audited
        for vulnerability in package["vulns"]
        if accepted.keys().isdisjoint({vulnerability["id"], *vulnerability["aliases"]})
    ]
    for package, vulnerability in found:
        mended = ", ".join(vulnerability["fix_versions"]) or "no release yet"
        print(f"{package['name']} {package['version']}: {vulnerability['id']}, mended in {mended}")
    print(f"Vulnerabilities: {len(found)} in {len(audited)} packages; not known there: {', '.join(unknown) or 'none'}")
    return 1 if found else 0


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
