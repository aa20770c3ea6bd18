//! Accounts, for admins.

use shared::users::UserEntry;

use super::identity::linked_identity;
use crate::config::Config;
use crate::store::UserRecord;
use clock::Timestamp;

/// Returns an account as an admin sees it.
pub(crate) fn user_entry(config: &Config, record: UserRecord) -> UserEntry {
    let account = record.account;
    let applications = &config.applications;
    let may_open = || {
        let open = applications.of(&account).filter(|_| !account.is_disabled());
        open.map(|app| app.label.clone()).collect()
    };
    let applications = (!applications.0.is_empty()).then(may_open);
    let email_vouched_for = account.email_is_vouched_for();
    let identities = record.identities.into_iter();
    UserEntry {
        id: account.id.to_string(),
        disabled: account.is_disabled(),
        has_password: account.password_hash.is_some(),
        username: account.username,
        display_name: account.display_name,
        email_vouched_for,
        email: account.email,
        role: account.role,
        created_at: record.created_at.unix(),
        last_login_at: record.last_login_at.map(Timestamp::unix),
        identities: identities
            .map(|identity| linked_identity(config, identity))
            .collect(),
        applications,
        welcome_until: record.welcome_until.map(Timestamp::unix),
    }
}
