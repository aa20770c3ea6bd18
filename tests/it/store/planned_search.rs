//! PostgreSQL's index of names: a search looks into it where few accounts have the text.

use postern::config;
use postern::store::{Store, UserFilter};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::database::{Database, DatabaseKind};
use tests::poll::{self, PATIENCE};

use super::NOW;

/// So many that to read them all costs more than the index.
const ACCOUNTS: &str = "insert into account (account_id, username, username_key, display_name_key,
        email_key, role, created_at, updated_at)
    select gen_random_uuid(), 'user' || n, 'user' || n, 'person ' || n, 'user' || n || '@xn--mnchen-3ya.de',
        'user', 0, 0
    from generate_series(1, 20000) as n";

async fn found(store: &Store, search: &str) -> (usize, u64) {
    let filter = UserFilter {
        search: Some(search.to_owned()),
        limit: 50,
        ..UserFilter::default()
    };
    let (page, total) = store.users(&filter, NOW).await.expect("the store answers");
    (page.len(), total.count)
}

#[tokio::test]
async fn text_that_few_accounts_have_is_found_by_the_index() {
    let database = Database::create(DatabaseKind::Postgres).await.unwrap();
    let url = database.url().unwrap();
    let store = Store::connect(&config::Database::Postgres(url.into()))
        .await
        .unwrap();
    let mut connection = PgConnection::connect(url).await.unwrap();
    connection.execute(ACCOUNTS).await.unwrap();
    connection.execute("vacuum analyze account").await.unwrap();
    let mut looks = async || -> i64 {
        let looks =
            "select idx_scan from pg_stat_user_indexes where indexrelname = 'account_search'";
        sqlx::query_scalar(looks)
            .fetch_one(&mut connection)
            .await
            .expect("a number")
    };
    assert_eq!(looks().await, 0);

    // So often that PostgreSQL would make one plan for all texts.
    for _ in 0..8 {
        assert_eq!(found(&store, "person").await, (50, 1000));
    }
    assert_eq!(found(&store, "USER12345@").await, (1, 1));
    assert_eq!(found(&store, "12345@münchen").await, (1, 1));
    assert_eq!(found(&store, "nobody").await, (0, 0));
    assert_eq!(found(&store, "r1234").await, (11, 11));
    assert_eq!(found(&store, "person 1999").await, (11, 11));
    assert_eq!(found(&store, "qx").await, (0, 0));

    // PostgreSQL notes them some seconds later.
    let noted = async || Ok((looks().await >= 5).then_some(()));
    poll::until("looks into the index", PATIENCE, noted)
        .await
        .unwrap();
    store.close().await;
}
