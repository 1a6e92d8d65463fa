"""Deployments and revisions of ECS services, of which MiniStack says that there are none: ListServiceDeployments,
DescribeServiceDeployments, DescribeServiceRevisions, and `currentServiceDeployment` and `currentServiceRevisions` of
DescribeServices.

A revision is what a service starts its tasks from: a task definition and its images, with the digests of the
deployment's first task (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html). A deployment
of no tasks resolves nothing: its images have a digest only where the task definition names one. Unconfirmed: that,
and what a service that is complete shows as its current deployment (here: its last).
"""

import json
import secrets
import time

from ministack.core.responses import AccountRegionScopedDict, error_response_json, json_response
from ministack.services import ecs

import ecs_pages
from ecs_containers import DIGESTS
from pinned import private, replace

PAGE = 20
MAX_DESCRIBED = 20
# Each deployment by its ARN, in the order of their creation: {arn, revision, service, deployment, ...}.
_deployments = AccountRegionScopedDict()
# The key of the ARN in MiniStack's record of a deployment.
ARN = "_local_arn"


def install() -> None:
    actions = private(ecs, "_ACTION_MAP")
    for name, action in (("_create_service", "CreateService"), ("_update_service", "UpdateService")):
        replace(name, _recording(private(ecs, name)), ecs)
        actions[action] = getattr(ecs, name)
    actions["DescribeServices"] = _with_current(actions["DescribeServices"])
    actions["ListServiceDeployments"] = _list
    actions["DescribeServiceDeployments"] = _describer("serviceDeployments", "serviceDeploymentArns", _deployment_of)
    actions["DescribeServiceRevisions"] = _describer("serviceRevisions", "serviceRevisionArns", _revision_of)


def _recording(own):
    def operation(data):
        answer = own(data)
        if answer[0] != 200:
            return answer
        arn = json.loads(answer[2])["service"]["serviceArn"]
        service = next(each for each in private(ecs, "_services").values() if each["serviceArn"] == arn)
        _record(service)
        return json_response({"service": _current(private(ecs, "_sanitize")(service), service)})

    return operation


def _record(service: dict) -> None:
    """Keeps the service's new deployment, if there is one. The list of a service loses the deployments that have ended."""
    deployment = service["deployments"][0]
    if ARN in deployment:
        return
    path = service["serviceArn"].partition(":service/")
    # As AWS's: 21 characters, and 19 digits.
    arn = f"{path[0]}:service-deployment/{path[2]}/{secrets.token_urlsafe(15)[:20]}1"
    deployment[ARN] = arn
    _deployments[arn] = {
        "arn": arn,
        "revision": f"{path[0]}:service-revision/{path[2]}/{secrets.randbelow(9 * 10**18) + 10**18}",
        "service": service,
        "deployment": deployment,
        "source": [each["revision"] for each in _of(service)][-1:],
        "desired": deployment["desiredCount"],
        "at": time.time(),
    }


def _of(service: dict) -> list:
    """The deployments of this service, not of an earlier one with the same name; the oldest first."""
    return [each for each in _deployments.values() if each["service"] is service]


def _current(shown: dict, service: dict) -> dict:
    known = [_deployments[each[ARN]] for each in service["deployments"] if ARN in each]
    if not known or service["status"] != "ACTIVE":
        return shown
    return {
        **shown,
        "currentServiceDeployment": known[0]["arn"],
        "currentServiceRevisions": [_summary(each) for each in known],
    }


def _with_current(own):
    def operation(data):
        answer = own(data)
        if answer[0] != 200:
            return answer
        body = json.loads(answer[2])
        by_arn = {each["serviceArn"]: each for each in private(ecs, "_services").values()}
        return json_response(
            {**body, "services": [_current(shown, by_arn[shown["serviceArn"]]) for shown in body["services"]]}
        )

    return operation


def _list(data: dict) -> tuple:
    cluster = private(ecs, "_resolve_cluster_name")(data.get("cluster", "default"))
    if cluster not in private(ecs, "_clusters"):
        return error_response_json("ClusterNotFoundException", "Cluster not found.", 400)
    name = (private(ecs, "_resolve_service_ref")(data.get("service", "")) or ("",))[0]
    service = private(ecs, "_services").get(f"{cluster}/{name}")
    if service is None:
        return error_response_json("ServiceNotFoundException", "Service not found.", 400)
    created = data.get("createdAt") or {}
    chosen = [
        each
        for each in reversed(_of(service))
        if created.get("after", 0) <= each["at"] <= created.get("before", each["at"])
        and (not data.get("status") or _status(each) in data["status"])
    ]
    page, token = ecs_pages.paged(data, chosen, PAGE)
    return json_response({"serviceDeployments": [_brief(each) for each in page], **token})


def _status(record: dict) -> str:
    states = {"COMPLETED": "SUCCESSFUL", "FAILED": "ROLLBACK_FAILED"}
    return states.get(record["deployment"]["rolloutState"], "IN_PROGRESS")


def _brief(record: dict) -> dict:
    # MiniStack turns this time of its own into a number in other members only.
    ended = private(ecs, "_ts_to_epoch")(record["deployment"]["updatedAt"])
    finished = {"finishedAt": ended} if _status(record) == "SUCCESSFUL" else {}
    return {
        "serviceDeploymentArn": record["arn"],
        "serviceArn": record["service"]["serviceArn"],
        "clusterArn": record["service"]["clusterArn"],
        "createdAt": record["at"],
        "startedAt": record["at"],
        **finished,
        "targetServiceRevisionArn": record["revision"],
        "status": _status(record),
    }


def _summary(record: dict) -> dict:
    deployment = record["deployment"]
    return {
        "arn": record["revision"],
        "requestedTaskCount": deployment["desiredCount"],
        "runningTaskCount": deployment["runningCount"],
        "pendingTaskCount": deployment["pendingCount"],
    }


def _deployment_of(arn: str) -> dict | None:
    record = _deployments.get(arn)
    if record is None:
        return None
    brief = _brief(record)
    del brief["targetServiceRevisionArn"]
    return {
        **brief,
        "updatedAt": record["deployment"]["updatedAt"],
        "sourceServiceRevisions": [{"arn": each} for each in record["source"]],
        "targetServiceRevision": _summary(record),
    }


def _revision_of(arn: str) -> dict | None:
    record = next((each for each in _deployments.values() if each["revision"] == arn), None)
    if record is None:
        return None
    deployment, service = record["deployment"], record["service"]
    definition = private(ecs, "_task_defs").get(private(ecs, "_resolve_td_key")(deployment["taskDefinition"])) or {}
    return private(ecs, "_sanitize")(
        {
            "serviceRevisionArn": arn,
            "serviceArn": service["serviceArn"],
            "clusterArn": service["clusterArn"],
            "taskDefinition": deployment["taskDefinition"],
            "launchType": deployment.get("launchType"),
            "createdAt": record["at"],
            "containerImages": [
                _image(container, deployment.get(DIGESTS, {})) for container in definition.get("containerDefinitions", [])
            ],
        }
    )


def _image(container: dict, digests: dict) -> dict:
    named = container["image"].partition("@")[2] or None
    return {
        "containerName": container["name"],
        "image": container["image"],
        "imageDigest": digests.get(container["name"], named),
    }


def _describer(member: str, given: str, describe):
    def operation(data):
        arns = data.get(given) or []
        if len(arns) > MAX_DESCRIBED:
            message = f"{given} cannot have more than {MAX_DESCRIBED} elements"
            return error_response_json("InvalidParameterException", message, 400)
        found = {arn: describe(arn) for arn in arns}
        return json_response(
            {
                member: [each for each in found.values() if each is not None],
                "failures": [{"arn": arn, "reason": "MISSING"} for arn, each in found.items() if each is None],
            }
        )

    return operation
