//! Rows of the account and identity tables.

use shared::session::Role;
use uuid::Uuid;

use crate::account::{Account, Identity, Voucher};
use clock::Timestamp;

/// The condition that an account's email is vouched for: the one of the constraint.
macro_rules! vouched {
    () => {
        "(email_voucher is not null or role = 'admin')"
    };
}
pub(crate) use vouched;

/// A row of `account`, without the columns that are never read.
#[derive(sqlx::FromRow)]
pub(crate) struct AccountRow {
    pub(crate) account_id: Uuid,
    username: String,
    display_name: Option<String>,
    email: Option<String>,
    email_voucher: Option<String>,
    lost_email: Option<String>,
    role: String,
    password_hash: Option<String>,
    disabled_at: Option<i64>,
    op_groups: Option<String>,
}

impl From<AccountRow> for Account {
    fn from(row: AccountRow) -> Self {
        Self {
            id: row.account_id,
            username: row.username,
            display_name: row.display_name,
            email: row.email,
            email_voucher: row.email_voucher.as_deref().and_then(Voucher::parse),
            lost_email: row.lost_email,
            // The table has a check on the two names; an unknown one must not become an admin.
            role: if row.role == "admin" {
                Role::Admin
            } else {
                Role::User
            },
            password_hash: row.password_hash,
            disabled_at: row.disabled_at.map(Timestamp::from_unix),
            // Written by us alone; anything else is no group.
            groups: row
                .op_groups
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        }
    }
}

/// A row of `identity`.
#[derive(sqlx::FromRow)]
pub(crate) struct IdentityRow {
    identity_id: Uuid,
    account_id: Uuid,
    issuer: String,
    subject: String,
    username: Option<String>,
    email: Option<String>,
    linked_at: i64,
    last_login_at: Option<i64>,
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        Self {
            id: row.identity_id,
            account_id: row.account_id,
            issuer: row.issuer,
            subject: row.subject,
            username: row.username,
            email: row.email,
            linked_at: Timestamp::from_unix(row.linked_at),
            last_login_at: row.last_login_at.map(Timestamp::from_unix),
        }
    }
}
