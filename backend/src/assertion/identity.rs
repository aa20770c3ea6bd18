//! Who makes a request, as applications are told.

use postern_assertion::{Identity, Role};

use crate::account::Account;
use crate::session::{Origin, Session};

/// Returns the identity document of a login, for an application of that name.
#[must_use]
pub fn identity(account: &Account, session: &Session, app: &str) -> Identity {
    let (amr, op) = match &session.origin {
        Origin::Password => (vec!["pwd".to_owned()], None),
        Origin::Openid { issuer, .. } => (Vec::new(), Some(issuer.clone())),
        // A link that was sent: something that the person has.
        Origin::WelcomeLink | Origin::LoginLink | Origin::Setup => (vec!["otp".to_owned()], None),
    };
    Identity {
        sub: account.id.to_string(),
        username: account.username.clone(),
        name: account.display_name.clone(),
        email: account.email.clone(),
        email_verified: account.email.is_some() && account.email_is_vouched_for(),
        groups: account.groups.clone(),
        role: match account.role {
            shared::session::Role::Admin => Role::Admin,
            shared::session::Role::User => Role::User,
        },
        auth_time: session.confirmed_at.unix(),
        amr,
        sid: session.id.to_string(),
        op,
        app: app.to_owned(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use postern_assertion::{Identity, Role};

    /// A user with a group.
    pub(in crate::assertion) fn alice() -> Identity {
        Identity {
            sub: "0198c0de-0000-7000-8000-000000000001".to_owned(),
            username: "alice".to_owned(),
            name: Some("Alice Ämsel".to_owned()),
            email: Some("alice@example.com".to_owned()),
            email_verified: true,
            groups: vec!["family".to_owned(), "cn=a,dc=x".to_owned()],
            role: Role::User,
            auth_time: 1_790_000_000,
            amr: vec!["pwd".to_owned()],
            sid: "0198c0de-0000-7000-8000-000000000002".to_owned(),
            op: None,
            app: "app".to_owned(),
        }
    }
}
