"""Every table, so that Alembic sees them all."""

from api.attachments import models as attachments
from api.audit import models as audit
from api.channels.join import models as join
from api.channels.wechat import models as wechat
from api.conversations import models as conversations
from api.database import Base
from api.diagnosis import models as diagnosis
from api.people import models as people
from api.phrases import models as phrases
from api.suggestions import models as suggestions
from api.tickets import models as tickets
from api.training.changes import models as training_changes
from api.training.coverage import models as training_coverage
from api.training.drafts import models as training_drafts
from api.training.review import models as training_review
from api.training.runs import models as training_runs

__all__ = [
    "attachments",
    "audit",
    "conversations",
    "diagnosis",
    "join",
    "metadata",
    "people",
    "phrases",
    "suggestions",
    "tickets",
    "training_changes",
    "training_coverage",
    "training_drafts",
    "training_review",
    "training_runs",
    "wechat",
]

metadata = Base.metadata
