"""The ServiceToken of a custom resource cannot be changed.

An update that changes it fails with these words, without a request to either function, and the rollback has nothing to
send back (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-customresource.html:
"Updates are not supported"; the words are those of real stack events). MiniStack calls the new function.
"""

from ministack.services.cloudformation import provisioners

from pinned import private, replace

REFUSED = "Modifying service token is not allowed."

# The updates that were refused, until they are rolled back: stack name, logical id, and the two tokens.
_refused: set = set()


def install() -> None:
    own = private(provisioners, "_custom_resource_update")

    def update(physical_id, old_props, new_props, stack_name, logical_id=None, **others):
        before, after = old_props.get("ServiceToken"), new_props.get("ServiceToken")
        if before != after:
            rollback = (stack_name, logical_id, after, before)
            if rollback in _refused:
                _refused.discard(rollback)
                return physical_id, {}
            _refused.add((stack_name, logical_id, before, after))
            raise ValueError(REFUSED)
        return own(physical_id, old_props, new_props, stack_name, logical_id=logical_id, **others)

    replace("_custom_resource_update", update, provisioners)
