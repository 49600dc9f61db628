"""The table of shortcuts, from which every host makes its own."""

from itertools import combinations

from QuizLoaderLib.reader.shortcuts import SHORTCUTS, Shortcut, When

NEVER_TOGETHER = {frozenset({When.ON_VIEW, When.ON_POLYGON}), frozenset({When.ON_PAGES, When.ON_POLYGON})}
"""A polygon that is open has its keys first."""


def keys_in_a_browser(shortcut: Shortcut) -> set[str]:
    """Letters with Alt hold without it, too, where nothing is typed, unless another line has the letter."""
    plain = {keys.removeprefix("Alt+") for keys in shortcut.keys}
    own = {keys for other in SHORTCUTS if other is not shortcut for keys in other.keys}
    return {
        *shortcut.keys,
        *(keys for keys in plain if len(keys) == 1 and not keys.isdigit() and keys not in own),
    }


def test_no_key_has_two_meanings() -> None:
    for one, other in combinations(SHORTCUTS, 2):
        if frozenset({one.when, other.when}) not in NEVER_TOGETHER:
            assert not keys_in_a_browser(one) & keys_in_a_browser(other), (one.name, other.name)


def test_names_and_words_are_each_of_one_shortcut() -> None:
    assert len({each.name for each in SHORTCUTS}) == len({each.text for each in SHORTCUTS}) == len(SHORTCUTS)


def test_what_every_host_has_is_clear_of_slicers_menus_and_history() -> None:
    in_every_host = {keys for each in SHORTCUTS for keys in each.keys if keys.startswith("Alt+")}
    assert not in_every_host & {"Alt+E", "Alt+F", "Alt+H", "Alt+V", "Alt+Left", "Alt+Right"}
    by_keys = {keys: each for each in SHORTCUTS for keys in each.keys}
    assert by_keys["Alt+."].use == by_keys["Alt+Up"].use == ("step_frame", 1)
    assert by_keys["Alt+,"].use == by_keys["Alt+Down"].use == ("step_frame", -1)
    assert by_keys["Alt+."].shown_keys == "Alt+↑ Alt+."


def test_digits_alone_are_answers_and_view_tools_have_them_with_shift_or_alt() -> None:
    by_keys = {keys: each for each in SHORTCUTS for keys in each.keys}
    assert {by_keys[digit].name for digit in "123456789"} == {"choose"}
    assert by_keys["1"].shown_keys == "1 to 9"
    for digit in "013":
        assert by_keys[f"Shift+{digit}"] is by_keys[f"Alt+{digit}"]
