"""`python -m api.channels.wechat menu`: put data/wechat/menu.yml up in the Official Account.

It uses the settings and the database of the product, so the access token stays one.
"""

import asyncio
import sys

from api.channels.wechat.client import CallError, Client
from api.channels.wechat.menu import for_wechat, read_menu
from api.channels.wechat.tokens import NoToken, Tokens
from api.database import Database
from api.settings import Settings

USAGE = "用法：python -m api.channels.wechat menu"


async def publish_menu(settings: Settings) -> int:
    """Publish the menu; return the exit status."""
    menu = for_wechat(read_menu(), settings.public_url)
    database = Database(settings.database)
    client = Client(settings.wechat_api_base, settings.wechat_app_id, settings.wechat_app_secret)
    try:
        token = await Tokens(database, client, settings.wechat_app_id).current()
        await client.menu(token, menu)
    except NoToken as error:
        print(f"没有取得 access_token（微信返回 {error.errcode}）。", file=sys.stderr)
        return 1
    except CallError as error:
        print(f"菜单没有发布（{error.reason}）。", file=sys.stderr)
        return 1
    finally:
        client.close()
        await database.close()
    print("菜单已发布；客户再次进入公众号时更新，微信最长 5 分钟取一次。")
    return 0


def main() -> int:
    if sys.argv[1:] != ["menu"]:
        print(USAGE, file=sys.stderr)
        return 2
    settings = Settings()
    if not settings.wechat:
        print("请先设置 ROAMDESK_WECHAT_TOKEN、_APP_ID 和 _APP_SECRET。", file=sys.stderr)
        return 2
    return asyncio.run(publish_menu(settings))


if __name__ == "__main__":
    sys.exit(main())
