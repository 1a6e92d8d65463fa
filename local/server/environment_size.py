"""Environment variables of a function of more than 4 KB in all, which Lambda refuses and MiniStack takes.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html has the limit; the words are those of users' reports
(github-aws-runners/terraform-aws-github-runner issue 3594), which show that names and values are measured as JSON.
"""

import json

from ministack.services.cloudformation import provisioners

from pinned import private

TYPE = "AWS::Lambda::Function"
MAX_BYTES = 4096


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    for operation in ("create", "update"):
        handler[operation] = _checked(handler[operation], 2 if operation == "update" else 1)


def _checked(own, position: int):
    """An operation whose new properties are its argument at that position."""

    def checked(*args, **named):
        _check(args[position])
        return own(*args, **named)

    return checked


def _check(properties: dict) -> None:
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    measured = json.dumps({name: str(value) for name, value in variables.items()}, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > MAX_BYTES:
        raise ValueError(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            f"provided exceeded the 4KB limit. String measured: {measured}"
        )
