//! A line of the terminal that is not shown while it is typed.

use std::io::{self, BufRead as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The terminal as it was, which comes back with the end of this value.
pub(super) struct Hidden(Termios);

impl Hidden {
    /// Makes the terminal hide what is typed, apart from the end of the line.
    pub(super) fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(before))
    }

    /// Reads a line. Ctrl-C ends the process, and gives the terminal back as it was.
    pub(super) async fn read_line(self) -> io::Result<String> {
        let typed = tokio::task::spawn_blocking(|| {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map(|_| line)
        });
        tokio::select! {
            typed = typed => typed.expect("reading does not panic"),
            _ = tokio::signal::ctrl_c() => {
                drop(self);
                // The line is still being read, and would be waited for.
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
