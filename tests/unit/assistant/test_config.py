"""The settings: wrong ones are refused on one line that names them, and secrets are never told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.config import Settings, load_settings, setting_names
from assistant.errors import ConfigurationError

SECRET = "hunter2-very-secret"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The environment of whoever runs the tests plays no part."""
    monkeypatch.chdir(tmp_path)
    for name in [*setting_names(), *(name for name in os.environ if name.startswith("ASSISTANT_"))]:
        monkeypatch.delenv(name, raising=False)


def refusal(env_file: Path = Path(".env")) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file)
    return str(caught.value)


def test_nothing_set_is_fine() -> None:
    """With no configuration at all everything is embedded."""
    settings = load_settings()
    assert (settings.database_url, settings.redis_url, settings.tgi_url, settings.openai_base_url) == ("", "", "", "")
    assert settings.http_port == 3000
    assert settings.home.is_absolute()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "host:5432"),
        ("REDIS_URL", "http://host:6379"),
        ("REDIS_URL", "localhost:6379"),
        ("TGI_URL", "localhost:8080"),
        ("TGI_URL", "http://"),
        ("TGI_URL", "http://[broken"),
        ("OPENAI_BASE_URL", "ftp://host"),
        ("SLACK_API_URL", "slack.com"),
        ("DISCORD_API_URL", "/api"),
        ("ASSISTANT_HTTP_PORT", "http"),
        ("ASSISTANT_HTTP_PORT", "65536"),
        ("ASSISTANT_HTTP_PORT", "-1"),
        ("ASSISTANT_TOP_K", "0"),
        ("ASSISTANT_TOP_K", "51"),
        ("ASSISTANT_TOP_K", "5.5"),
        ("ASSISTANT_MAX_DISTANCE", "far"),
        ("ASSISTANT_MAX_DISTANCE", "2.1"),
        ("ASSISTANT_MAX_DISTANCE", "-0.1"),
        ("ASSISTANT_MAX_DISTANCE", "nan"),
        ("ASSISTANT_MAX_NEW_TOKENS", "15"),
        ("ASSISTANT_MAX_MODEL_TOKENS", "255"),
        ("ASSISTANT_TEMPERATURE", "3"),
        ("ASSISTANT_ANSWER_TIMEOUT_S", "0"),
        ("ASSISTANT_ANSWER_TIMEOUT_S", "soon"),
        ("ASSISTANT_WORKER_THREADS", "0"),
        ("ASSISTANT_WORKER_THREADS", "1025"),
        ("ASSISTANT_CHUNK_TOKENS", "31"),
        ("ASSISTANT_CHUNK_OVERLAP", "-1"),
        ("ASSISTANT_MAX_DOCUMENT_MB", "0"),
        ("ASSISTANT_LOG_LEVEL", "LOUD"),
        ("ASSISTANT_LOG_LEVEL", "debug"),
    ],
)
def test_bad_value_is_refused_on_one_line_naming_the_setting(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The operator reads which setting to correct."""
    monkeypatch.setenv(name, value)
    message = refusal()
    assert message.startswith(f"{name}: ")
    assert "\n" not in message


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two mistakes take one correction, not two starts."""
    monkeypatch.setenv("ASSISTANT_TOP_K", "0")
    monkeypatch.setenv("ASSISTANT_HTTP_PORT", "x")
    message = refusal()
    assert "ASSISTANT_TOP_K: " in message
    assert "ASSISTANT_HTTP_PORT: " in message
    assert "\n" not in message


def test_bad_value_is_quoted_unless_it_may_be_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number is shown as it was given, a URL with a password in it is not."""
    monkeypatch.setenv("ASSISTANT_TOP_K", "many")
    assert "'many'" in refusal()
    monkeypatch.delenv("ASSISTANT_TOP_K")
    monkeypatch.setenv("DATABASE_URL", f"mysql://me:{SECRET}@host/db")
    assert SECRET not in refusal()


def test_secrets_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever logs the settings logs no token, key or password."""
    values = {
        "DATABASE_URL": f"postgresql://me:{SECRET}@host/db",
        "REDIS_URL": f"redis://:{SECRET}@host/0",
        "OPENAI_BASE_URL": f"http://me:{SECRET}@host/v1",
        "OPENAI_API_KEY": SECRET,
        "SLACK_BOT_TOKEN": f"xoxb-{SECRET}",
        "SLACK_APP_TOKEN": f"xapp-{SECRET}",
        "SLACK_SIGNING_SECRET": SECRET,
        "DISCORD_BOT_TOKEN": SECRET,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert settings.slack_bot_token.get_secret_value() == f"xoxb-{SECRET}"


def test_tgi_url_with_a_password_is_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model server behind a proxy may want a password too."""
    monkeypatch.setenv("TGI_URL", f"http://me:{SECRET}@host")
    assert SECRET not in repr(load_settings())


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("ASSISTANT_HTTP_PROT", "ASSISTANT_HTTP_PORT"),
        ("ASSISTANT_TOPK", "ASSISTANT_TOP_K"),
        ("ASSISTANT_PERSNA", "ASSISTANT_PERSONA"),
        ("ASSISTANT_ANSWER_TIMEOUT", "ASSISTANT_ANSWER_TIMEOUT_S"),
    ],
)
def test_misspelled_name_of_ours_in_the_environment_is_refused(
    typo: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be ignored in silence is named, with what was probably meant."""
    monkeypatch.setenv(typo, "1")
    message = refusal()
    assert typo in message
    assert f"did you mean {meant}?" in message


def test_foreign_names_in_the_environment_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment is shared with other programs: only our own prefix is judged."""
    monkeypatch.setenv("SLACK_BOT_TOKN", "x")
    monkeypatch.setenv("DATABASE_URLS", "x")
    assert load_settings().slack_bot_token.get_secret_value() == ""


@pytest.mark.parametrize(
    ("typo", "meant"),
    [
        ("SLACK_BOT_TOKN", "SLACK_BOT_TOKEN"),
        ("DISCORD_TOKEN", "DISCORD_BOT_TOKEN"),
        ("DATABASEURL", "DATABASE_URL"),
        ("REDIS_ULR", "REDIS_URL"),
        ("EMBEDING_MODEL", "EMBEDDING_MODEL"),
        ("ASSISTANT_HOM", "ASSISTANT_HOME"),
    ],
)
def test_misspelled_name_in_the_file_is_refused(typo: str, meant: str, tmp_path: Path) -> None:
    """The file is ours: also what resembles a setting without our prefix is a mistake in it."""
    env_file = tmp_path / ".env"
    env_file.write_text(f"{typo}=xoxb-{SECRET}\n")
    message = refusal(env_file)
    assert f"{typo} in {env_file} is no setting" in message
    assert f"did you mean {meant}?" in message
    assert SECRET not in message


def test_unlike_names_in_the_file_are_let_be(tmp_path: Path) -> None:
    """Other programs may read the same file."""
    env_file = tmp_path / ".env"
    env_file.write_text("COMPOSE_PROJECT_NAME=shop\nASSISTANT_TOP_K=7\n")
    assert load_settings(env_file).top_k == 7


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One start can be changed without editing."""
    env_file = tmp_path / ".env"
    env_file.write_text("ASSISTANT_TOP_K=7\nASSISTANT_HTTP_PORT=3001\n")
    monkeypatch.setenv("ASSISTANT_TOP_K", "9")
    settings = load_settings(env_file)
    assert (settings.top_k, settings.http_port) == (9, 3001)


def test_empty_value_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """`NAME=` in a file or a compose environment means the default."""
    monkeypatch.setenv("ASSISTANT_TOP_K", "")
    assert load_settings().top_k == Settings().top_k


def test_unreadable_file_is_named(tmp_path: Path) -> None:
    """A file in another encoding is a mistake, not an empty one."""
    env_file = tmp_path / ".env"
    env_file.write_bytes(b"ASSISTANT_PERSONA=\xff\xfe\n")
    assert str(env_file) in refusal(env_file)


def test_two_model_servers_are_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody guesses which should answer."""
    monkeypatch.setenv("TGI_URL", "http://a")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://b")
    message = refusal()
    assert "TGI_URL" in message
    assert "OPENAI_BASE_URL" in message


@pytest.mark.parametrize(("tokens", "overlap"), [("64", "64"), ("32", "100")])
def test_overlap_must_be_smaller_than_the_chunk(tokens: str, overlap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise splitting would not get on."""
    monkeypatch.setenv("ASSISTANT_CHUNK_TOKENS", tokens)
    monkeypatch.setenv("ASSISTANT_CHUNK_OVERLAP", overlap)
    assert "ASSISTANT_CHUNK_OVERLAP" in refusal()
