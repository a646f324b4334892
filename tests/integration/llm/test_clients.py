"""What is particular to one kind of server: its requests, its special tokens, its limits, its secrets."""

from __future__ import annotations

import pytest

from assistant.errors import ConfigurationError, ModelUnavailable, RequestRefused
from assistant.llm.base import Deadlines, GenerationParameters, LanguageModel
from assistant.llm.openai import OpenAiModel
from assistant.llm.tgi import TgiModel
from tests.fakes.model_behaviours import RawAnswer, Reply
from tests.fakes.openai_server import FakeOpenAi
from tests.fakes.tgi_server import FakeTgi, TgiLimits

GREEDY = GenerationParameters(max_new_tokens=50, temperature=0.0)
SAMPLED = GenerationParameters(max_new_tokens=50, temperature=0.5, stop=("a", "b", "c", "d", "e"), seed=3)


def test_tgi_gets_only_what_it_accepts() -> None:
    """Greedy is not sampling at temperature 0, stop strings are cut to its limit, and details are always asked for."""
    with FakeTgi() as server:
        model = TgiModel(server.url)
        model.generate("p", GREEDY, Deadlines())
        model.generate("p", SAMPLED, Deadlines())
        model.close()
    greedy, sampled = (request.json["parameters"] for request in server.generations)
    assert (
        greedy["do_sample"],
        greedy.get("temperature"),
        greedy["details"],
        greedy["max_new_tokens"],
    ) == (False, None, True, 50)
    assert (sampled["do_sample"], sampled["temperature"], sampled["seed"]) == (True, 0.5, 3)
    assert sampled["stop"] == ["a", "b", "c", "d"]
    assert "truncate" not in greedy | sampled


def test_tgi_special_tokens_are_no_text_but_count() -> None:
    """The end-of-sequence token was generated, and nobody reads it."""
    with FakeTgi() as server:
        server.script(Reply("All is well."))
        model = TgiModel(server.url)
        generation = model.generate("p", GREEDY, Deadlines())
        model.close()
    assert (generation.text, generation.finish_reason, generation.generated_tokens) == ("All is well.", "stop", 4)


@pytest.mark.parametrize("parameters", [GenerationParameters(seed=-1), GenerationParameters(stop=("",))])
def test_what_tgi_would_refuse_is_not_sent(parameters: GenerationParameters) -> None:
    """TGI's own package checks the parameters before they travel."""
    with FakeTgi() as server:
        model = TgiModel(server.url)
        with pytest.raises(RequestRefused):
            model.generate("p", parameters, Deadlines())
        model.close()
    assert server.generations == []


def test_a_stop_string_that_the_server_ignores_ends_the_generation() -> None:
    """The client hangs up, so that the server generates no further for nobody."""
    with FakeTgi(limits=TgiLimits(max_stop_sequences=1)) as server:
        server.script(Reply("one two three " * 400, token_s=0.001))
        model = TgiModel(server.url)
        parameters = GenerationParameters(max_new_tokens=1200, stop=("never", "three"))
        assert model.generate("p", parameters, Deadlines()).text == "one two "
        assert server.wait_until_abandoned(5.0)
        model.check()
        model.close()


def test_info_and_special_tokens_are_asked_once() -> None:
    """Later calls cost no request."""
    with FakeTgi() as server:
        model = TgiModel(server.url)
        for _ in range(3):
            model.info()
            model.count_tokens("a b c")
        model.close()
    assert [sum(r.path == path for r in server.requests) for path in ("/info", "/tokenize")] == [1, 4]


def test_info_is_asked_again_after_a_failure() -> None:
    """A server that was not up yet is not remembered as broken."""
    with FakeOpenAi("", window=9) as server:
        model = OpenAiModel(server.url)
        with pytest.raises(RequestRefused, match="ASSISTANT_MAX_MODEL_TOKENS"):
            model.info()
        server.maker = "vllm"
        assert model.info().max_total_tokens == 9
        model.close()


def test_settings_overrule_what_servers_tell() -> None:
    """The operator knows best."""
    with FakeTgi() as tgi, FakeOpenAi() as openai:
        models: list[LanguageModel] = [
            TgiModel(tgi.url, model_family="chatml", max_total_tokens=777),
            OpenAiModel(openai.url, model_family="llama2", max_total_tokens=777),
        ]
        told = [(model.info().model_family, model.info().max_total_tokens) for model in models]
        for model in models:
            model.close()
    assert told == [("chatml", 777), ("llama2", 777)]


def test_another_server_at_tgi_url_is_named() -> None:
    """TGI_URL that leads to an OpenAI server says so, instead of failing later."""
    with FakeOpenAi() as server:
        model = TgiModel(server.url)
        with pytest.raises(RequestRefused, match="TGI_URL"):
            model.info()
        model.close()


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/v1/"])
def test_openai_url_with_or_without_v1(suffix: str) -> None:
    """Both ways of writing it are common."""
    with FakeOpenAi() as server:
        model = OpenAiModel(server.url + suffix)
        assert model.count_tokens("Hello world") == 2
        assert model.generate("p", GREEDY, Deadlines()).text
        model.close()
    assert server.requests[-1].path == "/v1/completions"


def test_url_prefixes_are_kept() -> None:
    """A server behind a gateway's path is reached there."""
    with FakeTgi() as server:
        model = TgiModel(f"{server.url}/llama/7b/")
        with pytest.raises(RequestRefused):
            model.info()
        model.close()
    assert [request.path for request in server.requests] == ["/llama/7b/info"]


def test_the_api_key_is_sent_and_never_told() -> None:
    """Neither repr nor errors hold it."""
    with FakeOpenAi(api_key="key-for-a-test") as server:
        good, bad = (OpenAiModel(server.url, api_key=key) for key in ("key-for-a-test", "wrong-key"))
        good.check()
        with pytest.raises(RequestRefused, match="OPENAI_API_KEY") as caught:
            bad.info()
        assert "wrong-key" not in f"{bad!r} {caught.value}"
        good.close()
        bad.close()
    assert server.requests[0].headers["authorization"] == "Bearer key-for-a-test"


def test_an_api_key_with_a_line_break_is_refused() -> None:
    """It would end the header and begin another."""
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        OpenAiModel("http://127.0.0.1:1", api_key="key\r\nX-Evil: 1")


def test_the_model_is_asked_for_by_name() -> None:
    """The setting's name, or else the first that the server lists; a name that it has not is refused."""
    with FakeOpenAi("vllm", model_id="acme/Llama-2-7b-chat") as server:
        first, named, wrong = (OpenAiModel(server.url, model=name) for name in ("", "acme/Llama-2-7b-chat", "other"))
        assert "acme/Llama-2-7b-chat" == first.info().model_id == named.info().model_id
        assert first.info().model_family == "llama2"
        with pytest.raises(RequestRefused, match="LLM_MODEL"):
            wrong.info()
        first.generate("p", GREEDY, Deadlines())
        for model in (first, named, wrong):
            model.close()
    assert server.generations[0].json["model"] == "acme/Llama-2-7b-chat"


@pytest.mark.parametrize(
    ("maker", "expected"),
    [
        ("llamacpp", {"repeat_penalty": 1.1, "cache_prompt": True}),
        ("vllm", {"repetition_penalty": 1.1}),
        ("", {"repetition_penalty": 1.1, "repeat_penalty": 1.1}),
    ],
)
def test_parameters_have_the_names_of_each_server(maker: str, expected: dict[str, object]) -> None:
    """A repetition penalty under the wrong name would silently do nothing."""
    with FakeOpenAi(maker) as server:
        model = OpenAiModel(server.url, max_total_tokens=100)
        model.generate("p", GREEDY, Deadlines())
        model.close()
    body = server.generations[0].json
    assert expected == {name: body[name] for name in body if name.startswith("repe") or name == "cache_prompt"}


def test_a_given_tokenizer_counts() -> None:
    """It is asked instead of the server."""
    with FakeOpenAi("") as server:
        model = OpenAiModel(server.url, max_total_tokens=100, tokenizer=len)
        assert model.count_tokens("Hello") == 5
        model.close()
    assert server.requests == []


def test_a_server_that_cannot_count_asks_for_a_tokenizer() -> None:
    """The error names the setting."""
    with FakeOpenAi("") as server:
        model = OpenAiModel(server.url, max_total_tokens=100)
        with pytest.raises(RequestRefused, match="ASSISTANT_TOKENIZER_FILE"):
            model.count_tokens("Hello")
        model.close()


def test_a_stream_without_usage_is_counted_by_its_pieces() -> None:
    """Servers that send no usage still give a number of tokens."""
    with FakeOpenAi("") as server:
        server.script(Reply("one two three"))
        model = OpenAiModel(server.url, max_total_tokens=100)
        assert model.generate("p", GREEDY, Deadlines()).generated_tokens == 3
        model.close()


def test_check_tells_what_is_wrong() -> None:
    """A gateway without a server behind it is no working model."""
    with FakeTgi() as server:
        server.script(RawAnswer())
        model = TgiModel(server.url)
        with pytest.raises(ModelUnavailable):
            model.check()
        model.close()
