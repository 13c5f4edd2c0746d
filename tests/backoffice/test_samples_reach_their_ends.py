"""Each sample subscriber walks the real trees to the end it was made for."""

import pytest

from api.backoffice import SampleSubscriber, Subscriber, build, sample_subscribers
from api.decision_tree import load, walk
from api.diagnosis.library import read_documents
from api.settings import DATA

LIBRARY = load(read_documents(DATA / "diagnosis"))

# What the customer on the demo page answers, where the sample's line asks for nothing else.
CUSTOMER = {
    "service": "voice",
    "location": "ID",
    "card_type": "unsure",
    "network": "g",
    "card_slot": "g",
    "works_at_home": "yes",
    "prl_version": "unsure",
    "prl_updated": "yes",
    "selected_by_hand": "yes",
    "operator": "vodafone",
    "sms_centre_ok": "yes",
    "back_in_china": "no",
}
OTHERWISE = {
    "subscriber_data_wrong": {"service": "sms"},
    "skt_reissue": {"location": "KR", "card_reissued_after_korea": "yes"},
}
LONGEST_INTERVIEW = 40


@pytest.mark.parametrize("sample", sample_subscribers(), ids=lambda sample: sample.msisdn)
async def test_a_sample_reaches_its_end(sample: SampleSubscriber) -> None:
    office = build("sample")
    says = CUSTOMER | OTHERWISE.get(sample.outcome, {}) | {"msisdn": sample.msisdn}
    facts = {"coverage": "yes"}  # said by an agent: the table is not what is tried here
    for _ in range(LONGEST_INTERVIEW):
        step = walk(LIBRARY, facts)
        if step.kind == "conclude":
            assert step.outcome == sample.outcome
            return
        if step.kind == "ask":
            facts[step.fact] = says[step.fact]
            continue
        answer = await office.ask(step.fact, Subscriber(msisdn=facts.get("msisdn")), "ID")
        if answer.value is None:
            assert sample.outcome == "waiting_back_office"
            return
        facts[step.fact] = answer.value
    pytest.fail("the interview did not end")
