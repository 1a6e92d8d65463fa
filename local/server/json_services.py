"""Registers services that MiniStack does not have, whose operations take and return JSON and are named by a header."""

import json

from ministack import app
from ministack.core import iam_actions, router
from ministack.core.responses import error_response_json, json_response

from pinned import private

MAX_PAGE = 100


class ServiceError(Exception):
    """An error of a service: code and message."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


def service(name: str, prefix: str, operations: dict) -> None:
    """
    Registers a service by its name in signatures and the prefix of its operations, such as `SageMaker` of
    `SageMaker.ListModels`. An operation takes the request as a dict and returns the response as a dict, or raises
    `ServiceError`.
    """
    patterns, handlers = private(router, "SERVICE_PATTERNS"), private(app, "SERVICE_HANDLERS")
    private(iam_actions, "SERVICE_TO_IAM_NAMESPACE")[name] = name
    patterns[name] = {"target_prefixes": [f"{prefix}."], "credential_scope": name}

    async def handle_request(_method, _path, headers, body, _query_params):
        operation = operations.get(headers.get("x-amz-target", "").rpartition(".")[2])
        if operation is None:
            return error_response_json("UnknownOperationException", "The local AWS does not have this operation", 400)
        try:
            return json_response(operation(json.loads(body) if body else {}))
        except ServiceError as error:
            return error_response_json(error.code, str(error), 400)

    handlers[name] = handle_request


def page(request: dict, entries: list, size: int = 10) -> tuple[list, dict]:
    """A page of entries by MaxResults (default: size) and NextToken, and the token of the next one."""
    limit, first = min(request.get("MaxResults") or size, MAX_PAGE), int(request.get("NextToken") or 0)
    left = len(entries) > first + limit
    return entries[first : first + limit], {"NextToken": str(first + limit)} if left else {}
