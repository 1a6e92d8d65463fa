"""App Runner's services of container images, as far as reading them; MiniStack does not have App Runner.

https://docs.aws.amazon.com/apprunner/latest/api/API_Service.html; the image stays as it was named
(`SourceConfiguration.ImageRepository.ImageIdentifier`). A service runs at once, and nothing runs in it.
"""

import time
import uuid

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from json_services import ServiceError, page, service
from registry_settings import resource_type

MAX_PAGE = 20
_services = AccountRegionScopedDict()


def install() -> None:
    service(
        "apprunner",
        "AppRunner",
        {
            "CreateService": lambda request: {"Service": _create(request), "OperationId": str(uuid.uuid4())},
            "ListServices": _list,
            "DescribeService": lambda request: {"Service": _service(request["ServiceArn"])},
            "DeleteService": lambda request: {"Service": _delete(request["ServiceArn"]), "OperationId": str(uuid.uuid4())},
        },
    )
    resource_type(
        "AWS::AppRunner::Service",
        create=_created,
        update=_updated,
        delete=lambda arn: _services.pop(arn, None),
        create_only=("ServiceName",),
    )


def _create(request: dict) -> dict:
    name, identifier, now = request["ServiceName"], uuid.uuid4().hex, time.time()
    arn = f"arn:aws:apprunner:{get_region()}:{get_account_id()}:service/{name}/{identifier}"
    _services[arn] = {
        "ServiceName": name,
        "ServiceId": identifier,
        "ServiceArn": arn,
        "ServiceUrl": f"{identifier[:10]}.{get_region()}.awsapprunner.com",
        "CreatedAt": now,
        "UpdatedAt": now,
        "Status": "RUNNING",
        "SourceConfiguration": request["SourceConfiguration"],
        "InstanceConfiguration": request.get("InstanceConfiguration") or {"Cpu": "1024", "Memory": "2048"},
        "AutoScalingConfigurationSummary": {"AutoScalingConfigurationName": "DefaultConfiguration"},
        "NetworkConfiguration": request.get("NetworkConfiguration") or {"EgressConfiguration": {"EgressType": "DEFAULT"}},
    }
    return _services[arn]


def _list(request: dict) -> dict:
    members = ("ServiceName", "ServiceId", "ServiceArn", "ServiceUrl", "CreatedAt", "UpdatedAt", "Status")
    found, token = page(request, list(_services.values()), MAX_PAGE)
    return {"ServiceSummaryList": [{member: each[member] for member in members} for each in found[:MAX_PAGE]], **token}


def _service(arn: str) -> dict:
    if arn not in _services:
        raise ServiceError("ResourceNotFoundException", f"Service with the provided ARN: {arn} not found.")
    return _services[arn]


def _delete(arn: str) -> dict:
    deleted = {**_service(arn), "Status": "DELETED", "DeletedAt": time.time()}
    _services.pop(arn)
    return deleted


def _created(props: dict) -> tuple:
    made = _create({"ServiceName": f"service-{uuid.uuid4().hex[:8]}", **props})
    return made["ServiceArn"], {name: made[name] for name in ("ServiceArn", "ServiceId", "ServiceUrl", "Status")}


def _updated(arn: str, props: dict) -> tuple:
    found = _service(arn)
    found.update(SourceConfiguration=props["SourceConfiguration"], UpdatedAt=time.time())
    return arn, {name: found[name] for name in ("ServiceArn", "ServiceId", "ServiceUrl", "Status")}
