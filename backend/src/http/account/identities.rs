//! Linked identities: the list, linking, unlinking.

use oidc::attempt::Start;
use shared::api::{LinkIdentity, ListIdentities, UnlinkIdentity};
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::routes;
use shared::session::GoTo;

use crate::app::AppState;
use crate::http::account::profile;
use crate::http::api::{Answer, Call, Reply};
use crate::http::extract::parse::parse_id;
use crate::http::login::{attempts, session_cookie};
use crate::login::attempt::Intent;
use crate::return_to::ReturnTo;
use crate::session::SessionToken;
use crate::telemetry::chain;

/// Lists the identities linked to the account.
pub(crate) async fn list(app: AppState, call: Call<ListIdentities>) -> Reply<ListIdentities> {
    let identities = profile::identities(&app, call.caller.account.id).await?;
    Ok(Answer::new(identities))
}

/// Starts a link: an attempt bound to this account and this session. Answers with the OP's URL.
pub(crate) async fn link(app: AppState, call: Call<LinkIdentity>) -> Reply<LinkIdentity> {
    let (current, headers) = (call.caller, call.headers);
    let provider = app.provider().ok_or(ErrorCode::OpenidDisabled)?;
    let intent = Intent::Link {
        account_id: current.account.id,
        session_id: current.session.id,
    };
    let next = ReturnTo::own(app.config.base(), routes::PROFILE);
    match attempts::begin(&app, &provider, &headers, intent, next, Start::Login, None).await {
        Ok((url, cookies)) => {
            let redirect = url.to_string();
            Ok(Answer::new(GoTo { redirect }).with(cookies))
        }
        Err(error) => {
            tracing::warn!(
                code = error.code().as_str(),
                "link not begun: {}",
                chain(&error)
            );
            Err(match error.code() {
                FailureCode::OpUnreachable => ErrorCode::OpUnreachable.into(),
                // The latter two are possible if the request had to be pushed.
                FailureCode::OpMisconfigured
                | FailureCode::ClientRejected
                | FailureCode::OpError => ErrorCode::OpMisconfigured.into(),
                _ => ErrorCode::Internal.into(),
            })
        }
    }
}

/// Unlinks an identity, never the last way in. The session that asks goes on with another token.
pub(crate) async fn unlink(app: AppState, call: Call<UnlinkIdentity>) -> Reply<UnlinkIdentity> {
    let (current, from) = (call.caller, call.client);
    let id = parse_id(&call.path.id)?;
    let account_id = current.account.id;
    let (ways, token) = (app.ways_in().await, SessionToken::generate());
    let session = (current.session.id, token.hash());
    app.store
        .unlink_identity(account_id, id, &ways, session, current.by(&from))
        .await?;
    tracing::info!(account.id = %account_id, "identity unlinked");
    Ok(Answer::new(()).with(session_cookie::give(&app, &token)))
}
