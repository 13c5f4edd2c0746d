"""A bot's environment for tests of the training runs: the real bot.promote, and a child by order.

`bot.promote` is standard library only, so it runs in this environment too; training is a script
that says what a real one says and leaves the proof that a test has written.
"""

import io
import json
import shutil
import sys
import tarfile
from pathlib import Path

from api.settings import ROOT
from api.training.runs.workshop import Workshop

IN_USE, CANDIDATE = "roamdesk-aaaaaaaaaaaa", "roamdesk-bbbbbbbbbbbb"
FIGURES = {"intent_macro_f1": 0.95, "place_f1": 0.96}

CHILD = """
import json, os, pathlib, signal, sys, time
told = json.loads(pathlib.Path(sys.argv[1]).read_text())
pathlib.Path(told["seen"]).write_text(pathlib.Path(sys.argv[2]).read_text())
for number, line in enumerate(told["lines"]):
    print(json.dumps(line), flush=True)
    time.sleep(told["pause"])
print("a line of a library", flush=True)
while pathlib.Path(told["hold"]).exists():
    time.sleep(0.02)
if told["kill"]:
    os.kill(os.getpid(), signal.SIGKILL)
if told["proof"] is not None:
    pathlib.Path(sys.argv[3]).write_text(told["proof"])
sys.exit(told["code"])
"""

RASA = """
import http.server, json, sys, urllib.request
port, model, api, key = int(sys.argv[1]), *sys.argv[2:5]
MEANT = {"我在缅甸没信号": ("report_no_signal", {"service": "signal", "location": "MM"})}

class Rasa(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.answer({"model_file": model + ".tar.gz", "model_id": "1"})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        intent, facts = MEANT.get(body["message"], ("nlu_fallback", {}))
        report = {
            "conversation_id": body["sender"], "message_id": body["metadata"]["message_id"],
            "text": body["message"], "normalised": body["message"],
            "intent": {"name": intent, "confidence": 0.87}, "model": "1",
            "facts": [{"fact": fact, "value": value} for fact, value in facts.items()],
        }
        request = urllib.request.Request(
            api + "/internal/turns", json.dumps(report).encode(),
            {"content-type": "application/json", "x-roamdesk-key": key})
        said = json.load(urllib.request.urlopen(request))["messages"]
        items = []
        for each in said:
            items += [{"text": each["text"] or each["response"]}, {"custom": each}]
        self.answer(items)

    def answer(self, found):
        whole = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(whole)))
        self.end_headers()
        self.wfile.write(whole)

    def log_message(self, *_):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", port), Rasa).serve_forever()
"""
"""Serves a candidate as Rasa and its action do: every turn is one call of the API."""


class TestWorkshop(Workshop):
    """A project folder with two models in it; `told` is what the next training does."""

    __test__ = False

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.python = sys.executable
        self.models.mkdir(parents=True)
        if not (root / "data").exists():
            (root / "data").mkdir()
            (root / "data" / "diagnosis").symlink_to(ROOT / "data" / "diagnosis")
        (root / "bot").symlink_to(ROOT / "bot")
        (root / "child.py").write_text(CHILD)
        (root / "rasa.py").write_text(RASA)
        shutil.copy2(ROOT / "endpoints.yml", root)
        self.api, self.key = "", ""
        self.hold = root / "hold"
        self.seen = root / "seen.json"
        self.told = {
            "lines": [{"phase": "train", "text": "训练分词", "progress": 0.4}],
            "pause": 0.0,
            "hold": str(self.hold),
            "seen": str(self.seen),
            "kill": False,
            "proof": json.dumps(proof()),
            "code": 0,
        }
        for model in (IN_USE, CANDIDATE):
            self.put(model)
        self.write("current.json", {"model": IN_USE})
        self.prove("same")

    def candidate(self, replay: Path, out: Path) -> list[str]:
        told = self.root / "told.json"
        told.write_text(json.dumps(self.told))
        return [sys.executable, str(self.root / "child.py"), str(told), str(replay), str(out)]

    def serve(self, model: str, port: int, endpoints: Path) -> list[str]:
        given = (str(port), model, self.api, self.key)
        return [sys.executable, str(self.root / "rasa.py"), *given]

    def put(self, model: str) -> None:
        """A whole archive, as Rasa's."""
        with tarfile.open(self.archive(model), "w:gz") as archive:
            member = tarfile.TarInfo("metadata.json")
            member.size = 2
            archive.addfile(member, io.BytesIO(b"{}"))

    def prove(self, verdict: str) -> None:
        """What bot.candidate leaves with the candidate."""
        kept = {"verdict": verdict, "against": IN_USE, "lost": ["地点 F1 降了"], "gained": []}
        hashes = {"data_hash": "d", "config_hash": "c"}
        card = {"model": CANDIDATE, **hashes, "proof": kept, "test": FIGURES}
        self.write(f"{CANDIDATE}.json", card)

    def write(self, name: str, content: object) -> None:
        (self.models / name).write_text(json.dumps(content))

    def read(self, name: str) -> dict:
        return json.loads((self.models / name).read_text())


def proof(verdict: str = "better", **more: object) -> dict:
    """What bot.candidate writes."""
    return {
        "model": CANDIDATE,
        "against": IN_USE,
        "verdict": verdict,
        "figures": {"before": FIGURES, "after": FIGURES},
        "lost": ["地点 F1 从 0.960 降到 0.900（容许 0.005）"] if verdict == "worse" else [],
        "gained": ["意图“费用”从 0.900 升到 0.950"] if verdict == "better" else [],
        "labels": {},
        "messages": {"better": [], "worse": [], "other": 0},
        "code_changed": False,
        **more,
    }
