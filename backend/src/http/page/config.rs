//! What the login page needs to know.

use std::time::Duration;

use axum::http::HeaderMap;
use shared::api::ShowConfig;
use shared::config::{PublicConfig, PublicProvider};
use shared::failure::FailureCode;
use shared::text::Language;
use tokio::time::timeout;

use crate::app::AppState;
use crate::config::LinkByEmail;
use crate::failure::remedy;
use crate::http::api::{Answer, Call, Reply};
use crate::http::extract::language::language;
use crate::http::extract::principal::{self, Visitor};
use crate::presets;
use crate::store;
use crate::telemetry::chain;

/// How long the login page waits for the database. Its form and its words come without it.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// Tells anyone what the login page shows. With `?error=CODE`, it also says what the administrator
/// should do about it at this OP.
pub(crate) async fn show(app: AppState, call: Call<ShowConfig>) -> Reply<ShowConfig> {
    let error = call.query.error.as_deref().and_then(FailureCode::parse);
    let known = Known::ask(&app, &call.headers).await;
    let error = error.map(|code| (code, language(&call.headers)));
    Ok(Answer::new(public_config(&app, &known, error)))
}

/// Returns true if the first administrator is yet to be created. A database that is away answers no.
pub(crate) async fn is_setup_needed(app: &AppState) -> bool {
    if !app.config.password_login {
        return false;
    }
    let answer = timeout(PATIENCE, app.store.is_setup_open()).await;
    matches!(answer, Ok(Ok(true)))
}

/// What the database knows for the login page.
pub(crate) struct Known {
    setup_needed: bool,
    provider_first: bool,
    visitor: Visitor,
    is_away: bool,
}

impl Known {
    /// Returns the answer for a page that needs none of it.
    pub(crate) fn nothing() -> Self {
        Self {
            setup_needed: false,
            provider_first: false,
            visitor: Visitor::Stranger,
            is_away: false,
        }
    }

    /// Returns true if this visitor should set the server up first.
    pub(crate) fn leads_to_setup(&self) -> bool {
        self.setup_needed && matches!(self.visitor, Visitor::Stranger)
    }

    /// Asks the database. A page that explains a failure must come even if the database is down.
    pub(crate) async fn ask(app: &AppState, headers: &HeaderMap) -> Self {
        let ask = async {
            let setup_needed = app.config.password_login && app.store.is_setup_open().await?;
            let has_both = app.config.password_login && app.provider().is_some();
            let provider_first = has_both && app.store.prefers_openid().await?;
            let visitor = principal::visitor(headers, app).await?;
            Ok::<_, store::Error>((setup_needed, provider_first, visitor))
        };
        let answer = timeout(PATIENCE, ask).await;
        if let Ok(Err(error)) = &answer {
            tracing::warn!("login page without the database: {}", chain(error));
        }
        let is_away = !matches!(answer, Ok(Ok(_)));
        let (setup_needed, provider_first, visitor) = match answer {
            Ok(Ok(known)) => known,
            Ok(Err(_)) | Err(_) => (false, false, Visitor::Stranger),
        };
        Self {
            setup_needed,
            provider_first,
            visitor,
            is_away,
        }
    }
}

/// Returns what the login page shows. For an error, also what to do about it, in that language.
pub(crate) fn public_config(
    app: &AppState,
    known: &Known,
    error: Option<(FailureCode, Language)>,
) -> PublicConfig {
    let provider = app.provider();
    let provider = provider.as_ref();
    let hint = provider
        .zip(error)
        .and_then(|(provider, (code, language))| {
            let remedy = remedy::on_page(code, provider.config.provider.as_str())?;
            Some(remedy.translated(language))
        });
    PublicConfig {
        password_login: app.config.password_login,
        provider_first: known.provider_first,
        setup_needed: known.setup_needed,
        signed_in: matches!(known.visitor, Visitor::LoggedIn(_)),
        ended_by_provider: matches!(known.visitor, Visitor::EndedByOp),
        database_away: known.is_away,
        openid: provider.map(|provider| PublicProvider {
            provider: provider.config.provider.to_string(),
            label: provider.label(),
            icon: presets::icon(provider.config.provider.as_str(), &provider.label()),
            autologin: provider.config.autologin,
            links_by_email: provider.config.link_by_email != LinkByEmail::Never,
            unreachable_since: provider.rp.unreachable_since().map(clock::Timestamp::unix),
        }),
        public_url: app
            .config
            .public_url
            .as_ref()
            .map(|url| url.origin().to_owned()),
        hint,
    }
}
