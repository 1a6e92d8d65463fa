"""Validation of requests against ECR's service model, which MiniStack hardly does: required members, lengths, enums and
patterns.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html; the model is botocore's.
ECR's message is `Invalid parameter at 'NAME' failed to satisfy constraint: 'CONSTRAINT'`.
"""

import re

import botocore.session
from botocore.model import Shape

# ECR's message has another order than the model (moto).
_ENUM_ORDER = {"ImageTagMutability": ["IMMUTABLE", "MUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"]}
_model = botocore.session.get_session().get_service_model("ecr")


def problem_of(operation: str, request: dict) -> str | None:
    """ECR's message about the first invalid member, or None."""
    if operation not in _model.operation_names:
        return None
    shape = _model.operation_model(operation).input_shape
    found = None if shape is None else _problem(shape, request, "")
    if found is None:
        return None
    path, constraint = found
    return f"Invalid parameter at '{path}' failed to satisfy constraint: '{constraint}'"


def has_registry_id(operation: str) -> bool:
    """Whether the operation takes a registry ID: the account of another registry."""
    shape = _model.operation_model(operation).input_shape if operation in _model.operation_names else None
    return shape is not None and "registryId" in shape.members


def _problem(shape: Shape, value, path: str) -> tuple[str, str] | None:
    if shape.type_name == "structure":
        return _problem_of_members(shape, value, path)
    if shape.type_name == "list":
        return _problem_of_list(shape, value, path)
    if shape.type_name == "string":
        return _problem_of_text(shape, value, path)
    if shape.type_name in ("integer", "long"):
        if not isinstance(value, int) or isinstance(value, bool):
            return path, "must be a number"
        return _problem_of_range(shape.metadata, value, path, "value")
    return None


def _problem_of_members(shape: Shape, value, path: str) -> tuple[str, str] | None:
    if not isinstance(value, dict):
        return path, "must be a structure"
    for name, member in shape.members.items():
        inner = f"{path}.{name}" if path else name
        # In AWS's JSON null means not set.
        if value.get(name) is None:
            if name in shape.required_members:
                return inner, "Member must not be null"
            continue
        found = _problem(member, value[name], inner)
        if found is not None:
            return found
    return None


def _problem_of_list(shape: Shape, value, path: str) -> tuple[str, str] | None:
    if not isinstance(value, list):
        return path, "must be a list"
    inner = (_problem(shape.member, each, f"{path}.{index}.member") for index, each in enumerate(value, 1))
    return _problem_of_range(shape.metadata, len(value), path, "length") or next(filter(None, inner), None)


def _problem_of_text(shape: Shape, value, path: str) -> tuple[str, str] | None:
    if not isinstance(value, str):
        return path, "must be a string"
    if shape.enum and value not in shape.enum:
        values = _ENUM_ORDER.get(shape.name, shape.enum)
        return path, f"Member must satisfy enum value set: [{', '.join(values)}]"
    pattern = shape.metadata.get("pattern")
    if pattern is not None and re.fullmatch(pattern, value) is None:
        return path, f"must satisfy regular expression '{pattern}'"
    return _problem_of_range(shape.metadata, len(value), path, "length")


def _problem_of_range(limits: dict, size: int, path: str, what: str) -> tuple[str, str] | None:
    if size < limits.get("min", size):
        return path, f"Member must have {what} greater than or equal to {limits['min']}"
    if size > limits.get("max", size):
        return path, f"Member must have {what} less than or equal to {limits['max']}"
    return None
