//! Authentik's API, version 3: as much of it as setting up Postern takes.
//!
//! Requests go through the client for OPs, which follows no redirect: the token must not end up
//! elsewhere.

use axum::http::{Method, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use url::Url;

use super::trouble::Trouble;
use super::version::Version;
use oidc::answer::{Answer, OpFailure};
use oidc::client::{Client, Timeouts};
use oidc::for_log;
use oidc::obstacle::Obstacle;

/// How many objects a page has.
const PAGE_SIZE: &str = "50";
/// The most pages that are read.
const MOST_PAGES: u32 = 400;

/// A JSON object.
pub type Object = Map<String, Value>;

/// A kind of object that the API has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A flow.
    Flow,
    /// A key with its certificate.
    Key,
    /// What a scope brings.
    Mapping,
    /// An OAuth2/OpenID provider.
    Provider,
    /// An application.
    Application,
}

impl Kind {
    /// Returns their path below `api/v3/`.
    fn path(self) -> &'static str {
        match self {
            Self::Flow => "flows/instances/",
            Self::Key => "crypto/certificatekeypairs/",
            Self::Mapping => "propertymappings/provider/scope/",
            Self::Provider => "providers/oauth2/",
            Self::Application => "core/applications/",
        }
    }

    /// Returns what people call one.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Flow => "flow",
            Self::Key => "key",
            Self::Mapping => "scope mapping",
            Self::Provider => "provider",
            Self::Application => "application",
        }
    }

    /// Returns Authentik's name of the permission to do that with one.
    #[must_use]
    pub fn permission(self, verb: &str) -> String {
        let (app, model) = match self {
            Self::Flow => ("authentik_flows", "flow"),
            Self::Key => ("authentik_crypto", "certificatekeypair"),
            Self::Mapping => ("authentik_providers_oauth2", "scopemapping"),
            Self::Provider => ("authentik_providers_oauth2", "oauth2provider"),
            Self::Application => ("authentik_core", "application"),
        };
        format!("{app}.{verb}_{model}")
    }
}

/// What a request is for, should it be refused.
struct Purpose {
    act: String,
    permission: String,
}

/// The API of one Authentik.
#[derive(Debug)]
pub struct Api {
    client: Client,
    base: Url,
    token: SecretString,
}

impl Api {
    /// Makes a client of the Authentik at `base`, whose path ends with a slash; `extra_roots` (PEM)
    /// are trusted besides the system's.
    ///
    /// # Errors
    /// The certificates do not parse.
    pub fn new(base: Url, token: SecretString, extra_roots: Option<&[u8]>) -> anyhow::Result<Self> {
        let client = Client::new(extra_roots, Timeouts::default())?;
        Ok(Self {
            client,
            base,
            token,
        })
    }

    /// Asks which version it is: also proves the address and the token.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn version(&self) -> Result<Version, Trouble> {
        let purpose = Purpose {
            act: "see which version this is".to_owned(),
            permission: "to use the API at all".to_owned(),
        };
        let url = self.url("admin/version/");
        let answer = self.send(Method::GET, &url, None, &purpose).await?;
        let strange = |detail: String| Trouble::NotAuthentik {
            url: url.to_string(),
            detail,
        };
        let object = answer.json_object().map_err(strange)?;
        let text = object.get("version_current").and_then(Value::as_str);
        text.and_then(|text| text.parse().ok())
            .ok_or_else(|| strange("no version in the answer".to_owned()))
    }

    /// Reads all objects of a kind that match the query, page by page.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn list(&self, kind: Kind, query: &[(&str, &str)]) -> Result<Vec<Object>, Trouble> {
        let purpose = Purpose {
            act: format!("see {}s", kind.noun()),
            permission: kind.permission("view"),
        };
        let mut found = Vec::new();
        for page in 1..=MOST_PAGES {
            let mut url = self.url(kind.path());
            url.query_pairs_mut()
                .extend_pairs(query)
                .append_pair("page", &page.to_string())
                .append_pair("page_size", PAGE_SIZE);
            let answer = self.send(Method::GET, &url, None, &purpose).await?;
            let mut object = parsed(&answer)?;
            let Some(Value::Array(results)) = object.remove("results") else {
                return Err(Trouble::Strange(format!("no list of {}s", kind.noun())));
            };
            for result in results {
                match result {
                    Value::Object(object) => found.push(object),
                    _ => return Err(Trouble::Strange(format!("a {} is no object", kind.noun()))),
                }
            }
            // A number, which some versions write with a decimal point; 0 is the end.
            let next = object
                .get("pagination")
                .and_then(|pagination| pagination["next"].as_f64());
            if next.is_none_or(|next| next <= f64::from(page)) {
                return Ok(found);
            }
        }
        Err(Trouble::Strange(format!(
            "more than {MOST_PAGES} pages of {}s",
            kind.noun()
        )))
    }

    /// Reads one object; `None` if there is none with that id.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn get(&self, kind: Kind, id: &str) -> Result<Option<Object>, Trouble> {
        let purpose = Purpose {
            act: format!("see the {} {id}", kind.noun()),
            permission: kind.permission("view"),
        };
        let url = self.url(&format!("{}{id}/", kind.path()));
        let answer = self.exchange(Method::GET, &url, None).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer = judged(answer, &url, &purpose)?;
        parsed(&answer).map(Some)
    }

    /// Makes an object, and returns it.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn make(&self, kind: Kind, body: &Object) -> Result<Object, Trouble> {
        let purpose = Purpose {
            act: format!("make the {}", kind.noun()),
            permission: kind.permission("add"),
        };
        let url = self.url(kind.path());
        let answer = self.send(Method::POST, &url, Some(body), &purpose).await?;
        parsed(&answer)
    }

    /// Changes some fields of an object, and returns it.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn change(&self, kind: Kind, id: &str, body: &Object) -> Result<Object, Trouble> {
        let purpose = Purpose {
            act: format!("change the {}", kind.noun()),
            permission: kind.permission("change"),
        };
        let url = self.url(&format!("{}{id}/", kind.path()));
        let answer = self.send(Method::PATCH, &url, Some(body), &purpose).await?;
        parsed(&answer)
    }

    /// Has Authentik made its own login flow yet? Asked without the token, which it may not know.
    pub async fn is_set_up(&self) -> bool {
        let url = self.url("core/brands/current/");
        let request = self.client.get(url.as_str());
        let request = request.header(header::ACCEPT, "application/json");
        let Ok(answer) = self.client.call(request, "API").await else {
            return false;
        };
        let object = answer.json_object().unwrap_or_default();
        object
            .get("flow_authentication")
            .is_some_and(Value::is_string)
    }

    /// Returns where Authentik is.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Returns a URL of the API.
    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}api/v3/{path}", self.base.path()));
        url
    }

    /// Sends a request whose answer must be a success.
    async fn send(
        &self,
        method: Method,
        url: &Url,
        body: Option<&Object>,
        purpose: &Purpose,
    ) -> Result<Answer, Trouble> {
        judged(self.exchange(method, url, body).await?, url, purpose)
    }

    /// Sends a request, and returns the answer unless it says that the server is at fault.
    async fn exchange(
        &self,
        method: Method,
        url: &Url,
        body: Option<&Object>,
    ) -> Result<Answer, Trouble> {
        let mut bearer =
            header::HeaderValue::try_from(format!("Bearer {}", self.token.expose_secret()))
                .map_err(|_| Trouble::TokenRefused)?;
        bearer.set_sensitive(true);
        let mut request = self
            .client
            .request(method, url.as_str())
            .header(header::ACCEPT, "application/json")
            .header(header::AUTHORIZATION, bearer);
        if let Some(body) = body {
            let text = Value::Object(body.clone()).to_string();
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(text);
        }
        let answer = self.client.call(request, "API").await;
        answer.map_err(|failure| self.failed(failure, url))
    }

    /// Says what a request without an answer means.
    fn failed(&self, failure: OpFailure, url: &Url) -> Trouble {
        let origin = self.base.origin().ascii_serialization();
        match failure {
            // What rustls says of every certificate that it refuses.
            OpFailure::Unreachable { cause, .. } if cause.contains("certificate") => {
                Trouble::Untrusted { origin, cause }
            }
            OpFailure::Unreachable { cause, .. } => Trouble::Unreachable { origin, cause },
            OpFailure::ServerError { cause, .. } => Trouble::Ailing { cause },
            OpFailure::Intercepted(Obstacle::RateLimit, _) => Trouble::Busy,
            OpFailure::Intercepted(_, detail)
            | OpFailure::NotOidc(_, detail)
            | OpFailure::Misconfigured(_, detail) => Trouble::NotAuthentik {
                url: url.to_string(),
                detail,
            },
        }
    }
}

/// Lets a success through, and says what anything else means.
fn judged(answer: Answer, url: &Url, purpose: &Purpose) -> Result<Answer, Trouble> {
    let status = answer.status;
    if status.is_success() {
        return Ok(answer);
    }
    let object = answer.json_object().unwrap_or_default();
    let said = |field: &str| {
        object
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    Err(match status {
        StatusCode::UNAUTHORIZED => Trouble::TokenRefused,
        StatusCode::FORBIDDEN if is_about_the_token(said("detail"), said("code")) => {
            Trouble::TokenRefused
        }
        StatusCode::FORBIDDEN => Trouble::Forbidden {
            act: purpose.act.clone(),
            permission: purpose.permission.clone(),
        },
        StatusCode::BAD_REQUEST if !object.is_empty() => Trouble::Invalid {
            act: purpose.act.clone(),
            fields: complaints(&object),
        },
        _ => Trouble::NotAuthentik {
            url: url.to_string(),
            detail: format!("it answers {status}"),
        },
    })
}

/// Returns whether a 403 is about the token and not about a permission.
fn is_about_the_token(detail: &str, code: &str) -> bool {
    matches!(code, "authentication_failed" | "not_authenticated")
        || detail.starts_with("Token ")
        || detail.starts_with("Authentication credentials")
}

/// Lists what Authentik says about fields, in one line.
fn complaints(object: &Object) -> String {
    let texts = |value: &Value| -> String {
        let list = match value {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        let texts = list.iter().map(|text| {
            text.as_str()
                .map_or_else(|| text.to_string(), str::to_owned)
        });
        texts.collect::<Vec<_>>().join(" ")
    };
    // By name: the order of an object is not guaranteed.
    let mut fields: Vec<_> = object.iter().collect();
    fields.sort_by_key(|(field, _)| *field);
    let fields = fields
        .into_iter()
        .filter(|(field, _)| *field != "code")
        .map(|(field, value)| match field.as_str() {
            "non_field_errors" | "detail" => for_log(&texts(value)),
            field => format!("{}: {}", for_log(field), for_log(&texts(value))),
        });
    fields.collect::<Vec<_>>().join("; ")
}

/// Parses the body of a success.
fn parsed(answer: &Answer) -> Result<Object, Trouble> {
    answer.json_object().map_err(Trouble::Strange)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{complaints, is_about_the_token};

    #[test]
    fn complaints_name_their_fields() {
        let body = json!({
            "name": ["provider with this name already exists."],
            "redirect_uris": [{ "url": ["This field may not be blank."] }],
            "non_field_errors": ["No."],
            "code": "invalid",
        });

        assert_eq!(
            complaints(body.as_object().unwrap()),
            "name: provider with this name already exists.; No.; \
             redirect_uris: {\"url\":[\"This field may not be blank.\"]}"
        );
    }

    #[test]
    fn a_token_that_is_none_is_told_from_one_that_may_not() {
        assert!(is_about_the_token("Token invalid/expired", ""));
        assert!(is_about_the_token(
            "Something else",
            "authentication_failed"
        ));
        assert!(!is_about_the_token(
            "You do not have permission to perform this action.",
            "permission_denied"
        ));
    }
}
