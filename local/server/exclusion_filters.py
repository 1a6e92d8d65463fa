"""Exclusion filters of tag mutability, which MiniStack drops: kept, checked, and held against every push.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import re

from ministack.services import ecr
from ministack.services.cloudformation import provisioners
from moto.ecr.models import RepoTagMutability

from ecr_api import EcrError, answer_of, operation, repository
from pinned import private, replace

TYPE = "AWS::ECR::Repository"
KEY = "imageTagMutabilityExclusionFilters"
MOST_FILTERS = 5
MOST_WILDCARDS = 2


def install() -> None:
    _install_shape()
    operation("CreateRepository", _create)
    operation("PutImageTagMutability", _put_image_tag_mutability)
    operation("PutImage", _put_image)
    _install_registry()
    _install_in_cloudformation()


def _checked(mutability: str, filters) -> None:
    """Raises what ECR answers to a mutability and filters that it does not take."""
    if mutability not in list(RepoTagMutability):
        values = ", ".join(each.value for each in RepoTagMutability)
        raise EcrError(
            "InvalidParameterException",
            "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: "
            f"'Member must satisfy enum value set: [{values}]'",
        )
    problem = _problem(filters) if filters else None
    if problem:
        raise EcrError(
            "InvalidParameterException", f"Invalid parameter at '{KEY}' failed to satisfy constraint: '{problem}'"
        )
    if bool(filters) != mutability.endswith("_WITH_EXCLUSION"):
        raise EcrError(
            "InvalidParameterException",
            f"Invalid parameter at '{KEY}' failed to satisfy constraint: "
            f"'exclusion filters and {mutability} do not go together'",
        )


def _problem(filters: list) -> str | None:
    """The limits of the CloudFormation schema; the wildcards are ECR's own answer (terraform-provider-aws#43642)."""
    if len(filters) > MOST_FILTERS:
        return f"Member must have length less than or equal to {MOST_FILTERS}"
    for each in filters:
        if each.get("filterType") != "WILDCARD":
            return "Member must satisfy enum value set: [WILDCARD]"
        if not re.fullmatch(r"[0-9a-zA-Z._*-]{1,128}", str(each.get("filter"))):
            return "Member must satisfy regular expression pattern: ^[0-9a-zA-Z._*-]{1,128}$"
        if each["filter"].count("*") > MOST_WILDCARDS:
            return f"a filter may have at most {MOST_WILDCARDS} wildcards"
    return None


def _create(request: dict) -> dict:
    filters = request.get(KEY)
    _checked(request.get("imageTagMutability", "MUTABLE"), filters)
    answer = answer_of(private(ecr, "_create_repository")(request))
    _keep(request["repositoryName"], filters)
    return {"repository": {**answer["repository"], **({KEY: filters} if filters else {})}}


def _put_image_tag_mutability(request: dict) -> dict:
    name, mutability, filters = request["repositoryName"], request["imageTagMutability"], request.get(KEY)
    repository(name)
    _checked(mutability, filters)
    answer = answer_of(private(ecr, "_put_image_tag_mutability")(request))
    _keep(name, filters)
    return {**answer, **({KEY: filters} if filters else {})}


def _keep(name: str, filters) -> None:
    record = private(ecr, "_repositories")[name]
    record.pop(KEY, None)
    if filters:
        record[KEY] = filters


def _install_shape() -> None:
    own = private(ecr, "_repo_shape")

    def shape(record: dict) -> dict:
        return {**own(record), **({KEY: record[KEY]} if KEY in record else {})}

    replace("_repo_shape", shape, ecr)


def _is_immutable(record: dict, tag: str) -> bool:
    mutability = record.get("imageTagMutability", "MUTABLE")
    is_excluded = any(_matches(each["filter"], tag) for each in record.get(KEY, []))
    return mutability.startswith("IMMUTABLE") != (is_excluded and mutability.endswith("_WITH_EXCLUSION"))


def _matches(pattern: str, tag: str) -> bool:
    # Only * is a wildcard of ECR's; the pattern covers the whole tag.
    literal = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(literal, tag) is not None


def _refusal(name: str, tag: str, digest: str | None) -> str | None:
    """Why a push is refused, in ECR's words, or None; pushing the same content again is none of its business here."""
    record = private(ecr, "_repositories").get(name)
    if record is None or not tag or not _is_immutable(record, tag):
        return None
    taken = [image for image in private(ecr, "_images").get(name, []) if tag in image.get("imageTags", [])]
    if not taken or taken[0].get("imageDigest") == digest:
        return None
    return (
        f"The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten "
        "because the tag is immutable."
    )


def _put_image(request: dict) -> dict:
    name, tag = request["repositoryName"], request.get("imageTag")
    record = repository(name)
    digest = request.get("imageDigest") or private(ecr, "_image_digest")(request.get("imageManifest", ""))
    refusal = _refusal(name, tag, digest)
    if refusal:
        raise EcrError("ImageTagAlreadyExistsException", refusal)
    for image in private(ecr, "_images").get(name, []):
        if image.get("imageDigest") == digest and (not tag or tag in image.get("imageTags", [])):
            raise EcrError(
                "ImageAlreadyExistsException",
                f"Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}' "
                f"in registry with id '{record['registryId']}'",
            )
    return _with_own_check_off(record, lambda: answer_of(private(ecr, "_put_image")(request)))


def _with_own_check_off(record: dict, push):
    """MiniStack knows IMMUTABLE only, and its words are others; the decision has been made here."""
    mutability = record["imageTagMutability"]
    record["imageTagMutability"] = "MUTABLE"
    try:
        return push()
    finally:
        record["imageTagMutability"] = mutability


def _install_registry() -> None:
    """The registry's own API, which `docker push` speaks."""
    own = private(ecr, "_v2_put_manifest")

    def put_manifest(name, ref, headers, body):
        record = private(ecr, "_repositories").get(name)
        if record is None or ref.startswith("sha256:"):
            return own(name, ref, headers, body)
        raw = body if isinstance(body, bytes) else (body or "").encode()
        refusal = _refusal(name, ref, private(ecr, "_content_digest")(raw))
        if refusal:
            return private(ecr, "_registry_error")(400, "TAG_INVALID", refusal, {"tag": ref})
        return _with_own_check_off(record, lambda: own(name, ref, headers, body))

    replace("_v2_put_manifest", put_manifest, ecr)


def _install_in_cloudformation() -> None:
    """The filters of a template reach the repository, in the API's own spelling."""
    handler = private(provisioners, "_RESOURCE_HANDLERS")[TYPE]
    create, update = handler["create"], handler["update"]

    def filters_of(props: dict):
        filters = [
            {
                "filterType": each.get("ImageTagMutabilityExclusionFilterType"),
                "filter": each.get("ImageTagMutabilityExclusionFilterValue"),
            }
            for each in props.get("ImageTagMutabilityExclusionFilters") or []
        ]
        try:
            _checked(props.get("ImageTagMutability", "MUTABLE"), filters or None)
        except EcrError as error:
            raise ValueError(f"{error} (Service: Ecr, Status Code: 400)") from None
        return filters

    def create_repository(logical_id, props, stack_name):
        filters = filters_of(props)
        name, attributes = create(logical_id, props, stack_name)
        _keep(name, filters)
        return name, attributes

    def update_repository(physical_id, old_props, new_props, stack_name, logical_id=None):
        filters = filters_of(new_props) if "ImageTagMutability" in new_props else None
        name, attributes = update(physical_id, old_props, new_props, stack_name, logical_id)
        if filters is not None:
            _keep(name, filters)
        return name, attributes

    handler.update(create=create_repository, update=update_repository)
