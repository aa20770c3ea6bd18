//! Whether a server runs on this machine.

use shared::text::Text;

use super::question::{Reply, ask};
use crate::config::Config;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::outline;
use crate::doctor::subject::SERVER;
use crate::keys::Keys;
use crate::message::say;
use clock::Clock;

/// Checks that a server runs on this machine, and has these settings.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    config: &Config,
    keys: &Keys,
    clock: &Clock,
) -> (Finding, bool) {
    let address = config.local_address();
    let origin = format!("http://{address}{}", config.base().as_str());
    let at = |text| say(text).with("address", address);
    match ask(probe, &origin, keys, clock, None).await {
        Reply::Own(..) => (SERVER.pass(at(Text::FOUND_SERVER)), true),
        Reply::Other(answer) if answer.media_type == "application/problem+json" => (
            SERVER.warn(at(Text::FOUND_SERVER_POSTERN), Text::FIX_SERVER_POSTERN),
            false,
        ),
        Reply::Other(answer) => (
            SERVER.warn(
                at(Text::FOUND_SERVER_OTHER).with("answer", outline(&answer)),
                Text::FIX_SERVER_OTHER,
            ),
            false,
        ),
        Reply::Nothing(_) => (SERVER.skip(at(Text::FOUND_SERVER_NONE)), false),
    }
}
