//! The last test login of each admin, as long as it may be viewed.

use std::time::Duration;

use crate::account::AccountId;
use crate::store::{Result, Store, on_database, on_writer};
use clock::Timestamp;

/// How long a report is stored. It contains a person's claims.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

impl Store {
    /// Stores a report (JSON), replacing the account's older one.
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
