"""Validation of lifecycle policies, of which moto's validator knows neither the archive nor the rules beside each other.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html and LifecyclePolicies.html. ECR
takes a rule that a wider pattern before it hides, and a rule after one for any image it refuses.
"""

import json

from ecr_api import EcrError

MAX_RULES = 50
MIN_ARCHIVED_DAYS = 90
MAX_WILDCARDS = 4
LISTS = ("tagPatternList", "tagPrefixList")
RULE_KEYS = {"rulePriority", "description", "selection", "action"}
SELECTION_KEYS = {"tagStatus", *LISTS, "storageClass", "countType", "countUnit", "countNumber"}
COUNT_TYPES = ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")


def check_lifecycle_policy(text: str) -> None:
    """Raises ECR's error about the first problem of a policy text."""
    problem = problem_of_policy(text)
    if problem is not None:
        raise EcrError(
            "InvalidParameterException",
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
            f"'Lifecycle policy validation failure: {problem}'",
        )


def problem_of_policy(text: str) -> str | None:
    """The first problem of a policy text, or None."""
    try:
        policy = json.loads(text)
    except (TypeError, ValueError):
        policy = None
    if not isinstance(policy, dict):
        return "Could not map policyString into LifecyclePolicy."
    rules = policy.get("rules")
    if not isinstance(rules, list) or not rules:
        return 'object has missing required properties (["rules"])'
    if len(rules) > MAX_RULES:
        return f"array is too long: must have at most {MAX_RULES} elements but instance has {len(rules)} elements"
    return next(filter(None, map(_problem_of_rule, rules)), None) or _problem_of_order(rules)


def _problem_of_rule(rule) -> str | None:
    if not isinstance(rule, dict):
        return 'instance type does not match any allowed primitive type (allowed: ["object"])'
    selection, action = rule.get("selection"), rule.get("action")
    if not isinstance(selection, dict) or not isinstance(action, dict) or "rulePriority" not in rule:
        return 'object has missing required properties (["action","rulePriority","selection"])'
    if not isinstance(rule.get("description", ""), str):
        return 'instance type does not match any allowed primitive type (allowed: ["string"])'
    return (
        _problem_of_keys(rule, RULE_KEYS)
        or _problem_of_number(rule["rulePriority"], 1)
        or _problem_of_selection(selection)
        or _problem_of_action(action, selection["countType"])
    )


def _problem_of_keys(given: dict, allowed: set) -> str | None:
    unknown = sorted(set(given) - allowed)
    if not unknown:
        return None
    return f"object instance has properties which are not allowed by the schema: ({json.dumps(unknown)})"


def _problem_of_number(value, minimum: int) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return 'instance type does not match any allowed primitive type (allowed: ["integer"])'
    if value < minimum:
        return f"numeric instance is lower than the required minimum (minimum: {minimum}, found: {value})"
    return None


def _problem_of_enum(value, allowed) -> str | None:
    if value in allowed:
        return None
    return f"instance value ({json.dumps(value)}) not found in enum (possible values: {json.dumps(list(allowed))})"


def _problem_of_selection(selection: dict) -> str | None:
    count_type = selection.get("countType")
    is_of_archive = count_type == "sinceImageTransitioned"
    storage_class = "archive" if is_of_archive else "standard"
    is_class_right = selection.get("storageClass", "standard") == storage_class
    is_age = count_type != "imageCountMoreThan"
    is_unit_right = selection.get("countUnit") == "days" if is_age else "countUnit" not in selection
    return (
        _problem_of_keys(selection, SELECTION_KEYS)
        or _problem_of_enum(selection.get("tagStatus"), ("tagged", "untagged", "any"))
        or _problem_of_enum(count_type, COUNT_TYPES)
        or (None if is_class_right and is_unit_right else "instance failed to match exactly one schema")
        or _problem_of_number(selection.get("countNumber"), MIN_ARCHIVED_DAYS if is_of_archive else 1)
        or _problem_of_lists(selection)
    )


def _problem_of_lists(selection: dict) -> str | None:
    lists = [key for key in LISTS if key in selection]
    if len(lists) != (1 if selection["tagStatus"] == "tagged" else 0):
        return "instance failed to match exactly one schema"
    for key in lists:
        entries = selection[key]
        if not isinstance(entries, list) or not entries:
            return "array is too short: must have at least 1 elements but instance has 0 elements"
        if not all(isinstance(entry, str) and entry for entry in entries):
            return 'instance type does not match any allowed primitive type (allowed: ["string"])'
        if any(entry.count("*") > MAX_WILDCARDS for entry in entries):
            return f"a pattern may have at most {MAX_WILDCARDS} wildcards"
    return None


def _problem_of_action(action: dict, count_type: str) -> str | None:
    allowed = {"sinceImagePulled": ("transition",), "sinceImageTransitioned": ("expire",)}
    problem = _problem_of_keys(action, {"type", "targetStorageClass"}) or _problem_of_enum(
        action.get("type"), allowed.get(count_type, ("expire", "transition"))
    )
    if problem is not None:
        return problem
    is_target_right = (
        action.get("targetStorageClass") == "archive"
        if action["type"] == "transition"
        else "targetStorageClass" not in action
    )
    return None if is_target_right else "instance failed to match exactly one schema"


def _problem_of_order(rules: list) -> str | None:
    """Priorities, the rule for any image, rules for untagged images and prefixes, the last three by storage class."""
    priorities = [rule["rulePriority"] for rule in rules]
    if len(set(priorities)) < len(priorities):
        return "rulePriority must be unique"
    for storage_class in ("standard", "archive"):
        selections = [
            rule["selection"]
            for rule in sorted(rules, key=lambda each: each["rulePriority"])
            if rule["selection"].get("storageClass", "standard") == storage_class
        ]
        if any(each["tagStatus"] == "any" for each in selections[:-1]):
            return "a rule with tagStatus any must have the highest rulePriority"
        if sum(each["tagStatus"] == "untagged" for each in selections) > 1:
            return "only one rule may select untagged images"
        prefixes = [prefix for each in selections for prefix in each.get("tagPrefixList", [])]
        if len(set(prefixes)) < len(prefixes):
            return "prefixes must be unique"
    return None
