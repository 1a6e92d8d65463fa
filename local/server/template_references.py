"""References in a template to what is not there, and changes that an update may not make, in AWS's words.

A reference to a resource whose condition is false is as unresolved as one to a resource that the template does not
have; only the branch of an Fn::If that its condition selects counts
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html).
The words are LocalStack's recording (tests/aws/services/cloudformation/engine/test_references.snapshot.json) and
reports by users. MiniStack resolves such references to text or to nothing.
"""

from contextvars import ContextVar

from ministack.services.cloudformation import engine, handlers

from pinned import private

PSEUDO = "AWS::"


class TemplateRefused(ValueError):
    """A template that CloudFormation does not accept; the message is AWS's."""


# The stack that the current request updates.
_updated: ContextVar[dict | None] = ContextVar("updated_stack", default=None)


def install() -> None:
    actions = private(handlers, "_ACTION_HANDLERS")
    for name in ("UpdateStack", "CreateChangeSet"):
        actions[name] = _with_stack(actions[name])


def _with_stack(own):
    def act(params):
        stack = private(handlers, "_resolve_stack")((params.get("StackName") or [""])[0])
        scope = _updated.set(stack)
        try:
            return own(params)
        finally:
            _updated.reset(scope)

    return act


def check(template: dict, conditions: dict) -> None:
    """Checks a template as its macros returned it (template_checks.py), by the values of its conditions."""
    _check_references(template, conditions)
    _check_types(template, conditions)


def _check_references(template: dict, conditions: dict) -> None:
    resources = template.get("Resources") or {}
    active = {name for name, resource in resources.items() if _is_active(resource, conditions)}
    known = active | set(template.get("Parameters") or {})
    missing: list[str] = []
    for name in active:
        resource = resources[name]
        _collect(_selected(resource.get("Properties"), conditions), active, known, missing)
        waits = resource.get("DependsOn") or []
        missing += [each for each in ([waits] if isinstance(waits, str) else waits) if each not in resources]
    _refuse(missing, "Resources")
    for output in (template.get("Outputs") or {}).values():
        if _is_active(output, conditions):
            _collect(_selected(output.get("Value"), conditions), active, known, missing)
    _refuse(missing, "Outputs")
    for expression in (template.get("Conditions") or {}).values():
        names = [name for name, _ in private(engine, "_intrinsic_references")(expression)]
        wrong = [name for name in names if name in resources]
        if wrong:
            raise TemplateRefused(
                f"Template format error: Unresolved dependencies [{', '.join(wrong)}]. "
                "Cannot reference resources in the Conditions block of the template"
            )
    _check_circles(resources, active, conditions)


def _is_active(member: dict, conditions: dict) -> bool:
    condition = member.get("Condition")
    return condition is None or conditions.get(condition, True)


def _selected(node, conditions: dict):
    """The node with each Fn::If replaced by its selected branch."""
    if isinstance(node, list):
        return [_selected(value, conditions) for value in node]
    if not isinstance(node, dict):
        return node
    if set(node) == {"Fn::If"}:
        name, then, otherwise = node["Fn::If"]
        return _selected(then if conditions.get(name, True) else otherwise, conditions)
    return {key: _selected(value, conditions) for key, value in node.items()}


def _collect(node, active: set, known: set, missing: list) -> None:
    for name, attribute in private(engine, "_intrinsic_references")(node):
        if name.startswith(PSEUDO) or name in (known if attribute is None else active):
            continue
        if attribute is not None and _uses_attribute(node, name):
            raise TemplateRefused(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        if attribute is not None:
            wrong = f"{name}.{attribute}"
            raise TemplateRefused(f"Template error: instance of Fn::Sub references invalid resource attribute {wrong}")
        if name not in missing:
            missing.append(name)


def _uses_attribute(node, name: str) -> bool:
    """Whether Fn::GetAtt, and not Fn::Sub, names the resource."""
    if isinstance(node, list):
        return any(_uses_attribute(value, name) for value in node)
    if not isinstance(node, dict):
        return False
    argument = node.get("Fn::GetAtt")
    first = argument.split(".")[0] if isinstance(argument, str) else argument[0] if argument else None
    return first == name or any(_uses_attribute(value, name) for value in node.values())


def _refuse(missing: list, section: str) -> None:
    if missing:
        raise TemplateRefused(
            f"Template format error: Unresolved resource dependencies [{', '.join(missing)}] in the {section} block of "
            "the template"
        )


def _check_circles(resources: dict, active: set, conditions: dict) -> None:
    find = private(engine, "_extract_deps")
    waits = {name: find(resources[name], active) for name in active}
    while True:
        free = {name for name, others in waits.items() if not others & set(waits)}
        if not free:
            break
        waits = {name: others for name, others in waits.items() if name not in free}
    if waits:
        raise TemplateRefused(f"Circular dependency between resources: [{', '.join(sorted(waits))}]")


def _check_types(template: dict, conditions: dict) -> None:
    """The type of a resource cannot change."""
    records = (_updated.get() or {}).get("_resources") or {}
    kept = {
        name: resource["Type"]
        for name, resource in (template.get("Resources") or {}).items()
        if name in records and _is_active(resource, conditions)
    }
    changed = [name for name, kind in kept.items() if kind != records[name].get("ResourceType")]
    if changed:
        raise TemplateRefused(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(changed)}]"
        )
