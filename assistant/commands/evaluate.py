"""`assistant eval`."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands import stack

if TYPE_CHECKING:
    from assistant.evaluation.outcome import Outcome


@click.command(name="eval")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--retrieval-only", is_flag=True, help="Search and judge only: needs no language model.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Keep results, plots and a report here.")
@click.option("--fresh", is_flag=True, help="Throw away what is in DIR, instead of going on with it.")
@click.option("--knowledge-set", metavar="NAME", default="", help="Evaluate this set; take no documents in.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Ask a random sample, the same each time.")
@click.option("--at-once", type=click.IntRange(1, 1024), metavar="N", help="Questions at once; default: what suits.")
@click.option("--generate", type=click.IntRange(1, 10_000), metavar="N", help="Have the model make the questions.")
@click.option(
    "--variant",
    "variants",
    metavar="'NAME: KEY=VALUE …'",
    multiple=True,
    help="Compare with these settings, or with retrieval=off; repeatable.",
)
@click.option("--require", "required", metavar="EXPRESSION", multiple=True, help="As 'recall@5>=0.9'; repeatable.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line and nothing else on standard output."
)
def evaluate(
    *,
    folder: Path,
    retrieval_only: bool,
    out: Path | None,
    fresh: bool,
    knowledge_set: str,
    limit: int | None,
    at_once: int | None,
    generate: int | None,
    variants: tuple[str, ...],
    required: tuple[str, ...],
    as_json: bool,
) -> None:
    """Measure how well the questions of FOLDER are answered from its documents.

    FOLDER holds docs/ and questions.jsonl. The documents are taken into a knowledge set of their own. Broken off and
    run again with the same --out, it goes on where it was. Exit code 1 if a question failed, or a requirement is not
    met.
    """
    from assistant import wiring
    from assistant.embedded import Part
    from assistant.evaluation.evaluation import Evaluation
    from assistant.evaluation.request import Request
    from assistant.evaluation.requirements import read_requirement
    from assistant.evaluation.results_file import held_folder
    from assistant.evaluation.saving import check_saving, save
    from assistant.evaluation.variants import read_variants

    settings = stack.settings_of_process()
    request = Request(
        folder,
        tuple(read_variants(variants, settings)),
        retrieval_only=retrieval_only,
        out=out,
        knowledge_set=knowledge_set,
        limit=limit,
        generate=generate,
        at_once=at_once,
        fresh=fresh,
        requirements=tuple(map(read_requirement, required)),
    )
    questions = request.given_questions()
    if out is not None:
        check_saving()
    with (
        held_folder(out) if out is not None else nullcontext(),
        wiring.served(settings, [Part.POSTGRES], _say) as complete,
        wiring.database_pool(complete) as pool,
    ):
        outcome = Evaluation(request, complete, pool, _say).run(questions)
        if out is not None:
            save(outcome, out)
    _show(outcome, out, as_json=as_json)
    if not outcome.is_good:
        sys.exit(1)


def _show(outcome: Outcome, out: Path | None, *, as_json: bool) -> None:
    from rich.console import Console

    from assistant.evaluation.tables import print_outcome
    from assistant.json_lines import json_line

    if as_json:
        for variant in outcome.variants:
            for result in variant.results:
                click.echo(json_line({"variant": variant.name, **asdict(result)}))
        click.echo(json_line({"status": "evaluated", **outcome.as_json()}))
    else:
        print_outcome(outcome, Console())
    if outcome.refused_documents:
        _say(f"{outcome.refused_documents} documents could not be taken in, for the reasons above: the rest counts")
    if out is not None:
        _say(f"the report is {out / 'report.html'}")
    if outcome.removal:
        _say(f"the documents stay in {', '.join(outcome.knowledge_sets)}; to remove them: {outcome.removal}")
    for verdict in outcome.verdicts:
        if not verdict.is_met:
            _say(f"not met: {verdict}")


def _say(fact: str) -> None:
    click.echo(f"assistant: {fact}", err=True)
