"""The limit of a state's input and output, 256 KiB as UTF-8 text; MiniStack has none.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. A state beyond it fails with
States.DataLimitExceeded, which States.ALL does not catch
(https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html).
"""

import json

from ministack.services import stepfunctions

from pinned import private, replace

MAX_BYTES = 262_144
UNCAUGHT = "States.DataLimitExceeded"


def install() -> None:
    for name in ("_execute_task", "_execute_pass", "_execute_map", "_execute_parallel"):
        replace(name, _limited(name, private(stepfunctions, name)), stepfunctions)
    matches = private(stepfunctions, "_error_matches")

    def error_matches(error_equals, error):
        return error in error_equals if error == UNCAUGHT else matches(error_equals, error)

    replace("_error_matches", error_matches, stepfunctions)


def _limited(name: str, own):
    kind = name.removeprefix("_execute_")

    def execute(state, raw_input, *others):
        output, following = own(state, raw_input, *others)
        if len(json.dumps(output, ensure_ascii=False, separators=(",", ":")).encode()) > MAX_BYTES:
            message = f"The state/task '{kind}' returned a result with a size exceeding the maximum number of bytes"
            raise private(stepfunctions, "_ExecutionError")(UNCAUGHT, message)
        return output, following

    return execute
