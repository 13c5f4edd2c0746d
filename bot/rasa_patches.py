"""What we change inside Rasa, each with the figure that asked for it.

Applied on import of our components and our tracker store, so `rasa run` by hand gets the same.
A test compares the source of what is replaced with the hash kept here: it fails when Rasa changes.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_URL_TRAINING_DATA
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import SchemaValidationError
from rasa.shared.utils import validation

REPLACED: dict[str, tuple[Callable[..., Any], str]] = {
    "RemoteAction._validate_action_result": (
        RemoteAction._validate_action_result,
        "f8cdb4be68123961",
    ),
    "RemoteAction.action_response_format_spec": (
        RemoteAction.action_response_format_spec,
        "091b74aa3738d126",
    ),
    "validation.validate_training_data": (
        validation.validate_training_data,
        "32d515372b5d12ca",
    ),
    "Domain.is_empty": (Domain.is_empty, "884be90ef485f1d2"),
    "Domain.empty": (Domain.empty, "8d97e258dc9593a0"),
    "Domain.as_dict": (Domain.as_dict, "5f555a0cf9b94bc5"),
}
"""Rasa's own functions and the hash of their source when the replacement was written."""


def source_hash(function: Callable[..., Any]) -> str:
    """The hash that REPLACED keeps."""
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:16]


def apply() -> None:
    """Put the replacements in. Doing so twice changes nothing."""
    RemoteAction._validate_action_result = _validate_action_result
    validation.validate_training_data = _validate_training_data
    Domain.is_empty = _is_empty


@lru_cache(maxsize=1)
def _answer_validator() -> Validator:
    return _validator(RemoteAction.action_response_format_spec())


def _validator(schema: dict[str, Any]) -> Validator:
    kind = validator_for(schema)
    kind.check_schema(schema)
    validator: Validator = kind(schema)
    return validator


@lru_cache(maxsize=8)
def _validator_of(schema: str) -> Validator:
    return _validator(json.loads(schema))


def _validate_training_data(json_data: dict[str, Any], schema: dict[str, Any]) -> None:
    """As Rasa's, without checking the constant schema itself for every marked span (4 ms each)."""
    error = best_match(_validator_of(json.dumps(schema, sort_keys=True)).iter_errors(json_data))
    if error is not None:
        error.message += (
            ". Failed to validate data, make sure your data is valid."
            f" For more information about the format visit {DOCS_URL_TRAINING_DATA}."
        )
        raise SchemaValidationError.create_from(error)


def _validate_action_result(self: RemoteAction, result: dict[str, Any]) -> bool:
    """As Rasa's, without checking the constant schema itself for every answer (30 ms of CPU)."""
    error = best_match(_answer_validator().iter_errors(result))
    if error is not None:
        error.message += ". The action server's answer is not one that Rasa understands."
        raise error
    return True


@lru_cache(maxsize=1)
def _empty_domain() -> dict[str, Any]:
    return deepcopy(Domain.empty().as_dict())


def _is_empty(self: Domain) -> bool:
    """As Rasa's, without making an empty domain anew for every message (0.28 ms of CPU)."""
    return self.as_dict() == _empty_domain()
