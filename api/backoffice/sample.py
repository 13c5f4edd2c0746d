"""Sample subscribers for the demo page and for rehearsals; every answer says it is a sample."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from api.backoffice.protocol import QUESTIONS, Answer, Subscriber, digits, refusal
from api.settings import DATA

SAMPLE_FILE = DATA / "backoffice" / "sample.yml"
SAMPLE_BLOCK = "1890000"
"""All sample numbers begin so. They are invented; nobody is ever called or texted at them."""

MARK = "（样例数据）"

YesNo = Literal["yes", "no"]


class SampleAnswers(BaseModel):
    """What the sample systems hold on one subscriber; None where they cannot tell."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ild_open: YesNo | None
    home_config_ok: YesNo | None
    vpn_open: YesNo | None
    subscriber_data_ok: YesNo | None
    card_type_on_record: Literal["ctoc", "ctog"] | None
    card_reissued_after_korea: YesNo | None


class SampleSubscriber(BaseModel):
    """One invented subscriber; `shows` is the demo page's line on what to try with it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    msisdn: str = Field(pattern=rf"^{SAMPLE_BLOCK}\d{{4}}$")
    iccid: str = Field(pattern=r"^\d{20}$")
    imsi: str = Field(pattern=r"^46003\d{10}$")
    shows: str = Field(min_length=4, max_length=60)
    outcome: str
    """The outcome this subscriber is made for; waiting_back_office where nobody answers."""
    answers: SampleAnswers


class SampleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    note: str
    subscribers: list[SampleSubscriber]

    @model_validator(mode="after")
    def _identifiers_are_unique(self) -> "SampleFile":
        for kind in ("msisdn", "iccid", "imsi"):
            found = [getattr(subscriber, kind) for subscriber in self.subscribers]
            if len(set(found)) != len(found):
                raise ValueError(f"two sample subscribers share an {kind}")
        return self


def sample_subscribers(path: Path = SAMPLE_FILE) -> tuple[SampleSubscriber, ...]:
    """Read the sample subscribers, in the order of the file.

    Raises pydantic.ValidationError when the file does not fit.
    """
    return tuple(SampleFile.model_validate(YAML(typ="safe").load(path)).subscribers)


class SampleBackOffice:
    """Answers for the sample subscribers only; found by phone number, else ICCID, else IMSI."""

    name = "sample"

    def __init__(self, subscribers: tuple[SampleSubscriber, ...]) -> None:
        self._by_identifier = {
            identifier: subscriber
            for subscriber in subscribers
            for identifier in (subscriber.msisdn, subscriber.iccid, subscriber.imsi)
        }

    async def ask(self, fact: str, subscriber: Subscriber, location: str | None) -> Answer:
        refused = refusal(fact, subscriber)
        if refused is not None:
            return refused
        question = QUESTIONS[fact]
        found = self._find(subscriber)
        if found is None:
            return Answer(None, question.system, "", "样例后台里没有这个号码，由人工查询")
        value: str | None = getattr(found.answers, fact)
        if value is None:
            return Answer(None, question.system, "", "样例后台查不到这一项，由人工查询")
        return Answer(value, question.system, question.meanings[value] + MARK)

    async def close(self) -> None:
        return None

    def _find(self, subscriber: Subscriber) -> SampleSubscriber | None:
        for identifier in (subscriber.msisdn, subscriber.iccid, subscriber.imsi):
            if identifier:
                return self._by_identifier.get(digits(identifier))
        return None
