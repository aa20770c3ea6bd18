//! Which accounts have some text in a name or an address, without reading every account.
//!
//! PostgreSQL has an index for `like` (`pg_trgm`), and decides by itself when to use it. SQLite's is a
//! table of its own (FTS5), of three letters in a row. It gives accounts in no useful order: so if many
//! match, the list of names is read in its order instead, and a page of it is full soon.

use shared::email::part_of_key;

use crate::account::search_key;
use crate::store::engine::database::Pool;
use crate::store::{Result, Store};

/// More than so many matches are not counted, nor sorted.
pub(super) const MANY: i64 = 1000;
/// How many letters a term of the index has. A shorter text is compared with each account.
const TERM: usize = 3;
/// The condition before the expression that is looked for.
pub(super) const BY_INDEX: &str = " and account_id in (select account_id from account_search_row
    where search_id in (select rowid from account_search where account_search match ";

/// Escapes a text so that `like` finds it literally, anywhere.
pub(super) fn pattern(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search_key(search).chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern + "%"
}

/// Returns the expression that finds the same in SQLite's index as `like` does; `None` if the text is
/// too short.
fn expression(search: &str) -> Option<String> {
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let text = search_key(search);
    if text.chars().count() < TERM {
        return None;
    }
    let anywhere = quote(&text);
    Some(match part_of_key(search) {
        Some(part) => format!("{anywhere} OR email_key : {}", quote(&search_key(&part))),
        None => anywhere,
    })
}

/// What is known before the accounts are read.
#[derive(Debug)]
pub(super) enum Matches {
    /// Nothing: no text is looked for, or no index of ours tells.
    Unknown,
    /// At most [`MANY`], which the index finds by this expression.
    Few(String),
    /// More.
    Many,
}

impl Matches {
    /// Returns what to look for in the index; `None` where that does not help.
    pub(super) fn expression(&self) -> Option<&str> {
        match self {
            Self::Few(expression) => Some(expression),
            Self::Unknown | Self::Many => None,
        }
    }

    /// Returns how to name the column by which the list is sorted. With the plus, SQLite does not go
    /// through all names to look for those that the index has found already.
    pub(super) fn name_column(&self) -> &'static str {
        self.expression()
            .map_or("username_key", |_| "+username_key")
    }
}

impl Store {
    /// Asks SQLite's index how many accounts have the text.
    pub(super) async fn matches(&self, search: Option<&str>) -> Result<Matches> {
        let Pool::Sqlite(pool) = self.readers()? else {
            return Ok(Matches::Unknown);
        };
        let Some(expression) = search.and_then(expression) else {
            return Ok(Matches::Unknown);
        };
        let found: i64 = sqlx::query_scalar(
            "select count(*) from
                (select 1 from account_search where account_search match $1 limit $2)",
        )
        .bind(&expression)
        .bind(MANY + 1)
        .fetch_one(pool)
        .await?;
        Ok(if found > MANY {
            Matches::Many
        } else {
            Matches::Few(expression)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn text_is_looked_for_as_it_is() {
        let check = |search: &str, expected: Option<&str>| {
            assert_eq!(expression(search).as_deref(), expected, "{search}");
        };
        check("ab", None);
        check("Alice", Some("\"alice\""));
        check("a\" OR b", Some("\"a\"\" or b\""));
        check(
            "ü@münchen.de",
            Some("\"ü@münchen.de\" OR email_key : \"ü@xn--mnchen-3ya.de\""),
        );
    }
}
