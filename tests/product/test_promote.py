"""Changing the model under real customers: no turn is lost, a bad file changes nothing.

The product runs on a copy of the project, so that the models of this one stay as they are. The
other model is the one in use with an id and a name of its own: what is proved is the change.
"""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from tests.product.conftest import ROOT, Product, until

pytestmark = pytest.mark.product

PASSWORD = "correct horse battery"
OTHER, DAMAGED = "roamdesk-0123456789ab", "roamdesk-ba9876543210"
COPIED = ("api", "ops", "web", "bot", "actions", "data", "tests/understanding")
FILES = ("config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "tests/conversations")
WORDS = ("我在日本没信号", "双模卡", "上不了网", "谢谢", "转人工", "我在台湾打不了电话")
CUSTOMERS = 4


class ProductOfCopy(Product):
    """The product of another folder."""

    root: Path

    def promote(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.promote", *arguments, "--json"],
            cwd=self.root,
            env={**os.environ, "ROAMDESK_DATA": str(self.data)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def in_use(self) -> str:
        return str(json.loads((self.root / "models/current.json").read_text())["model"])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy with the same environments, the model in use and another one."""
    root = tmp_path_factory.mktemp("project")
    for name in (*COPIED, *FILES):
        source, copy = ROOT / name, root / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            ignore = shutil.ignore_patterns(".venv", "__pycache__")
            shutil.copytree(source, copy, ignore=ignore)
        else:
            shutil.copy2(source, copy)
    for name in ("api", "bot"):
        (root / name / ".venv").symlink_to(ROOT / name / ".venv")
    models = root / "models"
    models.mkdir()
    current = json.loads((ROOT / "models/current.json").read_text())
    archive = models / f"{current['model']}.tar.gz"
    shutil.copy2(ROOT / "models" / archive.name, archive)
    (models / "current.json").write_text(json.dumps(current))
    _with_another_id(archive, models / f"{OTHER}.tar.gz")
    return root


@pytest.fixture(scope="module")
def product(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProductOfCopy]:
    data = tmp_path_factory.mktemp("promote")
    # Whatever the files of this checkout would train: here the model that is there is served.
    wanted = subprocess.run(
        [sys.executable, "-c", "from bot import inputs; print(inputs.read().model)"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    served = json.loads((project / "models/current.json").read_text())["model"]
    refused = {wanted: {"at": "", "by": "test", "reason": "在测试里不用"}}
    if wanted != served:
        (project / "models/refused.json").write_text(json.dumps(refused))
    running = ProductOfCopy(data, root=project, ROAMDESK_ADMIN_PASSWORD=PASSWORD)
    running.root = project
    try:
        running.wait_until("/readyz")
        yield running
    finally:
        running.end()


@pytest.fixture(scope="module")
def staff(product: ProductOfCopy) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=product.http.base_url, timeout=200) as http:
        body = {"username": "admin", "password": PASSWORD}
        assert http.post("/v1/auth/login", json=body).status_code == 200
        yield http


def _with_another_id(source: Path, target: Path) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w:gz") as new:
        for member in old:
            content = old.extractfile(member)
            if member.name.removeprefix("./") == "metadata.json" and content is not None:
                changed = {**json.load(content), "model_id": "0" * 32}
                whole = json.dumps(changed).encode()
                member.size = len(whole)
                new.addfile(member, io.BytesIO(whole))
            else:
                new.addfile(member, content)


class Talking:
    """Customers who go on talking until they are told to stop."""

    def __init__(self, product: Product) -> None:
        self.customers = [product.customer() for _ in range(CUSTOMERS)]
        self.slowest = 0.0
        self.errors: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._talk, args=(customer,)) for customer in self.customers
        ]

    def __enter__(self) -> "Talking":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _talk(self, customer: Any) -> None:
        at = 0
        try:
            while not self._stop.is_set():
                began = time.monotonic()
                customer.say(WORDS[at % len(WORDS)])
                self.slowest = max(self.slowest, time.monotonic() - began)
                at += 1
        except BaseException as error:
            self.errors.append(error)


def _models_of(staff: httpx2.Client, talking: Talking) -> list[str]:
    """The model of every message of the bot, once each customer's message has had an answer."""
    models = []
    for customer in talking.customers:
        seen = staff.get(f"/v1/conversations/{customer.id}").json()["messages"]
        asked = [m for m in seen if m["sender"] == "customer"]
        assert asked
        assert {m["turn"] for m in asked} == {"done"}
        assert not [m["text"] for m in seen if m["sender"] == "system"]
        answers = [m for m in seen if m["sender"] == "bot" and m["trace"]]
        models += [m["trace"]["model"] for m in answers]
    return models


def test_a_model_is_promoted_and_rolled_back_and_no_turn_is_lost(
    product: ProductOfCopy, staff: httpx2.Client
) -> None:
    first = product.in_use()
    with Talking(product) as talking:
        time.sleep(2)
        began = time.monotonic()
        done = product.promote(OTHER, "--reason", "测试")
        promoted = time.monotonic() - began
        assert done.returncode == 0, done.stdout + done.stderr
        assert json.loads(done.stdout)["served"] is True
        time.sleep(3)
    assert not talking.errors
    models = _models_of(staff, talking)
    assert set(models) == {first, OTHER}
    assert product.in_use() == OTHER
    print(f"\npromoted in {promoted:.1f} s under load; slowest turn {talking.slowest:.1f} s")
    with Talking(product) as talking:
        time.sleep(2)
        back = staff.post("/v1/training/models/rollback", json={"reason": "测试"})
        assert back.status_code == 200, back.text
        assert back.json() | {"message": ""} == {
            "model": first,
            "before": OTHER,
            "served": True,
            "restart": False,
            "message": "",
        }
        time.sleep(3)
    assert not talking.errors
    assert set(_models_of(staff, talking)) == {first, OTHER}
    assert product.http.get("/readyz").json()["model"] == first


def test_a_damaged_archive_is_refused_and_the_old_model_goes_on_serving(
    product: ProductOfCopy,
) -> None:
    before = product.in_use()
    archive = product.root / "models" / f"{DAMAGED}.tar.gz"
    whole = (product.root / "models" / f"{before}.tar.gz").read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    done = product.promote(DAMAGED, "--reason", "测试")
    assert done.returncode == 6
    assert json.loads(done.stdout)["code"] == "model_damaged"
    # Rasa itself, asked past our check, does not let go of the old one either.
    rasa = (product.data / "run" / "bot.url").read_text().strip()
    put = httpx2.put(f"{rasa}/model", json={"model_file": str(archive)}, timeout=60)
    assert put.status_code == 400
    assert product.in_use() == before
    assert product.customer().say("我在日本没信号")[0]["sender"] == "bot"


def test_a_rasa_that_dies_comes_back_with_the_promoted_model(product: ProductOfCopy) -> None:
    (product.root / "models/refused.json").write_text("{}")
    assert product.promote(OTHER, "--reason", "测试").returncode == 0
    product.kill("rasa")
    product.wait_until("/readyz")
    assert product.http.get("/readyz").json()["model"] == OTHER


def test_a_training_that_is_killed_is_said_to_have_failed_and_nothing_half_made_stays(
    product: ProductOfCopy, staff: httpx2.Client
) -> None:
    before = product.in_use()
    changed = product.root / "data/nlu/asking_for_a_person.yml"
    changed.write_text(changed.read_text("utf-8") + "      - 叫个真人出来跟我讲两句\n", "utf-8")
    run_id = staff.post("/v1/training/runs").json()["id"]

    def run() -> dict[str, Any]:
        found: dict[str, Any] = staff.get(f"/v1/training/runs/{run_id}").json()
        return found

    until(lambda: run()["phase"] == "train", "the training has begun", 60)
    mine = [
        process
        for process in psutil.process_iter(["cmdline"])
        if "bot.candidate" in (process.info["cmdline"] or [])
        and str(product.data) in " ".join(process.info["cmdline"])
        and "leash.py" not in " ".join(process.info["cmdline"])
    ]
    assert len(mine) == 1
    os.kill(mine[0].pid, signal.SIGKILL)
    until(lambda: run()["state"] == "failed", "the run has failed", 20)
    assert "信号 9" in run()["error"]
    assert product.in_use() == before
    assert not [f for f in (product.root / "models").glob("*.tar.gz") if f.stat().st_size == 0]
    assert product.customer().say("我在日本没信号")[0]["sender"] == "bot"


def test_a_trainer_talks_to_a_candidate_beside_the_model_in_use(
    product: ProductOfCopy, staff: httpx2.Client
) -> None:
    served = product.http.get("/readyz").json()["model"]
    models = staff.get("/v1/training/models").json()["models"]
    candidate = next(m["name"] for m in models if m["name"] not in (served, DAMAGED))
    before = staff.get("/v1/tickets").json()
    talk = staff.post("/v1/training/practice", json={"model": candidate}).json()
    path = f"/v1/training/practice/{talk['id']}"
    until(lambda: staff.get(path).json()["state"] == "ready", "the candidate is there", 120)
    heard = staff.post(f"{path}/messages", json={"text": "我在日本没信号"}).json()
    for side, model in (("before", served), ("after", candidate)):
        assert heard[side]["model"] == model
        assert heard[side]["intent"] == "report_no_signal"
        assert heard[side]["replies"][-1]["asks"]
    fact = heard["after"]["replies"][-1]["asks"]
    value = heard["after"]["replies"][-1]["choices"][0]["value"]
    choice = {"choice": {"fact": fact, "value": value}}
    heard = staff.post(f"{path}/messages", json=choice).json()
    assert heard["before"]["replies"][0]["text"] == heard["after"]["replies"][0]["text"]
    # Nothing of it is a customer's conversation or ticket.
    assert staff.get("/v1/tickets").json() == before
    assert staff.delete(path).status_code == 204
    pid = int((product.data / "practice" / "rasa.pid").read_text())
    until(lambda: not psutil.pid_exists(pid), "the candidate's process has ended", 10)
    assert not list((product.data / "practice").glob("practice.db*"))
