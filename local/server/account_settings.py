"""Account settings (GetAccountSetting and PutAccountSetting), which MiniStack does not support.

No operation deletes a setting: one that was never put has its default.
"""

from ministack.core.responses import AccountRegionScopedDict

from ecr_api import EcrError, operation

# The allowed values by name, the default first. Clair, the other version of basic scanning, ended in 2026.
SETTINGS = {
    "BASIC_SCAN_TYPE_VERSION": ["AWS_NATIVE"],
    "REGISTRY_POLICY_SCOPE": ["V2"],
    "BLOB_MOUNTING": ["DISABLED", "ENABLED"],
}
_put_values = AccountRegionScopedDict()


def install() -> None:
    operation("GetAccountSetting", _get)
    operation("PutAccountSetting", _put)


def _values_of(name: str) -> list:
    if name not in SETTINGS:
        raise EcrError("InvalidParameterException", f"Invalid parameter at 'name': {name} is not an account setting")
    return SETTINGS[name]


def _get(request: dict) -> dict:
    name = request["name"]
    default = _values_of(name)[0]
    return {"name": name, "value": _put_values.get(name) or default}


def _put(request: dict) -> dict:
    name, value = request["name"], request["value"]
    if value not in _values_of(name):
        raise EcrError("InvalidParameterException", f"Invalid parameter at 'value': {name} does not support {value}")
    _put_values[name] = value
    return {"name": name, "value": value}
