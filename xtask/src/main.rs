//! All automation of this repository: `cargo xtask demo | dev | release | dist | page | circles |
//! check | test | lighthouse | bench | pgo`.
//!
//! It knows the repository's layout and its tools, and contains no product logic. Tools that cargo
//! does not bring go into `.tools`, pinned, and are left alone if they are there already. Every
//! failure ends as one plain sentence and exit code 1.

mod say;
mod signals;
mod place;
mod command;
mod service;
mod net;
mod machine;
mod tools;
mod hex;
mod same_everywhere;
mod spa;
mod release;
mod dist;
mod site;
mod demo;
mod dev;
mod checks;
mod modules;
mod check;
mod counts;
mod postgres;
mod verifiers;
mod test;
mod lighthouse;
mod bench;
mod pgo;
mod bindgen_cli;

use anyhow::{Result, bail};
use std::process::ExitCode;

/// What `cargo xtask` prints without a command.
const USAGE: &str = "\
Usage: cargo xtask COMMAND

  demo [--fresh]   build everything, start Postern and a demo OP, say what to try; Ctrl-C ends it
  dev [--trunk]    a debug server and the demo OP, for `trunk serve` beside it (or with --trunk, that too)
  release          one program for this machine, target/release/postern, with the page inside
  dist             what others install, in target/dist: archives, packages and a container image
  page             the page alone, into frontend/dist, and what a visit of it costs
  circles          files and folders that use each other in a circle
  check            formatting, circles, lints, spelling, documentation, licenses: no test is run
  test             everything that CI checks, browsers and real OPs included
  bench door       what the door costs: requests per second, and the processor's time for each
  bench session    the same of the session check
  bench peers      a session check and a login, beside what people use instead
  bench growth     what costs more with a thousand to a million accounts, on SQLite and on PostgreSQL
  bench memory     what is in memory at rest, beside connections, after logins, with many sessions
  bench            all of that in one run, written to docs/performance.md
  pgo              count which code runs most, by which `dist` builds a faster program
  lighthouse       what Lighthouse says of each page of the release, and how soon it is painted

Tools are installed into .tools (or the folder that POSTERN_TOOLS names).";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(outcome) = bindgen_cli::answer_if_called(&arguments) {
        return outcome;
    }
    match signals::listen().and_then(|()| dispatch(&arguments[1..])) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) if fault.is::<signals::Stopped>() => {
            say::line("\nStopped.");
            ExitCode::from(130)
        }
        Err(fault) => {
            // Never `{:?}`: with RUST_BACKTRACE set it adds a backtrace.
            say::fault(&format!("{fault:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs the command that the arguments name.
fn dispatch(arguments: &[String]) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["demo"] => demo::run(demo::Data::Kept),
        ["demo", "--fresh"] => demo::run(demo::Data::Fresh),
        ["dev"] => dev::run(dev::Page::ServedElsewhere),
        ["dev", "--trunk"] => dev::run(dev::Page::ByTrunk),
        ["release"] => release::release(),
        ["dist"] => dist::run(),
        ["page"] => release::page(),
        ["circles"] => modules::check::run(&std::env::current_dir()?),
        ["check"] => check::run(),
        ["test"] => test::run(),
        ["bench"] => bench::all(),
        ["bench", section] if bench::SECTIONS.contains(&section) => bench::bench(&[section]),
        ["pgo"] => pgo::run(),
        ["lighthouse"] => lighthouse::run(),
        [] | ["help" | "-h" | "--help"] => {
            say::line(USAGE);
            Ok(())
        }
        _ => bail!(
            "`cargo xtask {}` is no command.\n\n{USAGE}",
            arguments.join(" ")
        ),
    }
}
