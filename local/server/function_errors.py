"""The names of functions' errors: a failed invocation reports the error's class, such as `RangeError`, as its errorType.

https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html. State machines retry and catch by that name
(https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html), where MiniStack always says
`Runtime.HandlerError`. The name is read from the stack trace in the log.
"""

import re

from ministack.services import lambda_svc

from pinned import private, replace

UNNAMED = "Runtime.HandlerError"
NAMED = re.compile(r"^(\w+): ", re.MULTILINE)


def install() -> None:
    own = private(lambda_svc, "_execute_function_warm")

    def execute(*given, **named):
        result = own(*given, **named)
        body = result.get("body")
        if result.get("error") and isinstance(body, dict) and body.get("errorType") == UNNAMED:
            body["errorType"] = _name(result.get("log", ""), body.get("errorMessage", ""))
        return result

    replace("_execute_function_warm", execute, lambda_svc)


def _name(log: str, message: str) -> str:
    """The class before the message; the last one in the log is that of the failure."""
    found = [each[1] for each in NAMED.finditer(log) if log[each.end() :].startswith(message)]
    return found[-1] if found else "Error"
