//! What everyone sees first.

use crate::harness::Page;
use xtask::webdriver::Screen;

#[test]
fn opens_paused_with_the_first_gradients_drawn() {
    for screen in [Screen::LAPTOP, Screen::PHONE] {
        let page = Page::open(screen, "");
        page.wait_for_status("state", "paused");
        page.wait_for_status("step", "0");
        page.assert_quiet_console();
    }
}

#[test]
fn a_click_on_step_is_one_step() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.wait_for_status("state", "paused");
}

#[test]
fn run_and_pause_are_one_button() {
    let page = Page::open(Screen::LAPTOP, "");
    page.wait_for_status("step", "0");
    page.click_button("Run");
    page.wait_for_status("state", "running");
    page.wait("ten steps", crate::harness::PATIENCE, || page.step() >= 10);
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let step = page.step();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(page.step(), step, "a paused run does not go on");
}
