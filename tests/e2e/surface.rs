//! Optimizers on functions of two parameters: what the page shows is what the library computes, whatever is pressed, drawn
//! or typed.

use crate::harness::Page;
use gradient_lab::choice::Choice;
use gradient_lab::surface::examples::Example;
use gradient_lab::surface::{Descent, Function, Setting, theory};
use serde_json::Value;
use xtask::webdriver::Screen;

fn setting(fragment: &str) -> Setting {
    let (setting, notices) = Setting::from_pairs(fragment.trim_start_matches('#'));
    assert_eq!(notices, [], "{fragment}");
    setting
}

fn walked(setting: &Setting) -> Vec<Descent> {
    let walk = |tuned: &_| {
        let mut path = Descent::new(setting.objective, *tuned, setting.start);
        path.advance_to(setting.steps as usize);
        path
    };
    setting.paths.iter().map(walk).collect()
}

/// The setting that the address describes.
fn shown(page: &Page) -> Setting {
    setting(page.fragment().trim_start_matches('#').trim_start_matches("v=1&"))
}

/// Waits until the address describes a setting with this property.
fn wait_for(page: &Page, what: &str, is_so: impl Fn(&Setting) -> bool) -> Setting {
    page.wait(what, crate::harness::PATIENCE, || page.fragment().contains("surface=") && is_so(&shown(page)));
    shown(page)
}

/// Asserts that map and curves have the numbers of the setting, to the last bit.
fn assert_paths(page: &Page, setting: &Setting) {
    let paths = walked(setting);
    let map = page.data_table("level-map");
    assert_eq!(map.len(), setting.steps as usize + 1);
    for (step, (_, cells)) in map.iter().enumerate() {
        let native: Vec<Option<f64>> = paths
            .iter()
            .flat_map(|path| match path.up_to(step).get(step) {
                Some(made) => [Some(made.at[0]), Some(made.at[1]), Some(made.value)],
                None => [None; 3],
            })
            .collect();
        assert_eq!(*cells, native, "step {step} of {}", setting.to_pairs());
    }
}

/// The numbers of a path in the table beside the charts.
fn readout(page: &Page, number: usize) -> Vec<Option<f64>> {
    let script = "
        const cells = document.querySelectorAll(`.surface-readout tbody[data-path='${arguments[0]}'] td`);
        return [...cells].filter((cell) => !cell.colSpan || cell.colSpan === 1).map((cell) => cell.dataset.value ?? null);";
    let cells = page.run(script, &[number.into()]);
    cells
        .as_array()
        .expect("cells")
        .iter()
        .map(|cell| cell.as_str().map(|text| text.parse().expect("a number")))
        .collect()
}

fn sentence(page: &Page, number: usize) -> String {
    page.text_of(&format!(
        "document.querySelector('.surface-readout tbody[data-path=\"{number}\"] .surface-sentence').textContent"
    ))
}

#[test]
fn paths_on_the_page_are_those_of_the_library() {
    for pairs in [
        "surface=rosenbrock&steps=60&paths=sgd:lr=0.001;momentum:lr=0.001,mu=0.9;adagrad:lr=0.2;adam:lr=0.1,beta1=0.9,beta2=0.999",
        "surface=quadratic&kappa=100&angle=30&start=-2,1.5&steps=25&paths=nesterov:lr=0.01,mu=0.8;rmsprop:lr=0.05,beta2=0.9;amsgrad:lr=0.1,beta1=0.9,beta2=0.99",
    ] {
        let page = Page::open(Screen::LAPTOP, &format!("#{pairs}"));
        let setting = setting(pairs);
        assert_eq!(page.step(), u64::from(setting.steps));
        assert_paths(&page, &setting);
        for (number, path) in walked(&setting).iter().enumerate() {
            let step = setting.steps as usize;
            let now = path.up_to(step).last().expect("a start");
            let native = [Some(now.value), Some(path.measured(now.at)), path.rate(step), path.predicted()];
            assert_eq!(readout(&page, number + 1), native, "path {number}");
        }
        assert_eq!(page.fragment(), format!("#{pairs}"), "an address that means the same stays as it is");
        // And so they are after more steps.
        for _ in 0..3 {
            page.click_button("Step");
        }
        let further = wait_for(&page, "three more steps", |now| now.steps == setting.steps + 3);
        assert_paths(&page, &further);
    }
}

#[test]
fn theory_stands_beside_what_was_measured() {
    let page =
        Page::open(Screen::LAPTOP, "#surface=quadratic&kappa=25&steps=80&paths=sgd:lr=0.076;momentum:lr=0.1,mu=0.5");
    for method in [gradient_lab::surface::Method::Sgd, gradient_lab::surface::Method::Momentum] {
        let script = "return [...document.querySelectorAll(`[data-theory='${arguments[0]}'] td`)].map((cell) => cell.dataset.value)";
        let shown = page.run(script, &[method.name().into()]);
        let best = theory::best(method, [1.0, 25.0]).expect("it has one");
        let tuned = shown_path(&page, method);
        let limit = theory::limit(&tuned, 25.0).expect("it has one");
        let exact = [limit, best.lr, best.momentum, best.rate].map(|number| format!("{number:?}"));
        assert_eq!(shown, serde_json::json!(exact));
    }
    assert!(sentence(&page, 1).contains("as theory says"), "{}", sentence(&page, 1));
    // The best of theory is a press away, and holds at once.
    page.click("[data-path='2'] .surface-best");
    let now = wait_for(&page, "the best momentum", |now| {
        Some(now.paths[1]) == theory::best_tuned(now.paths[1].method, [1.0, 25.0])
    });
    let rate = walked(&now)[1].predicted().expect("theory has one");
    assert!((rate - 4.0 / 6.0).abs() < 2e-3, "{rate}");
    // Beyond the border it goes away, and the sentence has the border.
    page.set_control("lr-1", "0.081");
    page.wait_until(
        "the sentence",
        "document.querySelector('.surface-sentence').textContent.includes('0.0800 = 2/λₙ')",
    );
    assert!(sentence(&page, 1).contains("Goes away"), "{}", sentence(&page, 1));
    page.set_control("kappa", "1000");
    page.wait_until("the end of it", "document.querySelector('.surface-sentence').textContent.includes('Diverged')");
}

fn shown_path(page: &Page, method: gradient_lab::surface::Method) -> gradient_lab::surface::Tuned {
    shown(page).paths.into_iter().find(|tuned| tuned.method == method).expect("a path of it")
}

#[test]
fn it_runs_pauses_goes_back_and_shows_any_step() {
    let page = Page::open(Screen::LAPTOP, "#surface=beale&paths=sgd:lr=0.01;adam:lr=0.1,beta1=0.9,beta2=0.999");
    assert_eq!((page.step(), page.status("state").as_deref()), (0, Some("paused")));
    page.click_button("Run");
    page.wait_until("some steps", "Number(document.getElementById('status').dataset.step) > 5");
    page.click_button("Pause");
    page.wait_for_status("state", "paused");
    let at = page.step();
    let now = wait_for(&page, "the step in the address", |now| u64::from(now.steps) == at);
    assert_paths(&page, &now);
    page.set_control("surface-step", "3");
    page.wait_for_status("step", "3");
    page.set_control("surface-step", &at.to_string());
    page.wait_for_status("step", &at.to_string());
    // The keys of a run are those of the paths here; the run behind stays where it is.
    page.run("document.activeElement.blur()", &[]);
    page.press("s");
    page.wait_for_status("step", &(at + 1).to_string());
    page.press("r");
    page.wait_for_status("step", "0");
    page.press(" ");
    page.wait_for_status("state", "running");
    page.press(" ");
    page.wait_for_status("state", "paused");
    // What has ended begins again.
    page.follow_fragment("#surface=beale&start=9,9&steps=50&paths=sgd:lr=1");
    page.wait_for_status("step", "50");
    page.click_button("Run");
    page.wait_until("a new beginning", "Number(document.getElementById('status').dataset.step) < 50");
    page.follow_fragment("#v=1");
    page.wait_for_status("step", "0");
}

#[test]
fn the_start_is_drawn_by_mouse_and_finger_and_moved_by_keys() {
    let page =
        Page::open(Screen::LAPTOP, "#surface=quadratic&steps=10&paths=sgd:lr=0.1;adam:lr=0.1,beta1=0.9,beta2=0.999");
    page.wait_until("the handle", "parseFloat(document.querySelector('.surface-start')?.style.left) > 0");
    let drag = "
        const [kind, right, down] = arguments;
        const handle = document.querySelector('.surface-start');
        const at = handle.getBoundingClientRect();
        const [x, y] = [at.left + at.width / 2, at.top + at.height / 2];
        const send = (name, dx, dy) => handle.dispatchEvent(new PointerEvent(name,
            { bubbles: true, pointerType: kind, pointerId: 1, clientX: x + dx, clientY: y + dy }));
        handle.setPointerCapture = () => {};
        send('pointermove', 5, 5);
        send('pointerdown', 0, 0);
        send('pointermove', right / 2, down / 2);
        send('pointermove', right, down);
        send('pointerup', right, down);
        send('pointermove', 0, 0);";
    let mut before = shown(&page).start;
    for (kind, right, down) in [("mouse", 60, -40), ("touch", 30, 50)] {
        page.run(drag, &[kind.into(), right.into(), down.into()]);
        let now = wait_for(&page, "another start", |now| now.start != before);
        assert!(now.start[0] > before[0] && (now.start[1] > before[1]) == (down < 0), "{before:?}, {:?}", now.start);
        assert!(now.start.iter().all(|coordinate| coordinate.to_string().len() <= 6), "{:?}", now.start);
        assert_paths(&page, &now);
        before = now.start;
    }
    page.run("document.querySelector('.surface-start').focus()", &[]);
    for (key, axis, sign) in
        [("ArrowLeft", 0, -1.0), ("ArrowUp", 1, 1.0), ("ArrowRight", 0, 1.0), ("ArrowDown", 1, -1.0)]
    {
        page.press(key);
        let now = wait_for(&page, key, |now| (now.start[axis] - before[axis]) * sign > 0.0);
        assert_eq!(now.start[1 - axis], before[1 - axis], "{key}");
        before = now.start;
    }
    assert_eq!(page.step(), 10, "the arrows moved the start and made no step");
    // A click on the map, which the table has covered, and numbers.
    page.click("figure[data-chart=level-map] button[aria-expanded]");
    page.click("figure[data-chart=level-map] .chart-stage");
    let now = wait_for(&page, "the place that was clicked", |now| now.start != before);
    assert!(now.start.iter().all(|coordinate| coordinate.abs() < 0.5), "about the middle: {:?}", now.start);
    page.set_control("start-x", "-1,25");
    page.set_control("start-y", "0.5");
    let now = wait_for(&page, "the numbers", |now| now.start == [-1.25, 0.5]);
    assert_paths(&page, &now);
}

#[test]
fn every_control_has_its_effect_and_the_link_has_it_too() {
    let page = Page::open(Screen::LAPTOP, "#surface=quadratic&steps=12");
    let usual = Setting { steps: 12, ..Setting::new(Function::Quadratic) };
    assert_paths(&page, &usual);
    let mut seen = vec![usual];
    for (control, value) in [
        ("kappa", "30"),
        ("angle", "20"),
        ("lr-1", "0.01"),
        ("lr-2", "0.02"),
        ("mu-2", "0.8"),
        ("method-1", "adam"),
        ("beta1-1", "0.5"),
        ("beta2-1", "0.9"),
        ("method-2", "nesterov"),
        ("method-2", "rmsprop"),
        ("beta2-2", "0.95"),
    ] {
        page.set_control(control, value);
        let now = wait_for(&page, control, |now| seen.last().is_some_and(|last| now != last));
        assert_paths(&page, &now);
        assert!(!seen.contains(&now), "{control}");
        seen.push(now);
    }
    page.click("#add-path");
    page.click("#add-path");
    let four = wait_for(&page, "four paths", |now| now.paths.len() == 4);
    assert_paths(&page, &four);
    assert_eq!(page.eval("document.getElementById('add-path').disabled"), Value::Bool(true));
    page.click("[data-path='2'] .surface-remove");
    let three = wait_for(&page, "three paths", |now| now.paths.len() == 3);
    assert_eq!([three.paths[0], three.paths[1], three.paths[2]], [four.paths[0], four.paths[2], four.paths[3]]);
    // The link alone gives all of it again, and Back what was before it.
    let link = page.fragment();
    page.reopen(&link);
    assert_paths(&page, &three);
    page.follow_fragment("#surface=saddle");
    page.wait_for_status("surface", "saddle");
    page.run("history.back()", &[]);
    page.wait_for_status("surface", "quadratic");
    wait_for(&page, "the paths from before", |now| *now == three);
    // Another function has its own start and its own optimizers.
    page.set_control("surface", "rosenbrock");
    let other = wait_for(&page, "another function", |now| now.objective.function == Function::Rosenbrock);
    assert_eq!(other, Setting::new(Function::Rosenbrock));
}

#[test]
fn where_there_is_one_parameter_there_are_its_course_and_its_regret() {
    let page = Page::open(Screen::LAPTOP, &format!("#{}&steps=200", Example::Online.pairs()));
    let setting = setting(&format!("{}&steps=200", Example::Online.pairs()));
    let paths = walked(&setting);
    let numbers = |chart: &str| page.data_table(chart).into_iter().map(|(_, cells)| cells).collect::<Vec<_>>();
    let course = numbers("parameter");
    let regret = numbers("regret");
    for step in [0, 1, 7, 100, 200] {
        assert_eq!(course[step], paths.iter().map(|path| Some(path.up_to(step)[step].at[0])).collect::<Vec<_>>());
        assert_eq!(regret[step], paths.iter().map(|path| path.mean_regret(step)).collect::<Vec<_>>());
    }
    assert!(sentence(&page, 1).contains("the worst end") && sentence(&page, 2).contains("the best end"));
    page.set_control("c", "8");
    let other = wait_for(&page, "another C", |now| now.objective.c == 8.0);
    assert_eq!(readout(&page, 1)[0], walked(&other)[0].up_to(200).last().map(|made| made.at[0]));
}

#[test]
fn nonsense_is_told_and_nothing_is_lost() {
    let page = Page::open(
        Screen::LAPTOP,
        "#depth=3&surface=quadratic&kappa=nan&start=here&angle=12&paths=sgd:lr=9e9;walk;adam:mu=0.5,lr=0.2&colour=red",
    );
    let told = page.text_of("document.querySelector('[data-notice=bad-surface]').textContent");
    for word in
        ["kappa = nan", "from 1 to 1000", "start = here", "sgd:lr = 9e9", "walk", "mu is left out", "Adam has no use"]
    {
        assert!(told.contains(word), "{word}: {told}");
    }
    let now = wait_for_rest(&page);
    assert_eq!((now.objective.angle, now.paths.len(), now.paths[1].lr()), (12.0, 2, 0.2));
    // What is none of the scene's is told of where it always is.
    let other = page.text_of("document.querySelector('[data-notice=unknown-key]').textContent");
    assert!(other.contains("colour"), "{other}");
    assert!(page.fragment().contains("depth=3"), "{}", page.fragment());
    page.click("[data-notice=bad-surface] button");
    page.wait_until("it to be gone", "document.querySelector('[data-notice=bad-surface]') === null");
    // What is typed and not allowed changes nothing.
    for text in ["", "x", "-1", "1e99", "NaN", "0,5,5"] {
        page.set_control("kappa", text);
        let said = page.text_of("document.getElementById('kappa-error').textContent");
        assert!(said.contains("from 1 to 1000") && said.contains("10"), "{text}: {said}");
        assert_eq!(page.control("kappa").as_deref(), Some("10"), "{text}");
    }
    page.set_control("kappa", "20");
    wait_rest(&page, |now| now.objective.kappa == 20.0);
    assert_eq!(page.text_of("document.getElementById('kappa-error').textContent"), "");
    for hostile in [
        "#surface=%00%zz&paths=;;;:::,,,===",
        "#surface=&surface=beale&start=,,,&steps=-1",
        "#paths=&surface=saddle&paths=&kappa=3",
    ] {
        page.follow_fragment(hostile);
        page.wait_until("a notice", "document.querySelector('[data-notice=bad-surface]')");
        page.wait_until("the map", "document.querySelector('figure[data-chart=level-map] canvas')?.width > 100");
    }
}

/// The setting in an address that has other pairs too.
fn of_address(page: &Page) -> Option<Setting> {
    let fragment = page.fragment();
    let pairs = fragment.split_once("surface=").map(|(_, pairs)| format!("surface={pairs}"))?;
    Some(Setting::from_pairs(&pairs).0)
}

fn wait_rest(page: &Page, is_so: impl Fn(&Setting) -> bool) -> Setting {
    page.wait("the address", crate::harness::PATIENCE, || of_address(page).is_some_and(|now| is_so(&now)));
    of_address(page).expect("a setting")
}

fn wait_for_rest(page: &Page) -> Setting {
    page.wait("the address to be clean", crate::harness::PATIENCE, || !page.fragment().contains("walk"));
    of_address(page).expect("a setting")
}

#[test]
fn the_menu_leads_there_and_back_and_the_run_goes_on() {
    let page = Page::open(Screen::LAPTOP, "#depth=4&optimizer=adam&lr=0.02");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    page.click_button("Compare");
    page.wait_until("the entries", "document.querySelector('[data-surface=own]')");
    let links = page.eval("[...document.querySelectorAll('a[data-surface]')].map((a) => a.getAttribute('href'))");
    assert_eq!(links.as_array().map(Vec::len), Some(Example::ALL.len() + 1));
    page.click("[data-surface=own]");
    page.wait_for_status("surface", "quadratic");
    let now = wait_rest(&page, |_| true);
    assert_eq!((now.paths.len(), now.paths[0].method.name(), now.paths[0].lr()), (1, "adam", 0.02));
    page.run("history.back()", &[]);
    page.wait_for_status("step", "1");
    assert_eq!(page.status("surface"), None);
}

#[test]
fn every_example_opens_and_says_something_of_each_path() {
    let page = Page::open(Screen::LAPTOP, "#surface=quadratic");
    for &example in Example::ALL {
        page.follow_fragment(&format!("#{}&steps=120", example.pairs()));
        page.wait_for_status("step", "120");
        assert_eq!(page.eval("document.querySelector('[data-notice]')"), Value::Null, "{example:?}");
        let question = "document.querySelector('.headline')?.textContent.length > 20";
        assert_eq!(page.eval(question), Value::Bool(true), "{example:?} has its question");
        let setting = setting(example.pairs());
        for number in 1..=setting.paths.len() {
            assert!(sentence(&page, number).len() > 20, "{example:?}");
        }
        let fits = "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth";
        assert_eq!(page.eval(fits), Value::Bool(true), "{example:?} scrolls");
    }
}

#[test]
fn the_question_of_an_example_stays_while_its_optimizers_do() {
    let page = Page::open(Screen::LAPTOP, &format!("#{}", Example::Beale.pairs()));
    let has_question = || page.eval("document.querySelector('.headline') !== null") == Value::Bool(true);
    assert!(has_question());
    page.set_control("lr-1", "0.002");
    wait_for(&page, "another learning rate", |now| now.paths[0].lr() == 0.002);
    assert!(has_question());
    page.set_control("method-1", "nesterov");
    page.wait_until("none", "document.querySelector('.headline') === null");
}

#[test]
fn on_a_phone_nothing_is_wider_than_the_window() {
    let page = Page::open(Screen::PHONE, "#surface=rosenbrock&steps=30");
    for &example in Example::ALL {
        page.follow_fragment(&format!("#{}&steps=30", example.pairs()));
        page.wait_for_status("step", "30");
        for width in [320, 360, 390, 480, 600, 800] {
            page.set_screen(Screen { width, ..Screen::PHONE });
            page.run("return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))))", &[]);
            let widest = page.number_of("document.documentElement.scrollWidth");
            assert!(widest <= f64::from(width), "{example:?} at {width}: {widest}");
            let cut = "[...document.querySelectorAll('.surface-table')].filter((table) => table.scrollWidth > table.parentElement.clientWidth).length";
            assert_eq!(page.number_of(cut), 0.0, "{example:?} at {width}: a table is cut");
        }
    }
}
