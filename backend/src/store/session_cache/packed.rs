//! Sessions with their accounts as bytes, a quarter as large as in use: what was not used lately.
//!
//! A browser's name and an issuer are many sessions' own, and are written once.

use std::collections::HashMap;
use std::ops::Range;

use uuid::Uuid;

use crate::account::{Account, Voucher};
use crate::session::{Origin, Recheck, Session, TokenHash};
use clock::Timestamp;
use shared::session::Role;

/// How many there are at most: with those that are added at once, so many that the table of their
/// places, a power of two, is full.
const MOST: usize = 56_000;
/// How many bytes they have at most: twice what usual ones have, since an ID token is much longer.
const ROOM: usize = 16 << 20;
/// How many texts are written once. The others are written each time.
const SHARED: usize = 1024;

/// Which application a token is for, `None` for Postern itself, and what it opens.
pub(crate) type Unpacked = (Option<Box<str>>, Session, Account);

/// The bytes of many.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    /// Where in the bytes each begins and ends.
    places: HashMap<TokenHash, (u32, u32)>,
    bytes: Vec<u8>,
    shared: HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Packed {
    /// Returns true if nothing more may be added.
    pub(crate) fn is_full(&self) -> bool {
        self.places.len() >= MOST || self.bytes.len() >= ROOM
    }

    /// Adds one, or replaces it.
    pub(crate) fn insert(
        &mut self,
        token: TokenHash,
        app: Option<&str>,
        session: &Session,
        account: &Account,
    ) {
        if self.bytes.capacity() == 0 {
            // All at once: pages that nothing is written to take no memory, and a vector that grows
            // leaves those behind that it had before.
            self.bytes.reserve_exact(ROOM);
        }
        let end = self.bytes.len();
        self.shared(app);
        self.session(session);
        self.account(account, session.account_id);
        let new = end..self.bytes.len();
        // One that was used since has as many bytes as before.
        if let Some(old) = self.place(token)
            && old.len() == new.len()
        {
            self.bytes.copy_within(new, old.start);
            self.bytes.truncate(end);
            return;
        }
        if let (Ok(start), Ok(end)) = (u32::try_from(new.start), u32::try_from(new.end)) {
            self.places.insert(token, (start, end));
        }
    }

    /// Returns true if it is there.
    pub(crate) fn has(&self, token: TokenHash) -> bool {
        self.places.contains_key(&token)
    }

    fn place(&self, token: TokenHash) -> Option<Range<usize>> {
        let (start, end) = self.places.get(&token)?;
        Some(usize::try_from(*start).ok()?..usize::try_from(*end).ok()?)
    }

    /// Returns one.
    pub(crate) fn get(&self, token: TokenHash) -> Option<Unpacked> {
        let mut reader = Reader {
            bytes: self.bytes.get(self.place(token)?)?,
            texts: &self.texts,
        };
        let app = reader.shared()?.map(String::into_boxed_str);
        let session = reader.session()?;
        let account = reader.account(session.account_id)?;
        Some((app, session, account))
    }

    /// Writes a number in as few bytes as it takes.
    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(low_bits(number) | 0x80);
            number >>= 7;
        }
        self.bytes.push(low_bits(number));
    }

    fn time(&mut self, time: Timestamp) {
        self.number(time.unix().cast_unsigned());
    }

    fn maybe_time(&mut self, time: Option<Timestamp>) {
        self.number(u64::from(time.is_some()));
        if let Some(time) = time {
            self.time(time);
        }
    }

    fn id(&mut self, id: Uuid) {
        self.bytes.extend_from_slice(id.as_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn maybe_text(&mut self, text: Option<&String>) {
        self.number(u64::from(text.is_some()));
        if let Some(text) = text {
            self.text(text);
        }
    }

    /// Writes a text that others have, too: 0 is none, 1 is one that follows.
    fn shared(&mut self, text: Option<&str>) {
        let Some(text) = text else {
            return self.number(0);
        };
        if let Some(known) = self.shared.get(text) {
            return self.number(u64::from(*known) + 2);
        }
        if self.texts.len() < SHARED {
            let next = u32::try_from(self.texts.len()).unwrap_or_default();
            self.shared.insert(text.into(), next);
            self.texts.push(text.into());
            return self.number(u64::from(next) + 2);
        }
        self.number(1);
        self.text(text);
    }

    fn session(&mut self, session: &Session) {
        self.id(session.id);
        self.id(session.account_id);
        match &session.origin {
            Origin::Password => self.number(0),
            Origin::WelcomeLink => self.number(1),
            Origin::LoginLink => self.number(2),
            Origin::Setup => self.number(3),
            Origin::Openid {
                issuer,
                subject,
                sid,
                id_token,
                recheck,
            } => {
                self.number(4);
                self.shared(Some(issuer));
                for text in [subject, sid, id_token] {
                    self.maybe_text(text.as_ref());
                }
                self.maybe_text(recheck.as_ref().map(|recheck| &recheck.sealed_token));
                self.maybe_time(recheck.as_ref().map(|recheck| recheck.due_at));
            }
        }
        self.shared(session.user_agent.as_deref());
        self.maybe_text(session.address.as_ref());
        for time in [
            session.started_at,
            session.last_used_at,
            session.confirmed_at,
            session.expires_at,
        ] {
            self.time(time);
        }
        self.maybe_time(session.ended_at);
    }

    fn account(&mut self, account: &Account, owner: Uuid) {
        let is_owner = account.id == owner;
        self.number(u64::from(!is_owner));
        if !is_owner {
            self.id(account.id);
        }
        self.text(&account.username);
        for text in [
            &account.display_name,
            &account.email,
            &account.lost_email,
            &account.password_hash,
        ] {
            self.maybe_text(text.as_ref());
        }
        self.number(match account.email_voucher {
            None => 0,
            Some(Voucher::Admin) => 1,
            Some(Voucher::Op) => 2,
        });
        self.number(match account.role {
            Role::User => 0,
            Role::Admin => 1,
        });
        self.maybe_time(account.disabled_at);
        self.number(account.groups.len() as u64);
        for group in &account.groups {
            self.shared(Some(group));
        }
    }
}

/// Returns seven bits.
fn low_bits(number: u64) -> u8 {
    u8::try_from(number & 0x7f).unwrap_or_default()
}

/// Reads what was written. `None` everywhere: it is something else.
struct Reader<'a> {
    bytes: &'a [u8],
    texts: &'a [Box<str>],
}

#[expect(
    clippy::option_option,
    reason = "inside is what was written, outside whether it can be read"
)]
impl Reader<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.bytes.split_first()?;
            self.bytes = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn is_there(&mut self) -> Option<bool> {
        self.number().map(|number| number == 1)
    }

    fn time(&mut self) -> Option<Timestamp> {
        Some(Timestamp::from_unix(self.number()?.cast_signed()))
    }

    fn maybe_time(&mut self) -> Option<Option<Timestamp>> {
        if self.is_there()? {
            return Some(Some(self.time()?));
        }
        Some(None)
    }

    fn id(&mut self) -> Option<Uuid> {
        let (id, rest) = self.bytes.split_first_chunk::<16>()?;
        self.bytes = rest;
        Some(Uuid::from_bytes(*id))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        String::from_utf8(text.to_vec()).ok()
    }

    fn maybe_text(&mut self) -> Option<Option<String>> {
        if self.is_there()? {
            return Some(Some(self.text()?));
        }
        Some(None)
    }

    fn shared(&mut self) -> Option<Option<String>> {
        Some(match self.number()? {
            0 => None,
            1 => Some(self.text()?),
            known => {
                let known = usize::try_from(known - 2).ok()?;
                Some(self.texts.get(known)?.to_string())
            }
        })
    }

    fn origin(&mut self) -> Option<Origin> {
        Some(match self.number()? {
            0 => Origin::Password,
            1 => Origin::WelcomeLink,
            2 => Origin::LoginLink,
            3 => Origin::Setup,
            _ => Origin::Openid {
                issuer: self.shared()??,
                subject: self.maybe_text()?,
                sid: self.maybe_text()?,
                id_token: self.maybe_text()?,
                recheck: {
                    let (token, due_at) = (self.maybe_text()?, self.maybe_time()?);
                    let both = token.zip(due_at);
                    both.map(|(sealed_token, due_at)| Recheck {
                        sealed_token,
                        due_at,
                    })
                },
            },
        })
    }

    fn session(&mut self) -> Option<Session> {
        Some(Session {
            id: self.id()?,
            account_id: self.id()?,
            origin: self.origin()?,
            user_agent: self.shared()?,
            address: self.maybe_text()?,
            started_at: self.time()?,
            last_used_at: self.time()?,
            confirmed_at: self.time()?,
            expires_at: self.time()?,
            ended_at: self.maybe_time()?,
        })
    }

    fn account(&mut self, owner: Uuid) -> Option<Account> {
        let id = if self.is_there()? { self.id()? } else { owner };
        let username = self.text()?;
        let (display_name, email) = (self.maybe_text()?, self.maybe_text()?);
        let (lost_email, password_hash) = (self.maybe_text()?, self.maybe_text()?);
        let email_voucher = match self.number()? {
            0 => None,
            1 => Some(Voucher::Admin),
            _ => Some(Voucher::Op),
        };
        let is_admin = self.is_there()?;
        let disabled_at = self.maybe_time()?;
        let count = self.number()?;
        let groups = (0..count).map(|_| self.shared()?).collect::<Option<_>>()?;
        Some(Account {
            id,
            username,
            display_name,
            email,
            email_voucher,
            lost_email,
            role: if is_admin { Role::Admin } else { Role::User },
            password_hash,
            disabled_at,
            groups,
        })
    }
}

#[cfg(test)]
mod tests;
