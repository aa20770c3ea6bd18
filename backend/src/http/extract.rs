//! What handlers take: bodies with our error shape, who is logged in, from where.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use shared::error::ErrorCode;
use shared::session::Role;

use super::cookie::{self, CookieStyle};
use super::error::{ApiError, ApiResult};
use super::reference;
use crate::account::Account;
use crate::app::AppState;
use crate::audit::By;
use crate::clock::Timestamp;
use crate::oidc::client::media_type;
use crate::session::{Client, Session, SessionToken, TokenHash};
use crate::store;

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

/// A body that is JSON, or a plain form which wants a redirect for an answer.
pub(super) struct JsonOrForm<T> {
    pub(super) body: T,
    pub(super) is_form: bool,
}

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        if media_type(request.headers()) != "application/json" {
            return Err(ErrorCode::JsonRequired.into());
        }
        Ok(Self(parse_json(&bytes(request, app).await?)?))
    }
}

impl<T: DeserializeOwned> FromRequest<AppState> for JsonOrForm<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &AppState) -> ApiResult<Self> {
        let is_form = match media_type(request.headers()).as_str() {
            "application/json" => false,
            "application/x-www-form-urlencoded" => true,
            _ => return Err(ErrorCode::JsonRequired.into()),
        };
        let bytes = bytes(request, app).await?;
        let body = if is_form {
            parse_form(&bytes)?
        } else {
            parse_json(&bytes)?
        };
        Ok(Self { body, is_form })
    }
}

/// Is the body a plain form?
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    media_type(headers) == "application/x-www-form-urlencoded"
}

async fn bytes(request: Request, app: &AppState) -> ApiResult<Bytes> {
    Bytes::from_request(request, app)
        .await
        .map_err(|rejection| match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => ErrorCode::TooLarge.into(),
            _ => ErrorCode::BadRequest.into(),
        })
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(bytes).map_err(|_| ErrorCode::BadRequest.into())
}

/// Parses a form of single text fields; a field that is there twice is refused.
fn parse_form<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    let mut fields = serde_json::Map::new();
    for (name, value) in form_urlencoded::parse(bytes) {
        if fields
            .insert(name.into_owned(), value.into_owned().into())
            .is_some()
        {
            return Err(ErrorCode::BadRequest.into());
        }
    }
    serde_json::from_value(fields.into()).map_err(|_| ErrorCode::BadRequest.into())
}

/// Who is logged in, by a live session of an account that is not disabled.
pub(super) struct Current {
    /// The session.
    pub(super) session: Session,
    /// Its account, as it is now.
    pub(super) account: Account,
    /// The time of this request.
    pub(super) now: Timestamp,
}

impl FromRequestParts<AppState> for Current {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = current(&parts.headers, app).await?;
        current.ok_or_else(|| ErrorCode::Unauthenticated.into())
    }
}

/// Who is logged in, if anybody is.
pub(super) struct MaybeCurrent(pub(super) Option<Current>);

impl FromRequestParts<AppState> for MaybeCurrent {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        Ok(Self(current(&parts.headers, app).await?))
    }
}

/// Somebody who logged in, or gave the password again, less than ten minutes ago.
pub(super) struct RecentlyConfirmed(pub(super) Current);

impl FromRequestParts<AppState> for RecentlyConfirmed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        current.require_confirmed()?;
        Ok(Self(current))
    }
}

/// An admin.
pub(super) struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        match current.account.role {
            Role::Admin => Ok(Self),
            Role::User => Err(ErrorCode::Forbidden.into()),
        }
    }
}

/// An admin who logged in, or gave the password again, less than ten minutes ago.
pub(super) struct ConfirmedAdmin(pub(super) Current);

impl FromRequestParts<AppState> for ConfirmedAdmin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> ApiResult<Self> {
        let current = Current::from_request_parts(parts, app).await?;
        if current.account.role != Role::Admin {
            return Err(ErrorCode::Forbidden.into());
        }
        current.require_confirmed()?;
        Ok(Self(current))
    }
}

impl Current {
    /// Returns who makes a change with this request.
    pub(super) fn by(&self, from: &From) -> By {
        from.by(self.now).account(self.account.id)
    }

    /// # Errors
    /// `reauth_required`.
    pub(super) fn require_confirmed(&self) -> ApiResult<()> {
        if self.session.is_confirmed(self.now) {
            Ok(())
        } else {
            Err(ErrorCode::ReauthRequired.into())
        }
    }
}

/// Who asks, by the session cookie.
pub(super) enum Visitor {
    /// Somebody who is logged in.
    LoggedIn(Box<Current>),
    /// Somebody whose session the OP ended, and who may not know it yet.
    EndedByOp,
    /// Anybody else.
    Stranger,
}

/// Returns who is logged in, and writes down that the session is used.
pub(super) async fn current(
    headers: &HeaderMap,
    app: &AppState,
) -> Result<Option<Current>, store::Error> {
    Ok(match visitor(headers, app).await? {
        Visitor::LoggedIn(current) => Some(*current),
        Visitor::EndedByOp | Visitor::Stranger => None,
    })
}

/// Returns who asks, and writes down that the session is used.
pub(super) async fn visitor(headers: &HeaderMap, app: &AppState) -> Result<Visitor, store::Error> {
    let Some(token) = session_token(headers, app) else {
        return Ok(Visitor::Stranger);
    };
    let Some((session, account)) = app.store.session_by_token(token).await? else {
        return Ok(Visitor::Stranger);
    };
    let now = app.clock.now();
    if session.ended_at.is_some() {
        return Ok(Visitor::EndedByOp);
    }
    if !is_good(app, &session, &account, now) {
        return Ok(Visitor::Stranger);
    }
    if session.needs_touch(now) {
        app.store.note_use(session.id, now).await;
    }
    Ok(Visitor::LoggedIn(Box::new(Current {
        session,
        account,
        now,
    })))
}

/// Does the session open anything: is it live, and its account not disabled?
pub(super) fn is_good(
    app: &AppState,
    session: &Session,
    account: &Account,
    now: Timestamp,
) -> bool {
    session.is_live(&app.config.sessions, now) && !account.is_disabled()
}

/// Returns the hash of the session cookie's token; `None` for no, a malformed or a doubled cookie.
pub(super) fn session_token(headers: &HeaderMap, app: &AppState) -> Option<TokenHash> {
    let name = style(app).session();
    Some(SessionToken::parse(cookie::single(headers, &name)?)?.hash())
}

/// Returns the names and attributes of this server's cookies.
pub(super) fn style(app: &AppState) -> CookieStyle {
    let is_https = app
        .config
        .public_url
        .as_ref()
        .is_some_and(crate::config::PublicUrl::is_https);
    CookieStyle::new(is_https)
}

/// Where the request comes from, as the trusted proxies tell it.
#[derive(Debug, Clone)]
pub(super) struct From {
    /// The client's address.
    pub(super) address: Option<IpAddr>,
    user_agent: Option<String>,
}

impl From {
    /// Returns it as an audit entry keeps it, for somebody who is not known to be an account.
    pub(super) fn by(&self, now: Timestamp) -> By {
        By {
            at: now,
            actor: None,
            address: self.address,
            reference: Some(reference::current()).filter(|reference| !reference.is_empty()),
            operator: None,
        }
    }

    /// Returns it as a session keeps it.
    pub(super) fn client(&self) -> Client {
        Client {
            user_agent: self.user_agent.clone(),
            address: self.address.map(|address| address.to_string()),
        }
    }
}

impl FromRequestParts<AppState> for From {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|info| info.0.ip());
        if let Some(peer) = peer {
            warn_of_untrusted_proxy(peer, &parts.headers, &app.config.trusted_proxies);
        }
        let agent = parts
            .headers
            .get(USER_AGENT)
            .and_then(|value| value.to_str().ok());
        Ok(Self {
            address: peer
                .map(|peer| client_address(peer, &parts.headers, &app.config.trusted_proxies)),
            user_agent: agent.map(str::to_owned),
        })
    }
}

/// Says once that a proxy seems to stand before the server which it was not told of: all people
/// share one address then, and one rate limit.
fn warn_of_untrusted_proxy(peer: IpAddr, headers: &HeaderMap, trusted: &[ipnet::IpNet]) {
    static ONCE: Once = Once::new();
    let peer = peer.to_canonical();
    let is_trusted = trusted.iter().any(|network| network.contains(&peer));
    if !is_trusted && headers.contains_key("x-forwarded-for") {
        ONCE.call_once(|| {
            tracing::warn!(
                "X-Forwarded-For came from {peer}, which POSTERN_TRUSTED_PROXIES does not name: if \
                 that is your proxy, everybody behind it counts as one"
            );
        });
    }
}

/// Walks `X-Forwarded-For` from the right for as long as the hops are trusted: what stands left
/// of the first stranger may be the stranger's invention.
pub(super) fn client_address(
    peer: IpAddr,
    headers: &HeaderMap,
    trusted: &[ipnet::IpNet],
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut address = peer.to_canonical();
    let lines: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .into_iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        if !is_trusted(address) {
            break;
        }
        let hop = hop.trim();
        let parsed = hop.parse::<IpAddr>().ok();
        // Some proxies add the port.
        let parsed = parsed.or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
        let Some(next) = parsed else { break };
        address = next.to_canonical();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::client_address;
    use axum::http::{HeaderMap, HeaderValue};

    #[test]
    fn only_trusted_proxies_are_believed() {
        let trusted = ["10.0.0.0/8".parse().expect("a network")];
        let check = |peer: &str, forwarded: &[&'static str], expected: &str| {
            let mut headers = HeaderMap::new();
            for line in forwarded {
                headers.append("x-forwarded-for", HeaderValue::from_static(line));
            }
            let address = client_address(peer.parse().expect("an address"), &headers, &trusted);
            assert_eq!(address.to_string(), expected, "{peer} {forwarded:?}");
        };
        check("192.0.2.1", &["198.51.100.7"], "192.0.2.1");
        check("10.0.0.1", &["198.51.100.7"], "198.51.100.7");
        check(
            "10.0.0.1",
            &["203.0.113.9, 198.51.100.7, 10.0.0.2"],
            "198.51.100.7",
        );
        check("10.0.0.1", &["203.0.113.9", "198.51.100.7"], "198.51.100.7");
        check("10.0.0.1", &["198.51.100.7:4711"], "198.51.100.7");
        check("10.0.0.1", &["nonsense"], "10.0.0.1");
        check("10.0.0.1", &[], "10.0.0.1");
        check("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1");
    }
}
