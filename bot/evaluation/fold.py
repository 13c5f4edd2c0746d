"""One pipeline trained on one part and asked about another, in a process of its own.

`python -m bot.evaluation.fold PIPELINE INPUT.json OUTPUT.json`: time and peak memory are then this
pipeline's alone. INPUT holds `train` (examples with spans) and `ask` (texts).
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot.environment import prepare, quieten
from bot.evaluation.labels import decode, encode

HERE = Path(__file__).parent
RASA = {
    "roamdesk": Path("config.yml"),
    "logistic_crf": HERE / "pipelines/logistic_crf.yml",
    "diet": HERE / "pipelines/diet.yml",
}
SPACY = "spacy"
PIPELINES = (*RASA, SPACY)
SPACY_EPOCHS, SPACY_BATCH, SPACY_DROPOUT = 15, 32, 0.2
SEED = 20111

Answer = dict[str, Any]


def main(pipeline: str, source: str, target: str) -> None:
    """Train, ask, and write what was answered and what it took."""
    prepare()
    quieten()
    given = json.loads(Path(source).read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["RASA_CACHE_DIRECTORY"] = folder  # nothing trained elsewhere is used again
        started = time.perf_counter()
        ask = (
            _spacy(given["train"]) if pipeline == SPACY else _rasa(pipeline, given["train"], folder)
        )
        seconds = time.perf_counter() - started
        answers = []
        for text in given["ask"]:
            at = time.perf_counter()
            answer = ask(text)
            answers.append({**answer, "milliseconds": (time.perf_counter() - at) * 1000})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report = {"answers": answers, "train_seconds": seconds, "memory_mb": peak}
    Path(target).write_text(json.dumps(report, ensure_ascii=False), "utf-8")


def _rasa(pipeline: str, train: Sequence[Answer], folder: str) -> Callable[[str], Answer]:
    import asyncio

    from rasa.core.agent import Agent
    from rasa.model_training import train_nlu
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import LiteralScalarString

    own = pipeline == "roamdesk"  # finds facts by the data files, not by marked spans
    blocks: dict[tuple[str, str | None], list[str]] = {}
    for row in train:
        line = row["text"] if own else _marked(row)
        blocks.setdefault((row["intent"], row.get("category")), []).append(f"- {line}\n")
    document = {
        "version": "3.1",
        "nlu": [
            {
                "intent": intent,
                **({"metadata": {"category": category}} if category else {}),
                "examples": LiteralScalarString("".join(lines)),
            }
            for (intent, category), lines in blocks.items()
        ],
    }
    data = Path(folder) / "nlu.yml"
    with data.open("w", encoding="utf-8") as file:
        YAML().dump(document, file)
    made = train_nlu(str(RASA[pipeline]), str(data), folder, fixed_model_name="fold")
    agent = Agent.load(model_path=str(made))
    loop = asyncio.new_event_loop()

    def ask(text: str) -> Answer:
        parsed = loop.run_until_complete(agent.parse_message(text))
        ranking = [r for r in parsed["intent_ranking"] if r["name"] != "nlu_fallback"]
        entities = parsed["entities"]
        facts = (
            {e["entity"]: str(e["value"]) for e in entities}
            if own
            else decode((e["entity"], text[e["start"] : e["end"]]) for e in entities)
        )
        first = ranking[0] if ranking else parsed["intent"]
        return {"intent": first["name"], "confidence": first["confidence"], "facts": facts}

    return ask


def _marked(row: Answer) -> str:
    text, line, at = row["text"], "", 0
    for start, end, fact, value in sorted(row["spans"]):
        meaning = json.dumps({"entity": encode(fact, value)})
        line += f"{text[at:start]}[{text[start:end]}]{meaning}"
        at = end
    return line + text[at:]


def _spacy(train: Sequence[Answer]) -> Callable[[str], Answer]:
    import random

    import spacy
    from spacy.training import Example, offsets_to_biluo_tags
    from spacy.util import fix_random_seed, minibatch

    from bot.understanding import lexicon
    from bot.understanding.normalise import normalise
    from bot.understanding.words import frequencies, teach

    fix_random_seed(SEED)
    teach(frequencies(lexicon.words(lexicon.documents())))
    nlp = spacy.blank("zh", config={"nlp": {"tokenizer": {"segmenter": "jieba"}}})
    nlp.add_pipe("textcat", config={"model": {"@architectures": "spacy.TextCatEnsemble.v2"}})
    nlp.add_pipe("ner")
    labels = sorted({row["intent"] for row in train})
    examples = []
    for row in train:
        normal = normalise(row["text"])
        if not normal.text:
            continue
        doc = nlp.make_doc(normal.text)
        spans = [
            (normal.offsets.index(start), len([o for o in normal.offsets if o < end]), encode(f, v))
            for start, end, f, v in row["spans"]
            if start in normal.offsets
        ]
        tags = offsets_to_biluo_tags(doc, spans)
        annotations = {
            "cats": {label: float(label == row["intent"]) for label in labels},
            "entities": ["O" if tag == "-" else tag for tag in tags],
        }
        examples.append(Example.from_dict(doc, annotations))
    optimizer = nlp.initialize(lambda: examples)
    shuffled = random.Random(SEED)  # noqa: S311
    for _ in range(SPACY_EPOCHS):
        shuffled.shuffle(examples)
        for batch in minibatch(examples, SPACY_BATCH):
            nlp.update(batch, sgd=optimizer, drop=SPACY_DROPOUT)

    def ask(text: str) -> Answer:
        doc = nlp(normalise(text).text)
        intent, confidence = max(doc.cats.items(), key=lambda item: item[1])
        facts = decode((span.label_, span.text) for span in doc.ents)
        return {"intent": intent, "confidence": confidence, "facts": facts}

    return ask


if __name__ == "__main__":
    main(*sys.argv[1:4])
