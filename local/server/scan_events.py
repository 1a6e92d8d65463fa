"""The events of a completed scan: `ECR Image Scan`, or Amazon Inspector's `Inspector2 Scan` and `Inspector2 Finding`.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html and
https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html. Inspector2 Scan has the ARN of the
repository, and counts of CRITICAL, HIGH, MEDIUM and TOTAL (7, 61, 62 and 158 in AWS's example: LOW and UNTRIAGED are
only in TOTAL). Unconfirmed: Inspector's event for an image that it could not scan; here it has the scan-status
FAILED.
"""

from datetime import datetime, timezone

from ministack.core.responses import get_region

from image_events import send as send_events
from scan_findings import basic, enhanced, image_arn, severity_counts


def send(record: dict, image: dict, scan: dict) -> None:
    """Sends the events of the scan's type, for a successful or failed scan."""
    is_complete = scan["status"] in ("COMPLETE", "ACTIVE")
    if scan["type"] == "BASIC":
        counts = severity_counts(basic(record, image, scan))
        detail = _detail(image, "COMPLETE" if is_complete else "FAILED", record["repositoryName"], counts)
        send_events("aws.ecr", "ECR Image Scan", [record["repositoryArn"]], [detail])
        return
    findings = enhanced(record, image, scan)
    counted = severity_counts(findings)
    counts = {name: counted.get(name, 0) for name in ("CRITICAL", "HIGH", "MEDIUM")} | {"TOTAL": len(findings)}
    status = "INITIAL_SCAN_COMPLETE" if is_complete else "FAILED"
    detail = _detail(image, status, record["repositoryArn"], counts)
    send_events("aws.inspector2", "Inspector2 Scan", [record["repositoryArn"]], [detail])
    details = [_inspector_finding(each) for each in findings]
    send_events("aws.inspector2", "Inspector2 Finding", [image_arn(record, image)], details)


def _detail(image: dict, status: str, repository_name: str, counts: dict) -> dict:
    return {
        "scan-status": status,
        "repository-name": repository_name,
        "finding-severity-counts": counts,
        "image-digest": image["imageDigest"],
        "image-tags": list(image.get("imageTags") or []),
    }


def _inspector_finding(finding: dict) -> dict:
    """An enhanced finding in the format of its event, with another name for the score and dates as text."""
    event = {key: value for key, value in finding.items() if key != "score"}
    dates = {key: _date(finding[key]) for key in ("firstObservedAt", "lastObservedAt", "updatedAt")}
    return {
        **event,
        **dates,
        "inspectorScore": finding["score"],
        "resources": [_event_resource(each) for each in finding["resources"]],
    }


def _event_resource(resource: dict) -> dict:
    image = resource["details"]["awsEcrContainerImage"]
    details = {"awsEcrContainerImage": {**image, "pushedAt": _date(image["pushedAt"])}}
    return {**resource, "details": details, "partition": "aws", "region": get_region()}


def _date(seconds: float) -> str:
    """Such as `Dec 3, 2021, 6:02:30 PM`."""
    at = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{at:%b} {at.day}, {at.year}, {at.hour % 12 or 12}:{at:%M:%S %p}"
