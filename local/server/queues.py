"""Sends messages to queues as an AWS service."""

from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region
from ministack.services import sqs

from pinned import private


def exists(queue_arn: str) -> bool:
    """Whether the queue exists."""
    return private(sqs, "_queue_by_arn")(queue_arn) is not None


def send(queue_arn: str, body: str, attributes: dict) -> None:
    """Sends a message; an attribute is a Number or a String."""
    queue = private(sqs, "_queue_by_arn")(queue_arn)
    typed = {
        name: {"DataType": "Number" if isinstance(value, int) else "String", "StringValue": str(value)}
        for name, value in attributes.items()
    }
    request = {"QueueUrl": queue["url"], "MessageBody": body, "MessageAttributes": typed}
    private(sqs, "_act_send_message")(request, queue["url"])


def allows(policy, service: str, action: str, resource_arn: str, source_arn: str) -> bool:
    """Whether a resource's policy allows a service to act on behalf of `source_arn`; without a policy it is denied."""
    context = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource_arn,
        region=get_region(),
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": get_account_id()},
    )
    return evaluate_resource_policy(policy or {}, context, service=service).decision == "Allow"


def policy_of(queue_arn: str):
    """The queue's policy, or None."""
    return private(sqs, "_queue_by_arn")(queue_arn)["attributes"].get("Policy")
