"""User transforms, which MiniStack ignores: at the top level of a template, and `Fn::Transform`.

The most deeply nested are processed first, then outward, then the top-level ones in order
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-overview.html). MiniStack processes
AWS's transforms, each at its position in the list.
"""

from ministack.services.cloudformation import changesets, engine, handlers

from macro_invocation import MacroFailed, invoke
from pinned import private, replace

KEY = "Fn::Transform"
# Sections in which CloudFormation does not process Fn::Transform.
UNTOUCHED = ("Parameters", "AWSTemplateFormatVersion", "Transform")


def install() -> None:
    own = private(engine, "_apply_transforms")

    def apply_transforms(template: dict, provided_params=None, previous_params=None) -> dict:
        if not _uses_macro(template):
            return own(template, provided_params, previous_params)
        try:
            values = _parameter_values(template, provided_params, previous_params)
        except ValueError:
            # MiniStack reports a missing or invalid parameter in its next step.
            return own(_without_macros(template), provided_params, previous_params)
        try:
            return _processed(template, values, lambda part: own(part, provided_params, previous_params))
        except MacroFailed as failure:
            return private(engine, "_TransformFailed")(template, str(failure))

    replace("_apply_transforms", apply_transforms, engine, handlers, changesets)


def entries(template: dict) -> list:
    """The top-level transforms as a list of names and `{Name, Parameters}` maps."""
    return _as_list(template.get("Transform"))


def name_of(entry) -> str:
    """The name of a transform, in either form."""
    return str(entry.get("Name", "")) if isinstance(entry, dict) else str(entry)


def declares_transform(template: dict) -> bool:
    """Whether anything processes the template before it is used."""
    return bool(all_entries(template))


def all_entries(template: dict) -> list:
    """The transforms of a template: at its top level, and in each Fn::Transform."""
    return [*entries(template), *_snippet_entries(_searched(template))]


def _snippet_entries(node):
    if isinstance(node, dict):
        yield from _as_list(node[KEY]) if KEY in node else ()
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _snippet_entries(value)


def _as_list(declared) -> list:
    return declared if isinstance(declared, list) else [] if declared is None else [declared]


def _is_macro(entry) -> bool:
    return not name_of(entry).startswith("AWS::")


def _uses_macro(template: dict) -> bool:
    return any(_is_macro(entry) for entry in entries(template)) or _holds_snippet(_searched(template))


def _searched(template: dict) -> dict:
    return {section: value for section, value in template.items() if section not in UNTOUCHED}


def _holds_snippet(node) -> bool:
    if isinstance(node, dict):
        return _is_snippet(node) or any(_holds_snippet(value) for value in node.values())
    return isinstance(node, list) and any(_holds_snippet(value) for value in node)


def _is_snippet(node: dict) -> bool:
    return KEY in node and any(map(_is_macro, _as_list(node[KEY])))


def _processed(template: dict, values: dict, own) -> dict:
    # AWS::Include is nested, so it is processed before the top-level macros.
    included = private(engine, "_apply_include_transform")(template)
    if isinstance(included, private(engine, "_TransformFailed")):
        return included
    current = {**included, **{key: _snippets(value, values) for key, value in _searched(included).items()}}
    for entry in entries(template):
        body = {key: value for key, value in current.items() if key != "Transform"}
        if not _is_macro(entry):
            current = own({**body, "Transform": [entry]})
            if isinstance(current, private(engine, "_TransformFailed")):
                return current
            continue
        current = invoke(name_of(entry), body, _params(entry, values), values)
        if not isinstance(current, dict):
            raise MacroFailed("Template format error: unsupported structure.")
        if "Transform" in current or _holds_snippet(_searched(current)):
            raise MacroFailed(
                f"Transform {name_of(entry)} returned a template with another macro, which is not supported."
            )
    processed = {key: value for key, value in current.items() if key != "Transform"}
    if "AWS::LanguageExtensions" in map(name_of, entries(template)):
        return processed
    # MiniStack rejects features of AWS::LanguageExtensions.
    return own(processed)


def _snippets(node, values: dict):
    """The node with every snippet replaced by the response of its macro, the innermost first.

    A list of macros is processed in order, and a macro can return any value, such as text.
    """
    if isinstance(node, list):
        return [_snippets(value, values) for value in node]
    if not isinstance(node, dict):
        return node
    if not _is_snippet(node):
        return {key: _snippets(value, values) for key, value in node.items()}
    current = {key: _snippets(value, values) for key, value in node.items() if key != KEY}
    for entry in _as_list(node[KEY]):
        current = invoke(name_of(entry), current, _params(entry, values), values)
    return current


def _params(entry, values: dict) -> dict:
    """The Parameters of a transform; a Ref to a template parameter is resolved (observed behaviour of AWS)."""
    given = entry.get("Parameters") if isinstance(entry, dict) else None
    return {name: _resolved(value, values) for name, value in (given or {}).items()}


def _resolved(value, values: dict):
    if isinstance(value, list):
        return [_resolved(entry, values) for entry in value]
    if isinstance(value, dict) and set(value) == {"Ref"} and value["Ref"] in values:
        return values[value["Ref"]]
    return value


def _parameter_values(template: dict, provided, previous) -> dict:
    """templateParameterValues: resolved, with defaults; lists as lists, everything else as strings."""
    resolved = private(engine, "_resolve_parameters")(template, provided or [], previous)
    return {name: _typed(entry) for name, entry in resolved.items()}


def _typed(entry: dict):
    kind, value = entry.get("Type", "String"), entry["Value"]
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<") or "<List<" in kind
    return [part.strip() for part in value.split(",")] if is_list and isinstance(value, str) else value


def _without_macros(template: dict) -> dict:
    return {**template, "Transform": [entry for entry in entries(template) if not _is_macro(entry)]}
