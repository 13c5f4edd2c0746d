"""The demo page and the widget's files, and who may embed them."""

ORIGIN = {"Origin": "https://www.operator.example"}


async def test_the_demo_page_and_the_widget_are_served(http):
    page = await http.get("/")
    assert page.status_code == 200
    assert "<roamdesk-chat" in page.text
    script = await http.get("/widget/roamdesk.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    assert script.headers["cache-control"] == "no-cache"
    assert (await http.get("/widget/../main.py")).status_code == 404
    assert (await http.get("/widget/%2e%2e/%2e%2e/pyproject.toml")).status_code == 404


async def test_the_widget_may_speak_from_another_site_but_never_with_a_cookie(http):
    asked = await http.options(
        "/v1/conversations/x/messages",
        headers={
            **ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    assert asked.status_code == 200
    assert asked.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in asked.headers
    begun = await http.post("/v1/conversations", json={}, headers=ORIGIN)
    assert begun.status_code == 201
    assert begun.headers["access-control-allow-origin"] == "*"


async def test_health_and_readiness(http, bot, app):
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    ready = await http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json() == {
        "ready": True,
        "database": "ready",
        "bot": "ready",
        "actions": "ready",
        "model": "fake",
    }
    bot.silent = True
    app.state.readiness._looked_at = -10.0
    missing = await http.get("/readyz")
    assert missing.status_code == 503
    assert missing.json()["bot"] == "starting"


async def test_samples_are_shown_only_where_the_back_office_is_the_sample(http, app):
    rows = (await http.get("/v1/demo/samples")).json()
    assert len(rows) >= 5
    assert all(row["msisdn"].startswith("1890000") and row["what"] for row in rows)
    app.state.settings.backoffice = "none"
    assert (await http.get("/v1/demo/samples")).json() == []


async def test_the_document_of_the_api_names_the_contracts_routes(http):
    paths = (await http.get("/openapi.json")).json()["paths"]
    for path in (
        "/v1/conversations",
        "/v1/conversations/{conversation_id}/messages",
        "/v1/conversations/{conversation_id}/stream",
        "/v1/tickets/{number}/facts",
        "/v1/tickets/{number}/transitions",
        "/v1/conversations/{conversation_id}/mode",
        "/v1/auth/login",
        "/v1/parse",
        "/readyz",
    ):
        assert path in paths, path
    assert "/internal/turns" not in paths
