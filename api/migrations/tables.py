"""Every table, so that Alembic sees them all."""

from api.audit import models as audit
from api.conversations import models as conversations
from api.database import Base
from api.diagnosis import models as diagnosis
from api.people import models as people
from api.phrases import models as phrases
from api.suggestions import models as suggestions
from api.tickets import models as tickets

__all__ = [
    "audit",
    "conversations",
    "diagnosis",
    "metadata",
    "people",
    "phrases",
    "suggestions",
    "tickets",
]

metadata = Base.metadata
