//! Sessions.

use std::collections::HashMap;

use shared::session::SessionEntry;
use uuid::Uuid;

use super::identity::issuer_label;
use crate::config::Config;
use crate::session::{Origin, Session};
use crate::user_agent;

/// Returns a session as people see it; `current` is the caller's session, if there is one;
/// `applications` are those that it has opened.
pub(crate) fn session_entry(
    config: &Config,
    current: Option<&Session>,
    session: Session,
    applications: Vec<String>,
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
        applications,
        id: info.id,
        method: info.method,
        started_at: info.started_at,
        expires_at: info.expires_at,
    }
}

/// Returns the labels of the applications that each session has opened, by the session's id.
/// One that the settings no longer have is not told.
pub(crate) fn opened_by(
    config: &Config,
    opened: Vec<(Uuid, String)>,
) -> HashMap<Uuid, Vec<String>> {
    let mut labels: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (session_id, name) in opened {
        if let Some(app) = config.applications.named(&name) {
            labels
                .entry(session_id)
                .or_default()
                .push(app.label.clone());
        }
    }
    labels
}
