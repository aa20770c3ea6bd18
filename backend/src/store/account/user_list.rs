//! Accounts, as admins list them.

use std::collections::HashMap;

use shared::email::part_of_key;
use shared::session::Role;
use uuid::Uuid;

use crate::account::{Account, AccountId, Identity, search_key, username_key};
use crate::store::rows::{AccountRow, IdentityRow};
use crate::store::{Result, Store, on_database};
use clock::Timestamp;

/// Which accounts to list, ordered by username.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Whose username, email or display name contains this, in any case.
    pub search: Option<String>,
    /// With exactly this username, in any case.
    pub username: Option<String>,
    /// With this role.
    pub role: Option<Role>,
    /// Disabled, or not.
    pub is_disabled: Option<bool>,
    /// After this username, in its comparison form. It is a cursor and not a number of rows, so
    /// that no page is slower than the first and none repeats accounts that were added meanwhile.
    pub after: Option<String>,
    /// At most this many.
    pub limit: i64,
}

/// An account as an admin sees it.
#[derive(Debug, Clone)]
pub struct UserRecord {
    /// The account.
    pub account: Account,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its owner last logged in; `None` if never.
    pub last_login_at: Option<Timestamp>,
    /// Its linked identities, the oldest link first.
    pub identities: Vec<Identity>,
    /// When its open welcome link expires; `None` if it has none.
    pub welcome_until: Option<Timestamp>,
}

/// A row of the list.
#[derive(sqlx::FromRow)]
struct UserRow {
    created_at: i64,
    last_login_at: Option<i64>,
    welcome_until: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl UserRow {
    /// Returns the account with its identities.
    fn with(self, identities: Vec<Identity>) -> UserRecord {
        UserRecord {
            account: Account::from(self.account),
            created_at: Timestamp::from_unix(self.created_at),
            last_login_at: self.last_login_at.map(Timestamp::from_unix),
            identities,
            welcome_until: self.welcome_until.map(Timestamp::from_unix),
        }
    }
}

/// Escapes a text so that `like` finds it literally, anywhere.
fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search_key(search).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

/// Adds conditions to a statement that ends in a non-empty `where`.
macro_rules! narrow {
    ($query:expr, $filter:expr) => {
        if let Some(search) = &$filter.search {
            let searched = pattern(search);
            $query
                .push(" and (username_key like ")
                .push_bind(searched.clone());
            $query
                .push(" escape '\\' or email_key like ")
                .push_bind(searched.clone());
            $query
                .push(" escape '\\' or display_name_key like ")
                .push_bind(searched);
            $query.push(" escape '\\'");
            if let Some(part) = part_of_key(search) {
                $query.push(" or email_key like ").push_bind(pattern(&part));
                $query.push(" escape '\\'");
            }
            $query.push(")");
        }
        if let Some(username) = &$filter.username {
            $query
                .push(" and username_key = ")
                .push_bind(username_key(username));
        }
        if let Some(role) = $filter.role {
            $query.push(" and role = ").push_bind(role.as_str());
        }
        match $filter.is_disabled {
            Some(true) => {
                $query.push(" and disabled_at is not null");
            }
            Some(false) => {
                $query.push(" and disabled_at is null");
            }
            None => {}
        }
    };
}

impl Store {
    /// Returns a page of accounts, and the number of accounts on all pages.
    pub async fn users(
        &self,
        filter: &UserFilter,
        now: Timestamp,
    ) -> Result<(Vec<UserRecord>, u64)> {
        let (rows, identities, total) = on_database!(self, pool => {
            let mut count = sqlx::QueryBuilder::new("select count(*) from account where true");
            narrow!(count, filter);
            let total: i64 = count.build_query_scalar().fetch_one(pool).await?;
            // An index alone answers the inner statement.
            let mut page = sqlx::QueryBuilder::new(
                "select account.*, expires_at as welcome_until
                 from (select account_id from account where true",
            );
            narrow!(page, filter);
            if let Some(after) = &filter.after {
                page.push(" and username_key > ").push_bind(after);
            }
            page.push(" order by username_key limit ").push_bind(filter.limit);
            page.push(
                ") as page join account on account.account_id = page.account_id
                 left join welcome_link on welcome_link.account_id = account.account_id
                    and expires_at > ",
            ).push_bind(now.unix()).push(" order by username_key");
            let rows: Vec<UserRow> = page.build_query_as().fetch_all(pool).await?;
            let mut linked = sqlx::QueryBuilder::new("select * from identity where account_id in (");
            let mut ids = linked.separated(", ");
            for row in &rows {
                ids.push_bind(row.account.account_id);
            }
            // An empty list is not valid SQL everywhere.
            ids.push_bind(Uuid::nil());
            linked.push(") order by linked_at, identity_id");
            let identities: Vec<IdentityRow> = linked.build_query_as().fetch_all(pool).await?;
            (rows, identities, total)
        });
        let mut of_account: HashMap<Uuid, Vec<Identity>> = HashMap::new();
        for identity in identities.into_iter().map(Identity::from) {
            of_account
                .entry(identity.account_id)
                .or_default()
                .push(identity);
        }
        let records = rows.into_iter().map(|row| {
            let linked = of_account.remove(&row.account.account_id);
            row.with(linked.unwrap_or_default())
        });
        Ok((records.collect(), u64::try_from(total).unwrap_or_default()))
    }

    /// Returns one account as an admin sees it.
    pub async fn user(&self, id: AccountId, now: Timestamp) -> Result<Option<UserRecord>> {
        let row: Option<UserRow> = on_database!(self, pool => {
            sqlx::query_as(
                "select account.*, expires_at as welcome_until from account
                 left join welcome_link on welcome_link.account_id = account.account_id
                    and expires_at > $2
                 where account.account_id = $1",
            ).bind(id).bind(now.unix()).fetch_optional(pool).await?
        });
        let identities = self.identities(id).await?;
        Ok(row.map(|row| row.with(identities)))
    }
}
