"""What only the operator's own systems can say: CRM, NOC, HLR.

`build` makes the one that `ROAMDESK_BACKOFFICE` names. Asking never raises: where no answer is to
be had, `Answer.value` is None, `why_not` says why, and the case waits for a person.
"""

from api.backoffice.build import build
from api.backoffice.protocol import QUESTIONS, Answer, BackOffice, Question, Subscriber
from api.backoffice.sample import SampleSubscriber, sample_subscribers

__all__ = [
    "QUESTIONS",
    "Answer",
    "BackOffice",
    "Question",
    "SampleSubscriber",
    "Subscriber",
    "build",
    "sample_subscribers",
]
