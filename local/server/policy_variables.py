"""Variables in the resources of policies, such as `${aws:PrincipalAccount}`; MiniStack takes them for text.

A variable that the request does not have makes the resource match nothing
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html). Variables in conditions, and defaults of
variables, are not supported.
"""

import dataclasses
import re

from ministack.core import iam_evaluator

from pinned import private, replace

VARIABLE = re.compile(r"\$\{([a-zA-Z0-9-]+:[a-zA-Z0-9/-]+)\}")


def install() -> None:
    own = private(iam_evaluator, "_first_match")

    def first_match(context, statements, effect):
        return own(context, [_resolved(each, context) for each in statements], effect)

    replace("_first_match", first_match, iam_evaluator)


def _resolved(statement, context):
    if not any("${" in each for each in [*statement.resources, *statement.not_resources]):
        return statement
    return dataclasses.replace(
        statement,
        resources=[_resource(each, context) for each in statement.resources],
        not_resources=[_resource(each, context) for each in statement.not_resources],
    )


def _resource(resource: str, context) -> str:
    def value(match):
        found = private(iam_evaluator, "_resolve_condition_key")(match.group(1), context)
        # A character that no ARN has, so that nothing matches.
        return found if isinstance(found, str) else "\0"

    return VARIABLE.sub(value, resource)
