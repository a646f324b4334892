"""`python -m tests.faults`: the whole desk under faults. The last line is JSON; exit code 1 where the promise broke."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import fields

from rich.console import Console

from tests.faults.checker import Verdict
from tests.faults.discord_platform import DiscordPlatform
from tests.faults.faults import scheduled
from tests.faults.load import Load
from tests.faults.plans import LONG_FREEZE_S, LONG_KILLS, SHORT_FREEZE_S, SHORT_KILLS, long_plan, short_plan
from tests.faults.platforms import Platform
from tests.faults.run import MAX_RECOVERY_S, Outcome, Series, run
from tests.faults.slack_platform import SlackPlatform

PLATFORMS = ("slack", "discord", "both")
SLOWEST_TOLD = 5


def main() -> None:
    """Run, tell what was found, and exit."""
    options = _options()
    console = Console(stderr=True)
    outcome = asyncio.run(_run(options, console))
    _tell(console, outcome)
    print(json.dumps(outcome.summary() | {"platform": options.platform, "seed": options.seed}), flush=True)
    sys.exit(0 if outcome.is_good else 1)


def platforms_of(name: str, seed: int) -> list[Platform]:
    """The fakes of one platform, or of both."""
    chosen: list[Platform] = []
    if name in ("slack", "both"):
        chosen.append(SlackPlatform(seed))
    if name in ("discord", "both"):
        chosen.append(DiscordPlatform(seed))
    return chosen


async def _run(options: argparse.Namespace, console: Console) -> Outcome:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)

    def progress(event: str, outcome: Outcome, load: Load) -> None:
        answered = load.posted - len(load.unanswered())
        kills = sum(outcome.kills.values())
        console.print(f"{answered:4}/{load.posted:4} of {load.total} answered, {kills:3} kills: {event}")

    kills = {name: _kills(options, name) for name in LONG_KILLS}
    make_plan, usual_freeze_s = (short_plan, SHORT_FREEZE_S) if options.short else (long_plan, LONG_FREEZE_S)
    plan = make_plan(kills, usual_freeze_s if options.freeze_s is None else options.freeze_s)
    series = Series(scheduled(plan, options.seed), options.seed, progress)
    platforms = platforms_of(options.platform, options.seed)
    return await run(platforms, Load(platforms, options.messages, options.rate, options.seed), series)


def _kills(options: argparse.Namespace, name: str) -> int:
    asked: int | None = getattr(options, f"{name}_kills")
    return asked if asked is not None else (SHORT_KILLS if options.short else LONG_KILLS)[name]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--platform", choices=PLATFORMS, default="both")
    parser.add_argument("--messages", type=int, default=500)
    for name, count in LONG_KILLS.items():
        parser.add_argument(f"--{name}-kills", type=int, help=f"default {count}, short {SHORT_KILLS[name]}")
    parser.add_argument("--rate", type=float, default=5.0, help="messages a second, at most")
    parser.add_argument("--freeze-s", type=float, help=f"default {LONG_FREEZE_S:g}, short {SHORT_FREEZE_S:g}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="few other faults, and a short freeze")
    return parser.parse_args()


def _tell(console: Console, outcome: Outcome) -> None:
    for name, verdict in outcome.verdicts.items():
        for kind in fields(Verdict):
            if found := getattr(verdict, kind.name):
                console.print(f"{name}: {kind.name}: {', '.join(found[:10])}")
    for recovery in sorted(outcome.recoveries, key=lambda recovery: -recovery.seconds)[:SLOWEST_TOLD]:
        mark = " (too slow)" if recovery.seconds > MAX_RECOVERY_S else ""
        console.print(f"{recovery.seconds:6.1f} s after {recovery.fault}, {recovery.waiting} waited{mark}")


if __name__ == "__main__":
    main()
