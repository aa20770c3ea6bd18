//! Reads a line of the terminal that is not shown while it is typed.

use std::io::{self, BufRead as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The terminal's former state, which returns when this value is dropped.
pub(super) struct Hidden(Termios);

impl Hidden {
    /// Makes the terminal hide what is typed, except the end of the line.
    pub(super) fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(before))
    }

    /// Reads a line. Ctrl-C ends the process, after restoring the terminal.
    pub(super) async fn read_line(self) -> io::Result<String> {
        let typed = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            typed = typed => typed.expect("reading does not panic"),
            _ = tokio::signal::ctrl_c() => {
                drop(self);
                // The line is still being read, and the process would wait for it.
                std::process::exit(130);
            }
        }
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // A failure cannot be reported here.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
