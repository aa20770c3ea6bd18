//! What an administrator should know before they agree to a plan.

use super::emails::selected_emails;
use super::steps::Plan;
use crate::authentik::present::Present;
use crate::authentik::version::LogoutField;
use crate::authentik::wanted::{INVALIDATION_FLOW, VerifiedEmails, Wanted};

/// Collects what the administrator should know.
pub(super) fn notes(
    present: &Present,
    wanted: &Wanted,
    emails: Option<VerifiedEmails>,
    plan: &mut Plan,
) {
    let notes = &mut plan.notes;
    if let Some(emails) = emails {
        notes.push(match emails {
            VerifiedEmails::Marked => "Emails: verified are those of users with the attribute \
                `email_verified: true` (Directory > Users > a user > Edit > Attributes). For all \
                others Postern asks once for the password of the account that it would connect."
                .to_owned(),
            VerifiedEmails::All => "Emails: every one is called verified. Whoever can choose or \
                change an address at Authentik can then take over the account here that has it."
                .to_owned(),
            VerifiedEmails::Authentik if present.version.calls_emails_verified() => format!(
                "Emails: Authentik {} calls every one verified; later versions none.",
                present.version
            ),
            VerifiedEmails::Authentik => {
                "Emails: Authentik's own mapping calls none verified.".to_owned()
            }
        });
    } else if let Some(provider) = &present.provider {
        let names: Vec<String> = selected_emails(present, provider)
            .map(|mapping| format!("{:?}", mapping.name))
            .collect();
        notes.push(format!(
            "Emails: the mapping {} stays; --verified-emails names another.",
            names.join(", ")
        ));
    }
    if present.version.logout_field() == LogoutField::None {
        notes.push(format!(
            "Logout: Authentik {} does not tell Postern when a session ends there; it does since \
             2025.8.",
            present.version
        ));
    }
    let Some(provider) = &present.provider else {
        return;
    };
    let logout = present.words("invalidation_flow", provider.field("invalidation_flow"));
    if !wanted.invalidation_flow.is_named && logout != INVALIDATION_FLOW && logout != "none" {
        notes.push(format!(
            "Logout: the flow {logout} stays. If logging out shall end the session at Authentik \
             too, add --invalidation-flow {INVALIDATION_FLOW}."
        ));
    }
    let subject = provider.field("sub_mode").as_str().unwrap_or_default();
    if matches!(subject, "user_email" | "user_username" | "user_upn") {
        notes.push(format!(
            "Subject: `sub` is made by {subject}, so that a user who changes that is somebody else \
             to Postern. It stays, since another mode changes every `sub`."
        ));
    }
}
