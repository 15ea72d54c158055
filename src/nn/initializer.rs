//! How the parameters of a layer are drawn before training.

use crate::choice::choice;

choice! {
    /// The distribution of a layer's initial weights; every one is multiplied by the experiment's gain.
    pub enum Initializer {
        /// All zero: every unit computes the same, and no gradient passes the output layer.
        Zeros => "zeros",
        /// N(0, 1).
        Normal => "normal",
        /// U(-1, 1).
        Uniform => "uniform",
        /// N(0, 1 / fan_in) (LeCun et al. 1998).
        LecunNormal => "lecun-normal",
        /// U(±sqrt(6 / (fan_in + fan_out))) (Glorot and Bengio 2010).
        XavierUniform => "xavier-uniform",
        /// N(0, 2 / (fan_in + fan_out)).
        XavierNormal => "xavier-normal",
        /// U(±sqrt(6 / fan_in)) (He et al. 2015).
        KaimingUniform => "kaiming-uniform",
        /// N(0, 2 / fan_in).
        KaimingNormal => "kaiming-normal",
        /// Orthonormal rows or columns, whichever are fewer (Saxe et al. 2014).
        Orthogonal => "orthogonal",
        /// PyTorch's default for a linear layer: U(±1 / sqrt(fan_in)), the biases too.
        Pytorch => "pytorch",
        /// TensorFlow Playground's: U(±0.5), the biases 0.1.
        Playground => "playground",
    }
}
