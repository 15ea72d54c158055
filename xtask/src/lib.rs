//! The build tool of Gradient Lab, as a library: the end-to-end tests use its server and its browser too.

pub mod bench;
pub mod browser;
pub mod build;
pub mod command;
pub mod download_bench;
pub mod engine_bench;
pub mod instruments_bench;
pub mod licenses;
pub mod modules;
pub mod order;
pub mod page_bench;
pub mod serve;
pub mod server;
pub mod sizes;
pub mod stage;
pub mod style;
pub mod test;
pub mod tools;
pub mod webdriver;
