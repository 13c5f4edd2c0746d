"""No back office is connected: every question waits for a person."""

from api.backoffice.protocol import QUESTIONS, Answer, Subscriber


class NoBackOffice:
    """Answers nothing and says so."""

    name = "none"

    async def ask(self, fact: str, subscriber: Subscriber, location: str | None) -> Answer:
        question = QUESTIONS.get(fact)
        return Answer(None, question.system if question else "", "", "没有接入后台系统，由人工查询")

    async def close(self) -> None:
        return None
