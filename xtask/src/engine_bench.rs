//! The engine's part of `cargo xtask bench`: the measurements of `examples/engine_bench.rs`, natively or in a worker.

use crate::browser::Browser;
use crate::command::{cargo, output, run, target_folder};
use crate::modules::optimize;
use crate::server::Server;
use crate::tools::{Shrinker, Tools, WASM_TARGET, wasm_cargo};
use crate::webdriver::{Driver, Screen, Session};
use anyhow::{Context, Result, bail};
use std::time::Duration;
use std::{fs, thread};

const EXAMPLE: [&str; 6] =
    ["--release", "--package", "gradient-lab", "--no-default-features", "--example", "engine_bench"];

/// One measurement.
struct Measured {
    name: String,
    unit: String,
    /// What one repetition does, in units.
    amount: f64,
    /// What it takes.
    seconds: f64,
}

/// Measures natively and prints.
///
/// # Errors
/// If it cannot be compiled or says nothing that can be read.
pub fn native() -> Result<()> {
    println!("\n== engine, native, one thread");
    run(cargo().arg("build").args(EXAMPLE))?;
    let lines = output(cargo().args(["run", "--quiet"]).args(EXAMPLE)).context("the engine's bench failed")?;
    print(&parse(&lines)?)
}

/// Measures in a Web Worker of a browser and prints.
///
/// # Errors
/// If it cannot be compiled or the worker does not answer.
pub fn in_worker(tools: &Tools, browser: &Browser) -> Result<()> {
    println!("\n== engine in a worker, one thread");
    run(wasm_cargo().args(["build", "--target", WASM_TARGET]).args(EXAMPLE))?;
    let folder = target_folder().join("engine-bench");
    fs::create_dir_all(&folder)?;
    let module = target_folder().join(WASM_TARGET).join("release/examples/engine_bench.wasm");
    let mut bindgen = tools.wasm_bindgen()?;
    run(bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(module))?;
    if let Some(wasm_opt) = Shrinker::wasm_opt()? {
        optimize(&wasm_opt, "-O3", &folder.join("engine_bench_bg.wasm"))?;
    }
    // As natively, the best of five rounds of a fifth of a second: what disturbs a measurement makes it slower.
    let worker = "
        import init, { measurements, repeat } from './engine_bench.js';
        await init();
        const lines = measurements().split('\\n');
        lines.forEach((line, index) => {
            const seconds = (times) => { const start = performance.now(); repeat(index, times); return (performance.now() - start) / 1e3; };
            let times = 1;
            while (seconds(times) < 0.05) times *= 2;
            let best = Infinity;
            for (let round = 0; round < 5; round++) best = Math.min(best, seconds(times * 4) / (times * 4));
            postMessage(`${line}\\t${best.toExponential()}`);
        });
        postMessage(null);";
    fs::write(folder.join("worker.js"), worker)?;
    fs::write(folder.join("index.html"), "<!doctype html><meta charset=utf-8><title>bench</title>")?;
    let server = Server::start(&folder, "/", &[])?;
    let driver = Driver::start(browser)?;
    let session = Session::open(driver.url(), browser, Screen::LAPTOP)?;
    session.go_to(&server.url())?;
    let script = "
        window.lines = [];
        const worker = new Worker('./worker.js', { type: 'module' });
        worker.onerror = (event) => { window.failed = event.message; };
        worker.onmessage = ({ data }) => { if (data === null) window.done = true; else window.lines.push(data); };";
    session.execute(script, &[])?;
    loop {
        thread::sleep(Duration::from_millis(500));
        let state =
            session.execute("return [window.failed ?? null, window.done ?? false, window.lines.join('\\n')]", &[])?;
        if let Some(failed) = state[0].as_str() {
            bail!("the worker failed: {failed}");
        }
        if state[1] == true {
            return print(&parse(state[2].as_str().unwrap_or_default())?);
        }
    }
}

fn parse(lines: &str) -> Result<Vec<Measured>> {
    let line = |line: &str| {
        let [name, unit, amount, seconds] = line.split('\t').collect::<Vec<_>>()[..] else {
            bail!("cannot read {line:?}")
        };
        Ok(Measured { name: name.into(), unit: unit.into(), amount: amount.parse()?, seconds: seconds.parse()? })
    };
    lines.lines().map(line).collect()
}

/// Networks whose gradient lives, each with one whose gradient falls below the format: the time should be the same.
const PAIRS: [(&str, &str); 2] = [
    (
        "model=rnn&hidden=128&length=200&rec-init=orthogonal&rho=0.99",
        "model=rnn&hidden=128&length=200&rec-init=orthogonal&rho=0.3",
    ),
    ("model=lstm&hidden=128&length=50&forget-bias=3", "model=lstm&hidden=128&length=50&forget-bias=-3"),
];

fn print(measured: &[Measured]) -> Result<()> {
    let limit = measured.iter().find(|m| m.name == "limit").context("no limit was measured")?;
    let limit = limit.amount / limit.seconds / 1e9;
    println!("limit of the machine with vectors of 128 bits, in registers: {limit:.1} GFLOP/s");
    println!("{:>62} {:>11} {:>9} {:>9}", "network (Adam, all reported)", "steps/s", "GFLOP/s", "of limit");
    for m in measured.iter().filter(|m| m.unit == "FLOP" && m.name != "limit") {
        let rate = m.amount / m.seconds / 1e9;
        println!("{:>62} {:>11.1} {rate:>9.2} {:>8.0}%", m.name, 1.0 / m.seconds, 100.0 * rate / limit);
    }
    for (healthy, vanishing) in PAIRS {
        let seconds = |name: &str| measured.iter().find(|m| m.name == name).map(|m| m.seconds);
        if let (Some(of_healthy), Some(of_vanishing)) = (seconds(healthy), seconds(vanishing)) {
            println!("{vanishing}: {:.2} times the time of {healthy}", of_vanishing / of_healthy);
        }
    }
    for m in measured.iter().filter(|m| m.unit != "FLOP") {
        println!("{:>62} {:>11.3} ns a {}", m.name, m.seconds / m.amount * 1e9, m.unit);
    }
    Ok(())
}
