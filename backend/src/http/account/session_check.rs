//! Who is logged in, for what asks most often: a page that comes back, and programs that watch a login.
//!
//! The answer is that of `session::show`, without a router on the way. Its body is written once for each
//! login, and given again as long as session and account are the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use shared::endpoint::LoggedIn;
use shared::error::ErrorCode;
use uuid::Uuid;

use super::session::status;
use crate::account::Account;
use crate::app::AppState;
use crate::http::error::ApiResult;
use crate::http::extract::principal::{Current, Principal as _};
use crate::session::Session;

/// The most answers that are kept, of some hundred bytes each.
const MOST: usize = 2048;

/// Answers who is logged in.
#[derive(Default)]
pub(crate) struct SessionCheck(Mutex<HashMap<Uuid, Written>>);

/// An answer, and what it was made of. If that is still there, the answer is the same: neither is
/// changed in place while somebody has it.
struct Written {
    session: Arc<Session>,
    account: Arc<Account>,
    json: Bytes,
}

impl SessionCheck {
    /// Answers a request with these headers.
    pub(crate) async fn answer(&self, app: &AppState, headers: &HeaderMap) -> Response {
        let body = match LoggedIn::admit(headers, app).await {
            Ok(current) => self.body(app, current),
            Err(error) => Err(error),
        };
        match body {
            Ok(json) => {
                let mut response = Response::new(Body::from(json));
                let kind = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, kind);
                response
            }
            Err(error) => error.into_response(),
        }
    }

    fn body(&self, app: &AppState, current: Current) -> ApiResult<Bytes> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Current {
            session, account, ..
        } = &current;
        let known = written.get(&session.id).filter(|known| {
            Arc::ptr_eq(&known.session, session) && Arc::ptr_eq(&known.account, account)
        });
        if let Some(known) = known {
            return Ok(known.json.clone());
        }
        let json = serde_json::to_vec(&status(app, &current)).map_err(|error| {
            tracing::error!("request failed: who is logged in cannot be written: {error}");
            ErrorCode::Internal
        })?;
        let json = Bytes::from(json);
        if written.len() >= MOST {
            written.clear();
        }
        let entry = Written {
            session: current.session,
            account: current.account,
            json: json.clone(),
        };
        written.insert(entry.session.id, entry);
        Ok(json)
    }
}
