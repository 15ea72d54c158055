//! The pieces of which formulas on the page are made. Letters and signs are the same in every language.

use leptos::prelude::*;

/// One thing over another, with a line between them.
#[component]
pub fn Fraction(
    /// Above the line.
    #[prop(into)]
    top: ViewFn,
    /// Below the line.
    #[prop(into)]
    bottom: ViewFn,
) -> impl IntoView {
    view! {
        <span class="fraction">
            <span>{top.run()}</span>
            // Read out and copied as a division, drawn as a line.
            <span class="visually-hidden">" / "</span>
            <span>{bottom.run()}</span>
        </span>
    }
}

/// ‖∂L/∂z^l‖, the norm of the gradient at a layer.
#[component]
pub fn GradientNorm(
    /// The layer: a number, or an expression such as `l−1`.
    #[prop(into)]
    layer: String,
) -> impl IntoView {
    view! { <span class="term">"‖∂" <i>"L"</i> "/∂" <i>"z"</i> <sup>{layer}</sup> "‖"</span> }
}

/// ∂L/∂q^l, the gradient with respect to a quantity of a layer.
#[component]
fn Gradient(
    /// The quantity's letter.
    of: &'static str,
    /// The layer.
    layer: &'static str,
) -> impl IntoView {
    view! { <span class="term">"∂" <i>"L"</i> "/∂" <i>{of}</i> <sup>{layer}</sup></span> }
}

/// ∂L/∂z^l · W^lᵀ, what comes back through a layer's weights.
#[component]
fn ThroughWeights(
    /// Whether as one factor of several.
    #[prop(optional)]
    in_parentheses: bool,
) -> impl IntoView {
    let (open, close) = if in_parentheses { ("(", ")") } else { ("", "") };
    view! {
        <span class="term">
            {open} <Gradient of="z" layer="l" /> " · " <i>"W"</i> <sup>"l⊤"</sup> {close}
        </span>
    }
}

/// φ′ at a quantity of the layer before.
#[component]
fn SlopeBefore(
    /// The quantity's letter.
    at: &'static str,
) -> impl IntoView {
    view! { <span class="term"><i>"φ"</i> "′(" <i>{at}</i> <sup>"l−1"</sup> ")"</span> }
}

/// How the gradient goes back one layer: ∂L/∂z^(l−1) = (∂L/∂z^l · W^lᵀ) ⊙ φ′(z^(l−1)).
#[component]
pub fn BackwardStep() -> impl IntoView {
    view! { <Gradient of="z" layer="l−1" /> " = " <ThroughWeights in_parentheses=true /> " ⊙ " <SlopeBefore at="z" /> }
}

/// How the gradient goes back past a skip connection: ∂L/∂h^(l−1) = ∂L/∂h^l + ∂L/∂z^l · W^lᵀ; the layer's share α is
/// in ∂L/∂z^l.
#[component]
pub fn SkipStep() -> impl IntoView {
    view! {
        <Gradient of="h" layer="l−1" />
        " = "
        <b>
            <Gradient of="h" layer="l" />
        </b>
        " + "
        <ThroughWeights />
    }
}

/// How the gradient goes back one normalized layer, but for its centring:
/// ∂L/∂z^(l−1) ≈ (∂L/∂z^l · W^lᵀ) ⊙ φ′(u^(l−1)) / std(z^(l−1)).
#[component]
pub fn NormalizedStep() -> impl IntoView {
    view! {
        <Gradient of="z" layer="l−1" />
        " ≈ "
        <ThroughWeights in_parentheses=true />
        " ⊙ "
        <SlopeBefore at="u" />
        " / "
        <span class="term">"std(" <i>"z"</i> <sup>"l−1"</sup> ")"</span>
    }
}

/// √χ, the factor of one layer by theory; `is_plain` where it is √(σ_w² E[φ′²]).
#[component]
pub fn TheoryFactor(
    /// Without normalization and skip connections.
    is_plain: bool,
) -> impl IntoView {
    view! {
        <span class="term">"√" <i>"χ"</i></span>
        {is_plain
            .then(|| {
                view! {
                    " = "
                    <span class="term">"√(" <i>"σ"</i> <sub>"w"</sub> "² E[" <i>"φ"</i> "′²])"</span>
                }
            })}
    }
}
