"""infra/compose.yaml has the structure that its comments and the documentation promise. No Docker is needed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.config import Settings, load_settings, setting_names
from assistant.llm.family import family_of_name
from tests.unit.docs.pages import ROOT

OURS = ("gateway", "worker", "ingest")
PLATFORM_SECRETS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DISCORD_BOT_TOKEN")
EXAMPLE = ROOT / "infra" / "env.example"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "infra" / "compose.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_services_are_those_of_the_way_of_a_message(services: dict[str, dict[str, Any]]) -> None:
    """Long-running ones, and two that run once."""
    assert set(services) == {"postgres", "redis", "tgi", "gateway", "worker", "ingest", "download-model"}
    assert {name for name, service in services.items() if "profiles" in service} == {"ingest", "download-model"}


def test_only_the_gateway_is_reachable_and_only_from_this_machine(services: dict[str, dict[str, Any]]) -> None:
    """Databases and model server publish no port."""
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"gateway": ["127.0.0.1:3000:3000"]}


def test_what_holds_or_sees_texts_has_no_way_out(compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    """Only the gateway and the download reach the Internet."""
    assert compose["networks"]["inside"] == {"internal": True}
    outside = {name for name, service in services.items() if "outside" in service["networks"]}
    assert outside == {"gateway", "download-model"}


def test_images_are_pinned(services: dict[str, dict[str, Any]]) -> None:
    """Each names a version, none is "latest"."""
    tags = {name: service["image"].rpartition(":")[2] for name, service in services.items()}
    assert {name for name, tag in tags.items() if not re.search(r"\d", tag) or "latest" in tag} == set()


def test_services_wait_until_what_they_need_is_healthy(services: dict[str, dict[str, Any]]) -> None:
    """And whatever is waited for can tell that it is."""
    waited_for = {name: service.get("depends_on", {}) for name, service in services.items()}
    assert set(waited_for["gateway"]) == {"postgres", "redis"}
    assert set(waited_for["worker"]) == {"postgres", "redis", "tgi"}
    conditions = [(need, how) for needs in waited_for.values() for need, how in needs.items()]
    assert [need for need, how in conditions if how != {"condition": "service_healthy"}] == []
    assert [need for need, _ in conditions if "test" not in services[need].get("healthcheck", {})] == []


def test_environment_names_are_settings(services: dict[str, dict[str, Any]]) -> None:
    """A name that nothing reads would be set in vain."""
    known = {*setting_names(), "HF_TOKEN"}
    assert [name for ours in OURS for name in services[ours]["environment"] if name not in known] == []
    assert {ours: services[ours]["env_file"] for ours in OURS} == dict.fromkeys(OURS, ".env")


def test_secrets_go_only_where_they_are_needed(services: dict[str, dict[str, Any]]) -> None:
    """The environment file is everybody's, so what a service must not see is emptied; an empty one counts as unset."""
    for ours in OURS:
        assert services[ours]["environment"]["HF_TOKEN"] == ""
    for name in ("worker", "ingest"):
        assert {services[name]["environment"][secret] for secret in PLATFORM_SECRETS} == {""}
    assert "environment" not in services["tgi"]


def test_addresses_lead_to_services(services: dict[str, dict[str, Any]]) -> None:
    """With the values of the file, the settings are accepted and name services as hosts."""
    environment = {name: value for name, value in services["worker"]["environment"].items() if value}
    password = re.compile(r"\$\{POSTGRES_PASSWORD:[^}]*\}")
    assert password.search(environment["DATABASE_URL"])
    settings = Settings.model_validate(
        {name: password.sub("Secret1", value) for name, value in environment.items() if name != "HF_TOKEN"}
    )
    hosts = [
        re.sub(r".*//(?:.*@)?([^:/]+).*", r"\1", url)
        for url in (settings.database_url, settings.redis_url, settings.tgi_url)
    ]
    assert hosts == ["postgres", "redis", "tgi"]


def test_model_server_keeps_room_for_the_longest_reply(services: dict[str, dict[str, Any]]) -> None:
    """Prompt and reply fit the window of Llama 2, and the folder's name tells the prompt format."""
    flags = dict(flag.removeprefix("--").partition("=")[::2] for flag in services["tgi"]["command"])
    total, prompt = int(flags["max-total-tokens"]), int(flags["max-input-tokens"])
    assert total == 4096
    assert total - prompt >= Settings.model_validate({}).max_new_tokens
    assert int(flags["max-batch-prefill-tokens"]) >= prompt
    assert family_of_name(flags["model-id"]) == "llama2"
    assert f"--local-dir={flags['model-id']}" in services["download-model"]["entrypoint"]


def test_model_server_gets_a_gpu(services: dict[str, dict[str, Any]]) -> None:
    """One of NVIDIA's, with enough shared memory."""
    [device] = services["tgi"]["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    assert services["tgi"]["shm_size"] == "1g"


def test_redis_keeps_its_wake_ups(services: dict[str, dict[str, Any]]) -> None:
    """On disk, and none is dropped when memory is full."""
    command = services["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert (options["--appendonly"], options["--maxmemory-policy"]) == ("yes", "noeviction")


def test_data_of_the_stores_outlive_their_containers(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    """Each store writes to a volume that is declared."""
    used = {volume.partition(":")[0] for name in ("postgres", "redis", "tgi") for volume in services[name]["volumes"]}
    assert used == set(compose["volumes"])


def test_a_worker_is_not_killed_while_answers_finish(services: dict[str, dict[str, Any]]) -> None:
    """Docker waits longer than the worker does."""
    from assistant.worker_process import STOP_S

    assert int(services["worker"]["stop_grace_period"].removesuffix("s")) > STOP_S


def test_example_of_the_environment_file_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it offers to fill in is known to the settings, or to the compose file itself."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    copy = tmp_path / ".env"
    copy.write_bytes(EXAMPLE.read_bytes())
    assert load_settings(copy).log_level == "INFO"
    offered = set(re.findall(r"(?m)^([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8")))
    own = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "infra" / "compose.yaml").read_text(encoding="utf-8")))
    assert offered - set(setting_names()) == own
