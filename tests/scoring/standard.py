"""The county's default scheme as its YAML has it."""

import yaml

from scoring.presets import PRESETS

STANDARD = yaml.safe_load((PRESETS / "class_standard.yaml").read_text(encoding="utf-8"))
