//! A text of the user's own, which the page keeps and tells nobody but the worker.

use super::state::Lab;
use crate::experiment::{BadText, Experiment};
use std::sync::Arc;

impl Lab {
    /// The user's own text, if the present experiment is on it; follows every change of either.
    pub fn own_text_in_use(self) -> Option<Arc<str>> {
        let own_text = self.own_text.get()?;
        let is_used = |now: &Experiment| now.takes_own_text() && now.bad_text(&own_text).is_none();
        self.experiment.with(is_used).then_some(own_text)
    }

    /// Begins the present experiment on a text of the user's own, or again on the one that is shipped, as [`Lab::set_text`]
    /// begins one with another setting.
    ///
    /// # Errors
    /// Why the text does not do for the sequences, and everything as it was.
    pub fn use_text(self, text: Option<&str>) -> Result<(), BadText> {
        let bad = |text: &str| self.experiment.with_untracked(|now| now.bad_text(text));
        if let Some(bad) = text.and_then(bad) {
            return Err(bad);
        }
        let own_text = text.map(Arc::from);
        if own_text != self.own_text.get_untracked() {
            self.lesson.set(None);
            self.own_text.set(own_text);
            self.experiment.update(|now| now.step = 0);
            self.reset();
        }
        Ok(())
    }
}
