"""None and sample: honest where they cannot answer, and a sample for every end."""

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from api.backoffice import QUESTIONS, Answer, Subscriber, build, sample_subscribers
from api.backoffice.http import HttpBackOffice
from api.backoffice.none import NoBackOffice
from api.backoffice.sample import SAMPLE_FILE, SampleBackOffice, SampleFile

SAMPLES = sample_subscribers()


@pytest.mark.parametrize("setting", ["none", "", "  none "])
async def test_none_answers_nothing_and_says_so(setting: str) -> None:
    office = build(setting)
    assert isinstance(office, NoBackOffice)
    answer = await office.ask("home_config_ok", Subscriber(msisdn="18900000001"), "TW")
    assert answer == Answer(None, "noc", "", "没有接入后台系统，由人工查询")
    await office.close()


def test_the_setting_chooses() -> None:
    assert build("sample").name == "sample"
    assert isinstance(build("http://127.0.0.1:9/desk"), HttpBackOffice)


@pytest.mark.parametrize(
    "setting",
    [
        "Sample",
        "ftp://x",
        "http://",
        "http://x/?a=1",
        "http://x/#a",
        "crm",
        "http://x:y/",
    ],
)
def test_a_wrong_setting_stops_the_start(setting: str) -> None:
    with pytest.raises(ValueError):
        build(setting)


@pytest.mark.parametrize(
    ("fact", "value"),
    [(question.fact, value) for question in QUESTIONS.values() for value in question.meanings],
)
def test_some_sample_has_each_value(fact: str, value: str) -> None:
    assert value in {getattr(sample.answers, fact) for sample in SAMPLES}


def test_the_samples_reach_every_end_of_the_back_office() -> None:
    assert {sample.outcome for sample in SAMPLES} == {
        "ild_not_open",
        "home_network_misconfigured",
        "vpn_interference",
        "subscriber_data_wrong",
        "foreign_c_coverage",
        "foreign_operator",
        "skt_reissue",
        "waiting_back_office",
    }


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.msisdn)
async def test_a_sample_is_found_by_each_of_its_numbers_and_marked(sample: object) -> None:
    office = SampleBackOffice(SAMPLES)
    for kind in ("msisdn", "iccid", "imsi"):
        subscriber = Subscriber(**{kind: getattr(sample, kind)})
        for fact, question in QUESTIONS.items():
            answer = await office.ask(fact, subscriber, "TW")
            assert answer.value == getattr(sample.answers, fact)  # type: ignore[attr-defined]
            assert answer.system == question.system
            text = answer.detail if answer.value else answer.why_not
            assert "样例" in (text or "")


@pytest.mark.parametrize("written", ["+86 189-0000-0001", "8618900000001", "0086 18900000001"])
async def test_a_number_is_found_however_it_is_written(written: str) -> None:
    answer = await build("sample").ask("ild_open", Subscriber(msisdn=written), None)
    assert answer == Answer("no", "crm", "国际长途没有开通（样例数据）")


async def test_anybody_else_waits_for_a_person() -> None:
    office = build("sample")
    answer = await office.ask("ild_open", Subscriber(msisdn="18912345678"), "TW")
    assert answer == Answer(None, "crm", "", "样例后台里没有这个号码，由人工查询")
    assert (await office.ask("ild_open", Subscriber(), "TW")).why_not == "还没有可以查询的号码"
    unknown = await office.ask("service", Subscriber(msisdn="18900000001"), "TW")
    assert unknown == Answer(None, "", "", "后台系统不掌握这一项")


def test_every_iccid_has_a_right_check_digit() -> None:
    for sample in SAMPLES:
        doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(sample.iccid)]
        assert sum(number // 10 + number % 10 for number in doubled) % 10 == 0


@pytest.mark.parametrize(
    "change",
    [
        {"msisdn": "18912345678"},
        {"imsi": "460010000000001"},
        {"answers": {}},
        {"extra": 1},
        {"iccid": SAMPLES[1].iccid},
    ],
)
def test_a_sample_that_does_not_fit_is_refused(change: dict[str, object]) -> None:
    document = YAML(typ="safe").load(SAMPLE_FILE)
    document["subscribers"][0].update(change)
    with pytest.raises(ValidationError):
        SampleFile.model_validate(document)
