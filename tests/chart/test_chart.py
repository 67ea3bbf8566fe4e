"""The chart renders in every shape, Kubernetes takes what comes out, pods get no right that they do not need: `make chart`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis.settings import SERVICES, SETTINGS

CHART = Path(__file__).resolve().parents[2] / "deploy" / "helm" / "casetrail"
SELECTORS = Path(__file__).with_name("selectors.json")
HELM = os.environ.get("CASETRAIL_HELM", "")
KUBERNETES = "1.34.0"
OURS = ("apps/v1", "batch/v1", "v1", "policy/v1", "autoscaling/v2", "networking.k8s.io/v1")
SHAPES: Mapping[str, Sequence[str]] = {
    "as it comes": (),
    "an upgrade": ("--is-upgrade",),
    "servers from outside": (
        "--set", "kafka.mode=external,kafka.bootstrap=broker.example:9092,postgres.mode=external,ingress.enabled=false",
    ),
    "one of each": (
        "--set", "defaults.api.replicas=1,defaults.api.maxReplicas=1,defaults.worker.replicas=1,web.replicas=1,kafka.brokers=1",
        "--set", "postgres.instances=1",
    ),
    "everything": (
        "--set", "autoscaling.keda.enabled=true,autoscaling.requestsPerSecond=200,telemetry.endpoint=http://collector:4318",
        "--set", "postgres.backup.enabled=true,postgres.backup.destination=s3://backup/postgres,postgres.backup.secret=backup",
        "--set", "extraEnv.CASETRAIL_POLL_MS=200,imagePullSecrets[0].name=registry",
        "--set", f"image.digest=sha256:{'0' * 64}",
    ),
}  # fmt: skip
pytestmark = pytest.mark.skipif(not HELM, reason="needs helm, which `make chart` builds with Go and names in CASETRAIL_HELM")


def helm(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Render the chart as release `ct`."""
    command = [HELM, "template", "ct", str(CHART), "--kube-version", KUBERNETES, "--namespace", "casetrail", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rendered(shape: str) -> list[dict[str, Any]]:
    """The resources of a shape."""
    done = helm(*SHAPES[shape])
    assert done.returncode == 0, done.stderr
    return [found for found in yaml.safe_load_all(done.stdout) if found]


def pods(resources: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """What runs in containers, by name."""
    return [
        (one["metadata"]["name"], one["spec"]["template"]["spec"]) for one in resources if one["kind"] in ("Deployment", "Job")
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_kubernetes_takes_what_is_rendered(shape: str) -> None:
    resources = rendered(shape)
    ours = [one for one in resources if one["apiVersion"] in OURS]
    assert len(ours) > len(SERVICES) * 4
    for one in ours:
        kubernetes_validate.validate(one, KUBERNETES[:4], strict=True)
    names = [(one["kind"], one["metadata"]["name"]) for one in resources]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("shape", SHAPES)
def test_pods_may_do_nothing_that_they_need_not(shape: str) -> None:
    for name, pod in pods(rendered(shape)):
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in pod["containers"]:
            allowed = container["securityContext"]
            assert allowed["readOnlyRootFilesystem"] is True, name
            assert allowed["allowPrivilegeEscalation"] is False, name
            assert allowed["capabilities"] == {"drop": ["ALL"]}, name
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}, name
            assert "memory" in container["resources"]["limits"], name


def test_every_service_has_its_processes() -> None:
    names = {name for name, _ in pods(rendered("as it comes"))}
    assert {f"ct-{service}-{role}" for service in SERVICES for role in ("api", "worker")} <= names


def test_secrets_are_named_and_never_written() -> None:
    resources = rendered("everything")
    assert not [one for one in resources if one["kind"] == "Secret"]
    for name, pod in pods(resources):
        for variable in (each for container in pod["containers"] for each in container.get("env", ())):
            if any(word in variable["name"] for word in ("DSN", "SECRET", "SIGNING", "MASTER")):
                assert "secretKeyRef" in variable["valueFrom"], name


def test_the_owner_of_databases_is_for_migrations_alone() -> None:
    for name, pod in pods(rendered("an upgrade")):
        owner = "-owner" in json.dumps(pod)
        assert owner == ("-migrate-" in name), name


def test_settings_are_those_that_the_platform_knows() -> None:
    known = {setting.name for setting in SETTINGS}
    generic = {name.replace("<SERVICE>", service.upper()) for name in known for service in SERVICES}
    [settings] = [one["data"] for one in rendered("everything") if one["metadata"]["name"] == "ct-settings"]
    assert settings.keys() <= known | generic
    for name, pod in pods(rendered("everything")):
        given = {variable["name"] for container in pod["containers"] for variable in container.get("env", ())}
        assert name == "ct-web" or given <= generic, name


def test_an_upgrade_migrates_before_and_after() -> None:
    resources = {one["metadata"]["name"]: one for one in rendered("an upgrade") if one["kind"] == "Job"}
    for service in SERVICES:
        for stage in ("pre", "post"):
            job = resources[f"ct-{service}-migrate-{stage}"]
            assert job["metadata"]["annotations"]["helm.sh/hook"] == f"{stage}-upgrade"
            assert job["spec"]["template"]["spec"]["containers"][0]["args"] == ["run", service, "migrate", "--stage", stage]


def test_an_installation_is_upgraded_in_place() -> None:
    """A selector can never change: who changes one has every installation deleted first. Taken down at version 0.1.0."""
    kept = json.loads(SELECTORS.read_text(encoding="utf-8"))
    now = {
        one["metadata"]["name"]: one["spec"]["selector"]["matchLabels"]
        for one in rendered("an upgrade")
        if one["kind"] == "Deployment"
    }
    assert {name: now.get(name) for name in kept} == kept


@pytest.mark.parametrize(
    "wrong", ["kafka.partitions=5", "issuer.url=http://login.example", "services.weather.api.replicas=1", "kafak=1"]
)
def test_a_wrong_value_is_refused(wrong: str) -> None:
    assert helm("--set", wrong).returncode != 0
