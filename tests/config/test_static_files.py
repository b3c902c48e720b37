"""Static files as a real site keeps them: collected under names that change with their content."""

import json
import re

import pytest
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path):
    """The folder into which everything has been collected."""
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "config.storage.HashedFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_one_script_imports_another_by_the_name_of_its_content(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    scripts = [name for name in names if name.startswith("js/")]
    imports = {
        name: re.findall(r'from "([^"]+)";$', (collected / names[name]).read_text(), re.MULTILINE) for name in scripts
    }
    assert sum(map(len, imports.values())) > 10
    for name, paths in imports.items():
        for path in paths:
            assert re.search(r"\.[0-9a-f]{12}\.js$", path), name
            assert ((collected / names[name]).parent / path).exists(), (name, path)
