//! A command line typed beside a site, in this process.

use std::process::ExitCode;

use clock::Timestamp;
use postern::app::AppState;
use postern::cli::{Console, Keyboard, run_line, run_line_on_file};
use postern::config::Config;
use serde_json::Value;

use crate::site::Site;

/// The result of a command.
pub struct Said {
    /// The error, with its causes.
    pub error: Option<String>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// Returns standard output as JSON.
    ///
    /// # Panics
    /// The command failed, or printed something else.
    #[track_caller]
    pub fn json(&self) -> Value {
        let out = self.good();
        serde_json::from_str(out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// Returns standard output.
    ///
    /// # Panics
    /// The command failed.
    #[track_caller]
    pub fn good(&self) -> &str {
        assert_eq!(self.error, None, "{}{}", self.out, self.err);
        &self.out
    }

    /// Returns why the command failed.
    ///
    /// # Panics
    /// It did not.
    #[track_caller]
    pub fn failure(&self) -> &str {
        let error = self.error.as_deref();
        error.unwrap_or_else(|| panic!("it is done: {}{}", self.out, self.err))
    }
}

/// Runs a command without a terminal or input; words are separated by spaces.
pub async fn type_in(site: &Site, line: &str) -> Said {
    type_with(site, line, Keyboard::Piped(String::new())).await
}

/// Runs a command as another process does, which has the server's database and nothing else of it.
pub async fn type_beside(site: &Site, line: &str) -> Said {
    let app = site.replica().await;
    let said = type_at(&app, line, Keyboard::Piped(String::new())).await;
    app.store.close().await;
    said
}

/// Types a command on a terminal, and then these lines.
pub async fn type_and_answer(site: &Site, line: &str, answers: &[&str]) -> Said {
    let answers = answers.iter().map(|answer| format!("{answer}\n")).collect();
    type_with(site, line, Keyboard::Typed(answers)).await
}

/// Types a command whose standard input is this text.
pub async fn type_and_pipe(site: &Site, line: &str, input: &str) -> Said {
    type_with(site, line, Keyboard::Piped(input.to_owned())).await
}

async fn type_with(site: &Site, line: &str, keyboard: Keyboard) -> Said {
    type_at(&site.app, line, keyboard).await
}

async fn type_at(app: &AppState, line: &str, keyboard: Keyboard) -> Said {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        keyboard,
    };
    let outcome = run_line(&words, app, &mut console).await;
    said(outcome, &out, &err)
}

/// Runs a command that opens the database itself, while no server runs.
pub async fn type_on_file(
    config: &Config,
    now: Timestamp,
    words: &[&str],
    keyboard: Keyboard,
) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut console = Console {
        out: &mut out,
        err: &mut err,
        keyboard,
    };
    let outcome = run_line_on_file(words, config, now, &mut console).await;
    said(outcome, &out, &err)
}

fn said(outcome: anyhow::Result<ExitCode>, out: &[u8], err: &[u8]) -> Said {
    let error = match outcome {
        Ok(code) if code == ExitCode::SUCCESS => None,
        Ok(code) => Some(format!("{code:?}")),
        Err(error) => Some(format!("{error:#}")),
    };
    Said {
        error,
        out: String::from_utf8_lossy(out).into_owned(),
        err: String::from_utf8_lossy(err).into_owned(),
    }
}
