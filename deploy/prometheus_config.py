"""What Prometheus is told: every process of the deployment by its name, and where the rules of its alarms lie."""

from __future__ import annotations

from deploy.topology import WEB, workers

_PORT = 8090
"""Where the processes of compose.yaml answer `/metrics`."""

_HEAD = """\
# Whom Prometheus asks. Written from the code by `./justw docs`: your own choices belong into a file of your own.
global:
  scrape_interval: 15s
  evaluation_interval: 15s

rule_files: [/etc/prometheus/alerts.yml]

scrape_configs:
  # An answer looks at every read model; a process whose database is slow may take its time.
  - job_name: caretrail
    scrape_timeout: 10s
    static_configs:
"""
_MACHINE = """\
  - job_name: machine
    static_configs:
      - targets: ["machine:9100"]
"""


def prometheus_config() -> str:
    """The file that Prometheus reads, in YAML."""
    told = [_target(worker.name, worker.role, worker.member.name) for worker in workers()]
    return _HEAD + "".join([*told, _target(WEB, WEB, "gateway")]) + _MACHINE


def _target(process: str, role: str, service: str) -> str:
    # Not `context`: the figures of a relay name the context that they are about by it.
    return f'      - targets: ["{process}:{_PORT}"]\n        labels: {{role: {role}, service: {service}}}\n'
