"""Asynchronous invocation of functions by EventBridge, and dead-letter queues for undeliverable events; MiniStack has
neither.

Lambda retries failed invocations and delivers failures (async_failures.py). An event whose target does not exist or
cannot be invoked goes immediately to the target's dead-letter queue, which the queue's policy must allow
(https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html). RetryPolicy has no effect, because there
are no transient errors. Policies of queues and topics as targets are not checked, those of buses are (event_buses.py). EventBridge Scheduler invokes a
function with its own role instead, so a policy of the function is not needed
(https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role).
"""

import json
import logging

from ministack.core.arn import ArnParseError, parse_arn
from ministack.services import eventbridge, lambda_svc, sns

import event_buses
import queues
from pinned import private, replace

SERVICE = "events.amazonaws.com"

logger = logging.getLogger("event_targets")


def install() -> None:
    own = private(eventbridge, "_invoke_target")

    def invoke_target(target, event, rule, view=None):
        problem = _problem(target["Arn"], rule["Arn"])
        if problem is None:
            own(target, event, rule, view)
        else:
            _dead_letter(target, event, rule["Arn"], *problem, view)

    replace("_invoke_target", invoke_target, eventbridge)
    replace("_dispatch_to_lambda", _call_function, eventbridge)


def _call_function(arn: str, payload: str) -> None:
    function, config, _ = private(lambda_svc, "_get_func_record_for_ref")(arn)
    record = private(lambda_svc, "_execution_record_for_config")(function, config)
    lambda_svc.invoke_async_with_retry(record, json.loads(payload))


def _problem(arn: str, rule_arn: str) -> tuple[str, str] | None:
    """Error code and message if a target cannot be reached."""
    try:
        service = parse_arn(arn).service
    except ArnParseError:
        # MiniStack reports it.
        return None
    if service == "lambda":
        if private(lambda_svc, "_get_func_record_for_ref")(arn)[0] is None:
            return "NO_RESOURCE", f"The function {arn} does not exist."
        if parse_arn(rule_arn).service == "scheduler":
            return None
        policy = private(lambda_svc, "_get_base_func_record_for_ref")(arn)[0].get("policy")
        if not queues.allows(policy, SERVICE, "lambda:InvokeFunction", arn, rule_arn):
            return "NO_PERMISSIONS", f"The policy of the function {arn} does not allow EventBridge to invoke it."
    if service == "events" and ":event-bus/" in arn:
        return event_buses.problem(arn)
    if service == "sqs":
        return _queue_problem(arn, rule_arn)
    if service == "sns" and private(sns, "_topic_by_arn_any_scope")(arn) is None:
        return "NO_RESOURCE", f"The topic {arn} does not exist."
    return None


def _queue_problem(arn: str, rule_arn: str) -> tuple[str, str] | None:
    if not queues.exists(arn):
        return "NO_RESOURCE", f"The queue {arn} does not exist."
    is_allowed = queues.allows(queues.policy_of(arn), SERVICE, "sqs:SendMessage", arn, rule_arn)
    if parse_arn(rule_arn).service == "scheduler" or is_allowed:
        return None
    return "NO_PERMISSIONS", f"The policy of the queue {arn} does not allow EventBridge to send messages."


def _dead_letter(target: dict, event: dict, rule_arn: str, code: str, message: str, view) -> None:
    queue_arn = (target.get("DeadLetterConfig") or {}).get("Arn")
    if queue_arn is None:
        logger.warning("An event of %s is lost, there is no dead-letter queue: %s", rule_arn, message)
        return
    if not queues.exists(queue_arn):
        logger.warning("An event of %s is lost, its dead-letter queue %s does not exist", rule_arn, queue_arn)
        return
    if not queues.allows(queues.policy_of(queue_arn), SERVICE, "sqs:SendMessage", queue_arn, rule_arn):
        logger.warning("An event of %s is lost, the policy of its dead-letter queue %s forbids it", rule_arn, queue_arn)
        return
    whole = (view or private(eventbridge, "_pattern_event_view")(event)).event_with_detail()
    attributes = {
        "RULE_ARN": rule_arn,
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": code,
        "ERROR_MESSAGE": message,
        "RETRY_ATTEMPTS": "0",
    }
    queues.send(queue_arn, json.dumps(whole), attributes)
