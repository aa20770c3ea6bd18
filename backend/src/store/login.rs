//! A login of any kind as one transaction: what it links, creates or uses up, the role, the
//! session, the audit entries. A refused login changes nothing.

use shared::session::Role;

use crate::account::NewAccount;
use crate::audit::{Actor, Event};
use crate::one_time_link::LinkHash;
use crate::session::{Session, TokenHash};
use crate::store::account::accounts::{
    Taken, close_setup, create_account, end_sessions, guard_admins, insert_account, lock_account,
    replace_password, taken, void_links,
};
use crate::store::account::claimed_role::{ClaimedRole, follow_claims};
use crate::store::account::claims::vouch;
use crate::store::account::pending::{PendingUse, spend_pending};
use crate::store::audit::insert_audit;
use crate::store::identity::identities::keep_groups;
use crate::store::identity::identities::{NewIdentity, insert_identity};
use crate::store::link::welcome::link_purpose;
use crate::store::session::sessions::insert_session;
use crate::store::{Result, Store, in_tx};
use shared::audit::AuditKind;

/// A login to record.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// What authorizes it.
    pub entry: Entry<'a>,
    /// The session that begins. Its account is an existing one, or the one to create.
    pub session: &'a Session,
    /// Its token.
    pub token: TokenHash,
    /// The session that the browser had before, which ends (session fixation).
    pub replaces: Option<TokenHash>,
}

/// What authorizes a login.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// An identity that the OP vouches for.
    Identity {
        /// The identity.
        identity: NewIdentity<'a>,
        /// How it relates to the session's account.
        lead: Lead<'a>,
        /// The role that the claims give; `None` if they decide none.
        role: Option<ClaimedRole<'a>>,
        /// The pending link that leads here; `None` if the OP's answer does.
        pending: Option<PendingUse<'a>>,
    },
    /// The account's password, verified against this hash.
    Password {
        /// The hash.
        hash: &'a str,
        /// The hash that replaces it, if it is outdated: of the same password.
        rehash: Option<&'a str>,
    },
    /// A welcome link, which sets a password.
    WelcomeLink {
        /// The link.
        link: LinkHash,
        /// The hash of the new password.
        password_hash: &'a str,
    },
    /// A login link.
    LoginLink {
        /// The link.
        link: LinkHash,
    },
    /// The setup token: this account becomes the first admin.
    Setup {
        /// The account.
        account: &'a NewAccount,
    },
}

/// How an identity relates to an account.
#[derive(Debug, Clone, Copy)]
pub enum Lead<'a> {
    /// It is already linked to the account.
    Linked,
    /// It has to be linked to the account.
    Link,
    /// The account has to be created, and linked.
    Create(&'a NewAccount),
}

/// The result of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginOutcome {
    /// The session has begun.
    LoggedIn,
    /// No session has begun, and nothing has changed.
    Refused(LoginRefusal),
}

/// Why a login was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginRefusal {
    /// The account is disabled, or gone.
    Disabled,
    /// The authorization no longer holds: the password was replaced, the link was used, or the
    /// identity was linked or unlinked meanwhile.
    Stale,
    /// The pending link was spent, or is void because of what happened since.
    Void,
    /// The account cannot be created: another one has its username or email, or setup is closed.
    Taken(Taken),
}

impl<'a> Entry<'a> {
    /// Returns the account to create; `None` if there is one already.
    fn new_account(self) -> Option<&'a NewAccount> {
        match self {
            Self::Setup { account }
            | Self::Identity {
                lead: Lead::Create(account),
                ..
            } => Some(account),
            Self::Identity { .. }
            | Self::Password { .. }
            | Self::WelcomeLink { .. }
            | Self::LoginLink { .. } => None,
        }
    }
}

/// Ends the transaction without a change.
macro_rules! refuse {
    ($refusal:expr) => {
        return Ok(Some(LoginOutcome::Refused($refusal)))
    };
}

/// Closes setup for the first admin. Of two at once, the second finds it closed.
macro_rules! take_setup {
    ($tx:expr, $now:expr) => {{
        let is_first = close_setup!(&mut *$tx, $now)?.rows_affected() > 0;
        let has_admin: bool =
            sqlx::query_scalar("select exists (select 1 from account where role = 'admin')")
                .fetch_one(&mut *$tx)
                .await?;
        if !is_first || has_admin {
            refuse!(LoginRefusal::Taken(Taken::Setup));
        }
    }};
}

/// Records the login of an identity, and links it first if necessary.
macro_rules! enter_by_identity {
    ($tx:expr, $id:expr, $identity:expr, $lead:expr, $by:expr) => {
        if matches!($lead, Lead::Linked) {
            let is_linked = sqlx::query(
                "update identity set username = $4, email = $5, last_login_at = $6
                 where issuer = $1 and subject = $2 and account_id = $3",
            )
            .bind($identity.issuer)
            .bind($identity.subject)
            .bind($id)
            .bind($identity.username)
            .bind($identity.email.map(shared::email::Email::as_str))
            .bind($by.at.unix())
            .execute(&mut *$tx)
            .await?
            .rows_affected()
                > 0;
            if !is_linked {
                refuse!(LoginRefusal::Stale);
            }
        } else {
            if let Err(error) = insert_identity!(&mut *$tx, $id, $identity, $by.at) {
                taken(error)?;
                refuse!(LoginRefusal::Stale);
            }
            let event = Event::about(AuditKind::IdentityLinked, $id).detail($identity.issuer);
            insert_audit!(&mut *$tx, $by, event)?;
            if let Some(key) = $identity.verified_email_key() {
                vouch!($tx, $id, key, $by);
            }
        }
        keep_groups!($tx, $id, $identity);
    };
}

/// Uses up a link of that table; returns true if it was valid.
macro_rules! use_link {
    ($tx:expr, $table:literal, $id:expr, $link:expr, $now:expr) => {
        sqlx::query(concat!(
            "delete from ",
            $table,
            " where account_id = $1 and token_hash = $2 and expires_at > $3"
        ))
        .bind($id)
        .bind($link.as_bytes())
        .bind($now.unix())
        .execute(&mut *$tx)
        .await?
        .rows_affected()
            > 0
    };
}

/// Starts the session, and ends the one that the browser had.
macro_rules! begin_session {
    ($tx:expr, $login:expr, $by:expr) => {{
        let session: &Session = $login.session;
        sqlx::query("update account set last_login_at = $2 where account_id = $1")
            .bind(session.account_id)
            .bind($by.at.unix())
            .execute(&mut *$tx)
            .await?;
        if let Some(old) = $login.replaces {
            sqlx::query("delete from session where token_hash = $1")
                .bind(old.as_bytes())
                .execute(&mut *$tx)
                .await?;
        }
        insert_session!(&mut *$tx, session, $login.token)?;
        let event =
            Event::about(AuditKind::Login, session.account_id).detail(session.origin.detail());
        insert_audit!(&mut *$tx, $by, event)?;
    }};
}

impl Store {
    /// Records a login, all of it or nothing. The account's row is written first. Whoever disables
    /// the account or replaces its password also does that first and then ends its sessions: so
    /// either they see this session, or this login sees their change.
    ///
    /// # Errors
    /// The database could not do it.
    pub async fn log_in(&self, login: &Login<'_>, by: &Actor) -> Result<LoginOutcome> {
        let by = by.clone().account(login.session.account_id);
        // Logins that take the role from no admin need not wait for each other.
        if let Some(outcome) = self.try_log_in(login, &by, false).await? {
            return Ok(outcome);
        }
        let outcome = self.try_log_in(login, &by, true).await?;
        Ok(outcome.unwrap_or(LoginOutcome::Refused(LoginRefusal::Stale)))
    }

    /// Tries a login; `None` if it needs the lock under which admins are counted.
    async fn try_log_in(
        &self,
        login: &Login<'_>,
        by: &Actor,
        has_lock: bool,
    ) -> Result<Option<LoginOutcome>> {
        let id = login.session.account_id;
        in_tx!(self, tx => {
            if has_lock {
                guard_admins!(tx)?;
            }
            let account = match login.entry.new_account() {
                Some(new) => {
                    let detail = if matches!(login.entry, Entry::Setup { .. }) {
                        take_setup!(tx, by.at);
                        "the first admin"
                    } else {
                        new.role.as_str()
                    };
                    if let Some(taken) = create_account!(tx, id, new, detail, by) {
                        refuse!(LoginRefusal::Taken(taken));
                    }
                    None
                }
                None => match lock_account!(tx, id) {
                    Some(account) if !account.is_disabled() => Some(account),
                    Some(_) | None => refuse!(LoginRefusal::Disabled),
                },
            };
            match (login.entry, &account) {
                (Entry::Identity { identity, lead, role, pending }, account) => {
                    if let Some(pending) = pending
                        && !spend_pending!(tx, pending, id, identity, by.at)
                    {
                        refuse!(LoginRefusal::Void);
                    }
                    enter_by_identity!(tx, id, identity, lead, by);
                    if let (Some(account), Some(claimed)) = (account, role)
                        && account.role != claimed.role
                    {
                        if account.role == Role::Admin && !has_lock {
                            return Ok(None);
                        }
                        follow_claims!(tx, account, claimed, by);
                    }
                }
                (Entry::Password { hash, rehash }, Some(account))
                    if account.password_hash.as_deref() == Some(hash) =>
                {
                    if let Some(rehash) = rehash {
                        sqlx::query("update account set password_hash = $2 where account_id = $1")
                            .bind(id).bind(rehash)
                            .execute(&mut *tx).await?;
                    }
                }
                (Entry::WelcomeLink { link, password_hash }, Some(account))
                    if use_link!(tx, "welcome_link", id, link, by.at) =>
                {
                    replace_password!(tx, id, password_hash, by);
                    let purpose = link_purpose(account.password_hash.is_some());
                    let event = Event::about(AuditKind::PasswordSetByLink, id).detail(purpose);
                    insert_audit!(&mut *tx, by, event)?;
                }
                (Entry::LoginLink { link }, Some(_))
                    if use_link!(tx, "login_link", id, link, by.at) =>
                {
                    insert_audit!(&mut *tx, by, Event::about(AuditKind::LoginLinkUsed, id))?;
                }
                (Entry::Setup { .. }, _) => {}
                _ => refuse!(LoginRefusal::Stale),
            }
            begin_session!(tx, login, by);
        });
        Ok(Some(LoginOutcome::LoggedIn))
    }
}
