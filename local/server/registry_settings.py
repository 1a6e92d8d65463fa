"""What the registry's own features have in common: records in pages, and CloudFormation types.

The identifiers and attributes are those of the resources' schemas
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html).
"""

import base64

from ministack.services.cloudformation import provisioners

from ecr_api import EcrError
from pinned import private

DEFAULT_PAGE = 100


def page(request: dict, records: list, key: str) -> tuple[list, str | None]:
    """A page of records, sorted by a key, and the token of the next page."""
    limit = request.get("maxResults") or DEFAULT_PAGE
    after = _decoded(request.get("nextToken") or "")
    rest = [each for each in sorted(records, key=lambda each: each[key]) if each[key] > after]
    if len(rest) <= limit:
        return rest, None
    return rest[:limit], base64.urlsafe_b64encode(rest[limit - 1][key].encode()).decode()


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except ValueError:
        raise EcrError("InvalidParameterException", "Invalid parameter at 'nextToken'") from None


def resource_type(name: str, create, update, delete, create_only: tuple = (), identifier: str | None = None) -> None:
    """
    Registers a CloudFormation type. `create(props)` and `update(identifier, props)` return the identifier and the
    attributes, `delete(identifier)` nothing; ECR's errors fail the resource. A change of a create-only property replaces
    the resource.
    """

    def failing(function, *arguments):
        try:
            return function(*arguments)
        except EcrError as error:
            raise ValueError(f"{error} (Service: Ecr, Status Code: 400)") from None

    private(provisioners, "_RESOURCE_HANDLERS")[name] = {
        "create": lambda _logical_id, props, _stack_name: failing(create, props),
        "update": lambda physical_id, _old, props, *_others, **_named: failing(update, physical_id, props),
        "delete": lambda physical_id, _props: failing(delete, physical_id),
    }
    if create_only:
        private(provisioners, "_REPLACING_PROPERTIES")[name] = create_only
    if identifier is not None:
        private(provisioners, "_CUSTOM_NAME_REPLACEMENT")[name] = {"name": identifier}


def api_names(value):
    """Properties of a template as members of the API: the first letter of each name in lower case."""
    if isinstance(value, list):
        return [api_names(each) for each in value]
    if isinstance(value, dict):
        return {f"{name[0].lower()}{name[1:]}": api_names(each) for name, each in value.items()}
    return value
