"""What shuts somebody out of a page, by the accessibility rules of axe."""

from axe_playwright_python.base import AXE_SCRIPT

SERIOUS = {"serious", "critical"}


def barriers(page, *, colours: bool = True) -> list[str]:
    """What the rules call serious; ``colours``: also text that stands out too little, the slowest rule.

    Only what is violated is asked for: to send the rest takes longer than to find it.
    """
    page.evaluate(AXE_SCRIPT)
    rules = {"resultTypes": ["violations"], "rules": {"color-contrast": {"enabled": colours}}}
    violations = page.evaluate("rules => axe.run(rules).then((results) => results.violations)", rules)
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in violations
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]
