"""The tags of a repository of a stack: its own and the stack's. CloudFormation gives it no tags `aws:cloudformation:*`.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr/issues/55: other resource types have them.
MiniStack gives them to repositories too.
"""

from ministack.services.cloudformation import provisioners, stacks

from pinned import private, replace
from repositories import TYPE

RESERVED = "aws:cloudformation:"


def install() -> None:
    own = private(provisioners, "_with_stack_tags")

    def with_stack_tags(resource_type: str, props: dict, *context) -> dict:
        tagged = own(resource_type, props, *context)
        if resource_type != TYPE:
            return tagged
        tags = [tag for tag in tagged["Tags"] if not tag["Key"].startswith(RESERVED)]
        return {**tagged, "Tags": tags}

    replace("_with_stack_tags", with_stack_tags, provisioners, stacks)
