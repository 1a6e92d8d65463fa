"""The one place where ECR operations are added to MiniStack or replaced in it.

An operation takes the request as a map and answers with one, or raises `EcrError`. What is registered here comes
before MiniStack's own. Every request, also one that MiniStack answers, is first held against ECR's model.
"""

import json

from ministack.core.responses import error_response_json, get_account_id, json_response
from ministack.services import ecr
from moto.core.exceptions import ServiceException

from pinned import private, replace
from request_shapes import problem_of


class EcrError(Exception):
    """An error of ECR's: its code and message."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


_operations: dict = {}


def operation(name: str, function) -> None:
    """Registers an operation; the first one also takes MiniStack's requests over."""
    if not _operations:
        _take_over()
    _operations[name] = function


def repository(name: str) -> dict:
    """MiniStack's own record of a repository; raises in ECR's words when there is none."""
    found = private(ecr, "_repositories").get(name)
    if found is None:
        raise not_found(name)
    return found


def not_found(name: str) -> EcrError:
    """What ECR says of a repository that does not exist."""
    return EcrError(
        "RepositoryNotFoundException",
        f"The repository with name '{name}' does not exist in the registry with id '{get_account_id()}'",
    )


def _take_over() -> None:
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
        function = _operations.get(name)
        if function is None:
            return await own(method, path, headers, body, query_params)
        try:
            return json_response(function(request))
        except EcrError as error:
            return error_response_json(error.code, str(error), 400)
        except ServiceException as error:
            # What moto's own checks raise.
            return error_response_json(error.code, str(error.message), 400)

    replace("handle_request", handle_request, ecr)


def answer_of(response: tuple) -> dict:
    """The map in an answer of MiniStack's own; raises the error in it."""
    status, _, body = response
    parsed = json.loads(body)
    if status >= 400:
        raise EcrError(parsed.get("__type", "ServerException").rpartition("#")[2], parsed.get("message", ""))
    return parsed
