"""Conditions that compare AWS's own parameters, such as the stack's name: MiniStack knows those of the template only.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html (a Ref to any
parameter may be compared).
"""

from ministack.core.responses import get_account_id, get_region
from ministack.services.cloudformation import engine

from pinned import private


def evaluate(template: dict, parameters: dict, stack_name: str) -> dict:
    """Whether each condition is true, by its name."""
    own = {"AWS::StackName": stack_name, "AWS::Region": get_region(), "AWS::AccountId": get_account_id()}
    known = {name: {"Value": value} for name, value in own.items()}
    return private(engine, "_evaluate_conditions")(template, {**parameters, **known})
