"""The pages in a real browser: a day of a coordinator and of an office, by keyboard, on a phone, without JavaScript."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from models.pipeline import Pipeline
from serve.settings import read_settings
from tests.serve.running import PASSWORD, server

PARTY = "공원 정자 난간이 부서졌으니 고쳐 주시고, 밤에는 경찰이 순찰하면서 싸우는 사람들을 데려가 주셨으면 합니다."
LAMP = "마을회관 앞 보안등이 일주일째 꺼져 있습니다. 고쳐 주세요."
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run")  # fmt: skip
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 740}

SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, or the one that CHROMIUM names; without it the tests fail."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    assert found, "no Chromium: apt-get install chromium, or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        held = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield held
        held.close()


@pytest.fixture(scope="module")
def client(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with server(read_settings({"MINWON_RATE": "0"}), pipeline, tmp_path_factory.mktemp("store")) as held:
        yield held


@pytest.fixture
def opened(client: httpx.Client) -> Callable[..., str]:
    """Opens a case; its number comes back."""
    count = iter(range(1000))

    def make(body: str = PARTY, **more: str) -> str:
        key = f"{os.urandom(4).hex()}-{next(count)}"
        answer = client.post("/v1/complaints", json={"key": key, "body": body, "channel": "counter", **more})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    return make


@pytest.fixture
def sign_in(browser: Browser, client: httpx.Client) -> Iterator[SignIn]:
    """Signs somebody in, in a browser of their own."""
    contexts: list[BrowserContext] = []

    def make(login: str, size: dict[str, int] = WIDE, script: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            java_script_enabled=script,
            base_url=str(client.base_url),
            locale="ko-KR",
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("사용자 이름").fill(login)
        page.get_by_label("비밀번호").fill(PASSWORD)
        page.get_by_role("button", name="로그인").click()
        page.wait_for_url(re.compile(r"/(queue|office|intake|dashboard)"))
        return page

    yield make
    for context in contexts:
        context.close()


def test_a_coordinator_decides_by_keyboard_and_takes_it_back(sign_in: SignIn, opened: Callable[..., str]) -> None:
    first, second = opened(), opened()
    page = sign_in("kim")
    page.keyboard.press("j")
    expect(page.locator("tr.at")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")
    page.goto(f"/cases/{first}?back=state%3Dwaiting")
    expect(page.locator("mark").first).to_be_visible()
    page.keyboard.press("2")
    chosen = page.locator("input[name=office]:checked").get_attribute("value")
    assert chosen != "parks"
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: first not in url)
    expect(page.get_by_role("status")).to_contain_text("배정 확정 처리했습니다")
    page.keyboard.press("z")
    page.wait_for_url(f"**/cases/{first}*")
    expect(page.locator("h1")).to_contain_text("배정 검토")
    assert second


def test_two_coordinators_on_one_case_the_second_is_told(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened()
    kim, choi = sign_in("kim"), sign_in("choi")
    kim.goto(f"/cases/{number}")
    choi.goto(f"/cases/{number}")
    kim.get_by_role("button", name="배정 확정").click()
    expect(kim.locator("h1")).to_contain_text(re.compile("배정됨|이송"))
    choi.get_by_role("button", name="배정 확정").click()
    expect(choi.get_by_role("alert")).to_contain_text("다른 사람이 먼저")


def test_the_day_of_a_case_without_javascript(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened()
    kim = sign_in("kim", script=False)
    kim.goto(f"/cases/{number}")
    kim.get_by_role("button", name="배정 확정").click()
    park = sign_in("park", script=False)
    park.get_by_role("link", name=number).click()
    park.get_by_role("button", name="접수(우리 부서 소관)").click()
    expect(park.locator("h1")).to_contain_text("처리 중")
    park.get_by_label("민원인에게 보낼 답변").fill("난간을 고쳤습니다")
    park.get_by_role("button", name="답변", exact=True).click()
    expect(park.get_by_role("alert")).to_contain_text("아직 끝나지 않은 협조")
    expect(park.get_by_label("민원인에게 보낼 답변")).to_have_value("난간을 고쳤습니다")
    police = sign_in("police", script=False)
    police.get_by_role("link", name=number).click()
    expect(police.locator("main")).to_contain_text("공유하지 않은 내용")
    expect(police.locator("main")).not_to_contain_text("정자")
    police.get_by_label("회신 내용").fill("순찰을 늘렸습니다")
    police.get_by_role("button", name="협조 회신").click()
    park.goto(f"/cases/{number}")
    expect(park.locator("main")).to_contain_text("순찰을 늘렸습니다")
    expect(park.locator("h1")).to_contain_text("협조 변동")
    park.get_by_label("민원인에게 보낼 답변").fill("난간을 고쳤고 경찰이 순찰합니다")
    park.get_by_label("협조가 끝나기 전에 답변하는 사유").fill("나머지 회신은 따로 알림")
    park.get_by_role("button", name="답변", exact=True).click()
    expect(park.locator("h1")).to_contain_text("답변함")


def test_an_office_returns_what_is_not_its_own(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened(LAMP)
    road = sign_in("road")
    road.goto(f"/cases/{number}")
    road.get_by_role("button", name=re.compile("^반송")).click()
    expect(road.get_by_role("alert")).to_contain_text("사유")
    road.get_by_label("반송 사유").fill("공원 안 조명임")
    road.get_by_role("button", name=re.compile("^반송")).click()
    road.wait_for_url("**/office")
    expect(road.get_by_role("status")).to_contain_text("반송")
    expect(road.get_by_role("button", name=re.compile("^되돌리기"))).to_be_visible()
    kim = sign_in("kim")
    kim.goto("/queue?state=returned")
    expect(kim.locator("main")).to_contain_text(number)


def test_an_office_sees_only_its_own_cases(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened(LAMP)
    park = sign_in("park")
    assert (answer := park.goto(f"/cases/{number}")) is not None
    assert answer.status == 404
    assert (answer := park.goto("/queue")) is not None
    assert answer.status == 403
    expect(park.get_by_role("alert")).to_contain_text("권한")


def test_a_return_is_taken_back_by_its_office(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened(LAMP)
    road = sign_in("road")
    road.goto(f"/cases/{number}")
    road.get_by_label("반송 사유").fill("잘못 누름")
    road.get_by_role("button", name=re.compile("^반송")).click()
    road.get_by_role("button", name=re.compile("^되돌리기")).click()
    road.goto(f"/cases/{number}")
    expect(road.locator("h1")).to_contain_text("배정됨")


def test_another_body_that_leads_reads_only_what_is_shared(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened(LAMP, complainant="가나다")
    kim = sign_in("kim")
    kim.goto(f"/cases/{number}")
    kim.get_by_text("부서 바꾸기·더하기").click()
    kim.get_by_label("부서, 기관 또는 업무 이름").fill("하남경찰서")
    kim.get_by_label("이송 사유").fill("경찰 소관")
    kim.get_by_role("button", name="다른 기관으로 이송").click()
    police = sign_in("police")
    police.goto(f"/cases/{number}")
    expect(police.locator("main")).to_contain_text("공유하지 않은 내용")
    expect(police.locator("main")).not_to_contain_text("경찰 소관")
    assert (answer := police.goto(f"/cases/{number}/original")) is not None
    assert answer.status == 404
    kim.goto(f"/cases/{number}")
    kim.get_by_role("button", name="하남경찰서에 내용 공유").click()
    police.goto(f"/cases/{number}")
    expect(police.locator("main")).to_contain_text("보안등")


def test_the_complained_of_office_never_sees_who_complained(sign_in: SignIn, opened: Callable[..., str]) -> None:
    number = opened(LAMP, complainant="가나다", contact="비밀 연락처", about_office="도로관리과")
    road, kim = sign_in("road"), sign_in("kim")
    road.goto(f"/cases/{number}")
    expect(road.get_by_role("link", name="원문과 민원인 보기")).to_have_count(0)
    assert (answer := road.goto(f"/cases/{number}/original")) is not None
    assert answer.status == 404
    kim.goto(f"/cases/{number}/original")
    expect(kim.locator("main")).to_contain_text("비밀 연락처")


def test_all_results_of_a_filter_are_confirmed_at_once(sign_in: SignIn, opened: Callable[..., str]) -> None:
    for _ in range(3):
        opened()
    page = sign_in("kim")
    page.goto("/queue?state=review&office=parks")
    page.get_by_role("button", name=re.compile("모두 제안대로")).click()
    page.get_by_role("button", name="모두 확정").click()
    expect(page.get_by_role("status").first).to_contain_text("배정 확정")
    page.goto("/queue?state=review&office=parks")
    expect(page.locator("main")).to_contain_text("조건에 맞는 민원이 없습니다")


def test_a_view_is_saved_under_a_name(sign_in: SignIn) -> None:
    page = sign_in("kim")
    page.goto("/queue?state=waiting&level=4")
    page.get_by_label("이름").fill("고난도만")
    page.get_by_role("button", name="이 보기 저장").click()
    page.get_by_role("link", name="고난도만").click()
    assert "level=4" in page.url


def test_repeats_are_shown_and_linked_by_a_person(sign_in: SignIn, opened: Callable[..., str]) -> None:
    earlier, later = opened(f"{PARTY} 느루동 삼거리입니다."), opened(f"{PARTY} 느루동 삼거리입니다.")
    page = sign_in("kim")
    page.goto(f"/cases/{later}")
    row = page.get_by_role("row", name=re.compile(earlier))
    expect(row).to_contain_text("반복·중복 의심")
    row.get_by_role("button").click()
    expect(page.get_by_role("row", name=re.compile(earlier))).to_contain_text("묶음")


def test_the_counter_opens_a_case(sign_in: SignIn) -> None:
    page = sign_in("desk", PHONE)
    page.get_by_label("내용").fill(LAMP)
    page.get_by_role("button", name="접수", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("민원 번호")
    expect(page.locator("main")).to_contain_text("도로관리과")


def test_five_wrong_passwords_lock_the_name(browser: Browser, client: httpx.Client) -> None:
    page = browser.new_page(base_url=str(client.base_url))
    for password in (*["wrong wrong wrong"] * 5, PASSWORD):
        page.goto("/login")
        page.get_by_label("사용자 이름").fill("data")
        page.get_by_label("비밀번호").fill(password)
        page.get_by_role("button", name="로그인").click()
    expect(page.get_by_role("alert")).to_contain_text("15분")
    page.close()


def test_a_form_from_elsewhere_changes_nothing(
    client: httpx.Client, sign_in: SignIn, opened: Callable[..., str]
) -> None:
    number = opened()
    page = sign_in("kim")
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    answer = httpx.post(
        f"{client.base_url}/cases/{number}/moves",
        data={"move": "confirm", "version": "1", "csrf": "guess"},
        cookies=cookies,
        headers={"Accept": "text/html"},
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_a_serious_fault_of_access(
    sign_in: SignIn, opened: Callable[..., str], size: dict[str, int], tmp_path: Path
) -> None:
    number = opened()
    opened(f"{PARTY}")
    faults: list[str] = []
    visits = {
        "kim": (
            "/queue",
            f"/cases/{number}",
            f"/cases/{number}/original",
            "/intake",
            "/dashboard",
            "/password",
            "/none",
        ),
        "road": ("/office",),
    }
    for login, places in visits.items():
        page = sign_in(login, size)
        for place in places:
            page.goto(place)
            for box in page.locator("details").all():
                box.evaluate("one => one.open = true")
            found = Axe().run(page).response["violations"]
            faults += [
                f"{place}: {one['id']}: {one['nodes'][0]['html']}"
                for one in found
                if one["impact"] in ("serious", "critical")
            ]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > size["width"]:
                faults.append(f"{place}: {wide} pixels wide on a screen of {size['width']}")
    assert faults == []
