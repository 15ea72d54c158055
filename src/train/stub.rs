use super::AnyTrainer;
use super::view::*;
impl AnyTrainer {
    pub fn view(&mut self, watch: &Watch, _side: usize) -> View {
        View {
            step: self.steps(),
            layers: watch
                .layers
                .iter()
                .map(|&layer| LayerView {
                    layer,
                    activation: crate::nn::Activation::Linear,
                    pre_activation: Histogram::default(),
                    slope: vec![],
                    activations: Histogram::default(),
                    weights: Histogram::default(),
                    gradients: Histogram::default(),
                    updates: None,
                })
                .collect(),
            ..View::default()
        }
    }
    pub fn evaluate(&self) -> Option<Evaluation> {
        Some(Evaluation {
            step: self.steps(),
            training: Score { loss: 1.0, accuracy: None },
            held_out: Score { loss: 1.0, accuracy: None },
        })
    }
    pub fn bytes(&self) -> usize {
        1000
    }
}
