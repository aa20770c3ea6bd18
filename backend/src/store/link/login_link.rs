//! Login links, found by the hash of their token.
//!
//! As with welcome links, every change writes its account's row first.

use crate::account::AccountId;
use crate::audit::{Actor, Event};
use crate::one_time_link::{LinkHash, NewLink, OpenLink};
use crate::store::account::accounts::ChangeError;
use crate::store::audit::insert_audit;
use crate::store::link::welcome::{account_to_link, open_link};
use crate::store::{Result, Store, in_tx, on_database};
use clock::Timestamp;
use shared::audit::AuditKind;

impl Store {
    /// Creates a link that logs in to an account, once; an older one is void. Refused if the
    /// account is disabled.
    pub async fn create_login_link(
        &self,
        id: AccountId,
        link: NewLink,
        by: Actor,
    ) -> std::result::Result<(), ChangeError> {
        in_tx!(self, tx => {
            account_to_link!(tx, id);
            sqlx::query(
                "insert into login_link (account_id, token_hash, made_at, expires_at)
                 values ($1, $2, $3, $4)
                 on conflict (account_id) do update set token_hash = excluded.token_hash,
                    made_at = excluded.made_at, expires_at = excluded.expires_at",
            ).bind(id).bind(link.hash.as_bytes()).bind(by.at.unix()).bind(link.expires_at.unix())
                .execute(&mut *tx).await?;
            insert_audit!(&mut *tx, by, Event::about(AuditKind::LoginLinkCreated, id))?;
        });
        Ok(())
    }

    /// Returns the link with that token, unless it is expired or its account is disabled.
    pub async fn login_link(&self, hash: LinkHash, now: Timestamp) -> Result<Option<OpenLink>> {
        open_link!(self, "login_link", hash, now)
    }
}
