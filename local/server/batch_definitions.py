"""AWS Batch's job definitions: MiniStack keeps their container properties only, returns all of them in one page whatever
the request's status and names, and cannot deregister one; and their type in templates.

https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobDefinitions.html
"""

import json

from ministack.services import batch

from pinned import private
from registry_settings import api_names, resource_type

MAX_PAGE = 100
# What a job definition has besides the members that MiniStack keeps.
KEPT = (
    "parameters",
    "schedulingPriority",
    "nodeProperties",
    "retryStrategy",
    "propagateTags",
    "timeout",
    "platformCapabilities",
    "eksProperties",
    "ecsProperties",
)


def install() -> None:
    operations = private(batch, "_DISPATCH")
    own = private(batch, "_register_job_definition")

    def register(request):
        answer = own(request)
        if answer[0] == 200:
            made = private(batch, "_job_definitions")[request["jobDefinitionName"]][-1]
            made.update({member: request[member] for member in KEPT if member in request})
            made["containerOrchestrationType"] = "EKS" if "eksProperties" in request else "ECS"
            if "containerProperties" not in request:
                made.pop("containerProperties")
        return answer

    operations["/v1/registerjobdefinition"] = register
    operations["/v1/describejobdefinitions"] = _describe
    operations["/v1/deregisterjobdefinition"] = lambda request: _answer(_deregister(request["jobDefinition"]))
    _install_type(register)


def _answer(body: dict) -> tuple:
    return private(batch, "_json")(200, body)


def _names(definition: dict) -> tuple:
    return definition["jobDefinitionArn"], f"{definition['jobDefinitionName']}:{definition['revision']}"


def _describe(request: dict) -> tuple:
    wanted, name, status = (request.get(key) for key in ("jobDefinitions", "jobDefinitionName", "status"))
    found = [
        definition
        for revisions in private(batch, "_job_definitions").values()
        for definition in reversed(revisions)
        if (not wanted or any(each in wanted for each in _names(definition)))
        and name in (None, definition["jobDefinitionName"])
        and status in (None, definition["status"])
    ]
    limit, first = min(request.get("maxResults") or MAX_PAGE, MAX_PAGE), int(request.get("nextToken") or 0)
    token = {"nextToken": str(first + limit)} if len(found) > first + limit else {}
    return _answer({"jobDefinitions": found[first : first + limit], **token})


def _deregister(name: str) -> dict:
    for revisions in private(batch, "_job_definitions").values():
        for definition in revisions:
            if name in _names(definition):
                definition["status"] = "INACTIVE"
    return {}


def _install_type(register) -> None:
    def create(props: dict) -> tuple:
        given = {"jobDefinitionName": "JobDefinition", **api_names(props)}
        # Keys of the author's own choosing stay as they are.
        given.update({key: props[name] for name, key in (("Parameters", "parameters"), ("Tags", "tags")) if name in props})
        arn = json.loads(register(given)[2])["jobDefinitionArn"]
        return arn, {"JobDefinitionArn": arn}

    resource_type(
        "AWS::Batch::JobDefinition",
        create=create,
        # Every change is a new revision, and the old one is deregistered.
        update=lambda arn, props: (_deregister(arn), create(props))[1],
        delete=_deregister,
    )
