"""The questions a back office can be asked, and the shape of asking and answering."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Question:
    """A fact of the back office: who holds it, and what each value means in Chinese."""

    fact: str
    system: str
    """crm, noc or hlr."""
    meanings: Mapping[str, str]
    """Every value there is, with a clause for whoever reads the case."""


QUESTIONS: Mapping[str, Question] = MappingProxyType(
    {
        question.fact: question
        for question in (
            Question("ild_open", "crm", {"yes": "国际长途已开通", "no": "国际长途没有开通"}),
            Question(
                "home_config_ok", "noc", {"yes": "国内网络配置正确", "no": "国内网络配置有误"}
            ),
            Question("vpn_open", "crm", {"yes": "开通了 VPN 业务", "no": "没有开通 VPN 业务"}),
            Question(
                "subscriber_data_ok",
                "hlr",
                {
                    "yes": "CRM 与 HLR 的用户数据一致",
                    "no": "CRM 或 HLR 的用户数据有误",
                },
            ),
            Question(
                "card_type_on_record",
                "crm",
                {
                    "ctoc": "登记的是单模国际卡",
                    "ctog": "登记的是双模国际卡",
                },
            ),
            Question(
                "card_reissued_after_korea",
                "crm",
                {
                    "yes": "从韩国回来后补过卡",
                    "no": "从韩国回来后没有补过卡",
                },
            ),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is asked about; digits as the customer gave them, None where not known.

    Left out of `repr`, so that a number never reaches a log by accident.
    """

    msisdn: str | None = field(default=None, repr=False)
    iccid: str | None = field(default=None, repr=False)
    imsi: str | None = field(default=None, repr=False)

    @property
    def known(self) -> bool:
        """Whether there is anything to look up by."""
        return bool(self.msisdn or self.iccid or self.imsi)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: `value` is one of the question's values, or None with a reason."""

    value: str | None
    system: str
    """crm, noc or hlr; empty for a fact that no back office holds."""
    detail: str
    """One Chinese clause for whoever reads the case; empty without a value."""
    why_not: str | None = None
    """One Chinese clause: why there is no value."""


class BackOffice(Protocol):
    """Answers one question about one subscriber. `ask` never raises."""

    @property
    def name(self) -> str:
        """none, sample or http: for the health page, never an address."""
        ...

    async def ask(self, fact: str, subscriber: Subscriber, location: str | None) -> Answer:
        """Answer `fact` for `subscriber`, now in `location` (ISO 3166-1 alpha-2)."""
        ...

    async def close(self) -> None:
        """Let go of connections; asking afterwards is answered with a reason."""
        ...


def refusal(fact: str, subscriber: Subscriber) -> Answer | None:
    """Return the answer to a question that needs no asking, None to go on and ask."""
    question = QUESTIONS.get(fact)
    if question is None:
        return Answer(None, "", "", "后台系统不掌握这一项")
    if not subscriber.known:
        return Answer(None, question.system, "", "还没有可以查询的号码")
    return None


def digits(identifier: str) -> str:
    """Return the digits of `identifier`; a phone number loses its country code 86."""
    found = re.sub(r"\D", "", identifier)
    return re.sub(r"^(?:00)?86(?=1\d{10}$)", "", found)
