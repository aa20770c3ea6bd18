//! The keys that sign assertions, as all replicas have them.

use crate::store::{Result, Store, on_database, on_writer};
use clock::Timestamp;

/// A key as it is stored.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct StoredKey {
    /// Names the key.
    pub kid: String,
    /// The private key, sealed.
    pub private_key: String,
    /// The public point's x coordinate, in base64url.
    pub public_x: String,
    /// Its y coordinate.
    pub public_y: String,
    /// When it was created, in Unix seconds.
    pub created_at: i64,
}

impl Store {
    /// Returns the keys that were created since then, the newest first.
    pub async fn assertion_keys(&self, since: Timestamp) -> Result<Vec<StoredKey>> {
        Ok(on_database!(self, pool => {
            sqlx::query_as(
                "select kid, private_key, public_x, public_y, created_at from assertion_key
                 where created_at > $1 order by created_at desc, kid",
            ).bind(since.unix()).fetch_all(pool).await?
        }))
    }

    /// Adds a key, and removes those that nobody needs any more: created before `stale`.
    pub async fn add_assertion_key(&self, key: &StoredKey, stale: Timestamp) -> Result<()> {
        on_writer!(self, pool => {
            sqlx::query(
                "insert into assertion_key (kid, private_key, public_x, public_y, created_at)
                 values ($1, $2, $3, $4, $5)",
            ).bind(&key.kid).bind(&key.private_key).bind(&key.public_x).bind(&key.public_y)
                .bind(key.created_at).execute(pool).await?;
            sqlx::query("delete from assertion_key where created_at <= $1")
                .bind(stale.unix()).execute(pool).await?;
        });
        Ok(())
    }
}
