"""Who Label Studio takes us for."""

import pytest

from etl.errors import BadAnswer, Unauthorized
from etl.extract import ask
from etl.platforms.label_studio.login import identify
from mirror import SOURCE
from senders import Scripted

ME = {"id": 1, "email": "ann@example.com", "active_organization": 7}


def asked(**said):
    return ask(identify(SOURCE, thorough=False), Scripted(ME | said))


def test_the_organisation_is_told_by_its_title():
    identity = asked(active_organization_meta={"title": "Lab", "email": "a@example.com"})
    assert (identity.account, identity.visibility) == ("ann@example.com", "organisation Lab")


@pytest.mark.parametrize("meta", [None, {}, {"title": None}, "Lab", [1], 5])
def test_an_organisation_without_a_title_is_told_by_its_id(meta):
    assert asked(active_organization_meta=meta).visibility == "organisation 7"


def test_an_account_in_no_organisation_is_refused():
    with pytest.raises(Unauthorized, match="in no organisation"):
        asked(active_organization=None)


@pytest.mark.parametrize("said", [{}, {"hello": "world"}, {"id": 1, "email": "a@example.com"}])
def test_an_answer_that_speaks_of_no_account_is_not_one_of_label_studio(said):
    with pytest.raises(BadAnswer, match="got no account: is the url that of a Label Studio"):
        ask(identify(SOURCE, thorough=False), Scripted(said))
