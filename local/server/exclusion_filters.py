"""Exclusion filters of tag mutability, which MiniStack ignores: stored, validated, and enforced on every push.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

import re

from ministack.services import ecr
from ministack.services.cloudformation import provisioners
from moto.ecr.models import RepoTagMutability

from ecr_api import EcrError, answer_of, operation, repository
from images import with_media_type
from pinned import private, replace

TYPE = "AWS::ECR::Repository"
KEY = "imageTagMutabilityExclusionFilters"
MAX_FILTERS = 5
MAX_WILDCARDS = 2


def install() -> None:
    _install_shape()
    operation("CreateRepository", _create)
    operation("PutImageTagMutability", _put_image_tag_mutability)
    operation("PutImage", _put_image)
    _install_registry()
    _install_in_cloudformation()


def check_mutability(mutability: str, filters) -> None:
    """Raises ECR's error for an invalid mutability or invalid filters."""
    if mutability not in list(RepoTagMutability):
        values = ", ".join(each.value for each in RepoTagMutability)
        raise _invalid("imageTagMutability", f"Member must satisfy enum value set: [{values}]")
    problem = _problem(filters) if filters else None
    if problem:
        raise _invalid(KEY, problem)
    if bool(filters) != mutability.endswith("_WITH_EXCLUSION"):
        raise _invalid(KEY, f"exclusion filters and {mutability} cannot be combined")


def _invalid(member: str, constraint: str) -> EcrError:
    return EcrError(
        "InvalidParameterException", f"Invalid parameter at '{member}' failed to satisfy constraint: '{constraint}'"
    )


def _problem(filters: list) -> str | None:
    """The limits of the CloudFormation schema; the limit of wildcards is ECR's (terraform-provider-aws#43642)."""
    if len(filters) > MAX_FILTERS:
        return f"Member must have length less than or equal to {MAX_FILTERS}"
    for each in filters:
        if each.get("filterType") != "WILDCARD":
            return "Member must satisfy enum value set: [WILDCARD]"
        if not re.fullmatch(r"[0-9a-zA-Z._*-]{1,128}", str(each.get("filter"))):
            return "Member must satisfy regular expression pattern: ^[0-9a-zA-Z._*-]{1,128}$"
        if each["filter"].count("*") > MAX_WILDCARDS:
            return f"a filter may have at most {MAX_WILDCARDS} wildcards"
    return None


def _create(request: dict) -> dict:
    filters = request.get(KEY)
    check_mutability(request.get("imageTagMutability", "MUTABLE"), filters)
    answer = answer_of(private(ecr, "_create_repository")(request))
    _keep(request["repositoryName"], filters)
    return {"repository": {**answer["repository"], **({KEY: filters} if filters else {})}}


def _put_image_tag_mutability(request: dict) -> dict:
    name, mutability, filters = request["repositoryName"], request["imageTagMutability"], request.get(KEY)
    repository(name)
    check_mutability(mutability, filters)
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
    # * is the only wildcard; a pattern must match the whole tag.
    literal = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(literal, tag) is not None


def _refusal(name: str, tag: str, digest: str | None) -> str | None:
    """ECR's message if a push is refused, or None; a push of the same content is handled elsewhere."""
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
    request = with_media_type(request)
    digest = request.get("imageDigest") or private(ecr, "_image_digest")(request["imageManifest"])
    refusal = _refusal(name, tag, digest)
    if refusal:
        raise EcrError("ImageTagAlreadyExistsException", refusal)
    for image in private(ecr, "_images").get(name, []):
        if image.get("imageDigest") == digest and (not tag or tag in image.get("imageTags", [])):
            what = f"Image with digest '{digest}'" + (f" and tag '{tag}'" if tag else "")
            where = f"in the repository with name '{name}' in registry with id '{record['registryId']}'"
            raise EcrError("ImageAlreadyExistsException", f"{what} already exists {where}")
    return _with_own_check_off(record, lambda: answer_of(private(ecr, "_put_image")(request)))


def _with_own_check_off(record: dict, push):
    """MiniStack supports only IMMUTABLE, with another message, and the check has been made here."""
    mutability = record["imageTagMutability"]
    record["imageTagMutability"] = "MUTABLE"
    try:
        return push()
    finally:
        record["imageTagMutability"] = mutability


def _install_registry() -> None:
    """The registry API, which `docker push` uses."""
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
    """Sets the filters of a template, converted to the API's format."""
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
            check_mutability(props.get("ImageTagMutability", "MUTABLE"), filters or None)
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
