//! The last test login of each admin, for as long as somebody may look at it.

use std::time::Duration;

use crate::account::AccountId;
use crate::store::{Result, Store, on_database, on_writer};
use clock::Timestamp;

/// How long a report is kept. It has claims of a person in it.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

impl Store {
    /// Keeps a report (JSON) in the place of the account's older one.
    pub async fn keep_test_login(
        &self,
        account_id: AccountId,
        report: &str,
        now: Timestamp,
    ) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query(
                "insert into test_login (account_id, report, made_at) values ($1, $2, $3)
                 on conflict (account_id) do update
                 set report = excluded.report, made_at = excluded.made_at",
            ).bind(account_id).bind(report).bind(now.unix()).execute(pool).await?;
        });
        Ok(())
    }

    /// Returns the account's report, if it is not older than [`LIFETIME`].
    pub async fn test_login(
        &self,
        account_id: AccountId,
        now: Timestamp,
    ) -> Result<Option<String>> {
        Ok(on_database!(self, pool => {
            sqlx::query_scalar(
                "select report from test_login where account_id = $1 and made_at > $2",
            ).bind(account_id).bind(now.minus(LIFETIME).unix()).fetch_optional(pool).await?
        }))
    }
}
