//! Refused requests for applications: a page for a person, problem details for a program.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use shared::error::ErrorCode;

use crate::account::Account;
use crate::app::AppState;
use crate::application::registry::Application;
use crate::http::error::ApiError;
use crate::http::extract::language::language;
use crate::http::page::assets;
use crate::http::page::document::BareDocument;
use crate::http::page::static_page::refusal::RefusalPage;
use crate::http::reference;
use shared::routes;
use shared::session::Role;

/// Who is refused, beside the error in a response's extensions.
#[derive(Clone)]
struct RefusedAccount {
    username: String,
    is_admin: bool,
}

/// Where a page of refusal is shown.
pub(crate) struct Place<'a> {
    /// The application that was asked for.
    pub(crate) application: Option<&'a Application>,
    /// Where a form logs out there.
    pub(crate) logout: Option<&'a str>,
}

/// Draws the pages.
#[derive(Clone)]
pub(crate) struct RefusalPages {
    app: AppState,
    document: Arc<BareDocument>,
}

impl RefusalPages {
    /// Prepares them.
    pub(crate) fn new(app: AppState) -> Self {
        let built = assets::document("login.html");
        let document = BareDocument::new(built.as_deref(), &app.config.brand);
        Self {
            app,
            document: Arc::new(document),
        }
    }

    /// Returns the hash of the pages' style, as the content security policy names it.
    pub(crate) fn style_hash(&self) -> String {
        self.document.style_hash()
    }

    /// Returns the settings' state.
    pub(crate) fn app(&self) -> &AppState {
        &self.app
    }

    /// Returns the page for a refusal, with its status; anything else as it is.
    pub(crate) fn in_words(
        &self,
        place: &Place<'_>,
        headers: &HeaderMap,
        response: Response,
    ) -> Response {
        let Some(error) = response.extensions().get::<ApiError>() else {
            return response;
        };
        let code = error.code();
        let account = response.extensions().get::<RefusedAccount>();
        self.draw(place, account, headers, Some((response.status(), code)))
    }

    /// Returns the page that asks whether to log out.
    pub(crate) fn logout(&self, place: &Place<'_>, headers: &HeaderMap) -> Response {
        self.draw(place, None, headers, None)
    }

    /// Draws the page of a refusal; for `None`, that which asks whether to log out.
    fn draw(
        &self,
        place: &Place<'_>,
        account: Option<&RefusedAccount>,
        headers: &HeaderMap,
        refusal: Option<(StatusCode, ErrorCode)>,
    ) -> Response {
        let own = self.app.config.address();
        let language = language(headers);
        let reference = reference::current();
        let home = own.unwrap_or_default() + routes::HOME;
        let page = RefusalPage {
            language,
            brand: &self.app.config.brand,
            app: place.application.map(|app| app.label.as_str()),
            username: account.map(|account| account.username.as_str()),
            is_admin: account.is_some_and(|account| account.is_admin),
            reference: &reference,
            home: &home,
            logout: place.logout,
        };
        let (status, (title, body)) = match refusal {
            Some((status, code)) => (status, page.refusal(code)),
            None => (StatusCode::OK, page.logout()),
        };
        let html = self.document.show(language, &title, &body).into_string();
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        response
    }
}

/// Returns the refusal of an account that may not open the application.
pub(crate) fn refuse(application: &Application, account: &Account) -> Response {
    let code = ErrorCode::AppForbidden;
    tracing::info!(
        code = code.as_str(),
        app = application.name,
        account.id = %account.id,
        remedy = "let the account in by the application's ALLOW setting",
        "an account may not open this application"
    );
    let mut response = ApiError::from(code).into_response();
    response.extensions_mut().insert(RefusedAccount {
        username: account.username.clone(),
        is_admin: account.role == Role::Admin,
    });
    response
}
