"""Functions of container images, as far as reading them: the digest that a tag had when the code was set
(`Code.ResolvedImageUri` of https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html), which MiniStack does not
resolve; an image that does not exist is refused; and ListFunctions with `FunctionVersion=ALL`, which MiniStack
ignores. Nothing runs such a function.

Unconfirmed: the ARN of `$LATEST` in the list of all versions, which is qualified here.
"""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from image_addresses import image_at, is_ecr_address, with_digest
from pinned import private, replace

# In the configuration of a function, which PublishVersion copies as a whole.
RESOLVED = "localResolvedImageUri"
MAX_FUNCTIONS = 50


def install() -> None:
    _install_code()
    _install_templates()
    own = private(lambda_svc, "_get_function")
    replace("_get_function", lambda *values: _with_resolved(own(*values)), lambda_svc)
    replace("_list_functions", _list_functions, lambda_svc)


def _refusal(uri: str | None) -> str | None:
    """Lambda's message about an image; None if it can be used."""
    if uri is None or (is_ecr_address(uri) and image_at(uri) is not None):
        return None
    what = "does not exist" if is_ecr_address(uri) else "is not valid"
    return f"Source image {uri} {what}. Provide a valid source image."


def _resolve(name: str) -> None:
    """Resolves the image of a function, and of a version that was just published with it."""
    function = private(lambda_svc, "_functions")[name]
    for config in [function["config"], *(version["config"] for version in function["versions"].values())]:
        if config.get("ImageUri") is not None and RESOLVED not in config:
            config[RESOLVED] = with_digest(config["ImageUri"]) or config["ImageUri"]
            config["CodeSha256"] = config[RESOLVED].rpartition("sha256:")[2]


def _install_code() -> None:
    create, update = private(lambda_svc, "_create_function"), private(lambda_svc, "_update_code")

    def create_function(data):
        refusal = _refusal((data.get("Code") or {}).get("ImageUri"))
        if refusal is not None:
            return error_response_json("InvalidParameterValueException", refusal, 400)
        answer = create(data)
        if answer[0] < 400:
            _resolve(data["FunctionName"])
        return answer

    def update_code(name, data):
        refusal = _refusal(data.get("ImageUri"))
        if refusal is not None:
            return error_response_json("InvalidParameterValueException", refusal, 400)
        # Also where the address is the same: its tag may be another image's now.
        if "ImageUri" in data and name in private(lambda_svc, "_functions"):
            private(lambda_svc, "_functions")[name]["config"].pop(RESOLVED, None)
        answer = update(name, data)
        if answer[0] < 400:
            _resolve(name)
        return answer

    replace("_create_function", create_function, lambda_svc)
    replace("_update_code", update_code, lambda_svc)


def _install_templates() -> None:
    """A function of a template, whose updates go through UpdateFunctionCode."""
    handler = private(provisioners, "_RESOURCE_HANDLERS")["AWS::Lambda::Function"]
    create = handler["create"]

    def create_function(logical_id, props, stack_name):
        refusal = _refusal((props.get("Code") or {}).get("ImageUri"))
        if refusal is not None:
            raise ValueError(f"{refusal} (Service: Lambda, Status Code: 400)")
        made = create(logical_id, props, stack_name)
        _resolve(made[0])
        return made

    handler["create"] = create_function


def _with_resolved(answer: tuple) -> tuple:
    if answer[0] != 200:
        return answer
    body = json.loads(answer[2])
    resolved = body["Configuration"].get(RESOLVED)
    body["Configuration"] = _shown(body["Configuration"])
    if resolved is not None:
        body["Code"]["ResolvedImageUri"] = resolved
    return json_response(body)


def _shown(config: dict) -> dict:
    """A configuration as Lambda returns it, which has no address of an image."""
    if config.get("PackageType") != "Image":
        return config
    empty = [key for key in ("Runtime", "Handler") if not config.get(key)]
    return {key: value for key, value in config.items() if key not in ("ImageUri", RESOLVED, *empty)}


def _list_functions(query_params: dict) -> tuple:
    given = private(lambda_svc, "_qp_first")
    limit = min(int(given(query_params, "MaxItems", "50")), MAX_FUNCTIONS)
    is_every_version = given(query_params, "FunctionVersion", "") == "ALL"
    entries = [entry for name in sorted(private(lambda_svc, "_functions")) for entry in _entries(name, is_every_version)]
    marker = given(query_params, "Marker", "")
    rest = [entry for entry in entries if entry[0] > _place(marker)] if marker else entries
    page = rest[:limit]
    answer: dict = {"Functions": [_shown(config) for _, config in page]}
    if len(rest) > limit:
        name, version = page[-1][0]
        answer["NextMarker"] = f"{name}:{version}"
    return json_response(answer)


def _entries(name: str, is_every_version: bool) -> list:
    """The configurations of a function, each with its place in the list: its name and version, 0 for `$LATEST`."""
    function = private(lambda_svc, "_functions")[name]
    latest = function["config"]
    if not is_every_version:
        return [((name, 0), latest)]
    arn = latest["FunctionArn"]
    every = [((name, 0), {**latest, "FunctionArn": f"{arn}:$LATEST"})]
    for version in sorted(function["versions"], key=int):
        config = function["versions"][version]["config"]
        every.append(((name, int(version)), {**config, "FunctionArn": f"{arn}:{version}"}))
    return every


def _place(marker: str) -> tuple[str, int]:
    name, _, version = marker.rpartition(":")
    return name, int(version)
