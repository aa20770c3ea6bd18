//! Accounts, as admins list them.

use std::collections::HashMap;

use shared::email::part_of_key;
use shared::session::Role;
use uuid::Uuid;

use crate::account::{Account, AccountId, Identity, username_key};
use crate::store::account::user_search::{self, Lookup, Matches};
use crate::store::rows::{AccountRow, IdentityRow};
use crate::store::{Result, Store, on_database};
use clock::Timestamp;

/// How many accounts are counted: to count a million takes longer than to show a page of them.
const COUNTED: i64 = 10_000;

/// How many accounts match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// How many were counted.
    pub count: u64,
    /// False if there are more.
    pub is_exact: bool,
}

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

impl UserFilter {
    /// Returns true if it asks for more than a text.
    fn is_narrowed(&self) -> bool {
        self.username.is_some() || self.role.is_some() || self.is_disabled.is_some()
    }
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

/// Adds conditions to a statement that ends in a non-empty `where`; `$matches` says what to look for
/// in an index.
macro_rules! narrow {
    ($query:expr, $filter:expr, $matches:expr) => {
        if let Matches::Planned { anywhere, in_email } = &$matches {
            $query.push(format!(" and ({} like ", user_search::SEARCHED));
            $query.push_bind(anywhere.clone());
            if let Some(in_email) = in_email {
                $query.push(format!(" or {} like ", user_search::SEARCHED));
                $query.push_bind(in_email.clone());
                $query.push(" and email_key like ").push_bind(in_email.clone());
            }
            $query.push(")");
        } else if let Matches::Few(lookup) = &$matches {
            $query.push(
                " and account_id in (select account_id from account_search_row where search_id in (",
            );
            user_search::push_found!($query, lookup);
            $query.push("))");
        } else if let Some(search) = &$filter.search {
            let searched = user_search::pattern(search);
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
                let part = user_search::pattern(&part);
                $query.push(" or email_key like ").push_bind(part);
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
            // No parameter: there is an index for one value.
            $query.push(format!(" and role = '{}'", role.as_str()));
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

/// Returns the statement that counts accounts, but not more than `$most`.
macro_rules! count {
    ($filter:expr, $matches:expr, $most:expr) => {{
        let mut count =
            sqlx::QueryBuilder::new("select count(*) from (select 1 from account where true");
        narrow!(count, $filter, $matches);
        count.push(" limit ").push_bind($most).push(") as matching");
        count
    }};
}

/// Returns the statement that reads a page of accounts. An index alone answers the inner one. The outer one
/// is sorted by what that gives: by the account's own name, SQLite would go through all accounts in their
/// order, and look each up in the page.
macro_rules! page {
    ($filter:expr, $matches:expr, $now:expr) => {{
        let mut page = sqlx::QueryBuilder::new(
            "select account.*, expires_at as welcome_until
             from (select account_id, username_key as listed from account where true",
        );
        narrow!(page, $filter, $matches);
        let name = $matches.name_column();
        if let Some(after) = &$filter.after {
            page.push(format!(" and {name} > ")).push_bind(after);
        }
        page.push(format!(" order by {name} limit "))
            .push_bind($filter.limit);
        page.push(
            ") as page join account on account.account_id = page.account_id
             left join welcome_link on welcome_link.account_id = account.account_id
                and expires_at > ",
        )
        .push_bind($now.unix())
        .push(" order by listed");
        page
    }};
}

/// Returns how many accounts match, if that need not be counted: all of them are on the first page, or the
/// index has counted more than `most`.
fn known_total(filter: &UserFilter, matches: &Matches, most: i64, on_page: usize) -> Option<i64> {
    let on_page = i64::try_from(on_page).unwrap_or(i64::MAX);
    if filter.after.is_none() && on_page < filter.limit {
        return Some(on_page);
    }
    (matches!(matches, Matches::Many) && !filter.is_narrowed()).then_some(most + 1)
}

impl Store {
    /// Returns a page of accounts, and the number of accounts on all pages.
    pub async fn users(
        &self,
        filter: &UserFilter,
        now: Timestamp,
    ) -> Result<(Vec<UserRecord>, Total)> {
        let matches = self.matches(filter.search.as_deref()).await?;
        let most = if filter.search.is_some() {
            user_search::MANY
        } else {
            COUNTED
        };
        // After some searches, PostgreSQL would make one plan for all texts: for those that many have.
        let is_planned_once = filter.search.is_none();
        let (rows, identities, total) = on_database!(self, pool => {
            let mut page = page!(filter, matches, now);
            let page = page.build_query_as().persistent(is_planned_once);
            let rows: Vec<UserRow> = page.fetch_all(pool).await?;
            let total = if let Some(total) = known_total(filter, &matches, most, rows.len()) {
                total
            } else {
                let mut count = count!(filter, matches, most + 1);
                let count = count.build_query_scalar().persistent(is_planned_once);
                count.fetch_one(pool).await?
            };
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
        let total = Total {
            count: u64::try_from(total.min(most)).unwrap_or_default(),
            is_exact: total <= most,
        };
        Ok((records.collect(), total))
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

#[cfg(test)]
mod tests;
