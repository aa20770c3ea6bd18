//! Sessions.

use shared::session::SessionEntry;

use super::identity::issuer_label;
use crate::config::Config;
use crate::session::{Origin, Session};
use crate::user_agent;

/// Returns a session as people see it; `current` is the caller's session, if there is one.
pub(crate) fn session_entry(
    config: &Config,
    current: Option<&Session>,
    session: Session,
) -> SessionEntry {
    let info = session.to_info(&config.sessions);
    SessionEntry {
        is_current: current.is_some_and(|current| session.id == current.id),
        provider: match &session.origin {
            Origin::Openid { issuer, .. } => Some(issuer_label(config, issuer)),
            Origin::Password | Origin::WelcomeLink | Origin::LoginLink | Origin::Setup => None,
        },
        browser: session.user_agent.as_deref().and_then(user_agent::describe),
        user_agent: session.user_agent,
        address: session.address,
        last_used_at: session.last_used_at.unix(),
        id: info.id,
        method: info.method,
        started_at: info.started_at,
        expires_at: info.expires_at,
    }
}
