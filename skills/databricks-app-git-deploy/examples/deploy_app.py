"""Creates a Databricks App when it is missing, deploys one version of it, and waits until that version serves."""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import PurePosixPath

PATIENCE_SECONDS = 20 * 60


class ApiError(Exception):
    """An answer of the workspace that is not a success."""

    def __init__(self, status, body):
        self.status = status
        super().__init__(f"{status} {body.get('error_code', '')} {body.get('message', '')}".strip())


def call(method, path, body=None, raw=None):
    """One request; returns the parsed answer."""
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    kind = "application/octet-stream" if raw is not None else "application/json"
    headers = {"Authorization": f"Bearer {os.environ['DATABRICKS_TOKEN']}", "Content-Type": kind}
    address = os.environ["DATABRICKS_HOST"].rstrip("/") + path
    request = urllib.request.Request(address, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        try:
            details = json.loads(error.read())
        except ValueError:
            details = {}
        raise ApiError(error.code, details) from None


def wait_until(what, look, good, bad=()):
    """Asks until the state is good; stops with the platform's message when it is bad."""
    end, shown = time.monotonic() + PATIENCE_SECONDS, None
    while time.monotonic() < end:
        status = look()
        state = status.get("state")
        if state != shown:
            print(f"{what}: {state}", flush=True)
            shown = state
        if state == good:
            return
        if state in bad:
            sys.exit(f"{what} {state}: {status.get('message', '')}")
        time.sleep(3)
    sys.exit(f"{what} is still {shown} after {PATIENCE_SECONDS // 60} minutes")


def ensure_app(name, repository):
    """The app, with compute that runs."""
    path = f"/api/2.0/apps/{name}"
    try:
        app = call("GET", path)
    except ApiError as error:
        if error.status != 404:
            raise
        wanted = {"name": name, "description": "made in a workshop"}
        app = call("POST", "/api/2.0/apps", wanted | ({"git_repository": repository} if repository else {}))
    if app.get("compute_status", {}).get("state") == "STOPPED":
        call("POST", f"{path}/start", {})
    wait_until("compute", lambda: call("GET", path).get("compute_status", {}), "ACTIVE", ("ERROR", "DELETING"))


def upload(folder, target):
    """Uploads what git knows of the folder, so that data, environments and keys stay here."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", folder], check=True, capture_output=True, text=True)
    files = [file for file in listed.stdout.split("\0") if file]
    if not files:
        sys.exit(f"git knows no file in {folder}: commit it first")
    for directory in sorted({str(PurePosixPath(target, os.path.relpath(file, folder)).parent) for file in files}):
        call("POST", "/api/2.0/workspace/mkdirs", {"path": directory})
    for file in files:
        place = str(PurePosixPath(target, os.path.relpath(file, folder))).lstrip("/")
        with open(file, "rb") as content:
            address = f"/api/2.0/workspace-files/import-file/{urllib.parse.quote(place, safe='')}?overwrite=true"
            call("POST", address, raw=content.read())
    print(f"uploaded {len(files)} files to {target}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("--folder", help="deploy this folder by way of the workspace")
    parser.add_argument("--repo", help="https address of a repository that the workspace can reach")
    parser.add_argument("--provider", default="gitHub")
    parser.add_argument("--commit")
    parser.add_argument("--path", default=".", help="folder of the app inside the repository")
    options = parser.parse_args()
    if bool(options.folder) == bool(options.repo and options.commit):
        parser.error("give either --folder, or --repo with --commit")

    ensure_app(options.name, {"url": options.repo, "provider": options.provider} if options.repo else None)
    if options.folder:
        me = call("GET", "/api/2.0/preview/scim/v2/Me")["userName"]
        target = f"/Workspace/Users/{me}/apps/{options.name}"
        upload(options.folder, target)
        source = {"mode": "SNAPSHOT", "source_code_path": target}
    else:
        source = {"git_source": {"commit": options.commit, "source_code_path": options.path}}

    deployments = f"/api/2.0/apps/{options.name}/deployments"
    deployment = call("POST", deployments, source)["deployment_id"]
    look = lambda: call("GET", f"{deployments}/{deployment}").get("status", {})  # noqa: E731
    wait_until("deployment", look, "SUCCEEDED", ("FAILED", "CANCELLED"))
    app = call("GET", f"/api/2.0/apps/{options.name}")
    print(f"app: {app.get('app_status', {}).get('state')}\n{app.get('url')}")


if __name__ == "__main__":
    main()
