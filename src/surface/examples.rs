//! Settings to start from, each with a question.

use super::setting::Setting;

use crate::choice::choice;

choice! {
    /// A setting with a question. Its name is the key of its words in the message catalogue.
    pub enum Example {
        /// Gradient descent with its best learning rate.
        BestRate => "best-rate",
        /// The same on a valley ten times as narrow.
        IllConditioned => "ill-conditioned",
        /// A learning rate just above 2/λ, beside one just below.
        TooLarge => "too-large",
        /// Momentum at its best against gradient descent at its best.
        BestMomentum => "best-momentum",
        /// A ravine, with momentum and without.
        Ravine => "ravine",
        /// A valley along an axis is easy for Adam, a turned one is not.
        Turned => "turned",
        /// Four optimizers on Rosenbrock's function.
        Rosenbrock => "rosenbrock",
        /// Four optimizers on Beale's function.
        Beale => "beale",
        /// Four optimizers that begin next to the ridge of a saddle.
        Saddle => "saddle",
        /// Online losses on which Adam goes the wrong way.
        Online => "online",
    }
}

impl Example {
    /// The setting.
    pub fn setting(self) -> Setting {
        Setting::from_pairs(self.pairs()).0
    }

    /// Its pairs in a link.
    pub const fn pairs(self) -> &'static str {
        match self {
            Self::BestRate => "surface=quadratic&paths=sgd:lr=0.182;sgd:lr=0.05",
            Self::IllConditioned => "surface=quadratic&kappa=100&start=-3.5,1&paths=sgd:lr=0.0198;sgd:lr=0.005",
            Self::TooLarge => "surface=quadratic&paths=sgd:lr=0.195;sgd:lr=0.205",
            Self::BestMomentum => {
                "surface=quadratic&kappa=100&start=-3.5,1&paths=sgd:lr=0.0198;momentum:lr=0.033058,mu=0.66943;nesterov:lr=0.01329,mu=0.7933"
            }
            Self::Ravine => "surface=ravine&paths=sgd:lr=0.035;momentum:lr=0.035,mu=0.9",
            Self::Turned => {
                "surface=quadratic&kappa=100&angle=45&start=-3.5,1&paths=momentum:lr=0.0331,mu=0.67;adam:lr=0.1,beta1=0.9,beta2=0.999"
            }
            Self::Rosenbrock => {
                "surface=rosenbrock&paths=sgd:lr=5e-4;momentum:lr=5e-4,mu=0.9;rmsprop:lr=0.01,beta2=0.99;adam:lr=0.1,beta1=0.9,beta2=0.999"
            }
            Self::Beale => {
                "surface=beale&paths=sgd:lr=0.01;momentum:lr=0.01,mu=0.9;adagrad:lr=0.5;adam:lr=0.1,beta1=0.9,beta2=0.999"
            }
            Self::Saddle => {
                "surface=saddle&paths=sgd:lr=0.05;momentum:lr=0.05,mu=0.9;rmsprop:lr=0.02,beta2=0.99;adam:lr=0.05,beta1=0.9,beta2=0.999"
            }
            Self::Online => "surface=online&paths=adam:lr=0.5,beta1=0,beta2=0.1;amsgrad:lr=0.5,beta1=0,beta2=0.1",
        }
    }
}
