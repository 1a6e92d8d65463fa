"""What a template sets of a DynamoDB table, which MiniStack drops: encryption, time to live and point-in-time recovery.

CloudFormation also turns the text of a parameter into the boolean that a property takes, where MiniStack takes the text
'false' for true; and it gives every new table without a name another one, where MiniStack would empty a table that an
earlier stack of the same name has kept.
"""

import secrets

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::DynamoDB::Table"
PROTECTION = "DeletionProtectionEnabled"


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def create_table(logical_id, props, stack_name):
        name = f"{private(provisioners, '_physical_name')(stack_name, logical_id, max_len=240)}-{secrets.token_hex(6)}"
        return _with_properties(props, create(logical_id, _typed(props, name), stack_name))

    def update_table(physical_id, old_props, new_props, stack_name, *others, **named):
        before, after = _typed(old_props, physical_id), _typed(new_props, physical_id)
        made = update(physical_id, before, after, stack_name, *others, **named)
        return _with_properties(new_props, made)

    handler.update(create=create_table, update=update_table)


def _typed(props: dict, name: str) -> dict:
    return {"TableName": name, **props, PROTECTION: _is_true(props.get(PROTECTION))}


def _with_properties(props: dict, made: tuple) -> tuple:
    name = made[0]
    encryption = props.get("SSESpecification") or {}
    if _is_true(encryption.get("SSEEnabled")):
        description = private(dynamodb, "_sse_description_from_spec")({"Enabled": True})
        private(dynamodb, "_tables")[name]["SSEDescription"] = description
    recovery = (props.get("PointInTimeRecoverySpecification") or {}).get("PointInTimeRecoveryEnabled")
    private(dynamodb, "_pitr_settings")[name] = _is_true(recovery)
    expiry = props.get("TimeToLiveSpecification")
    if expiry:
        wanted = {**expiry, "Enabled": _is_true(expiry.get("Enabled"))}
        private(dynamodb, "_update_ttl")({"TableName": name, "TimeToLiveSpecification": wanted})
    return made


def _is_true(value) -> bool:
    return str(value).lower() == "true"
