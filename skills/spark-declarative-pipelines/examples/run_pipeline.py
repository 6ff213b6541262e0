"""Creates a serverless pipeline from one workspace file (or updates it), starts it and follows the update to its end."""

import argparse
import sys
import time

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.pipelines import FileLibrary, PipelineLibrary, UpdateInfoState

ENDED = {UpdateInfoState.COMPLETED, UpdateInfoState.FAILED, UpdateInfoState.CANCELED}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--name", "--file", "--catalog", "--schema", "--source"):
        parser.add_argument(name, required=True)
    parser.add_argument("--full-refresh", action="store_true", help="forget what was read and start over")
    options = parser.parse_args()

    workspace = WorkspaceClient()
    settings = {
        "name": options.name,
        "catalog": options.catalog,
        "schema": options.schema,
        "serverless": True,
        "development": True,
        "configuration": {"orders.source": options.source},
        "libraries": [PipelineLibrary(file=FileLibrary(path=options.file))],
    }
    found = next(iter(workspace.pipelines.list_pipelines(filter=f"name LIKE '{options.name}'")), None)
    if found is None:
        pipeline_id = workspace.pipelines.create(**settings).pipeline_id
    else:
        pipeline_id = found.pipeline_id
        workspace.pipelines.update(pipeline_id=pipeline_id, **settings)

    update_id = workspace.pipelines.start_update(pipeline_id, full_refresh=options.full_refresh).update_id
    shown = None
    while True:
        state = workspace.pipelines.get_update(pipeline_id, update_id).update.state
        if state != shown:
            print(state.value, flush=True)
            shown = state
        if state in ENDED:
            break
        time.sleep(5)
    if state is not UpdateInfoState.COMPLETED:
        for event in workspace.pipelines.list_pipeline_events(pipeline_id, filter="level='ERROR'", max_results=5):
            print(event.message, file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
