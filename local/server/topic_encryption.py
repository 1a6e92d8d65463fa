"""The KMS key of a topic in a template, which MiniStack ignores: `KmsMasterKeyId` of GetTopicAttributes."""

from ministack.services import sns
from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::SNS::Topic"
KEY = "KmsMasterKeyId"


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def create_topic(logical_id, props, stack_name):
        return _with_key(props, create(logical_id, props, stack_name))

    def update_topic(physical_id, old_props, new_props, stack_name, *others, **named):
        return _with_key(new_props, update(physical_id, old_props, new_props, stack_name, *others, **named))

    handler.update(create=create_topic, update=update_topic)


def _with_key(props: dict, made: tuple) -> tuple:
    attributes = private(sns, "_topics")[made[0]]["attributes"]
    attributes.pop(KEY, None)
    if props.get(KEY):
        attributes[KEY] = props[KEY]
    return made
