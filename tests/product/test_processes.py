"""The real processes: who listens where, what dies and comes back, how it all ends."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.product.conftest import ROOT, Product, asks

pytestmark = pytest.mark.product


def test_rasa_and_its_actions_are_reachable_from_this_machine_only(product: Product) -> None:
    addresses = {
        connection.laddr.ip
        for process in product.family()
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {"127.0.0.1"}


def test_rasa_killed_in_mid_conversation_costs_one_honest_sentence_and_no_fact(
    product: Product,
) -> None:
    customer = product.customer()
    assert asks(customer.say("我在德国用双模卡打不出去电话")) == "network"
    product.kill("rasa")
    replies = customer.press("network", "g")
    assert [reply["sender"] for reply in replies] == ["system"]
    product.wait_until("/readyz")
    assert asks(customer.press("network", "g")) == "card_slot"
    said = [message["sender"] for message in customer.messages()]
    assert said.count("customer") == 3


def test_the_action_server_killed_comes_back_and_the_conversation_goes_on(
    product: Product,
) -> None:
    customer = product.customer()
    assert asks(customer.say("我在德国用双模卡打不出去电话")) == "network"
    product.kill("actions")
    product.wait_until("/readyz")
    assert asks(customer.press("network", "g")) == "card_slot"


def test_the_api_killed_has_every_message_and_the_ticket_afterwards(product: Product) -> None:
    customer = product.customer()
    customer.say("我在德国用双模卡打不出去电话")
    before, number = customer.messages(), customer.ticket()["number"]
    product.kill("api")
    product.wait_until("/readyz")
    assert customer.messages() == before
    assert customer.ticket()["number"] == number
    assert asks(customer.press("network", "g")) == "card_slot"


def test_private_files_are_private(product: Product) -> None:
    for path in (product.data / "internal.key", product.data / "log" / "api.log"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_second_product_starts_beside_the_first_and_ends_whole_within_ten_seconds(
    product: Product, tmp_path: Path
) -> None:
    second = Product(tmp_path)
    try:
        second.wait_until("/healthz", seconds=60)
        second.wait_until("/readyz")
        family = second.family()
    finally:
        seconds = second.end()
    assert seconds < 10
    assert not [process for process in family if process.is_running()]
    assert product.status("/readyz") == 200


def test_a_real_browser_talks_to_the_real_product(product: Product) -> None:
    """In a pytest of its own: Playwright's event loop and the async tests' one do not mix."""
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "tests/e2e/test_product.py"],
        cwd=ROOT,
        env={**os.environ, "ROAMDESK_URL": f"http://127.0.0.1:{product.port}"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if "no Chromium found" in run.stdout:
        pytest.skip("no Chromium found")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 passed" in run.stdout
