//! Accounts, for admins.

use shared::users::UserEntry;

use super::identity::linked_identity;
use crate::config::Config;
use crate::store::UserRecord;
use clock::Timestamp;

/// Returns an account as an admin sees it.
pub(crate) fn user_entry(config: &Config, record: UserRecord) -> UserEntry {
    let account = record.account;
    let identities = record.identities.into_iter();
    UserEntry {
        id: account.id.to_string(),
        disabled: account.is_disabled(),
        has_password: account.password_hash.is_some(),
        username: account.username,
        display_name: account.display_name,
        email_set_by_admin: account.email_set_by_admin && account.email.is_some(),
        email: account.email,
        role: account.role,
        created_at: record.created_at.unix(),
        last_login_at: record.last_login_at.map(Timestamp::unix),
        identities: identities
            .map(|identity| linked_identity(config, identity))
            .collect(),
        welcome_until: record.welcome_until.map(Timestamp::unix),
    }
}
