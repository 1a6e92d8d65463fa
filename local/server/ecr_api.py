"""Registers ECR operations that MiniStack does not support, or that replace MiniStack's.

An operation takes the request as a dict and returns the response as a dict, or raises `EcrError`. Every request,
including those that MiniStack handles, is first validated against ECR's service model.
"""

import json

from ministack.core.responses import error_response_json, get_account_id, json_response, set_request_account_id
from ministack.services import ecr
from moto.core.exceptions import ServiceException

from pinned import private, replace
from request_shapes import has_registry_id, problem_of


class EcrError(Exception):
    """An error of ECR: code, message and the members that some errors have besides."""

    def __init__(self, code: str, message: str, extra: dict | None = None):
        super().__init__(message)
        self.code = code
        self.extra = extra


_operations: dict = {}


def operation(name: str, function) -> None:
    """Registers an operation; the first call also intercepts MiniStack's requests."""
    if not _operations:
        _intercept()
    _operations[name] = function


def repository(name: str) -> dict:
    """MiniStack's record of a repository; raises ECR's error if it does not exist."""
    found = private(ecr, "_repositories").get(name)
    if found is None:
        raise not_found(name)
    return found


def not_found(name: str) -> EcrError:
    """ECR's error for a repository that does not exist."""
    return EcrError(
        "RepositoryNotFoundException",
        f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'",
    )


def _intercept() -> None:
    own = private(ecr, "handle_request")

    async def handle_request(method, path, headers, body, query_params):
        name = headers.get("x-amz-target", "").rpartition(".")[2]
        if not name:
            return await own(method, path, headers, body, query_params)
        try:
            request = json.loads(body) if body else {}
        except ValueError as error:
            return error_response_json("SerializationException", str(error), 400)
        problem = problem_of(name, request)
        if problem is not None:
            return error_response_json("InvalidParameterException", problem, 400)
        caller = get_account_id()
        try:
            # Another registry is another account's: its repositories, and its ID in every message and ARN. Whether the
            # caller has access is not checked: repository policies are not enforced.
            if has_registry_id(name) and request.get("registryId"):
                set_request_account_id(request["registryId"])
            function = _operations.get(name)
            if function is None:
                return await own(method, path, headers, body, query_params)
            return json_response(function(request))
        except EcrError as error:
            return error_response_json(error.code, str(error), 400, error.extra)
        except ServiceException as error:
            # Raised by moto's validators.
            return error_response_json(error.code, str(error.message), 400)
        finally:
            set_request_account_id(caller)

    replace("handle_request", handle_request, ecr)


def answer_of(response: tuple) -> dict:
    """The body of a response of MiniStack; raises its error."""
    status, _, body = response
    parsed = json.loads(body)
    if status >= 400:
        raise EcrError(parsed.get("__type", "ServerException").rpartition("#")[2], parsed.get("message", ""))
    return parsed
