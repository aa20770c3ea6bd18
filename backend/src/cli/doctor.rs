//! `postern doctor`: finds what prevents a login.

use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use shared::doctor::Outcome;

use super::folder_owner::FolderOwner;
use super::settings::EXIT_BAD_SETTINGS;
use crate::config::{Config, Reading};
use crate::doctor::report::bundle;
use crate::doctor::{self, Examination, RunContext, Style};
use crate::private_file;
use clock::Clock;

/// How to print the findings.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Args {
    /// Print the report as JSON
    #[arg(long, conflicts_with = "bundle")]
    json: bool,
    /// Write a text that is safe to paste into an issue, without secrets, names and addresses: to
    /// FILE, or to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    bundle: Option<PathBuf>,
}

/// Runs `postern doctor`: 0 nothing failed, 1 something did, 2 the settings are faulty.
pub(super) async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let reading = Config::examine_env();
    let examine = async || Ok(doctor::examine(&reading, &Clock::System, &RunContext::Cli).await);
    let examination = match FolderOwner::to_act_as(&reading.config.data_dir) {
        Some(owner) => owner.act_async(examine)?,
        None => examine().await?,
    };
    let mut out = io::stdout().lock();
    let style = if out.is_terminal() && !crate::config::wants_no_color() {
        Style::Colored
    } else {
        Style::Plain
    };
    tell(args, &reading, &examination, style, &mut out)?;
    Ok(code(&reading, &examination))
}

/// Returns the exit code for the findings.
fn code(reading: &Reading, examination: &Examination) -> ExitCode {
    if !reading.faults.is_empty() {
        return ExitCode::from(EXIT_BAD_SETTINGS);
    }
    match examination.report.outcome() {
        Outcome::Fail => ExitCode::FAILURE,
        Outcome::Pass | Outcome::Skip | Outcome::Warn => ExitCode::SUCCESS,
    }
}

/// Writes the findings in the requested form.
fn tell(
    args: &Args,
    reading: &Reading,
    examination: &Examination,
    style: Style,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    if args.json {
        serde_json::to_writer_pretty(&mut *out, &examination.report)?;
        writeln!(out)?;
    } else if let Some(file) = &args.bundle {
        let text = bundle::write(reading, examination);
        if file == Path::new("-") {
            out.write_all(text.as_bytes())?;
        } else {
            save(file, &text).with_context(|| format!("writing {}", file.display()))?;
        }
    } else {
        doctor::write(&examination.report, style, out)?;
    }
    Ok(())
}

/// Writes a file that only its owner can read, to check before pasting it.
fn save(file: &Path, text: &str) -> io::Result<()> {
    let mut options = private_file::options();
    let mut file = options.write(true).create(true).truncate(true).open(file)?;
    file.write_all(text.as_bytes())
}
