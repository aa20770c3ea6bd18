//! A line of the terminal that is not shown while it is typed.

use std::io::{self, BufRead as _};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// The terminal as it was, which comes back with the end of this value.
struct Hidden(Termios);

impl Hidden {
    /// Has the terminal show nothing of what is typed but the line's end.
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        hidden.local_modes.insert(LocalModes::ECHONL);
        tcsetattr(io::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Reads a line that is not shown. Ctrl-C gives the terminal back as it was.
pub(super) async fn read_line() -> anyhow::Result<String> {
    let hidden = Hidden::begin()?;
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_| line)
    });
    tokio::select! {
        typed = typed => Ok(typed.expect("reading does not panic")?),
        _ = tokio::signal::ctrl_c() => {
            drop(hidden);
            // The line is still being read, and would be waited for.
            std::process::exit(130);
        }
    }
}
