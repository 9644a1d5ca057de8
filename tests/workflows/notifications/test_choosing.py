"""Which template an order gets, against a reference that counts instead of judging."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.notifications.choosing import Asked, Choice, Rule, TemplateTie, UnknownTemplate, choose, ties

STATUSES, TYPES, MARKETS, LANGUAGES = ("New", "ship"), ("Online", "POS"), ("NOR", "swe"), ("nb", "sv")


def subsets(items):
    return st.lists(st.sampled_from(items), unique=True).map(tuple)


rule_fields = st.fixed_dictionaries(
    {
        "active": st.booleans(),
        "channel": st.sampled_from(["email", "email", "sms"]),
        "statuses": subsets(STATUSES),
        "order_type": st.sampled_from(["", *TYPES]),
        "markets": subsets(MARKETS),
        "language": st.sampled_from(["", *LANGUAGES]),
    }
)
rule_lists = st.lists(rule_fields, max_size=6).map(
    lambda found: [Rule(name=f"T{index}", **fields) for index, fields in enumerate(found)]
)
questions = st.builds(
    Asked,
    order_type=st.sampled_from(["online", "pos"]),
    status=st.sampled_from(["NEW", "Ship"]),
    market=st.sampled_from(["nor", "SWE", "DNK"]),
    language=st.sampled_from(["", "nb", "SV"]),
)


def reference(rules, asked):
    """Points for what fits; a miss is out. Returns the names with most points."""
    points = {}
    for rule in rules:
        tests = [
            (1, [rule.language], asked.language),
            (2, rule.markets, asked.market),
            (4, [rule.order_type], asked.order_type),
        ]
        total = 0
        for worth, wanted, present in tests:
            wanted = [item.upper() for item in wanted if item]
            if wanted and present.upper() not in wanted:
                break
            total += worth if wanted else 0
        else:
            serves = asked.status.upper() in [status.upper() for status in rule.statuses]
            if rule.active and rule.channel == asked.channel and serves:
                points[rule.name] = total
    return {name for name in points if points[name] == max(points.values())}


@given(rule_lists, questions)
def test_the_most_specific_template_that_fits_is_chosen(rules, asked):
    expected = reference(rules, asked)
    if len(expected) > 1:
        with pytest.raises(TemplateTie) as caught:
            choose(rules, asked)
        assert all(name in str(caught.value) for name in expected)
        return
    chosen = choose(rules, asked)
    assert {chosen.rule.name} == expected if chosen.rule else not expected
    assert len(chosen.trace) == len(rules)
    assert sum(line.endswith(": chosen") for line in chosen.trace) == len(expected)


@given(rule_lists, questions, st.randoms())
def test_the_order_of_the_templates_does_not_matter(rules, asked, random):
    def ask(items):
        try:
            return choose(items, asked)
        except TemplateTie as tie:
            return str(tie)

    shuffled = random.sample(rules, len(rules))
    assert ask(rules) == ask(shuffled)


@given(rule_lists, questions)
def test_every_tie_at_the_top_was_told_when_it_was_saved(rules, asked):
    told = {frozenset({one.name, other.name}) for one, other, _ in ties(rules)}
    expected = sorted(reference(rules, asked))
    for index, one in enumerate(expected):
        for other in expected[index + 1 :]:
            assert frozenset({one, other}) in told


ASKED = {"order_type": "Online", "status": "New", "market": "NOR"}


def test_the_template_that_a_step_names_decides_alone():
    rules = [Rule(name="Fits", statuses=("New",)), Rule(name="Winter", markets=("SWE",), channel="sms")]
    found = choose(rules, Asked(**ASKED, name="winter"))
    assert found == Choice(rules[1], ("Winter: named by the step",))
    rules[1] = Rule(name="Winter", active=False)
    assert choose(rules, Asked(**ASKED, name="Winter")).rule is None
    with pytest.raises(UnknownTemplate, match=r"'Wintr'; did you mean Winter\?"):
        choose(rules, Asked(**ASKED, name="Wintr"))


def test_the_trace_tells_why_the_others_do_not_serve():
    rules = [
        Rule(name="A", statuses=("New",), markets=("NOR",)),
        Rule(name="B", statuses=("New",)),
        Rule(name="C", statuses=("New",), markets=("SWE", "DNK")),
        Rule(name="D", statuses=("Ship",)),
        Rule(name="E", active=False),
        Rule(name="F", statuses=("New",), order_type="Pos"),
        Rule(name="G", statuses=("New",), language="sv"),
    ]
    assert choose(rules, Asked(**ASKED, language="nb")).trace == (
        "A: chosen",
        "B: fits, but another one is more specific",
        "C: only for SWE, DNK",
        "D: not for status New",
        "E: not active",
        "F: only for order type Pos",
        "G: only for language sv",
    )
