//! Gradient Lab
