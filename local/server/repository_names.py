"""The name of a repository without a RepositoryName: `<stack>-<logical ID>-<12 letters and digits>`, in lower case.

As in CreateHandler of aws-cloudformation/aws-cloudformation-resource-providers-ecr, and IdentifierUtils of
aws-cloudformation/cloudformation-cli-java-plugin: of at most 256 characters, those that are not reserved are shared
between the stack's name and the logical ID. Each is random. MiniStack's names end in 13 characters, the same after each deletion.
"""

import re
import secrets
import string

from ministack.services.cloudformation import provisioners

from pinned import private
from repositories import TYPE

MAX_LENGTH = 256
GENERATED = 12
# The class reserves one character more than it generates, and a hyphen.
FREE = MAX_LENGTH - (GENERATED + 1) - 1


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    own = handler["create"]

    def create(logical_id: str, props: dict, stack_name: str) -> tuple:
        name = props.get("RepositoryName") or _generated(stack_name, logical_id)
        return own(logical_id, {**props, "RepositoryName": name}, stack_name)

    handler["create"] = create


def _generated(stack_name: str, logical_id: str) -> str:
    stack_name, half = re.sub("-{2,}", "-", stack_name), FREE // 2
    of_stack = min(len(stack_name), max(half, FREE - len(logical_id)))
    of_resource = min(len(logical_id), FREE - of_stack)
    characters = string.ascii_lowercase + string.digits
    suffix = "".join(secrets.choice(characters) for _ in range(GENERATED))
    return f"{stack_name[:of_stack]}-{logical_id[:of_resource]}-{suffix}".lower()
