"""SageMaker's models and endpoints, as far as reading their images; MiniStack does not have SageMaker.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html: a model keeps the address of its image
as it was named. An endpoint resolves it when it is created
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeployedImage.html). Inference components are those of no
model: there are none. Nothing runs.
"""

import time

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from image_addresses import with_digest
from json_services import ServiceError, page, service
from registry_settings import resource_type

_models = AccountRegionScopedDict()
_configurations = AccountRegionScopedDict()
_endpoints = AccountRegionScopedDict()


def install() -> None:
    service(
        "sagemaker",
        "SageMaker",
        {
            "CreateModel": lambda request: {"ModelArn": _create_model(request)["ModelArn"]},
            "ListModels": lambda request: _list(request, "Models", _models, ("ModelName", "ModelArn", "CreationTime")),
            "DescribeModel": lambda request: _find(_models, "model", request["ModelName"]),
            "DeleteModel": lambda request: _delete(_models, "model", request["ModelName"]),
            "CreateEndpointConfig": _create_configuration,
            "CreateEndpoint": _create_endpoint,
            "ListEndpoints": lambda request: _list(request, "Endpoints", _endpoints, ENDPOINT_SUMMARY),
            "DescribeEndpoint": lambda request: _find(_endpoints, "endpoint", request["EndpointName"]),
            "DeleteEndpoint": lambda request: _delete(_endpoints, "endpoint", request["EndpointName"]),
            "ListInferenceComponents": lambda _request: {"InferenceComponents": []},
        },
    )
    resource_type(
        "AWS::SageMaker::Model",
        create=_created,
        # Every property replaces the model.
        update=lambda _name, props: _created(props),
        delete=lambda name: _models.pop(name, None),
    )


ENDPOINT_SUMMARY = ("EndpointName", "EndpointArn", "CreationTime", "LastModifiedTime", "EndpointStatus")


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{get_region()}:{get_account_id()}:{kind}/{name.lower()}"


def _find(records: AccountRegionScopedDict, kind: str, name: str) -> dict:
    if name not in records:
        raise ServiceError("ValidationException", f'Could not find {kind} "{_arn(kind, name)}".')
    return records[name]


def _delete(records: AccountRegionScopedDict, kind: str, name: str) -> dict:
    _find(records, kind, name)
    records.pop(name)
    return {}


def _list(request: dict, member: str, records: AccountRegionScopedDict, summary: tuple) -> dict:
    """The newest first, as by default."""
    found, token = page(request, list(reversed(records.values())))
    return {member: [{key: each[key] for key in summary} for each in found], **token}


def _create_model(request: dict) -> dict:
    name = request["ModelName"]
    if name in _models:
        raise ServiceError("ValidationException", f'Cannot create already existing model "{_arn("model", name)}".')
    kept = ("PrimaryContainer", "Containers", "ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation")
    _models[name] = {
        "ModelName": name,
        "ModelArn": _arn("model", name),
        "CreationTime": time.time(),
        **{key: request[key] for key in kept if key in request},
    }
    return _models[name]


def _create_configuration(request: dict) -> dict:
    name = request["EndpointConfigName"]
    _configurations[name] = request
    return {"EndpointConfigArn": _arn("endpoint-config", name)}


def _create_endpoint(request: dict) -> dict:
    name, now = request["EndpointName"], time.time()
    configuration = _find(_configurations, "endpoint-config", request["EndpointConfigName"])
    _endpoints[name] = {
        "EndpointName": name,
        "EndpointArn": _arn("endpoint", name),
        "EndpointConfigName": request["EndpointConfigName"],
        "EndpointStatus": "InService",
        "CreationTime": now,
        "LastModifiedTime": now,
        "ProductionVariants": [
            {
                "VariantName": variant["VariantName"],
                "DeployedImages": _deployed(_find(_models, "model", variant["ModelName"]), now),
                "CurrentInstanceCount": variant.get("InitialInstanceCount", 1),
                "DesiredInstanceCount": variant.get("InitialInstanceCount", 1),
            }
            for variant in configuration["ProductionVariants"]
        ],
    }
    return {"EndpointArn": _endpoints[name]["EndpointArn"]}


def _deployed(model: dict, now: float) -> list:
    containers = model.get("Containers") or [model.get("PrimaryContainer") or {}]
    images = [each["Image"] for each in containers if "Image" in each]
    return [
        {"SpecifiedImage": image, "ResolvedImage": with_digest(image) or image, "ResolutionTime": now} for image in images
    ]


def _created(props: dict) -> tuple:
    made = _create_model({"ModelName": f"model-{time.time_ns()}", **props})
    return made["ModelName"], {"ModelName": made["ModelName"], "Id": made["ModelArn"]}
