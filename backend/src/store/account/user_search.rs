//! Which accounts have some text in a name or an address, without reading every account.
//!
//! PostgreSQL has an index for `like` (`pg_trgm`) of all that is searched, and decides by itself when to use
//! it: it knows how many accounts have which text, as far as that is frequent. SQLite's is a
//! table of its own (FTS5), whose terms are three letters in a row; a shorter text is the beginning of
//! some. It gives accounts in no useful order: so if many match, the list of names is read in its order
//! instead, and a page of it is full soon.

use shared::email::part_of_key;
use sqlx::{QueryBuilder, Sqlite};

use crate::account::search_key;
use crate::store::engine::database::Pool;
use crate::store::{Result, Store};

/// More than so many matches are not counted, nor sorted.
pub(super) const MANY: i64 = 1000;
/// How many letters a term of the index has.
const TERM: usize = 3;
/// The last character there is: with it, a text comes after all terms that begin with the text.
const LAST: char = char::MAX;

/// What PostgreSQL's index is of: the expression of migration 19. Between two names stands a mark that no
/// name has.
pub(super) const SEARCHED: &str = "(username_key || E'\\x03' || coalesce(email_key, '') || E'\\x03' \
    || coalesce(display_name_key, ''))";

/// What finds a text in SQLite's index.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    /// An expression, for a text of three letters and more.
    Expression(String),
    /// A shorter text: some term begins with it.
    Beginning {
        /// The text.
        text: String,
        /// The expression for the same text in an address, if it is another there.
        in_email: Option<String>,
    },
}

/// Adds the statement that gives the ids, in SQLite's index, of all accounts that `$lookup` finds, some of
/// them several times.
macro_rules! push_found {
    ($query:expr, $lookup:expr) => {
        match $lookup {
            Lookup::Expression(expression) => {
                $query
                    .push("select rowid as found from account_search where account_search match ");
                $query.push_bind(expression.clone());
            }
            Lookup::Beginning { text, in_email } => {
                $query.push("select doc as found from account_search_term where term >= ");
                $query.push_bind(text.clone()).push(" and term <= ");
                $query.push_bind($crate::store::account::user_search::after(text));
                if let Some(expression) = in_email {
                    $query.push(
                        " union all select rowid from account_search where account_search match ",
                    );
                    $query.push_bind(expression.clone());
                }
            }
        }
    };
}
pub(super) use push_found;

/// Returns what comes after all terms that begin with a text.
pub(super) fn after(text: &str) -> String {
    format!("{text}{LAST}")
}

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

/// Returns what PostgreSQL looks for in its index; nothing for a text that is too short for that.
fn patterns(search: &str) -> Option<Matches> {
    let is_long = search_key(search).chars().count() >= TERM;
    is_long.then(|| Matches::Planned {
        anywhere: pattern(search),
        in_email: part_of_key(search).map(|part| pattern(&part)),
    })
}

/// Returns what finds the same in SQLite's index as `like` does.
fn lookup(search: &str) -> Lookup {
    let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let text = search_key(search);
    let in_email =
        part_of_key(search).map(|part| format!("email_key : {}", quote(&search_key(&part))));
    if text.chars().count() < TERM {
        return Lookup::Beginning { text, in_email };
    }
    let anywhere = quote(&text);
    Lookup::Expression(match in_email {
        Some(in_email) => format!("{anywhere} OR {in_email}"),
        None => anywhere,
    })
}

/// What is known before the accounts are read.
#[derive(Debug)]
pub(super) enum Matches {
    /// Nothing. If there is a text, each account is compared with it.
    Unknown,
    /// Nothing, but PostgreSQL decides by itself how it looks for these patterns of `like`.
    Planned {
        /// The text, anywhere.
        anywhere: String,
        /// The same text in an address, if it is another there.
        in_email: Option<String>,
    },
    /// At most [`MANY`], which SQLite's index finds by this.
    Few(Lookup),
    /// More.
    Many,
}

impl Matches {
    /// Returns how to name the column by which the list is sorted. With the plus, SQLite does not go
    /// through all names to look for those that the index has found already.
    pub(super) fn name_column(&self) -> &'static str {
        match self {
            Self::Few(_) => "+username_key",
            Self::Unknown | Self::Planned { .. } | Self::Many => "username_key",
        }
    }
}

impl Store {
    /// Asks SQLite's index how many accounts have the text. PostgreSQL has an estimate itself.
    pub(super) async fn matches(&self, search: Option<&str>) -> Result<Matches> {
        let Some(search) = search else {
            return Ok(Matches::Unknown);
        };
        let Pool::Sqlite(pool) = self.readers()? else {
            return Ok(patterns(search).unwrap_or(Matches::Unknown));
        };
        let lookup = lookup(search);
        let mut count =
            QueryBuilder::<Sqlite>::new("select count(*) from (select distinct found from (");
        push_found!(count, &lookup);
        count.push(") limit ").push_bind(MANY + 1).push(")");
        let found: i64 = count.build_query_scalar().fetch_one(pool).await?;
        Ok(if found > MANY {
            Matches::Many
        } else {
            Matches::Few(lookup)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lookup, lookup};

    #[test]
    fn text_is_looked_for_as_it_is() {
        let check = |search: &str, expected: &str| {
            assert_eq!(
                lookup(search),
                Lookup::Expression(expected.to_owned()),
                "{search}"
            );
        };
        check("Alice", "\"alice\"");
        check("a\" OR b", "\"a\"\" or b\"");
        check(
            "ü@münchen.de",
            "\"ü@münchen.de\" OR email_key : \"ü@xn--mnchen-3ya.de\"",
        );
    }

    #[test]
    fn short_text_is_the_beginning_of_a_term() {
        let check = |search: &str, text: &str, in_email: Option<&str>| {
            let (text, in_email) = (text.to_owned(), in_email.map(str::to_owned));
            assert_eq!(
                lookup(search),
                Lookup::Beginning { text, in_email },
                "{search}"
            );
        };
        check("Ab", "ab", None);
        check("\"", "\"", None);
        check("ü", "ü", Some("email_key : \"xn--tda\""));
    }
}
