"""The two formats of scan findings: basic, and enhanced by Amazon Inspector.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImageScanFindings.html. Basic scanning has one
finding for each package and no fixed version; known attributes are the package's name and version and a CVSS score.
Enhanced scanning has one finding for all packages of a vulnerability; a package without a fix has `NotAvailable`, and
UNDEFINED of basic scanning is UNTRIAGED.
"""

import hashlib

from ministack.core.responses import get_account_id, get_region

from scan_contents import configuration_of

# A plausible CVSS score for each severity.
SCORES = {"CRITICAL": 9.8, "HIGH": 7.5, "MEDIUM": 5.3, "LOW": 3.1}


def severity_counts(findings: list) -> dict:
    """The number of findings by severity, without severities that have none."""
    severities = [each["severity"] for each in findings]
    return {severity: severities.count(severity) for severity in dict.fromkeys(severities)}


def basic(record: dict, image: dict, scan: dict) -> list:
    """`imageScanFindings.findings`."""
    return [
        {
            "name": each["name"],
            "description": _description(each["name"], [each]),
            "uri": _uri(each["name"]),
            "severity": each["severity"],
            "attributes": [
                {"key": "package_version", "value": each["version"]},
                {"key": "package_name", "value": each["package"]},
                {"key": "CVSS3_SCORE", "value": str(SCORES.get(each["severity"], 0.0))},
            ],
        }
        for each in scan["findings"]
    ]


def enhanced(record: dict, image: dict, scan: dict) -> list:
    """`imageScanFindings.enhancedFindings`, its dates in seconds."""
    by_name: dict = {}
    for each in scan["findings"]:
        by_name.setdefault(each["name"], []).append(each)
    return [_enhanced(record, image, scan["completedAt"], name, packages) for name, packages in by_name.items()]


def _enhanced(record: dict, image: dict, at: int, name: str, packages: list) -> dict:
    severity = packages[0]["severity"]
    fixed = [each["fixed"] is not None for each in packages]
    return {
        "awsAccountId": get_account_id(),
        "description": _description(name, packages),
        "findingArn": _finding_arn(record, image, name),
        "firstObservedAt": at,
        "lastObservedAt": at,
        "updatedAt": at,
        "packageVulnerabilityDetails": {
            "cvss": [],
            "referenceUrls": [],
            "relatedVulnerabilities": [],
            "source": "NVD",
            "sourceUrl": _uri(name),
            "vendorSeverity": severity.capitalize(),
            "vulnerabilityId": name,
            "vulnerablePackages": [
                {
                    "arch": "NOARCH",
                    "epoch": 0,
                    "name": each["package"],
                    "packageManager": "OS",
                    "version": each["version"],
                    "fixedInVersion": each["fixed"] or "NotAvailable",
                }
                for each in packages
            ],
        },
        "remediation": {"recommendation": {"text": "None Provided"}},
        "resources": [_resource(record, image)],
        "score": SCORES.get(severity, 0.0),
        "severity": "UNTRIAGED" if severity == "UNDEFINED" else severity,
        "status": "ACTIVE",
        "title": f"{name} - {', '.join(each['package'] for each in packages)}",
        "type": "PACKAGE_VULNERABILITY",
        "fixAvailable": "YES" if all(fixed) else "PARTIAL" if any(fixed) else "NO",
        "exploitAvailable": "NO",
    }


def image_arn(record: dict, image: dict) -> str:
    """Inspector's id of an image: the repository's ARN and the digest."""
    return f"{record['repositoryArn']}/{image['imageDigest']}"


def _resource(record: dict, image: dict) -> dict:
    name = record["repositoryName"]
    return {
        "details": {
            "awsEcrContainerImage": {
                "architecture": configuration_of(name, image).get("architecture", "amd64"),
                "imageHash": image["imageDigest"],
                "imageTags": list(image.get("imageTags") or []),
                "platform": "DEBIAN_12",
                "pushedAt": image["imagePushedAt"],
                "registry": record["registryId"],
                "repositoryName": name,
            }
        },
        "id": image_arn(record, image),
        "tags": {},
        "type": "AWS_ECR_CONTAINER_IMAGE",
    }


def _finding_arn(record: dict, image: dict, name: str) -> str:
    digest = hashlib.sha256(f"{image_arn(record, image)}/{name}".encode()).hexdigest()[:32]
    return f"arn:aws:inspector2:{get_region()}:{get_account_id()}:finding/{digest}"


def _description(name: str, packages: list) -> str:
    return f"{name} in {', '.join(each['package'] for each in packages)}."


def _uri(name: str) -> str:
    return f"https://cve.mitre.org/cgi-bin/cvename.cgi?name={name}"
