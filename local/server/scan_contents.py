"""The findings of a scan, from labels in the image's configuration.

`local.scan.findings` is the JSON text of a list of `{name, severity, package, version, fixed?}`; `local.scan.status`
is FAILED or UNSUPPORTED_IMAGE, with `local.scan.reason`. An image without them, or whose configuration cannot be read,
has no findings.
"""

import json

from ministack.services import ecr

from pinned import private

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED")
SUCCESS = "The scan was completed successfully."
# ECR's message for an image with an unsupported operating system.
UNSUPPORTED = "UnsupportedImageError: The operating system and/or package manager are not supported."

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
CONFIGURATIONS = (
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
)


def is_scannable(image: dict) -> bool:
    """Whether it is an image, not an image index or another artifact."""
    manifest = _object(image.get("imageManifest"))
    if image.get("imageManifestMediaType") in INDEXES or manifest.get("mediaType") in INDEXES:
        return False
    return _object(manifest.get("config")).get("mediaType", CONFIGURATIONS[0]) in CONFIGURATIONS


def configuration_of(name: str, image: dict) -> dict:
    """The image's configuration, or an empty one if it cannot be read."""
    config = _object(_object(image.get("imageManifest")).get("config"))
    return _object(private(ecr, "_layer_blobs").get(name, {}).get(config.get("digest")))


def contents_of(name: str, image: dict) -> dict:
    """The `status`, `description` and `findings` of a scan of the image."""
    labels = _object(_object(configuration_of(name, image).get("config")).get("Labels"))
    status, reason = labels.get("local.scan.status", "COMPLETE"), labels.get("local.scan.reason")
    if status == "UNSUPPORTED_IMAGE":
        return _without_findings(status, reason or UNSUPPORTED)
    if status != "COMPLETE":
        return _without_findings("FAILED", reason or f"The scan ended as {status}.")
    try:
        findings = json.loads(labels.get("local.scan.findings", "[]"))
        return {"status": "COMPLETE", "description": SUCCESS, "findings": [_finding(each) for each in findings]}
    except (ValueError, TypeError, KeyError) as problem:
        # The author of a test sees it in the result of the scan.
        return _without_findings("FAILED", f"The label local.scan.findings is invalid: {problem!r}")


def _without_findings(status: str, description: str) -> dict:
    return {"status": status, "description": description, "findings": []}


def _finding(given: dict) -> dict:
    if given["severity"] not in SEVERITIES:
        raise ValueError(f"{given['severity']} is not one of {', '.join(SEVERITIES)}")
    fixed = given.get("fixed")
    return {key: str(given[key]) for key in ("name", "severity", "package", "version")} | {
        "fixed": None if fixed is None else str(fixed)
    }


def _object(value) -> dict:
    """A dict, or the dict in a JSON text; an empty one for anything else."""
    if isinstance(value, (str, bytes)):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
