"""Runs a macro while the server handles other requests, so that the macro can call the local AWS, as in AWS.

MiniStack's CloudFormation operations are synchronous, on the loop that serves every request: if one waited for a
macro, the macro could not call the server. So an operation that needs the response of a macro is aborted, the macro
runs on a thread, and the operation is repeated with the responses so far, in the same order. This is safe because
before its transforms an operation changes nothing but the placeholder of a new stack, which it creates again.
"""

from contextvars import ContextVar
from typing import NamedTuple

from ministack.core.concurrency import run_reentrant
from ministack.services import cloudformation

from pinned import private, replace


class _Call(NamedTuple):
    function: object
    question: dict
    answer: object


class _Request:
    """The calls of one request to CloudFormation, and how many of them the current attempt has used."""

    def __init__(self):
        self.calls: list[_Call] = []
        self.asked = 0


class _Pending(BaseException):
    """Aborts an operation, past every `except Exception` in it, because it needs the response of a call."""

    def __init__(self, function, question: dict):
        super().__init__()
        self.function = function
        self.question = question


_request: ContextVar[_Request | None] = ContextVar("macro_calls", default=None)


def install() -> None:
    own = private(cloudformation, "handle_request")

    async def handle_request(*received):
        request = _Request()
        scope = _request.set(request)
        try:
            while True:
                request.asked = 0
                try:
                    return await own(*received)
                except _Pending as pending:
                    answer = await run_reentrant(pending.function, pending.question)
                    request.calls[request.asked :] = [_Call(pending.function, pending.question, answer)]
        finally:
            _request.reset(scope)

    replace("handle_request", handle_request, cloudformation)


def answer_to(function, question: dict):
    """The response of `function` to `question`; within a request it runs outside of the server's loop."""
    request = _request.get()
    if request is None:
        return function(question)
    known = request.calls[request.asked] if request.asked < len(request.calls) else None
    if known is None or (known.function, known.question) != (function, question):
        raise _Pending(function, question)
    request.asked += 1
    return known.answer
