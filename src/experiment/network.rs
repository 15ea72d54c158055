//! The multilayer perceptron that an experiment describes, and what it learns from.

use super::Experiment;
use crate::data::Dataset;
use crate::data::sequences::{BadText, Corpus};
use crate::kernel::Real;
use crate::nn::{Activation, Initializer, LayerSpec, Linear, Normalization};
use crate::random::Random;

impl Experiment {
    /// The layers of the network: `depth` hidden ones and a linear output layer. Where the inputs are words, the first of
    /// all is their embedding, linear and without bias: of the shares of the words in a sentence it makes the mean of the
    /// vectors that stand for them.
    ///
    /// Normalization and skips belong to the hidden layers; the first of them changes the width and has no skip, unless
    /// the data are as wide as the network.
    pub fn layer_specs(&self) -> Vec<LayerSpec> {
        let (inputs, outputs) = self.dimensions();
        let (depth, width) = (self.depth as usize, self.width as usize);
        let linear = |fan_in, fan_out| LayerSpec {
            fan_in,
            fan_out,
            norm: Normalization::None,
            activation: Activation::Linear,
            residual: None,
        };
        let embedding = self.has_embedding_layer().then(|| linear(inputs, self.embedding as usize));
        let inputs = embedding.map_or(inputs, |embedding| embedding.fan_out);
        let hidden = (0..depth).map(|layer| {
            let fan_in = if layer == 0 { inputs } else { width };
            LayerSpec {
                fan_in,
                fan_out: width,
                norm: self.norm,
                activation: self.activation,
                residual: self.residual.scale(depth).filter(|_| fan_in == width),
            }
        });
        embedding.into_iter().chain(hidden).chain([linear(width, outputs)]).collect()
    }

    /// How many layers that is, the output layer included.
    pub fn layer_count(&self) -> usize {
        self.depth as usize + 1 + usize::from(self.has_embedding_layer())
    }

    /// Whether the first layer of the network is the embedding of words.
    pub fn has_embedding_layer(&self) -> bool {
        !self.model.is_recurrent() && self.task.has_embedding()
    }

    /// How many numbers a sample of a multilayer perceptron has, and how many its target.
    pub fn dimensions(&self) -> (usize, usize) {
        if self.task.has_embedding() { (self.language.vocabulary(), 1) } else { self.dataset.dimensions() }
    }

    /// The parameters of a layer (from 0) before training: those of the embedding are N(0, 1), as PyTorch's, and those of
    /// all others what the experiment says.
    pub fn draw_layer<T: Real>(&self, layer: usize, spec: &LayerSpec, random: &mut Random) -> Linear<T> {
        let Self { init, gain, bias_std, .. } = *self;
        if self.has_embedding_layer() && layer == 0 {
            let (weight, _) = Initializer::Normal.draw(spec.fan_in, spec.fan_out, 1.0, 0.0, random);
            return Linear::new(&weight, None);
        }
        Linear::random(spec.fan_in, spec.fan_out, init, gain, bias_std, random)
    }

    /// The variance that the weights of a layer (from 0) are drawn with; see [`Experiment::draw_layer`].
    pub fn weight_variance(&self, layer: usize, spec: &LayerSpec) -> f64 {
        if self.has_embedding_layer() && layer == 0 {
            return 1.0;
        }
        self.gain * self.gain * self.init.variance(spec.fan_in, spec.fan_out)
    }

    /// What a multilayer perceptron learns from, and what it never sees; of sentences the shares of their words.
    ///
    /// # Errors
    /// [`BadText::NotHere`] where the task is made of a text that the corpus does not have.
    pub fn datasets(&self, most_held_out: usize, corpus: &Corpus) -> Result<(Dataset, Dataset), BadText> {
        if self.task.has_embedding() {
            let sentences = corpus.sentiment(&self.sequence_spec())?;
            return Ok((Dataset::bags(&sentences.training), Dataset::bags(&sentences.held_out)));
        }
        let samples = self.samples as usize;
        let held_out = samples.min(most_held_out);
        Ok(Dataset::with_held_out(self.dataset, samples, held_out, self.noise, self.seed))
    }
}
