//! Is the server alive, and is it ready?

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::AppState;
use crate::http::error::ApiResult;

/// Alive: the answer itself proves it.
pub(crate) async fn live() -> &'static str {
    "ok\n"
}

/// Ready: the database answers. The OP's state is reported but does not count, because password
/// login works without the OP.
pub(crate) async fn ready(State(app): State<AppState>) -> ApiResult<Json<Value>> {
    app.store.ping().await?;
    let op = app
        .provider()
        .map(|provider| match provider.rp.unreachable_since() {
            None => json!({"reachable": true}),
            Some(since) => json!({"reachable": false, "unreachable_since": since.unix()}),
        });
    Ok(Json(json!({"database": "ok", "op": op})))
}
