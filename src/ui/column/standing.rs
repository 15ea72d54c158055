//! Where a measured norm lies by the band, for the page's hooks.

use crate::theory::Standing;

/// How the page's hooks call it.
pub fn name_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Below => "below",
        Standing::Inside => "inside",
        Standing::Above => "above",
    }
}
