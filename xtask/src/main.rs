//! `cargo xtask serve | test | fuzz | build | bench`.

use anyhow::{Result, bail};
use lexopt::Arg::{Long, Short, Value};
use lexopt::ValueExt;
use std::process::ExitCode;
use xtask::{bench, build, fuzz, serve, stage, test};

const HELP: &str = "\
cargo xtask serve   build the page and serve it here, again after every change
    --port N        port (8080)
    --open          open it in the browser
cargo xtask test    everything that must hold: format, lints, documentation, unit, browser and end-to-end tests
    --fast          without the browser
    --firefox       in Firefox, and only the engine's bits and the end-to-end tests
    --filter WORD   only end-to-end tests with WORD in their name, nothing else
cargo xtask fuzz    random users on the page, each made again by its seed
    --seeds N       how many (6), of --first K (1) and on
    --seconds S     how long each goes on (20), or --steps N: how many actions each has
    --seed K        one alone, and all that it does
    --shrink        look for the shortest list of actions that shows a fault
    --known WORD    faults that hold the word end no user
    --jobs N        how many at a time (2)
    --folder PATH   a built page in the place of the present one
cargo xtask build   dist/: static files for any host and any sub-path
cargo xtask bench   speed of the engine and of the page, size of the files
    --engine        the engine alone
    --page          the page alone
    --downloads     of the page what a visit fetches and how long it waits, on a slow line too
    --sweep         maps of many runs alone: by one worker and by all, cancelling, memory
    --folder PATH   a built page to measure in the place of the present one
    --minutes N     how long memory is watched at full speed, and then again at 60 steps a second (1):
                    the page's part takes 2 N minutes, and some more for all else
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The sentence alone: where in this tool it was written helps nobody.
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(Value(command)) => command.string()?,
        Some(Long("help") | Short('h')) | None => {
            print!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };

    let mut serve_options = serve::Options::default();
    let mut test_options = test::Options::default();
    let mut bench_options = bench::Options::default();
    let mut fuzz_options = fuzz::Options::default();
    while let Some(argument) = arguments.next()? {
        match (command.as_str(), argument) {
            (_, Long("help") | Short('h')) => {
                print!("{HELP}");
                return Ok(());
            }
            ("serve", Long("port")) => serve_options.port = arguments.value()?.parse()?,
            ("serve", Long("open")) => serve_options.open = true,
            ("test", Long("fast")) => test_options.fast = true,
            ("test", Long("firefox")) => test_options.firefox = true,
            ("test", Long("filter")) => test_options.filter = Some(arguments.value()?.string()?),
            ("fuzz", Long("seeds")) => fuzz_options.seeds = arguments.value()?.parse()?,
            ("fuzz", Long("first")) => fuzz_options.first = arguments.value()?.parse()?,
            ("fuzz", Long("seed")) => fuzz_options.only = Some(arguments.value()?.parse()?),
            ("fuzz", Long("seconds")) => fuzz_options.seconds = arguments.value()?.parse()?,
            ("fuzz", Long("steps")) => fuzz_options.steps = Some(arguments.value()?.parse()?),
            ("fuzz", Long("jobs")) => fuzz_options.jobs = arguments.value()?.parse()?,
            ("fuzz", Long("known")) => fuzz_options.known.push(arguments.value()?.string()?),
            ("fuzz", Long("shrink")) => fuzz_options.shrink = true,
            ("fuzz", Long("folder")) => fuzz_options.folder = Some(arguments.value()?.into()),
            ("bench", Long("engine")) => bench_options.page = false,
            ("bench", Long("page")) => bench_options.engine = false,
            ("bench", Long("downloads")) => {
                (bench_options.engine, bench_options.page, bench_options.downloads_only) = (false, true, true)
            }
            ("bench", Long("sweep")) => bench_options.sweep_only = true,
            ("bench", Long("folder")) => bench_options.folder = Some(arguments.value()?.into()),
            ("bench", Long("minutes")) => bench_options.minutes = arguments.value()?.parse()?,
            (_, argument) => return Err(argument.unexpected().into()),
        }
    }

    match command.as_str() {
        "serve" => serve::run(&serve_options),
        "test" => test::run(&test_options),
        "fuzz" => fuzz::run(&fuzz_options),
        "build" => build::run(),
        // Not for people, so not in the help: Trunk's hook.
        "stage" => stage::run(),
        "bench" => bench::run(&bench_options),
        "help" => {
            print!("{HELP}");
            Ok(())
        }
        unknown => bail!("there is no command '{unknown}'\n\n{HELP}"),
    }
}
