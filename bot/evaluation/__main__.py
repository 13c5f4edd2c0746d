"""`make evaluate`: the model in use on the test set: figures, a page, scores in the manifest.

`bot.evaluation [--compare [PIPELINE ...]] [--seeds N] [--folds N] [--sample N] [--strict]`
`--compare` first runs the pipelines of bot/evaluation/pipelines on the same splits (long; the table
is kept in results/pipelines.json and shown on the page). `--strict` ends with 4 where the model is
worse than the one before it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bot import inputs, manifest, train
from bot.environment import prepare, quieten
from bot.evaluation import scores, testset
from bot.understanding.examples import examples

RESULTS = Path("results")
PAGE = RESULTS / "evaluation.html"
FIGURES = RESULTS / "evaluation.json"
WORSE = 4


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.evaluation", description=__doc__)
    parser.add_argument("--compare", nargs="*", metavar="PIPELINE", help="compare pipelines first")
    parser.add_argument("--seeds", type=int, default=3, help="shuffles of the data (3)")
    parser.add_argument("--folds", type=int, default=2, help="parts of each shuffle (2)")
    parser.add_argument(
        "--sample", type=int, default=3000, help="examples to compare on, 0 for all (3000)"
    )
    parser.add_argument("--strict", action="store_true", help="exit 4 where the model is worse")
    options = parser.parse_args(arguments)
    refused = train.stays_refused(inputs.read().model)
    if refused:
        print(refused, flush=True)
    elif not inputs.is_current():
        print("the model does not fit the data on disk: run `make train` first", file=sys.stderr)
        return 2
    prepare()
    RESULTS.mkdir(exist_ok=True)
    from bot.evaluation import compare

    if options.compare is not None:
        compare.run(options.compare, options.seeds, options.folds, options.sample)
    return evaluate(compare.table(), options.strict)


def evaluate(compared: list[dict[str, object]], strict: bool = False) -> int:
    """Ask the model, score it, remember the scores, write the page, say the verdict."""
    quieten()
    from bot.evaluation import model, page

    name = json.loads(inputs.CURRENT.read_text("utf-8"))["model"]
    cases = testset.unseen(testset.load(), [example.text for example in examples()])
    predicted = model.predictions(inputs.archive(name), [case.text for case in cases])
    figures = scores.summary(cases, predicted)
    before = manifest.evaluated(name, figures)
    verdict, moved = manifest.compare(before, figures)
    FIGURES.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    html = page.render(cases, predicted, name, figures, before, verdict, compared)
    PAGE.write_text(html, "utf-8")
    for key, value in figures.items():
        print(f"{key:22} {value}")
    print(f"{name}: {verdict}" + (f" ({'; '.join(moved)})" if moved else ""))
    print(f"the page is {PAGE}")
    if verdict == "worse":
        print("this model is WORSE than the one before it", file=sys.stderr)
    return WORSE if strict and verdict == "worse" else 0


if __name__ == "__main__":
    sys.exit(main())
