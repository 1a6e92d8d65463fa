"""The local AWS: MiniStack, with the missing features that this product needs.

Each gap is one file with an `install()`, whose docstring describes AWS's behaviour. MiniStack is configured by
environment variables (local/local-aws.ts).
"""

import os
import sys
import threading

import account_settings
import apprunner
import async_failures
import batch_definitions
import batch_reads
import batching_window
import browsers
import call_events
import change_sets
import cloud_control
import code_buckets
import codebuild_pages
import creation_templates
import custom_resources
import distributed_map
import ecs_containers
import ecs_pages
import ecs_revisions
import ecs_task_definitions
import encryption
import environment_size
import event_buses
import event_patterns
import event_targets
import exclusion_filters
import failed_transforms
import function_errors
import function_names
import function_permissions
import function_workers
import hook_calls
import hook_resource
import hook_results
import image_archive
import image_events
import image_scans
import image_times
import images
import inspector_coverage
import lambda_images
import layers
import lifecycle_preview
import log_metrics
import macro_calls
import macro_resource
import organization_members
import own_folder
import parent
import physical_names
import pinned
import policy_documents
import policy_variables
import pull_through_rules
import pull_time_exclusions
import pull_times
import push_trail
import registry_scanning
import replication
import repositories
import repository_names
import repository_tags
import resource_accounts
import resource_properties
import sagemaker
import service_tokens
import simulated_policies
import sns_limits
import stack_deletion
import stack_deploy
import stack_lookups
import stack_records
import stack_requests
import stack_rollback
import state_sizes
import table_properties
import tagged_resources
import tags
import template_checks
import template_references
import topic_encryption
import trail_pages
import transforms

GAPS = (
    macro_resource,
    macro_calls,
    transforms,
    template_checks,
    failed_transforms,
    template_references,
    change_sets,
    stack_requests,
    repositories,
    repository_names,
    repository_tags,
    encryption,
    exclusion_filters,
    resource_accounts,
    resource_properties,
    registry_scanning,
    policy_documents,
    replication,
    pull_through_rules,
    creation_templates,
    account_settings,
    tags,
    images,
    image_archive,
    layers,
    pull_time_exclusions,
    pull_times,
    lifecycle_preview,
    custom_resources,
    stack_records,
    stack_lookups,
    hook_resource,
    hook_calls,
    hook_results,
    cloud_control,
    stack_deletion,
    stack_rollback,
    stack_deploy,
    service_tokens,
    function_names,
    function_workers,
    environment_size,
    code_buckets,
    physical_names,
    simulated_policies,
    image_events,
    image_times,
    image_scans,
    push_trail,
    trail_pages,
    policy_variables,
    organization_members,
    event_patterns,
    event_buses,
    event_targets,
    async_failures,
    sns_limits,
    topic_encryption,
    table_properties,
    batch_reads,
    ecs_containers,
    ecs_revisions,
    ecs_pages,
    ecs_task_definitions,
    lambda_images,
    batch_definitions,
    codebuild_pages,
    apprunner,
    sagemaker,
    inspector_coverage,
    tagged_resources,
    function_errors,
    distributed_map,
    state_sizes,
    log_metrics,
    batching_window,
    call_events,
    function_permissions,
    browsers,
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
    try:
        serve()
    except SystemExit as end:
        # Of a start that failed, the log has the reason.
        if end.code:
            raise
    own_folder.remove()


if __name__ == "__main__":
    main()
