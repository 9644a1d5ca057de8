from random import Random
from uuid import UUID

import pytest

from connectors.compiled import ConnectorConfig
from connectors.resolution import AmbiguousConnector, NoConnector, resolve

CASES = 100_000
MARKETS = ("nor", "swe", "dnk")
GROUPS = ("nordic", "b2b")


def connector(number=1, name="Stripe", slug="stripe", **values):
    lists = {key: frozenset(item) for key, item in values.items() if isinstance(item, (set, list))}
    return ConnectorConfig(
        id=number,
        tenant_id=1,
        tenant_uid=UUID(int=1),
        revision="1",
        slug=slug,
        name=name,
        **{**values, **lists},
    )


def find(candidates, **values):
    return resolve(candidates, **{"name": "Stripe", "market": "NOR", **values})


# --- an independent reference: 20 lines, nothing shared with the code --------------------------------------


def reference(candidates, name, wanted_id, market, groups, store):
    """(rule, id), ("none", None) or ("tie", None)."""

    def usable(c):
        off = market in c.disabled_markets or set(groups) & set(c.disabled_market_groups)
        return not c.retired and not off and c.store in ("", store)

    def called(c):
        return name in (c.name.lower(), c.slug.lower())

    tiers = [
        (
            "connector_id",
            [c for c in candidates if wanted_id and c.connector_id.lower() == wanted_id and called(c)],
        ),
        ("market", [c for c in candidates if called(c) and market in c.enabled_markets]),
        ("market_group", [c for c in candidates if called(c) and set(groups) & set(c.enabled_market_groups)]),
        (
            "global",
            [c for c in candidates if called(c) and not c.enabled_markets and not c.enabled_market_groups],
        ),
    ]
    for rule, tier in tiers:
        tier = [c for c in tier if usable(c)]
        tier = [c for c in tier if c.store] or tier
        if tier:
            return (rule, tier[0].id) if len(tier) == 1 else ("tie", None)
    return "none", None


def random_case(random):
    def some(items, chance):
        return {item for item in items if random.random() < chance}

    candidates = [
        connector(
            number,
            name=random.choice(("Stripe", "STRIPE", "Klarna")),
            slug=random.choice(("stripe", "klarna")),
            connector_id=random.choice(("", "", "Main", "second", f"c{number}")),
            enabled_markets=some(MARKETS, random.choice((0, 0.4))),
            disabled_markets=some(MARKETS, random.choice((0, 0.3))),
            enabled_market_groups=some(GROUPS, random.choice((0, 0.4))),
            disabled_market_groups=some(GROUPS, random.choice((0, 0.2))),
            store=random.choice(("", "", "", "oslo", "bergen")),
            retired=random.random() < 0.1,
        )
        for number in range(random.randint(0, 5))
    ]
    return candidates, {
        "name": random.choice(("stripe", "klarna", "vipps")),
        "connector_id": random.choice(("", "", "main", "second", "c2")),
        "market": random.choice(MARKETS),
        "market_groups": some(GROUPS, 0.4),
        "store": random.choice(("", "oslo", "bergen")),
    }


@pytest.mark.thorough
def test_random_cases_agree_with_the_reference():
    random, seen = Random(20261123), {}
    for _ in range(CASES):
        candidates, order = random_case(random)
        expected = reference(candidates, *order.values())
        try:
            found = resolve(candidates, **order)
            answer = found.rule, found.connector.id
        except NoConnector:
            answer = "none", None
        except AmbiguousConnector:
            answer = "tie", None
        assert answer == expected, (candidates, order)
        seen[answer[0]] = seen.get(answer[0], 0) + 1
    assert (
        min(seen[rule] for rule in ("connector_id", "market", "market_group", "global", "none", "tie")) > 1000
    )


# --- what each rule says -----------------------------------------------------------------------------------


def test_market_beats_group_beats_global():
    everywhere, nordic, norway = (
        connector(1),
        connector(2, enabled_market_groups={"nordic"}),
        connector(3, enabled_markets={"nor"}),
    )
    assert find([everywhere, nordic, norway], market_groups=["Nordic"]).connector is norway
    assert find([everywhere, nordic], market_groups=["Nordic"]).rule == "market_group"
    assert find([everywhere, nordic]).rule == "global"


def test_an_explicit_id_passes_enabled_lists_but_never_disabled_ones():
    swedish = connector(1, connector_id="SE", enabled_markets={"swe"})
    assert find([swedish], connector_id="se").rule == "connector_id"
    banned = connector(2, connector_id="NO", disabled_markets={"nor"})
    with pytest.raises(NoConnector):
        find([banned], connector_id="NO")


def test_an_id_that_is_not_found_falls_to_the_next_rule_and_says_so():
    found = find([connector(1)], connector_id="gone")
    assert found.rule == "global"
    assert "with Connector ID gone: none" in found.trace


def test_an_id_of_another_name_falls_to_the_next_rule_and_says_so():
    found = find(
        [connector(1, name="Klarna", slug="klarna", connector_id="K"), connector(2)], connector_id="K"
    )
    assert found.connector.id == 2
    assert "is not a stripe" in found.trace[0]


def test_the_type_serves_as_a_name():
    assert find([connector(1, name="Stripe NO")], name="STRIPE").connector.id == 1


def test_the_own_store_wins_and_another_store_is_out():
    everyone, oslo = connector(1), connector(2, store="oslo")
    assert find([everyone, oslo], store="Oslo").connector is oslo
    assert find([everyone, oslo], store="bergen").connector is everyone
    assert find([everyone, oslo]).connector is everyone


def test_a_tie_is_an_error_that_names_both_and_the_cure():
    with pytest.raises(AmbiguousConnector, match=r"Stripe \(A\), Stripe \(#2\).*ConnectorId") as caught:
        find([connector(1, connector_id="A"), connector(2)])
    assert caught.value.trace


def test_a_retired_one_never_serves():
    with pytest.raises(NoConnector, match="no published connector is called"):
        find([connector(1, retired=True)])


def test_nobody_found_tells_what_was_tried():
    with pytest.raises(NoConnector) as caught:
        find([connector(1, disabled_market_groups={"nordic"})], market_groups=["nordic"])
    assert "disabled for this market" in str(caught.value)
    assert "NOR" in str(caught.value).upper()
