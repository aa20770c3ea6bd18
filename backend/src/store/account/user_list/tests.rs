//! No list of accounts reads a whole table.

use clock::Timestamp;
use shared::session::Role;
use sqlx::{QueryBuilder, Sqlite};

use super::{UserFilter, user_search};
use crate::account::username_key;
use crate::store::account::user_search::{Lookup, Matches};
use crate::store::engine::plan::Plans;
use shared::email::part_of_key;

/// A page that was found by another index is sorted in the end.
const SORTED: &str = "USE TEMP B-TREE FOR ORDER BY";
const NOW: Timestamp = Timestamp::from_unix(1_000_000);

/// Returns what reads whole tables, and what sorts, in counting and in a page.
async fn faults(filter: &UserFilter, matches: &Matches) -> (Vec<String>, Vec<String>) {
    let plans = Plans::open().await;
    let count: QueryBuilder<'_, Sqlite> = count!(filter, matches, 10);
    let page: QueryBuilder<'_, Sqlite> = page!(filter, matches, NOW);
    (
        plans.faults(count.sql()).await,
        plans.faults(page.sql()).await,
    )
}

#[tokio::test]
async fn page_of_the_list_is_read_from_an_index_in_its_order() {
    for filter in [
        UserFilter::default(),
        UserFilter {
            role: Some(Role::User),
            search: Some("ab".to_owned()),
            ..UserFilter::default()
        },
    ] {
        let (count, _) = faults(&filter, &Matches::Unknown).await;
        let plans = Plans::open().await;
        let page: QueryBuilder<'_, Sqlite> = page!(&filter, &Matches::Unknown, NOW);
        let steps = plans.lines(page.sql()).await;

        assert_eq!(count, Vec::<String>::new(), "{filter:?}");
        let scans: Vec<_> = steps
            .iter()
            .filter(|step| step.starts_with("SCAN account"))
            .collect();
        assert_eq!(
            scans,
            ["SCAN account USING COVERING INDEX account_list"],
            "{steps:#?}"
        );
    }
}

#[tokio::test]
async fn few_accounts_among_many_are_found_by_an_index_of_theirs() {
    let admins = UserFilter {
        role: Some(Role::Admin),
        ..UserFilter::default()
    };
    let disabled = UserFilter {
        is_disabled: Some(true),
        ..UserFilter::default()
    };
    for (filter, index) in [(admins, "account_admin"), (disabled, "account_disabled")] {
        let plans = Plans::open().await;
        let page: QueryBuilder<'_, Sqlite> = page!(&filter, &Matches::Unknown, NOW);

        let plan = plans.lines(page.sql()).await;

        assert!(plan.iter().any(|line| line.contains(index)), "{plan:?}");
        let (count, page) = faults(&filter, &Matches::Unknown).await;
        assert_eq!(count, Vec::<String>::new(), "{filter:?}");
        assert_eq!(page, [SORTED], "{filter:?}");
    }
}

#[tokio::test]
async fn text_is_found_by_the_index_and_then_sorted() {
    let short = Lookup::Beginning {
        text: "ü".to_owned(),
        in_email: Some("email_key : \"xn--tda\"".to_owned()),
    };
    for lookup in [Lookup::Expression("\"alice\"".to_owned()), short] {
        let filter = UserFilter {
            search: Some("of no account".to_owned()),
            after: Some("m".to_owned()),
            ..UserFilter::default()
        };

        let (count, page) = faults(&filter, &Matches::Few(lookup)).await;

        assert_eq!(count, Vec::<String>::new());
        assert_eq!(page, [SORTED; 2]);
    }
}
