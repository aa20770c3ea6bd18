//! The OP as we know it: discovery and keys, the authorization URL, redeeming a code.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::time::sleep;
use url::Url;

use super::attempt::{Attempt, Checks, ExpectedIssuer};
use super::client::{Client, Timeouts};
use super::discovery::{Discovery, OnChange};
use super::error::Error;
use super::id_token;
use super::identity::{self, VerifiedIdentity};
use super::jws::{Claims, Signed, TokenFault};
use super::key_cache::KeyCache;
use super::log_text::for_log;
use super::logout_token::{self, LogoutToken};
use super::metadata::Metadata;
use super::metrics::OpMetrics;
use super::misconfiguration::Misconfiguration;
use super::rejection::{Rejection, rejected, rejected_id_token};
use super::settings::Settings;
use super::signatures::{Question, Signatures};
use super::token_request::{self, Tokens};
use super::{pushed_request, userinfo};
use clock::{Clock, Timestamp};

mod logout;
pub mod refresh;

/// How often discovery is fetched while all is well.
const POLL_INTERVAL: Duration = Duration::from_secs(60);
/// How old what is known may be while somebody asks for it: how soon an outage is told.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// The longest pause between attempts to reach an OP that is down.
const MAX_POLL_PAUSE: Duration = Duration::from_secs(30);

/// The OP.
pub struct Provider {
    settings: Settings,
    client: Client,
    clock: Clock,
    discovery: Arc<Discovery>,
    keys: Arc<KeyCache>,
    signatures: Signatures,
}

/// What a redeemed code gives.
pub struct Redeemed {
    /// Who the OP says it is.
    pub identity: VerifiedIdentity,
    /// The ID token, for RP-initiated logout.
    pub id_token: SecretString,
    /// Asks the OP later whether its user may still log in; `None` if the OP gives none.
    pub refresh_token: Option<SecretString>,
    /// When the OP last had its user log in; `None` if it does not say.
    pub authenticated_at: Option<Timestamp>,
}

/// What the OP said of the user, source by source, as far as it came.
#[derive(Default)]
pub struct Seen {
    /// The claims of the ID token, checked.
    pub id_token: Option<Claims>,
    /// What userinfo said: claims, or why they cannot be used. `None` where it was not asked.
    pub userinfo: Option<Result<Claims, String>>,
}

impl Provider {
    /// Makes the provider; talks to nobody yet.
    ///
    /// # Errors
    /// When the additional root certificates do not parse.
    pub fn new(
        settings: Settings,
        clock: Clock,
        timeouts: Timeouts,
        on_change: OnChange,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: Client::new(settings.extra_roots(), timeouts)?,
            settings,
            discovery: Arc::new(Discovery::new(clock.clone(), on_change)),
            keys: Arc::new(KeyCache::new(clock.clone())),
            signatures: Signatures::default(),
            clock,
        })
    }

    /// Returns the same OP with another secret or other certificate authorities. What it last said
    /// of itself serves both.
    ///
    /// # Errors
    /// When the additional root certificates do not parse.
    pub fn renewed(&self, settings: Settings) -> Result<Self, reqwest::Error> {
        Ok(Self {
            client: self.client.renewed(settings.extra_roots())?,
            settings,
            clock: self.clock.clone(),
            discovery: Arc::clone(&self.discovery),
            keys: Arc::clone(&self.keys),
            signatures: self.signatures.clone(),
        })
    }

    /// Returns how requests to it ended.
    #[must_use]
    pub fn metrics(&self) -> &OpMetrics {
        self.client.metrics()
    }

    /// Returns since when the OP cannot be reached; `None` while it can, or before the first try.
    /// Whoever asks has the OP looked at again soon.
    #[must_use]
    pub fn unreachable_since(&self) -> Option<Timestamp> {
        self.discovery.unreachable_since()
    }

    /// Fetches discovery now and then for as long as the server runs, so that the OP may be down when
    /// the server starts, and so that the login page knows. Never returns.
    pub async fn poll_discovery(&self) {
        let mut pause = Duration::from_secs(1);
        loop {
            let found = self.discovery.fetch(&self.client, &self.settings).await;
            let wait = if found.is_ok() {
                pause = Duration::from_secs(1);
                POLL_INTERVAL
            } else {
                pause = (pause * 2).min(MAX_POLL_PAUSE);
                pause
            };
            tokio::select! {
                () = sleep(wait.mul_f64(rand::random_range(0.8..1.0))) => {}
                () = self.discovery.until_asked(LOOK_AGAIN) => {}
            }
        }
    }

    /// Returns the URL that begins the attempt at the OP (Core §3.1.2.1). `login_hint` says who is
    /// about to log in, where somebody told.
    ///
    /// # Errors
    /// `OpUnreachable`, `OpMisconfigured`; where the OP requires pushed requests, also
    /// `ClientRejected` and `OpError`.
    pub async fn authorization_url(
        &self,
        attempt: &Attempt,
        login_hint: Option<&str>,
    ) -> Result<Url, Error> {
        let metadata = self
            .discovery
            .for_start(&self.client, &self.settings)
            .await?;
        let (scope, challenge) = (self.settings.scopes.join(" "), attempt.code_challenge());
        let mut fields = authorization_request(
            &self.settings.client_id,
            &self.settings.redirect_uri,
            &scope,
            [attempt.state(), attempt.nonce(), &challenge],
        );
        fields.extend(login_hint.map(|hint| ("login_hint", hint)));
        fields.extend(attempt.confirms().then_some(("max_age", "0")));
        fields.extend(attempt.asks_who().then_some(("prompt", "login")));
        let mut url = metadata.authorization_endpoint.clone();
        if let Some(endpoint) = &metadata.pushed_request_endpoint {
            let client_id = ("client_id", self.settings.client_id.as_str());
            let request_uri =
                pushed_request::push(&self.client, endpoint, &metadata, &self.settings, &fields)
                    .await?;
            url.query_pairs_mut()
                .extend_pairs([client_id, ("request_uri", &request_uri)]);
        } else {
            url.query_pairs_mut().extend_pairs(fields);
        }
        Ok(url)
    }

    /// Returns what an answer's `iss` is held against (RFC 9207).
    ///
    /// # Errors
    /// `OpUnreachable`, `OpMisconfigured`.
    pub async fn expected_issuer(&self) -> Result<ExpectedIssuer, Error> {
        let metadata = self.metadata().await?;
        Ok(ExpectedIssuer {
            issuer: metadata.issuer.clone(),
            is_required: metadata.iss_parameter_supported,
        })
    }

    /// Checks the issuer at which a third party wants a login to begin (Core §4): ours, but for a
    /// slash at its end.
    ///
    /// # Errors
    /// `OpMisconfigured` where it is another one; `OpUnreachable`.
    pub async fn check_initiator(&self, issuer: &str) -> Result<(), Error> {
        let metadata = self.metadata().await?;
        let bare = |issuer: &str| issuer.strip_suffix('/').unwrap_or(issuer).to_owned();
        if bare(issuer) == bare(&metadata.issuer) {
            return Ok(());
        }
        Err(Error::OpMisconfigured(
            Misconfiguration::Issuer,
            format!(
                "somebody wants a login to begin at {:?}, but the issuer here is {:?}",
                for_log(issuer),
                metadata.issuer
            ),
        ))
    }

    /// Redeems a code: token request, ID token, userinfo where claims are missing; all of it in
    /// the time that one login may take.
    ///
    /// # Errors
    /// Every [`Error`] but those of the state.
    pub async fn redeem(&self, code: &str, checks: &Checks) -> Result<Redeemed, Error> {
        self.in_time(self.redeem_in_full(code, checks)).await
    }

    /// Redeems a code for a test: asks userinfo in any case, and puts down in `seen` what came, even
    /// where the login then fails. Decides nothing otherwise than [`Provider::redeem`].
    ///
    /// # Errors
    /// Those of [`Provider::redeem`].
    pub async fn try_out(
        &self,
        code: &str,
        checks: &Checks,
        seen: &mut Seen,
    ) -> Result<VerifiedIdentity, Error> {
        self.in_time(async {
            let (metadata, tokens, mut claims) = self.exchange(code, checks).await?;
            seen.id_token = Some(claims.clone());
            if let Some(endpoint) = &metadata.userinfo_endpoint {
                let userinfo = self
                    .userinfo(&metadata, endpoint, &tokens.access_token, &claims)
                    .await;
                let told = userinfo.as_ref().map_err(ToString::to_string);
                seen.userinfo = Some(told.cloned());
                // What a login would not have asked for does not make it fail.
                if identity::lacks_claims(&claims, &self.settings) {
                    identity::add_userinfo(&mut claims, userinfo?, &self.settings);
                }
            }
            Ok(VerifiedIdentity::from_claims(
                &metadata.issuer,
                &claims,
                &self.settings,
            ))
        })
        .await
    }

    /// Gives one login no more than its time.
    async fn in_time<T>(&self, login: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let timeout = self.client.timeouts().login;
        let outcome = tokio::time::timeout(timeout, login).await;
        outcome.unwrap_or_else(|_| {
            Err(Error::OpUnreachable {
                endpoint: "endpoints in time",
                cause: format!("one login took more than {} s", timeout.as_secs()),
            })
        })
    }

    /// Redeems the code and checks the ID token.
    async fn exchange(
        &self,
        code: &str,
        checks: &Checks,
    ) -> Result<(Arc<Metadata>, Tokens, Claims), Error> {
        let metadata = self.metadata().await?;
        let tokens =
            token_request::redeem(&self.client, &metadata, &self.settings, code, checks).await?;
        let (id_token, access_token) = (&tokens.id_token, &tokens.access_token);
        let nonce = Some(checks.nonce.secret().as_str());
        let claims = self
            .check_id_token(&metadata, id_token, access_token, nonce)
            .await?;
        let (since, skew) = (checks.authenticated_since, self.settings.clock_skew);
        id_token::check_auth_time(&claims, since, skew)
            .map_err(|fault| Error::TokenInvalid(fault.to_string()))?;
        Ok((metadata, tokens, claims))
    }

    async fn redeem_in_full(&self, code: &str, checks: &Checks) -> Result<Redeemed, Error> {
        let (metadata, tokens, mut claims) = self.exchange(code, checks).await?;
        if let Some(endpoint) = &metadata.userinfo_endpoint
            && identity::lacks_claims(&claims, &self.settings)
        {
            let userinfo = self
                .userinfo(&metadata, endpoint, &tokens.access_token, &claims)
                .await?;
            identity::add_userinfo(&mut claims, userinfo, &self.settings);
        }
        let identity = VerifiedIdentity::from_claims(&metadata.issuer, &claims, &self.settings);
        Ok(Redeemed {
            identity,
            id_token: tokens.id_token,
            refresh_token: tokens.refresh_token,
            authenticated_at: id_token::auth_time(&claims),
        })
    }

    /// Checks a logout token that somebody says comes from the OP (Back-Channel Logout §2.6).
    ///
    /// # Errors
    /// `TokenInvalid`; `OpUnreachable` and `OpMisconfigured` where there are no keys to check with.
    pub async fn check_logout_token(&self, token: &str) -> Result<LogoutToken, Error> {
        let metadata = self.metadata().await?;
        let expected = logout_token::Expected {
            issuer: &metadata.issuer,
            client_id: &self.settings.client_id,
            skew: self.settings.clock_skew,
            now: self.clock.now(),
        };
        let signed = self.signed(&metadata, token, Question::Anybody).await;
        signed
            .and_then(|signed| Ok(logout_token::check(&signed, &expected)?))
            .map_err(rejected(Error::TokenInvalid))
    }

    async fn check_id_token(
        &self,
        metadata: &Arc<Metadata>,
        id_token: &SecretString,
        access_token: &SecretString,
        nonce: Option<&str>,
    ) -> Result<Claims, Error> {
        let expected = id_token::Expected {
            issuer: &metadata.issuer,
            client_id: &self.settings.client_id,
            nonce,
            access_token: access_token.expose_secret(),
            skew: self.settings.clock_skew,
            now: self.clock.now(),
        };
        let token = id_token.expose_secret();
        let signed = self.signed(metadata, token, Question::Login).await;
        signed
            .and_then(|signed| Ok(id_token::check(signed, &expected)?))
            .map_err(rejected_id_token)
    }

    /// Asks the userinfo endpoint (Core §5.3). The subject must be the ID token's (§5.3.2).
    async fn userinfo(
        &self,
        metadata: &Arc<Metadata>,
        endpoint: &Url,
        access_token: &SecretString,
        claims: &Claims,
    ) -> Result<Claims, Error> {
        let answer = userinfo::fetch(&self.client, endpoint, access_token).await?;
        let userinfo = if answer.media_type == "application/jwt" {
            let (issuer, client_id) = (&metadata.issuer, &self.settings.client_id);
            let token = userinfo::token(&answer);
            let signed = self.signed(metadata, &token, Question::Login).await;
            signed
                .and_then(|signed| Ok(userinfo::check(signed.claims, issuer, client_id)?))
                .map_err(rejected(Error::UserinfoInvalid))?
        } else {
            answer.json_object().map_err(Error::UserinfoInvalid)?
        };
        userinfo::check_subject(&userinfo, claims)?;
        Ok(userinfo)
    }

    /// Checks a token's signature with the keys that we have, and once more with new ones if none
    /// fits.
    async fn signed(
        &self,
        metadata: &Arc<Metadata>,
        token: &str,
        question: Question,
    ) -> Result<Signed, Rejection> {
        let secret = &self.settings.client_secret;
        let check = |keys| {
            self.signatures
                .check(token, keys, metadata, secret, question)
        };
        // A token signed with the client secret alone needs no keys, and there may be none.
        let needs_keys = metadata.id_token_algs.iter().any(|alg| alg != "HS256");
        let keys = if needs_keys {
            self.keys.get(&self.client, &metadata.jwks_uri).await?
        } else {
            Arc::default()
        };
        match check(keys).await {
            Err(TokenFault::UnknownKey(..)) if needs_keys => {
                let newer = self.keys.newer(&self.client, &metadata.jwks_uri).await?;
                let refusal = newer.refusal();
                if newer.is_empty() {
                    let detail = match refusal {
                        None => "the OP's JWK Set has no usable signing key".to_owned(),
                        Some(why) => format!("the OP's JWK Set has no usable signing key: {why}"),
                    };
                    return Err(Error::OpMisconfigured(Misconfiguration::SigningKey, detail).into());
                }
                Ok(match (check(newer).await, refusal) {
                    (Err(fault @ TokenFault::UnknownKey(..)), Some(why)) => {
                        Err(TokenFault::Invalid(format!("{fault}; {why}")))
                    }
                    (checked, _) => checked,
                }?)
            }
            other => Ok(other?),
        }
    }

    /// Returns the metadata for a login that ends.
    async fn metadata(&self) -> Result<Arc<Metadata>, Error> {
        self.discovery
            .for_callback(&self.client, &self.settings)
            .await
    }
}

/// Returns the parameters of an authorization request (Core §3.1.2.1, RFC 7636 §4.3); the last
/// three are state, nonce and code challenge.
pub fn authorization_request<'a>(
    client_id: &'a str,
    redirect_uri: &'a str,
    scope: &'a str,
    [state, nonce, challenge]: [&'a str; 3],
) -> Vec<(&'static str, &'a str)> {
    vec![
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", redirect_uri),
        ("scope", scope),
        ("state", state),
        ("nonce", nonce),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ]
}
