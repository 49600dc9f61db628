"""What GitHub reads of the project is as GitHub wants it, and names what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from docs_stage import REPOSITORY

GITHUB = REPOSITORY / ".github"
FORMS = sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml"))
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
SCHEMAS = {
    "vendor.citation-file-format": [REPOSITORY / "CITATION.cff"],
    "vendor.github-issue-config": [path for path in FORMS if path.stem == "config"],
    "vendor.github-issue-forms": [path for path in FORMS if path.stem != "config"],
    "vendor.github-workflows": WORKFLOWS,
}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_file_is_as_its_schema_has_it(schema: str) -> None:
    pytest.importorskip("check_jsonschema")
    files = SCHEMAS[schema]

    checked = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files],
        capture_output=True,
        encoding="utf-8",
    )

    assert files
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_names_files_and_targets_that_exist_and_ends_by_itself(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")

    for path in re.findall(r"\bTesting/[\w/.]+", text):
        assert (REPOSITORY / path).exists(), path
    for target in re.findall(r"\brun: make ([a-z-]+)", text):
        assert re.search(f"^{target}:", makefile, re.MULTILINE), target
    for job in yaml.safe_load(text)["jobs"].values():
        assert 5 <= job["timeout-minutes"] <= 60
    assert all(re.search(r"@v\d+$", action) for action in re.findall(r"uses: (\S+)", text))


def test_the_tests_run_on_all_systems_with_the_oldest_and_the_newest_python() -> None:
    jobs = yaml.safe_load((GITHUB / "workflows" / "tests.yml").read_text(encoding="utf-8"))["jobs"]
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    known = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)

    assert all(job["strategy"]["matrix"]["python"] == [known[0], known[-1]] for job in jobs.values())
    systems = [jobs["linux"]["runs-on"], *jobs["other"]["strategy"]["matrix"]["system"]]
    assert [system.split("-")[0] for system in systems] == ["ubuntu", "windows", "macos"]
