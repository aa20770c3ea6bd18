//! Login links, found by the hash of their token.
//!
//! As with welcome links, whatever changes one writes its account's row first.

use crate::account::{Account, AccountId};
use crate::audit::{By, Event, Kind};
use crate::session::{Session, TokenHash};
use crate::store::account::accounts::lock_account;
use crate::store::audit::insert_audit;
use crate::store::link::welcome::open_link;
use crate::store::session::sessions::insert_session;
use crate::store::{Refusal, Result, Store, on_database, on_writer};
use crate::welcome::{NewLink, OpenLink, WelcomeHash};
use clock::Timestamp;

impl Store {
    /// Makes a link that logs in to an account, once; an older one is void. Refused where the
    /// account is disabled.
    pub async fn make_login_link(
        &self,
        id: AccountId,
        link: NewLink,
        by: impl Into<By>,
    ) -> Result<std::result::Result<(), Refusal>> {
        let by = by.into();
        on_writer!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let Some(account) = lock_account!(tx, id)?.map(Account::from) else {
                return Ok(Err(Refusal::Gone));
            };
            if account.is_disabled() {
                return Ok(Err(Refusal::Disabled));
            }
            sqlx::query(
                "insert into login_link (account_id, token_hash, made_at, expires_at)
                 values ($1, $2, $3, $4)
                 on conflict (account_id) do update set token_hash = excluded.token_hash,
                    made_at = excluded.made_at, expires_at = excluded.expires_at",
            ).bind(id).bind(link.hash.as_bytes()).bind(by.at.unix()).bind(link.expires_at.unix())
                .execute(&mut *tx).await?;
            insert_audit!(&mut *tx, by, Event::about(Kind::LoginLinkMade, id))?;
            tx.commit().await?;
        });
        Ok(Ok(()))
    }

    /// Returns the link of that token, unless it is too old or its account is disabled.
    pub async fn login_link(&self, hash: WelcomeHash, now: Timestamp) -> Result<Option<OpenLink>> {
        open_link!(self, "login_link", hash, now)
    }

    /// Uses up a link: begins this session, and ends the one that the browser had. `false` where
    /// the link is no good any more, and nothing has changed then: of two at once exactly one is
    /// `true`.
    pub async fn redeem_login_link(
        &self,
        hash: WelcomeHash,
        session: &Session,
        token: TokenHash,
        replaces: Option<TokenHash>,
        by: impl Into<By>,
    ) -> Result<bool> {
        let id = session.account_id;
        let by = by.into().account(id);
        let now = by.at.unix();
        on_writer!(self, pool => {
            let mut tx = pool.begin_with(self.begin()).await?;
            let is_enabled = sqlx::query(
                "update account set last_login_at = $2 where account_id = $1 and disabled_at is null",
            ).bind(id).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            let is_good = sqlx::query(
                "delete from login_link
                 where account_id = $1 and token_hash = $2 and expires_at > $3",
            ).bind(id).bind(hash.as_bytes()).bind(now).execute(&mut *tx).await?.rows_affected() > 0;
            if !(is_enabled && is_good) {
                return Ok(false);
            }
            if let Some(old) = replaces {
                sqlx::query("delete from session where token_hash = $1")
                    .bind(old.as_bytes()).execute(&mut *tx).await?;
            }
            insert_session!(&mut *tx, session, token)?;
            insert_audit!(&mut *tx, by, Event::about(Kind::LoginLinkUsed, id))?;
            insert_audit!(&mut *tx, by, Event::about(Kind::Login, id).detail("login link"))?;
            tx.commit().await?;
        });
        Ok(true)
    }
}
