"""A real browser without a window, which finds the town's central under its own address."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.server.town import ADDRESS, PASSWORD, Town

PHONE, LAPTOP = (360, 740), (1366, 768)
LONGEST_WAIT = 20  # seconds
IS_MISSING = not (shutil.which("chromium") and shutil.which("chromedriver"))

# Every text that a person sees: its colour against the first ground behind it that lets nothing through.
_CONTRASTS = """
const channel = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const numbers = color => color.match(/[\\d.]+/g).map(Number);
const luminance = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
const ground = element => {
  for (let each = element; each; each = each.parentElement) {
    const color = numbers(getComputedStyle(each).backgroundColor);
    if (color[3] === undefined || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
const found = {};
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  if (!texts.currentNode.data.trim() || !element.getClientRects().length) continue;
  const [one, other] = [numbers(getComputedStyle(element).color), ground(element)].map(luminance);
  found[texts.currentNode.data.trim()] = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
return found;
"""

_TOO_SMALL = """
return [...document.querySelectorAll("button, input:not([type=hidden]), .button, .places a")]
  .filter(each => each.checkVisibility())
  .filter(each => { const box = each.getBoundingClientRect(); return box.height < 44 || box.width < 44; })
  .map(each => each.outerHTML);
"""

_BYTES = """
return [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, each) => sum + each.encodedBodySize, 0);
"""


@dataclass(slots=True)
class Chromium:
    """What a person sees of a page and does with it."""

    driver: Chrome

    def open(self, path: str) -> None:
        self.driver.get(ADDRESS + path)

    @property
    def path(self) -> str:
        return urlsplit(self.driver.current_url).path

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def sign_in(self, email: str) -> None:
        self.open("/admin")
        self.field("email").send_keys(email)
        self.field("password").send_keys(PASSWORD)
        self.press("Entrar")

    def field(self, name: str) -> WebElement:
        return self.driver.find_element(By.NAME, name)

    def press(self, words: str) -> None:
        """The button or link that begins with these words, the first of them; then the next page is there."""
        pressed = self.driver.find_element(
            By.XPATH, f"//*[self::button or self::a][starts-with(normalize-space(), '{words}')]"
        )
        pressed.click()
        patiently = WebDriverWait(self.driver, LONGEST_WAIT)
        patiently.until(lambda _: _is_gone(pressed))
        patiently.until(lambda _: self._ask("return document.readyState") == "complete")

    def unfold(self, words: str) -> None:
        """What is hidden behind these words, the first of them."""
        self.driver.find_element(By.XPATH, f"//summary[starts-with(normalize-space(), '{words}')]").click()

    def hold(self, size: tuple[int, int], scheme: str = "light") -> None:
        """A screen of this size, in the light or the dark look."""
        width, height = size
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        look = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", look)

    def hidden_at_the_side(self) -> int:
        """Pixels to which one would have to scroll sideways."""
        return int(self._ask("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def contrasts(self) -> dict[str, float]:
        return dict(self._ask(_CONTRASTS))

    def too_small_to_touch(self) -> list[str]:
        return list(self._ask(_TOO_SMALL))

    def bytes_fetched(self) -> int:
        """The page with its style and icons, as they came."""
        return int(self._ask(_BYTES))

    def complaints(self) -> list[str]:
        """What the browser itself has refused or not found since it was asked last."""
        return [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]

    def _ask(self, script: str) -> Any:
        return self.driver.execute_script(script)  # type: ignore[no-untyped-call]


def _is_gone(element: WebElement) -> bool:
    """While one page gives way to the next, Chromium says so in other words than Selenium knows."""
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


@contextmanager
def open_chromium(town: Town) -> Iterator[Chromium]:
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in (
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        f"--host-resolver-rules=MAP {urlsplit(ADDRESS).hostname} {urlsplit(town.address).netloc}",
        # As root, which runs the tests in a container, there is no sandbox to be had.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    driver = Chrome(options, ChromeService(str(shutil.which("chromedriver"))))
    try:
        yield Chromium(driver)
    finally:
        driver.quit()
