"""What a test does with the chat, in the customer's words."""

from playwright.sync_api import Locator, Page


class Widget:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.field = page.get_by_label("输入消息")
        self.send_button = page.get_by_role("button", name="发送", exact=True)
        self.log = page.get_by_role("log")
        self.strip = page.locator(".strip")

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def choose(self, label: str) -> None:
        self.page.locator(".choice:enabled", has_text=label).last.click()

    def bubble(self, sender: str, text: str | None = None) -> Locator:
        found = self.page.locator(f".message.{sender} .bubble")
        return found.filter(has_text=text) if text else found

    def said(self, sender: str) -> list[str]:
        return [text.strip() for text in self.bubble(sender).all_inner_texts()]

    def shows(self, text: str, sender: str = "bot") -> None:
        self.bubble(sender, text).last.wait_for()

    def to_the_ticket(self) -> None:
        self.write("我在台湾打不了电话")
        self.choose("没有")
        self.choose("国内正常")
        self.page.locator(".message .ticket").wait_for()
