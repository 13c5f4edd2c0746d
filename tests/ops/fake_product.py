"""The real supervisor over small stand-ins: `fake_product.py FAULT...` (no faults: all goes well).

The stand-in API answers /healthz at once and /readyz with 200 once the stand-in Rasa has started.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from ops import product, supervisor
from ops.child import Spec
from ops.settings import Settings, SettingsError
from ops.terminal import Terminal

FAULTS = sys.argv[1:]
HERE = Path(os.environ["ROAMDESK_DATA"])
MODELS = HERE / "models"

API = """
import http.server, pathlib, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = pathlib.Path('rasa.up').exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b'{"database": "ready", "bot": "%s", "actions": "ready"}'
                         % (b"ready" if ready else b"starting"))
    def log_message(self, *args): pass
if 'setting' in sys.argv:
    print('ROAMDESK_CLOCK is wrong'); sys.exit(2)
print('admin password: s3same', flush=True)
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()
"""
RASA = (
    "import pathlib, sys, time; print('model', sys.argv[1]); time.sleep(0.5); "
    "pathlib.Path('rasa.up').touch(); time.sleep(600)"
)
TRAIN = """
import json, pathlib, sys, tarfile
print('epoch 1 of 2'); print('epoch 2 of 2')
if 'training' in sys.argv: sys.exit(1)
with tarfile.open('models/new.tar.gz', 'w:gz') as archive: archive.add('models', recursive=False)
pathlib.Path('models/current.json').write_text(json.dumps({'model': 'new'}))
"""


def spec(name: str, script: str, *arguments: str, hopeless: frozenset[int] = frozenset()) -> Spec:
    command = [sys.executable, "-u", "-c", script, *arguments, *FAULTS]
    return Spec(name, name, command, HERE, {}, 1.5, hopeless)


def stand_in() -> None:
    MODELS.mkdir(exist_ok=True)
    if "old-model" in FAULTS or "damaged" in FAULTS:
        (MODELS / "current.json").write_text(json.dumps({"model": "old"}))
        (MODELS / "old.tar.gz").write_bytes(b"cut off")
    if "old-model" in FAULTS:
        supervisor._readable = lambda model: True
    product.MODELS = MODELS
    product.api = lambda settings: spec("api", API, str(settings.port), hopeless=frozenset({2}))
    product.actions = lambda settings: spec("actions", "import time; time.sleep(600)")
    product.rasa = lambda settings, model: spec("rasa", RASA, model.name)
    product.training = lambda: spec("train", TRAIN)
    product.training_check = lambda: ["false"]


async def main() -> int:
    stand_in()
    return await supervisor.Supervisor(Settings.from_environment(), Terminal()).run()


try:
    sys.exit(asyncio.run(main()))
except SettingsError as error:
    print(error)
    sys.exit(2)
