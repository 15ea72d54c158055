//! The built page in a real browser, served under a sub-path as course pages are. Run by `cargo xtask test`; one kind of
//! test a module, helpers in `harness`, and what the page must show in `native`.

mod answers;
mod bad_input;
mod charts;
mod comparison;
mod controls;
mod failures;
mod first_visit;
#[allow(dead_code, reason = "a vocabulary for tests to come")]
mod harness;
mod hosting;
mod instruments;
mod layout;
mod learned;
mod leaving;
mod lessons;
mod links;
mod native;
mod network;
mod parts;
mod phone;
mod policy;
mod proof;
mod recovery;
mod run_bar;
mod sequences;
mod surface;
mod surroundings;
mod sweep;
mod through_time;
mod travel;
mod worker_parts;
