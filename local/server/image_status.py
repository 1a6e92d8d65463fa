"""Whether an image is archived, in MiniStack's record of it; image_archive.py changes it."""

# The keys in the record; the times are those of ECR's answers.
STATUS, ARCHIVED_AT, ACTIVATED_AT = "localStatus", "lastArchivedAt", "lastActivatedAt"


def status_of(image: dict) -> str:
    """ACTIVE or ARCHIVED."""
    return image.get(STATUS, "ACTIVE")


def times_of(image: dict) -> dict:
    """When the image was archived and restored last, as far as it was."""
    return {key: image[key] for key in (ARCHIVED_AT, ACTIVATED_AT) if key in image}
