"""Promote, refuse, go back: on files alone, without Rasa and without training."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from bot import inputs, promote, shelf, train

OLD, NEW = "roamdesk-aaaaaaaaaaaa", "roamdesk-bbbbbbbbbbbb"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROAMDESK_DATA", str(tmp_path / "var"))
    inputs.MODELS.mkdir()
    _made(OLD)
    _made(NEW)
    _write(inputs.CURRENT, {"model": OLD, "data_hash": "d", "config_hash": "c", "seconds": 1})
    _proved("better")
    return tmp_path


def _made(model: str) -> None:
    with tarfile.open(inputs.archive(model), "w:gz") as archive:
        member = tarfile.TarInfo("metadata.json")
        member.size = 2
        archive.addfile(member, io.BytesIO(b"{}"))


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content), "utf-8")


def _proved(verdict: str, against: str = OLD) -> None:
    proof = {"verdict": verdict, "against": against, "lost": ["地点 F1 降了"]}
    shelf.add_to_card(NEW, data_hash="d2", config_hash="c", proof=proof, test={"place_f1": 0.9})


def _refusal(*given: str) -> tuple[str, int]:
    with pytest.raises(promote.Refused) as refused:
        promote.promote(*given)
    return refused.value.code, refused.value.exit_code


def test_promoting_puts_a_model_to_use_and_the_manifest_says_how_good_it_is() -> None:
    done = promote.promote(NEW, "lin")
    assert (done["model"], done["before"], done["served"]) == (NEW, OLD, False)
    assert shelf.in_use() == NEW
    manifest = json.loads((inputs.MODELS / "manifest.json").read_text("utf-8"))
    assert (manifest["model"], manifest["scores"]["test"]) == (NEW, {"place_f1": 0.9})
    assert promote.promote(NEW, "lin")["before"] == NEW  # again changes nothing


def test_going_back_restores_the_model_before_and_keeps_the_other_from_returning() -> None:
    promote.promote(NEW, "lin")
    assert shelf.one_before() == OLD
    assert promote.roll_back("lin", "投诉变多")["model"] == OLD
    current = json.loads(inputs.CURRENT.read_text("utf-8"))
    assert (current["model"], current["data_hash"]) == (OLD, "d")
    assert shelf.refused()[NEW]["reason"] == "投诉变多"
    with pytest.raises(promote.Refused) as refused:
        promote.roll_back("lin")
    assert refused.value.code == "nothing_before"


def test_a_worse_an_unproved_an_outdated_and_a_refused_model_need_a_word() -> None:
    _proved("worse")
    assert _refusal(NEW, "lin") == ("worse_model", promote.WORSE)
    _proved("better", "roamdesk-cccccccccccc")
    assert _refusal(NEW, "lin") == ("proof_outdated", promote.UNPROVED)
    shelf.add_to_card(NEW, proof=None)
    assert _refusal(NEW, "lin") == ("not_proved", promote.UNPROVED)
    _proved("better")
    promote.refuse(NEW, "lin", "不要")
    assert _refusal(NEW, "lin") == ("refused_model", promote.WORSE)
    assert shelf.in_use() == OLD
    promote.promote(NEW, "chen", "今天上线", override=True)
    assert shelf.in_use() == NEW
    assert NEW not in shelf.refused()


@pytest.mark.parametrize("left", [0, 10, -12, -1])
def test_an_archive_that_lacks_a_byte_is_damaged(left: int) -> None:
    file = inputs.archive(NEW)
    file.write_bytes(file.read_bytes()[:left])
    assert _refusal(NEW, "lin") == ("model_damaged", promote.DAMAGED)
    assert shelf.in_use() == OLD


def test_an_archive_with_another_byte_is_damaged() -> None:
    file = inputs.archive(NEW)
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(bytes(whole))
    assert _refusal(NEW, "lin")[0] == "model_damaged"


@pytest.mark.parametrize("name", ["roamdesk-cccccccccccc", "../../etc/passwd", "current"])
def test_what_is_no_model_is_not_found(name: str) -> None:
    assert _refusal(name, "lin") == ("model_not_found", promote.NO_SUCH_MODEL)


def test_the_model_in_use_can_not_be_refused() -> None:
    with pytest.raises(promote.Refused) as refused:
        promote.refuse(OLD, "lin", "不要")
    assert refused.value.code == "model_in_use"


def test_a_refused_model_is_not_what_the_next_start_serves(project: Path) -> None:
    (project / "config.yml").write_text("a", "utf-8")
    wanted = inputs.read().model
    assert train.stays_refused(wanted) is None
    assert train.main(["--check"]) == train.STALE
    shelf.refuse(wanted, "lin", "投诉类别变差")
    assert "投诉类别变差" in (train.stays_refused(wanted) or "")
    assert train.main(["--check"]) == 0
    assert train.main([]) == 0  # and is not trained either
    assert shelf.in_use() == OLD
    inputs.archive(OLD).unlink()
    assert train.main(["--check"]) == train.STALE  # better a refused model than none


def test_tidying_up_leaves_what_is_in_use_and_what_one_may_go_back_to() -> None:
    promote.promote(NEW, "lin")
    for number in range(8):
        _made(f"roamdesk-{number:012d}")
    half_made = inputs.MODELS / f"{train.MAKING}{NEW}-999999999"
    half_made.mkdir()
    train.tidy({"roamdesk-000000000003"})
    left = {file.name.removesuffix(".tar.gz") for file in inputs.MODELS.glob("*.tar.gz")}
    assert {OLD, NEW, "roamdesk-000000000003", "roamdesk-000000000007"} <= left
    assert "roamdesk-000000000000" not in left
    assert not half_made.exists()


def test_broken_lists_are_empty_lists() -> None:
    for name in (shelf.REFUSED, shelf.PROMOTED):
        (inputs.MODELS / name).write_text("[", "utf-8")
    assert (shelf.refused(), shelf.promotions()) == ({}, [])
    promote.promote(NEW, "lin")
    assert shelf.in_use() == NEW


def test_the_command_says_it_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    _proved("worse")
    arguments = [NEW, "--json", "--reason", "我要", "--no-override"]
    assert promote.main(arguments) == promote.WORSE
    assert json.loads(capsys.readouterr().out)["code"] == "worse_model"
    assert promote.main([NEW, "--json", "--reason", "我要"]) == 0
    assert json.loads(capsys.readouterr().out)["model"] == NEW
    assert promote.main(["--list"]) == 0
    assert f"{NEW}" in capsys.readouterr().out
