"""A macro runs while the server goes on serving, so that it may itself call the local AWS, as on AWS.

MiniStack's CloudFormation operations are synchronous, on the loop that serves every request: a macro that they waited
for could reach nothing. So an operation that needs a macro's answer is left, the macro runs on a thread, and the
operation starts anew with the answers so far, in the order in which it asked. It may, since before its transforms it
changes nothing but the placeholder of a new stack, which it makes again.
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
    """The calls of one request to CloudFormation, and how many of them the present attempt has asked for."""

    def __init__(self):
        self.calls: list[_Call] = []
        self.asked = 0


class _Left(BaseException):
    """Leaves an operation, past every `except Exception` in it, for the call that it waits for."""

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
                except _Left as left:
                    answer = await run_reentrant(left.function, left.question)
                    request.calls[request.asked :] = [_Call(left.function, left.question, answer)]
        finally:
            _request.reset(scope)

    replace("handle_request", handle_request, cloudformation)


def answer_to(function, question: dict):
    """What `function` answers to `question`; within a request it runs off the server's loop."""
    request = _request.get()
    if request is None:
        return function(question)
    known = request.calls[request.asked] if request.asked < len(request.calls) else None
    if known is None or (known.function, known.question) != (function, question):
        raise _Left(function, question)
    request.asked += 1
    return known.answer
