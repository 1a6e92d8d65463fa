"""The local AWS: MiniStack, in one process with what it lacks for this product.

Each gap is one file with an `install()`, and says which behaviour of AWS it stands for. MiniStack is configured by
its environment (local/local-aws.ts).
"""

import os
import sys
import threading

import account_settings
import custom_resources
import exclusion_filters
import failed_transforms
import lifecycle_preview
import macro_calls
import macro_resource
import parent
import pinned
import pull_times
import registry_scanning
import repositories
import tags
import transforms

GAPS = (
    macro_resource,
    macro_calls,
    transforms,
    failed_transforms,
    repositories,
    exclusion_filters,
    registry_scanning,
    account_settings,
    tags,
    pull_times,
    lifecycle_preview,
    custom_resources,
)


def main() -> None:
    try:
        pinned.check_version()
        for gap in GAPS:
            gap.install()
    except pinned.Unexpected as problem:
        sys.exit(str(problem))
    if "LOCAL_AWS_PARENT" in os.environ:
        threading.Thread(target=parent.end_with, args=(int(os.environ["LOCAL_AWS_PARENT"]),), daemon=True).start()

    from ministack.app import main as serve

    sys.argv = sys.argv[:1]
    serve()


if __name__ == "__main__":
    main()
