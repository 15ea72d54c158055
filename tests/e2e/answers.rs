//! What a network makes of sequences, and texts of the reader's own.

use crate::harness::Page;
use crate::native;
use gradient_lab::data::sequences::Corpus;
use gradient_lab::look::view::Watch;
use gradient_lab::run::AnyTrainer;
use serde_json::json;
use xtask::webdriver::Screen;

const TEXT: &str = "v=1&model=gru&task=next-character&length=8&hidden=8&samples=64&batch=16&step=5";

/// Types into a field, as its listeners see it.
fn fill(page: &Page, field: &str, text: &str) {
    page.run(
        "const field = document.getElementById(arguments[0]);
         field.value = arguments[1];
         field.dispatchEvent(new Event('input', { bubbles: true }));",
        &[json!(field), json!(text)],
    );
}

fn told(page: &Page, name: &str) -> String {
    page.text_of(&format!("document.querySelector('[data-answers={name}]')?.textContent ?? ''"))
}

#[test]
fn a_text_of_the_reader_s_own_is_learned_kept_and_in_no_link() {
    let page = Page::open(Screen::LAPTOP, &format!("#{TEXT}"));
    page.wait_for_status("step", "5");
    page.open_tab("learned");
    page.wait_until("a text", "document.querySelector('[data-answers=text]')");
    let before = page.loss();
    for (bad, words) in [("too short", "at least"), ("a".repeat(400).as_str(), "over and over")] {
        fill(&page, "own-text", bad);
        page.click_button("Learn this text");
        page.wait_until("a reason", "document.querySelector('[data-answers=bad-text]').textContent");
        assert!(told(&page, "bad-text").contains(words), "{}", told(&page, "bad-text"));
        assert_eq!((page.step(), page.loss()), (5, before), "the run before stays");
    }

    let own = "床前明月光，疑是地上霜。举头望明月，低头思故乡。";
    fill(&page, "own-text", own);
    page.click_button("Learn this text");
    page.wait_for_status("step", "0");
    page.click_button("Step");
    page.wait_for_status("step", "1");
    let corpus = Corpus { own_text: Some(own.into()), ..Corpus::default() };
    let mut trainer = AnyTrainer::on(&native::experiment(TEXT), &corpus).expect("the text does");
    let expected = trainer.step().expect("a finite step").loss();
    page.wait_until("the loss on it", &format!("document.getElementById('status').dataset.loss === '{expected:?}'"));
    page.click_button("Share");
    let difference = page.text_of("document.getElementById('share-own-text').textContent");
    assert!(difference.contains("cannot hold"), "{difference}");
    let link = page.text_of("document.getElementById('share-link').value");
    assert!(!link.contains('床') && !link.contains("%E5"), "{link}");
    page.assert_quiet_console();
}

#[test]
fn a_sentence_of_the_reader_s_own_has_the_engine_s_answer() {
    let fragment = "v=1&model=lstm&task=sentiment&hidden=8&batch=16&step=3";
    let page = Page::open(Screen::PHONE, &format!("#{fragment}"));
    page.wait_for_status("step", "3");
    page.open_tab("learned");
    page.wait_until("the sentences", "document.querySelector('[data-answers=count]')");
    let mut trainer = AnyTrainer::new(&native::experiment(fragment)).expect("an allowed experiment");
    for _ in 0..3 {
        trainer.step().expect("a finite step");
    }
    let seen = trainer.view(&Watch { learned: true, ..Watch::default() }, 0).sequences.expect("answers");
    let wrong = seen.sentences.expect("sentences").wrong.to_string();
    assert_eq!(page.text_of("document.querySelector('[data-answers=count]').dataset.wrong"), wrong);
    assert!(told(&page, "own-sentence").contains("Type a sentence"));
    fill(&page, "own-sentence", "the soup was xyzzy");
    page.wait_until(
        "its answer",
        "document.querySelector('[data-answers=own-sentence]').textContent.includes('xyzzy')",
    );
    assert!(told(&page, "own-sentence").contains("It says"), "{}", told(&page, "own-sentence"));
    page.assert_quiet_console();
}
