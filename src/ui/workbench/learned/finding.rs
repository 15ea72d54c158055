//! What the scores say, in one sentence.

use crate::look::finding::Finding;
use crate::plot::number::{percent, readable, significant};
use crate::ui::i18n::t_string;
use crate::ui::shared::words::Words;

/// The finding as a sentence.
pub(super) fn sentence(i18n: Words, finding: Finding) -> String {
    match finding {
        Finding::NotFinite => t_string!(i18n, learned.not_finite).to_owned(),
        Finding::Overfit(factor) => t_string!(i18n, learned.overfit, factor = significant(factor, 2)).to_string(),
        Finding::Guessing(share) => t_string!(i18n, learned.guessing, share = percent(share)).to_string(),
        Finding::Names(share) => t_string!(i18n, learned.names, share = percent(share)).to_string(),
        Finding::Mean(loss) => t_string!(i18n, learned.mean, loss = readable(loss)).to_string(),
        Finding::Fits(loss) => t_string!(i18n, learned.fits, loss = readable(loss)).to_string(),
    }
}
