"""The recipe changes with whatever changes the chunks."""

from __future__ import annotations

import re
import subprocess
import sys

from ingest.reading.base import FurnitureRules, ReadingHints
from ingest.recipe import recipe_of
from ingest.split import SplitOptions


def test_other_choices_make_another_recipe() -> None:
    """Chunk sizes, columns and rules for furniture; the same choices make the same one."""
    recipes = [
        recipe_of(SplitOptions()),
        recipe_of(SplitOptions(128)),
        recipe_of(SplitOptions(overlap=0)),
        recipe_of(SplitOptions(), ReadingHints(question_column="q")),
        recipe_of(SplitOptions(), ReadingHints(furniture_rules=FurnitureRules(lines=("^x$",)))),
    ]
    assert len(set(recipes)) == 5
    assert recipe_of(SplitOptions(256, 25), ReadingHints()) == recipes[0]
    assert re.fullmatch("[0-9a-f]{12}", recipes[0])


def test_no_model_is_loaded_for_it() -> None:
    """A sync of an unchanged folder asks for nothing else."""
    code = "import ingest.recipe, sys; print({'torch', 'onnxruntime', 'transformers'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.strip() == "set()"
