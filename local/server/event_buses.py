"""Event buses of other accounts and Regions, and their policies; MiniStack has buses of the caller's own only.

PutEvents takes the ARN of a bus, and a rule may have one as its target. Another account needs the permission of the bus's policy,
which is a resource of its own in templates (AWS::Events::EventBusPolicy). The event keeps the account and the Region in which it
originated (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html): a sender cannot set them. A target
that cannot be reached goes to the rule's dead-letter queue (event_targets.py). The role of a target is not checked.
"""

import json
import logging

from ministack.core.arn import ArnParseError, parse_arn
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from pinned import private, replace

POLICY_TYPE = "AWS::Events::EventBusPolicy"
ACTION = "events:PutEvents"

logger = logging.getLogger("event_buses")


def install() -> None:
    own = private(eventbridge, "_put_events")

    def put_events(data, allow_aws_source=False):
        entries = data.get("Entries", [])
        foreign = [index for index, entry in enumerate(entries) if _is_foreign(entry.get("EventBusName"))]
        if not foreign:
            return own(data, allow_aws_source)
        status, headers, body = own({**data, "Entries": [e for i, e in enumerate(entries) if i not in foreign]})
        if status != 200:
            return status, headers, body
        results = json.loads(body)["Entries"]
        for index in foreign:
            results.insert(index, _put_foreign(entries[index]))
        failed = sum("ErrorCode" in each for each in results)
        return status, headers, json.dumps({"FailedEntryCount": failed, "Entries": results}).encode()

    replace("_put_events", put_events, eventbridge)
    replace("_dispatch_to_event_bus", _forward, eventbridge)
    private(provisioners, "_RESOURCE_HANDLERS")[POLICY_TYPE] = {"create": _create, "update": _update, "delete": _delete}


def problem(arn: str) -> tuple[str, str] | None:
    """Error code and message if a bus does not exist, or does not let the current account send events to it."""
    spec = parse_arn(arn)
    name = spec.resource.partition("/")[2]
    with request_scope(spec.account_id, spec.region):
        private(eventbridge, "_ensure_default_bus")()
        exists = name in private(eventbridge, "_event_buses")
        policy = private(eventbridge, "_event_bus_policies").get(name)
    if not exists:
        return "ResourceNotFoundException", f"Event bus {arn} does not exist."
    if spec.account_id == get_account_id() or _allows(policy, arn):
        return None
    return "AccessDeniedException", f"The policy of the event bus {arn} does not allow {get_account_id()} to send events."


def _is_foreign(name) -> bool:
    try:
        spec = parse_arn(name or "")
    except ArnParseError:
        return False
    return spec.service == "events" and (spec.account_id, spec.region) != (get_account_id(), get_region())


def _allows(policy, arn: str) -> bool:
    account = get_account_id()
    context = EvalContext(
        principal_arn=f"arn:aws:iam::{account}:root",
        principal_type="Root",
        principal_account=account,
        action=ACTION,
        resource_arn=arn,
        region=get_region(),
    )
    return evaluate_resource_policy(policy or {}, context).decision == "Allow"


def _put_foreign(entry: dict) -> dict:
    """The API is called in the Region of the bus, which is then that of the event; the account is the caller's."""
    arn = entry["EventBusName"]
    found = problem(arn)
    if found is not None:
        return {"ErrorCode": found[0], "ErrorMessage": found[1]}
    if str(entry.get("Source", "")).startswith("aws."):
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    spec = parse_arn(arn)
    event = {
        "EventId": private(eventbridge, "new_uuid")(),
        "Source": entry.get("Source", ""),
        "DetailType": entry.get("DetailType", ""),
        "Detail": entry.get("Detail", "{}"),
        "Time": int(private(eventbridge, "_now_ts")()),
        "Resources": entry.get("Resources", []),
        "Account": get_account_id(),
        "Region": spec.region,
    }
    _deliver(event, spec)
    return {"EventId": event["EventId"]}


def _forward(spec, event, rule, event_path, target_input_payload=None) -> None:
    """A rule's target; event_targets.py has looked whether it can be reached."""
    key = private(eventbridge, "_rule_key")(rule.get("Name"), rule.get("EventBusName", "default"))
    if key in event_path:
        return
    detail = {} if target_input_payload is None else {"Detail": target_input_payload}
    _deliver({**event, **detail, "_DispatchPath": [*event_path, key]}, spec)


def _deliver(event: dict, spec) -> None:
    with request_scope(spec.account_id, spec.region):
        private(eventbridge, "_dispatch_event")({**event, "EventBusName": spec.resource.partition("/")[2]})


def _create(_logical_id, props, _stack_name):
    name, statement_id = props.get("EventBusName", "default"), props["StatementId"]
    policies = private(eventbridge, "_event_bus_policies")
    _remove(name, statement_id)
    policy = policies.get(name) or {"Version": "2012-10-17", "Statement": []}
    policy["Statement"].append({**props["Statement"], "Sid": statement_id})
    policies[name] = policy
    return f"{name}|{statement_id}", {}


def _update(physical_id, _old_props, new_props, stack_name):
    _delete(physical_id, new_props)
    return _create(physical_id, new_props, stack_name)


def _delete(physical_id, _props) -> None:
    _remove(*physical_id.split("|", 1))


def _remove(name: str, statement_id: str) -> None:
    policies = private(eventbridge, "_event_bus_policies")
    left = [each for each in (policies.get(name) or {}).get("Statement", []) if each.get("Sid") != statement_id]
    if left:
        policies[name] = {"Version": "2012-10-17", "Statement": left}
    else:
        policies.pop(name, None)
