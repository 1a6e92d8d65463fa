"""Properties of AWS::ECR::Repository that its schema does not allow, as CloudFormation reports them.

The schema is that of the resource type's registry
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repository.html).
CloudFormation converts text to a boolean where the schema wants one, and a number to text. The words are those of
reports by users (aws/aws-cdk#13418, aws-samples/aws-bookstore-demo-app#56); MiniStack ignores such properties.
"""

import re

from ministack.services.cloudformation import provisioners

from pinned import private

Problems = list[str]

NAME = r"^(?=.{2,256}$)([a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*)$"


def _text(pattern: str = "", least: int = 0, most: int | None = None, values: tuple = ()):
    def check(value, path: str) -> Problems:
        if isinstance(value, (dict, list)):
            return [f"{path}: expected type: String, found: {_kind(value)}"]
        text = str(value)
        found = []
        if len(text) < least:
            found.append(f"{path}: expected minLength: {least}, actual: {len(text)}")
        if most is not None and len(text) > most:
            found.append(f"{path}: expected maxLength: {most}, actual: {len(text)}")
        if pattern and not re.search(pattern, text):
            found.append(f"{path}: failed validation constraint for keyword [pattern]")
        if values and text not in values:
            found.append(f"{path}: failed validation constraint for keyword [enum]")
        return found

    return check


def _boolean(value, path: str) -> Problems:
    if isinstance(value, bool) or (isinstance(value, str) and value.lower() in ("true", "false")):
        return []
    return [f"{path}: expected type: Boolean, found: {_kind(value)}"]


def _json(value, path: str) -> Problems:
    return [] if isinstance(value, (dict, str)) else [f"{path}: expected type: JSONObject, found: {_kind(value)}"]


def _object(required: tuple = (), **properties):
    def check(value, path: str) -> Problems:
        if not isinstance(value, dict):
            return [f"{path}: expected type: JSONObject, found: {_kind(value)}"]
        missing = [f"{path}: required key [{name}] not found" for name in required if name not in value]
        unknown = [f"{path}: extraneous key [{name}] is not permitted" for name in value if name not in properties]
        known = [(name, each) for name, each in value.items() if name in properties]
        wrong = [problem for name, each in known for problem in properties[name](each, f"{path}/{name}")]
        return missing + unknown + wrong

    return check


def _list(item, most: int | None = None):
    def check(value, path: str) -> Problems:
        if not isinstance(value, list):
            return [f"{path}: expected type: JSONArray, found: {_kind(value)}"]
        if most is not None and len(value) > most:
            return [f"{path}: expected maximum item count: {most}, found: {len(value)}"]
        return [problem for index, each in enumerate(value) for problem in item(each, f"{path}/{index}")]

    return check


def _kind(value) -> str:
    """The type of a value in the messages."""
    kinds = {dict: "JSONObject", list: "JSONArray", bool: "Boolean", int: "Integer", float: "BigDecimal"}
    return kinds.get(type(value), "String")


_REPOSITORY = _object(
    RepositoryName=_text(NAME, 2, 256),
    ImageTagMutability=_text(values=("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION")),
    ImageTagMutabilityExclusionFilters=_list(
        _object(
            ("ImageTagMutabilityExclusionFilterType", "ImageTagMutabilityExclusionFilterValue"),
            ImageTagMutabilityExclusionFilterType=_text(values=("WILDCARD",)),
            ImageTagMutabilityExclusionFilterValue=_text(r"^[0-9a-zA-Z._*-]{1,128}$", 1, 128),
        ),
        5,
    ),
    ImageScanningConfiguration=_object(ScanOnPush=_boolean),
    LifecyclePolicy=_object(LifecyclePolicyText=_text("", 100, 30720), RegistryId=_text("^[0-9]{12}$", 12, 12)),
    RepositoryPolicyText=_json,
    EncryptionConfiguration=_object(
        ("EncryptionType",), EncryptionType=_text(values=("AES256", "KMS", "KMS_DSSE")), KmsKey=_text("", 1, 2048)
    ),
    EmptyOnDelete=_boolean,
    Tags=_list(_object(("Key", "Value"), Key=_text("", 1, 127), Value=_text("", 0, 255)), 50),
)


def install() -> None:
    handler = private(provisioners, "_RESOURCE_HANDLERS")["AWS::ECR::Repository"]
    create, update = handler["create"], handler["update"]

    def create_repository(logical_id, props, stack_name):
        _check(logical_id, props)
        return create(logical_id, props, stack_name)

    def update_repository(physical_id, old_props, new_props, stack_name, logical_id=None):
        _check(logical_id or physical_id, new_props)
        return update(physical_id, old_props, new_props, stack_name, logical_id)

    handler.update(create=create_repository, update=update_repository)


def _check(logical_id: str, props: dict) -> None:
    problems = _REPOSITORY(props, "#")
    if problems:
        raise ValueError(f"Properties validation failed for resource {logical_id} with message: " + "\n".join(problems))
