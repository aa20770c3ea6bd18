//! Output, remarks and questions of a command. Remarks and questions go to standard error, so that
//! standard output has only the answer.

mod secret;

use std::collections::VecDeque;
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};

use anyhow::Context as _;
use secrecy::SecretString;
use serde::Serialize;

use self::secret::Hidden;

/// The longest password that is read, with its line's end.
const MAX_TYPED: u64 = 64 * 1024;

/// Where answers come from.
#[derive(Debug)]
pub enum Keyboard {
    /// Standard input, which may be a terminal.
    Process,
    /// A terminal on which these lines are typed.
    Typed(VecDeque<String>),
    /// No terminal, but this text.
    Piped(String),
}

/// Where a command writes and reads.
pub struct Console<'a> {
    /// Standard output.
    pub out: &'a mut (dyn Write + Send),
    /// Standard error.
    pub err: &'a mut (dyn Write + Send),
    /// Standard input.
    pub keyboard: Keyboard,
}

impl Console<'_> {
    /// Writes a line of the answer.
    pub(super) fn say(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.out, "{}", printable(line))
    }

    /// Writes a remark, which is not part of the answer.
    pub(super) fn remark(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.err, "{}", printable(line))
    }

    /// Writes the answer as one JSON document.
    pub(super) fn json(&mut self, answer: &impl Serialize) -> anyhow::Result<()> {
        let document = serde_json::to_string_pretty(answer)?;
        Ok(writeln!(self.out, "{document}")?)
    }

    /// Returns true if there is somebody to ask.
    pub(super) fn is_terminal(&self) -> bool {
        match self.keyboard {
            Keyboard::Process => io::stdin().is_terminal(),
            Keyboard::Typed(_) => true,
            Keyboard::Piped(_) => false,
        }
    }

    /// Asks whether to continue; `question` has no question mark.
    ///
    /// # Errors
    /// The answer is no, or there is no terminal.
    pub(super) fn confirm(&mut self, question: &str, is_confirmed: bool) -> anyhow::Result<()> {
        if is_confirmed {
            return Ok(());
        }
        anyhow::ensure!(
            self.is_terminal(),
            "{question}? There is no terminal to ask on: say so with --yes"
        );
        write!(self.err, "{}? [y/N] ", printable(question))?;
        self.err.flush()?;
        let answer = self.line()?;
        let is_yes = matches!(answer.trim().to_lowercase().as_str(), "y" | "yes");
        anyhow::ensure!(is_yes, "nothing was done");
        Ok(())
    }

    /// Reads a line.
    fn line(&mut self) -> io::Result<String> {
        match &mut self.keyboard {
            Keyboard::Process => {
                let mut line = String::new();
                io::stdin().lock().take(MAX_TYPED).read_line(&mut line)?;
                Ok(line)
            }
            Keyboard::Typed(lines) => Ok(lines.pop_front().unwrap_or_default()),
            Keyboard::Piped(_) => Ok(String::new()),
        }
    }

    /// Asks for a password twice, without showing what is typed.
    ///
    /// # Errors
    /// There is no terminal, the two differ, or Ctrl-C was pressed.
    pub(super) async fn new_password(&mut self) -> anyhow::Result<SecretString> {
        anyhow::ensure!(
            self.is_terminal(),
            "there is no terminal to ask for the password on: use --password-stdin"
        );
        let first = self.secret("New password: ").await?;
        let again = self.secret("Once more: ").await?;
        anyhow::ensure!(first == again, "the two differ: nothing was done");
        Ok(first.into())
    }

    /// Reads a line without showing it.
    async fn secret(&mut self, prompt: &str) -> anyhow::Result<String> {
        // Before anybody is asked to type.
        let hidden = match self.keyboard {
            Keyboard::Process => Some(Hidden::begin()?),
            _ => None,
        };
        write!(self.err, "{prompt}")?;
        self.err.flush()?;
        let typed = match hidden {
            Some(hidden) => hidden.read_line().await?,
            None => self.line()?,
        };
        writeln!(self.err)?;
        Ok(without_line_end(typed))
    }

    /// Reads a password from standard input: everything but one line end.
    pub(super) fn piped_password(&mut self) -> anyhow::Result<SecretString> {
        let text = match &mut self.keyboard {
            Keyboard::Process => {
                let mut text = String::new();
                let mut input = io::stdin().lock().take(MAX_TYPED);
                input
                    .read_to_string(&mut text)
                    .context("reading the password from standard input")?;
                text
            }
            Keyboard::Typed(_) => self.line()?,
            Keyboard::Piped(text) => std::mem::take(text),
        };
        Ok(without_line_end(text).into())
    }
}

fn without_line_end(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

/// Returns text without control sequences for a terminal, since some of it comes from strangers.
pub(super) fn printable(text: &str) -> String {
    let is_bad = |c: char| c.is_control() && c != '\n';
    text.replace(is_bad, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::{printable, without_line_end};

    #[test]
    fn one_line_end_is_none_of_the_password() {
        for (typed, expected) in [
            ("a b \n", "a b "),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a", "a"),
        ] {
            assert_eq!(without_line_end(typed.to_owned()), expected);
        }
    }

    #[test]
    fn terminal_gets_no_orders() {
        assert_eq!(
            printable("a\u{1b}[2J\r\u{9b}b"),
            "a\u{fffd}[2J\u{fffd}\u{fffd}b"
        );
    }
}
