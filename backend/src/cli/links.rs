//! How links are printed.

use std::io;

use super::console::Console;
use super::date;
use crate::app::AppState;
use clock::Timestamp;

/// Returns what links begin with: the address below which Postern's own pages are. If none is
/// configured it is the listener's, which works only on this machine.
pub(super) fn address(app: &AppState) -> String {
    let address = app.config.address();
    address.unwrap_or_else(|| format!("http://localhost:{}", app.config.listen.port()))
}

/// Prints a link, and its end as a remark.
pub(super) fn print(
    app: &AppState,
    console: &mut Console<'_>,
    url: &str,
    expires_at: Timestamp,
) -> io::Result<()> {
    console.say(url)?;
    console.remark(&format!(
        "It is good once, until {} UTC. Whoever has it has the account.",
        date::minute(expires_at)
    ))?;
    warn_of_origin(app, console)
}

/// Returns the origin of links. It is a guess if no public URL is set.
pub(super) fn warn_of_origin(app: &AppState, console: &mut Console<'_>) -> io::Result<()> {
    if app.config.public_url.is_none() {
        console.remark(
            "POSTERN_PUBLIC_URL is not set: put the address of your server in the place of \
             http://localhost…",
        )?;
    }
    Ok(())
}
