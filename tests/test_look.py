"""The look: contrast measured from the tokens, nothing inline, nothing from outside, vendored files accounted for."""

import re
from pathlib import Path

import pytest
from django.contrib import admin as django_admin
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parent.parent
TOKENS, CSS, ADMIN = (
    (ROOT / f"static/ktp/{name}.css").read_text(encoding="utf-8") for name in ("tokens", "ktp", "admin")
)
JS = sorted((ROOT / "static/ktp").glob("*.js"))
# Pages of the portal; papers for the PDF renderer have their own rules.
TEMPLATES = [
    path
    for path in sorted(ROOT.glob("*/templates/**/*.html")) + sorted((ROOT / "templates").rglob("*.html"))
    if path.relative_to(ROOT).parts[0] != "attachments" and "pdf" not in path.parts
]
ERRORS = ["400", "403", "403_csrf", "404", "413", "429", "500", "503"]


def block(selector: str) -> str:
    return re.search(re.escape(selector) + r" \{(.*?)\n\}", TOKENS, re.S)[1]


def colours(*selectors: str) -> dict[str, str]:
    """The tokens of the later selectors over those of the earlier, as the browser has them."""
    return {name: value for one in selectors for name, value in re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block(one))}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


THEMES = {"plain": (":root",), "high": (":root", ':root[data-contrast="high"]')}
GROUNDS = ("sheet", "paper")
TINTS = [(tone, f"{tone}-tint") for tone in ("green", "red", "ochre", "blue")]
WORDS = [
    *[(text, ground) for text in ("ink", "ink-2", "green", "green-deep", "red", "ochre", "blue") for ground in GROUNDS],
    *TINTS,
    *[("ink", tint) for _, tint in TINTS],  # the next step, a changed field, a ticked row
    ("ink-2", "ochre-tint"),  # what stood there before
    ("ink-2", "green-tint"),  # the unit below a ticked name
    ("red", "green-tint"),  # overdue in a ticked row
    ("ochre", "green-tint"),
    *[("on-colour", f"{tone}{deep}") for tone in ("green", "blue", "red") for deep in ("", "-deep")],
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), WORDS)
def test_words_can_be_read(theme, text, ground):
    tokens = colours(*THEMES[theme])
    least = 7 if theme == "high" else 4.5
    assert contrast(tokens[text], tokens[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    ("edge", "ground"), [("line-2", "sheet"), ("line-2", "paper"), ("blue", "sheet"), ("blue", "paper")]
)
def test_edges_of_controls_and_the_focus_ring_can_be_seen(theme, edge, ground):
    tokens = colours(*THEMES[theme])
    assert contrast(tokens[edge], tokens[ground]) >= 3


@pytest.mark.parametrize("text", [CSS, ADMIN], ids=["ktp", "admin"])
def test_only_tokens_hold_colours(text):
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])|rgba?\(|hsla?\(", text)


@pytest.mark.parametrize("text", [CSS, ADMIN], ids=["ktp", "admin"])
def test_every_token_that_is_used_exists(text):
    defined = set(re.findall(r"(--[\w-]+):", TOKENS + text))
    used = set(re.findall(r"var\((--[\w-]+)", TOKENS + text))
    assert {name for name in used - defined if not name.startswith("--bs-")} == set()


def test_classes_of_the_vocabulary_exist():
    words = CSS[CSS.index("VOCABULARY") : CSS.index("*/")]
    missing = {
        name
        for name in re.findall(r"\.([a-z][\w-]+)", words)
        if not re.search(rf"\.{name}(?![\w-])", CSS.split("*/", 1)[1])
    }
    assert missing <= {"html", "visually-hidden"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_inline_and_nothing_comes_from_outside(path):
    text = re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.S)
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text, re.I)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text, re.I))
    assert not re.findall(r"""(?:href|src|action)=["']?\s*(?:https?:)?//""", text, re.I)
    assert not re.findall(r"\|\s*safe\b|autoescape off", text)


def test_our_files_ask_nobody_outside():
    for path in (ROOT / "static/ktp").iterdir():
        text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.findall(r"https?://|//[a-z0-9-]+\.[a-z]", text), path.name


@pytest.mark.parametrize("path", JS, ids=lambda path: path.name)
def test_scripts_keep_to_the_policy(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.cssText", text
    )


def test_data_attributes_of_the_script_are_documented():
    head, body = (ROOT / "static/ktp/ktp.js").read_text(encoding="utf-8").split("*/", 1)
    used = set(re.findall(r"\[(data-[a-z-]+)", body))
    assert {name for name in used if name not in head} == set()


def test_vendored_folders_are_accounted_for():
    vendor = ROOT / "static/vendor"
    readme = (vendor / "README.md").read_text(encoding="utf-8")
    for folder in (path for path in vendor.iterdir() if path.is_dir()):
        assert f"`{folder.name}/`" in readme, folder.name
        assert (folder / "LICENSE").is_file(), folder.name
    for version in ("bootstrap 5.3.9", "bootstrap-icons 1.13.2"):
        assert version in readme
    assert "v5.3.9" in (vendor / "bootstrap/bootstrap.min.css").read_text(encoding="utf-8")[:200]


def test_style_sheets_name_only_files_that_are_there():
    for path in (ROOT / "static").rglob("*.css"):
        for name in re.findall(r"url\([\"']?([^\"')]+)", path.read_text(encoding="utf-8")):
            assert name.startswith("data:") or (path.parent / name.split("?")[0]).is_file(), f"{path.name}: {name}"


def test_classes_that_templates_name_exist():
    vendor = ROOT / "static/vendor"
    sheets = CSS + "".join(path.read_text(encoding="utf-8") for path in vendor.glob("*/*.css"))
    own = Path(django_admin.__file__).parent / "static/admin/css"
    admin = ADMIN + "".join(path.read_text(encoding="utf-8") for path in own.glob("*.css"))
    unknown = set()
    for path in TEMPLATES:
        known = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", admin if "admin" in path.relative_to(ROOT).parts else sheets))
        for words in re.findall(r'class="([^"]*)"', path.read_text(encoding="utf-8")):
            fixed = re.sub(
                r"\S*{{.*?}}\S*", " ", re.sub(r"{%.*?%}", " ", words)
            )  # what a variable completes is not judged
            unknown |= {f"{path.name}: {word}" for word in fixed.split() if word not in known}
    assert unknown == set()


def test_icons_that_templates_name_exist():
    icons = set(
        re.findall(
            r"\.bi-([a-z0-9-]+)::?before", (ROOT / "static/vendor/bootstrap-icons/bootstrap-icons.min.css").read_text()
        )
    )
    named = {
        name
        for path in TEMPLATES
        for name in re.findall(r"\bbi-([a-z0-9-]+)(?=[\"' ])", path.read_text(encoding="utf-8"))
    }
    assert named <= icons


@pytest.mark.parametrize("name", ERRORS)
def test_error_pages_stand_without_context_and_database(name):
    """No `db` mark: pytest-django refuses every query."""
    assert "回首页" in get_template(f"{name}.html").render({})
    assert "7F3A" in get_template(f"{name}.html").render({"reference": "7F3A"})
