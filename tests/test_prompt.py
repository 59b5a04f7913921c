from __future__ import annotations

import pytest

from agentvid.errors import SettingsError
from agentvid.prompt import load_prompt

GOOD = """---
name: plan
temperature: 0.2
---
# en
Plan for: $message
## Tools
$tools, at most $$${price}.

# zh
请为$message计划。
"""


@pytest.fixture
def written(tmp_path):
    def write(text, name="draft.md"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_prompt_has_a_name_front_matter_and_a_text_per_language(written):
    prompt = load_prompt(written(GOOD))

    assert prompt.name == "plan"
    assert prompt.meta["temperature"] == 0.2
    assert set(prompt.text) == {"en", "zh"}
    assert prompt.values("en") == ["message", "tools", "price"]


def test_values_are_filled_in_and_other_headings_stay(written):
    prompt = load_prompt(written(GOOD))

    assert prompt.render("en", message="a red cup", tools="locate", price=3) == (
        "Plan for: a red cup\n## Tools\nlocate, at most $3."
    )
    assert prompt.render("zh", message="红杯子") == "请为红杯子计划。"


def test_a_dollar_sign_inside_a_value_is_text(written):
    prompt = load_prompt(written("---\n---\n# en\n$message"))

    assert prompt.render("en", message="$message costs $5 {0.__class__} %s") == "$message costs $5 {0.__class__} %s"


def test_without_a_name_the_file_gives_it(written):
    assert load_prompt(written("---\n---\n# en\nHello.\n", "thought_edit.md")).name == "thought_edit"


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "plan.md"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())

    assert load_prompt(path).render("zh", message="它") == "请为它计划。"


def test_a_missing_value_is_named_with_those_expected(written):
    prompt = load_prompt(written(GOOD))

    with pytest.raises(SettingsError) as refused:
        prompt.render("en", message="x", price=1)

    assert "'plan' (en)" in refused.value.given
    assert "$tools" in refused.value.given
    assert "message, tools, price" in refused.value.expected


def test_a_missing_language_is_named(written):
    with pytest.raises(SettingsError, match="no text in 'zh'"):
        load_prompt(written("---\n---\n# en\nHello.\n")).render("zh")


def test_the_front_matter_can_not_be_changed(written):
    with pytest.raises(TypeError):
        load_prompt(written(GOOD)).meta["name"] = "other"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("# en\nHello.\n", "no front matter"),
        ("---\nname: plan\n# en\nHello.\n", "no front matter"),
        ("---\nname: [\n---\n# en\nHello.\n", "front matter:"),
        ("---\njust words\n---\n# en\nHello.\n", "just words"),
        ("---\nname: 3\n---\n# en\nHello.\n", "name is 3"),
        ("---\n---\nHello.\n# en\nHello.\n", "before its first language"),
        ("---\n---\n# en\nHello.\n# en\nAgain.\n", "twice"),
        ("---\n---\n# en\n\n# zh\n你好\n", "no text under `# en`"),
        ("---\n---\n", "no section"),
        ("---\n---\n# en\nFine.\nIt costs $5.\n", "line 2"),
    ],
)
def test_a_broken_file_is_refused_by_name(written, text, told):
    path = written(text)

    with pytest.raises(SettingsError) as refused:
        load_prompt(path)

    assert told in refused.value.given
    assert str(path) in refused.value.given
    assert refused.value.do


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    (tmp_path / "picture.md").write_bytes(b"\xff\xd8\xff\xe0")

    for name in ("nothing.md", "picture.md"):
        with pytest.raises(SettingsError, match=name):
            load_prompt(tmp_path / name)
