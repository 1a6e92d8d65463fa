"""One invocation of a macro's function, as documented in
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html
with AWS's messages for all failures.
"""

import json

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import lambda_svc

from macro_calls import answer_to
from macro_resource import macros
from pinned import private

# The maximum size of a template, which also applies to a processed one.
MAX_BYTES = 1_000_000


class MacroFailed(Exception):
    """The failure of a transform, with the message of a change set's StatusReason."""


def invoke(name: str, fragment, params: dict, values: dict):
    """The fragment that the macro returns; for a snippet it can be any value.

    `params` are the transform's Parameters, `values` the resolved parameters of the template.
    """
    transform = f"{get_account_id()}::{name}"
    if name not in macros:
        raise MacroFailed(f"No transform named {transform} found.")
    request_id, answer = answer_to(
        _call,
        {
            "function": macros[name]["FunctionName"],
            "event": {
                "accountId": get_account_id(),
                "fragment": fragment,
                "transformId": transform,
                "region": get_region(),
                "params": params,
                "templateParameterValues": values,
            },
        },
    )
    malformed = MacroFailed(f"Received malformed response from transform {transform}")
    if not isinstance(answer, dict) or answer.get("requestId") != request_id:
        raise malformed
    if str(answer.get("status", "")).lower() != "success":
        message = answer.get("errorMessage")
        if message:
            raise MacroFailed(f"Transform {transform} failed with: {message}")
        raise MacroFailed(f"Transform {transform} failed without an error message.")
    changed = answer.get("fragment")
    if changed is None:
        raise malformed
    if len(json.dumps(changed)) > MAX_BYTES:
        raise MacroFailed("Transformation data limit exceeded")
    return changed


def _call(question: dict) -> tuple:
    """The id of a new request and the function's response."""
    request_id = new_uuid()
    return request_id, _answer(question["function"], {**question["event"], "requestId": request_id})


def _answer(function: str, event: dict):
    """The function's response; None if it failed, timed out or does not exist."""
    record, config, _ = private(lambda_svc, "_get_func_record_for_ref")(function)
    if record is None or config is None:
        return None
    runnable = private(lambda_svc, "_execution_record_for_config")(record, config)
    result = private(lambda_svc, "_execute_function_with_config_scope")(runnable, event)
    if result.get("error"):
        return None
    body = result.get("body")
    # The handler's response; a string is JSON that has not been parsed.
    try:
        return json.loads(body) if isinstance(body, (str, bytes)) else body
    except ValueError:
        return None
