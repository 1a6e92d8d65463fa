"""One call of a macro's function, by the contract of
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html
with AWS's words for every way in which it can fail.
"""

import json

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import lambda_svc

from macro_calls import answer_to
from macro_resource import macros
from pinned import private

# The quota of a template, which a processed one must meet too.
MOST_BYTES = 1_000_000


class MacroFailed(Exception):
    """Why a transform failed, in the words that a change set's StatusReason has."""


def invoke(name: str, fragment: dict, params: dict, values: dict) -> dict:
    """The fragment that the macro answers.

    `params` are the transform's own Parameters, `values` the template's parameters, resolved.
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
    if not isinstance(changed, dict):
        raise malformed
    if len(json.dumps(changed)) > MOST_BYTES:
        raise MacroFailed("Transformation data limit exceeded")
    return changed


def _call(question: dict) -> tuple:
    """The id of a new request and what the function answers to it."""
    request_id = new_uuid()
    return request_id, _answer(question["function"], {**question["event"], "requestId": request_id})


def _answer(function: str, event: dict):
    """What the function answers; None when it threw, timed out or is not there."""
    record, config, _ = private(lambda_svc, "_get_func_record_for_ref")(function)
    if record is None or config is None:
        return None
    runnable = private(lambda_svc, "_execution_record_for_config")(record, config)
    result = private(lambda_svc, "_execute_function_with_config_scope")(runnable, event)
    if result.get("error"):
        return None
    body = result.get("body")
    # The worker hands over what the handler answered; text is JSON still to be read.
    try:
        return json.loads(body) if isinstance(body, (str, bytes)) else body
    except ValueError:
        return None
