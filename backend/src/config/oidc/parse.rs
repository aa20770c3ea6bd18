//! Parses the texts of the OP's settings. Nothing here knows its variable.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use shared::routes;
use shared::text::Text;
use url::Url;

use crate::config::faults::Wrong;
use crate::config::oidc::policy::{LinkByEmail, ProviderName};
use crate::config::urls;
use crate::config::values;
use crate::public_url::PublicUrl;
use oidc::settings::{CaBundle, TokenAuthMethod, WELL_KNOWN};

/// The most characters of a provider's name, which is shown on a button.
const MAX_PROVIDER_CHARS: usize = 40;
/// The most bytes of a PEM bundle; all public authorities together take a quarter.
const MAX_BUNDLE_BYTES: u64 = 1024 * 1024;
/// Signature algorithms of RFC 7518, RFC 8037 and RFC 9864 that an allow-list may name.
const ALGORITHMS: [&str; 12] = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
    "Ed25519", "HS256",
];
/// Last path segments of OP endpoints; no issuer ends with one.
const ENDPOINTS: [&str; 9] = [
    "authorize",
    "authorization",
    "token",
    "userinfo",
    "introspect",
    "revoke",
    "jwks",
    "end-session",
    "certs",
];

/// Parses the provider's name; corrects upper case and spaces.
pub(super) fn provider(text: &str) -> Result<ProviderName, Wrong> {
    let name = text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join("-")
        .to_ascii_lowercase();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.len() > MAX_PROVIDER_CHARS || !name.chars().all(is_allowed) {
        let remedy = format!(
            "write a short name such as authentik: letters a-z, digits, dots and dashes, at most \
             {MAX_PROVIDER_CHARS} characters"
        );
        return Err(Wrong::new("is not a name for a provider", remedy));
    }
    Ok(ProviderName(name))
}

/// Parses the client id, which is opaque but has no spaces (RFC 6749 §2.2).
pub(super) fn client_id(text: &str) -> Result<String, Wrong> {
    if text.contains(char::is_whitespace) {
        let remedy = "copy the client id from the application at the OP";
        return Err(Wrong::new("holds white space", remedy));
    }
    Ok(text.to_owned())
}

/// Where the OP sends the browser back to.
#[derive(Debug)]
pub(super) struct RedirectUri {
    /// As it was written.
    pub(super) verbatim: String,
    /// Its origin, which is Postern's own.
    pub(super) origin: PublicUrl,
}

/// Parses the redirect URI, and keeps its text.
pub(super) fn redirect_uri(text: &str) -> Result<RedirectUri, Wrong> {
    let url = urls::http_url(text)?;
    let origin = PublicUrl::of(&url)
        .ok_or_else(|| Wrong::new("has no host name", "write the host after the ://"))?;
    let path = routes::API_OAUTH_OPENID;
    let remedy = format!("write {}{path}, here and at the OP", origin.origin());
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Wrong::new("has something after its path", remedy));
    }
    // The text is checked too: `/a/../api/…` becomes the right path only when a browser corrects
    // it.
    if url.path() != path || text.matches('/').count() != 2 + path.matches('/').count() {
        return Err(Wrong::new(format!("has another path than {path}"), remedy));
    }
    if !text.is_ascii() {
        return Err(Wrong::new(
            "has letters outside ASCII, which no URI has",
            remedy,
        ));
    }
    Ok(RedirectUri {
        verbatim: text.to_owned(),
        origin,
    })
}

/// An application URL, and what was corrected in it.
pub(super) struct ApplicationUrl {
    /// Without a slash at the end of its path.
    pub(super) url: Url,
    /// The notices about that.
    pub(super) forgiven: Vec<Text>,
}

/// Parses the application's URL at the OP.
pub(super) fn application_url(text: &str) -> Result<ApplicationUrl, Wrong> {
    let mut url = urls::endpoint_url(text)?;
    let mut forgiven = Vec::new();
    if url.query().is_some() {
        let remedy = "leave out the ? and what follows; a discovery document with a query has \
                    OIDC_SERVER_METADATA_URL";
        return Err(Wrong::new("has a query", remedy));
    }
    let mut path = url.path().trim_end_matches('/').to_owned();
    if let Some(base) = path.strip_suffix(WELL_KNOWN) {
        forgiven.push(Text::NOTICE_WELL_KNOWN);
        path = base.trim_end_matches('/').to_owned();
    } else if text.ends_with('/') {
        forgiven.push(Text::NOTICE_SLASH);
    }
    refuse_pages_and_endpoints(&path, &url)?;
    url.set_path(&path);
    Ok(ApplicationUrl { url, forgiven })
}

/// Refuses URLs that people often copy instead of the application's.
fn refuse_pages_and_endpoints(path: &str, url: &Url) -> Result<(), Wrong> {
    let origin = url.origin().ascii_serialization();
    if let Some((realm, _)) = path.split_once("/protocol/openid-connect") {
        let remedy = format!("write {origin}{realm}");
        return Err(Wrong::new(
            "is an endpoint of the OP, not the application's URL",
            remedy,
        ));
    }
    let slug = "/application/o/SLUG, SLUG being the application's";
    if path.starts_with("/if/") || path.starts_with("/application/saml/") {
        let remedy = format!("write {origin}{slug}");
        return Err(Wrong::new(
            "is a page of Authentik, not the application's URL",
            remedy,
        ));
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    if ENDPOINTS.contains(&last) {
        let remedy = format!(
            "write the issuer's URL, the one that has {WELL_KNOWN} below it; at Authentik \
             {origin}{slug}"
        );
        return Err(Wrong::new(
            "is an endpoint of the OP, not the application's URL",
            remedy,
        ));
    }
    Ok(())
}

/// Reads a PEM bundle; every certificate in it must be usable as a trust root.
pub(super) fn ca_bundle(text: &str) -> Result<CaBundle, Wrong> {
    const REMEDY: &str = "name a PEM file with the certificate of the authority that signed the \
                        OP's certificate";
    let cannot = |error: std::io::Error| Wrong::new(format!("cannot be read: {error}"), REMEDY);
    let mut pem = Vec::new();
    let file = File::open(text).map_err(cannot)?;
    file.take(MAX_BUNDLE_BYTES + 1)
        .read_to_end(&mut pem)
        .map_err(cannot)?;
    if pem.len() as u64 > MAX_BUNDLE_BYTES {
        return Err(Wrong::new(
            format!("is longer than {MAX_BUNDLE_BYTES} bytes"),
            REMEDY,
        ));
    }
    let pem = as_pem(pem)?;
    let mut roots = RootCertStore::empty();
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let broken = |error: String| {
            Wrong::new(
                format!("has a broken certificate, number {} ({error})", index + 1),
                REMEDY,
            )
        };
        let certificate = certificate.map_err(|error| broken(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| broken(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(Wrong::new("holds no certificate in PEM form", REMEDY));
    }
    Ok(CaBundle {
        path: PathBuf::from(text),
        pem,
    })
}

/// Makes PEM of what a file of certificates holds: without the byte order mark of Windows' editors,
/// and of DER, which has no text around it.
fn as_pem(mut bytes: Vec<u8>) -> Result<Vec<u8>, Wrong> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if bytes.starts_with(MARK) {
        bytes.drain(..MARK.len());
    }
    let contains = |text: &str| {
        let text = text.as_bytes();
        bytes.windows(text.len()).any(|window| window == text)
    };
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let remedy = "save it as ASCII or UTF-8";
        return Err(Wrong::new("is text in UTF-16, not PEM", remedy));
    }
    if contains("-----BEGIN TRUSTED CERTIFICATE-----") {
        let remedy = "convert it: openssl x509 -in FILE -out ca.pem";
        return Err(Wrong::new(
            "holds a TRUSTED CERTIFICATE, a form of OpenSSL's own",
            remedy,
        ));
    }
    // A SEQUENCE, by which each certificate in DER begins.
    if bytes.first() == Some(&0x30) && !contains("-----BEGIN ") {
        let certificate = CertificateDer::from(bytes);
        let mut roots = RootCertStore::empty();
        if let Err(error) = roots.add(certificate.clone()) {
            let remedy = "convert it to PEM: openssl x509 -inform der -in FILE -out ca.pem, or \
                        openssl pkcs7 -inform der -in FILE -print_certs -out ca.pem";
            let problem = format!("is DER, and not one certificate ({error})");
            return Err(Wrong::new(problem, remedy));
        }
        let text = STANDARD.encode(&certificate);
        return Ok(
            format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
                .into_bytes(),
        );
    }
    Ok(bytes)
}

/// The scopes to ask for.
pub(super) struct Scopes {
    /// In the order given, each once, `openid` among them.
    pub(super) list: Vec<String>,
    /// True if `openid` was added.
    pub(super) openid_was_missing: bool,
}

/// Parses scopes, separated by white space or commas (RFC 6749 §3.3).
pub(super) fn scopes(text: &str) -> Result<Scopes, Wrong> {
    let mut list: Vec<String> = Vec::new();
    for scope in text.split(|c: char| c == ',' || c.is_whitespace()) {
        if !scope
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
        {
            let remedy = "write scopes such as openid profile email, separated by spaces";
            return Err(Wrong::new("holds something that is no scope", remedy));
        }
        if !scope.is_empty() && list.iter().all(|known| known != scope) {
            list.push(scope.to_owned());
        }
    }
    let openid_was_missing = list.iter().all(|scope| scope != "openid");
    if openid_was_missing {
        list.insert(0, "openid".to_owned());
    }
    Ok(Scopes {
        list,
        openid_was_missing,
    })
}

/// Parses the name of a claim.
pub(super) fn claim(text: &str) -> Result<String, Wrong> {
    if text.contains(char::is_whitespace) {
        return Err(Wrong::new(
            "is not the name of a claim",
            "write such as preferred_username",
        ));
    }
    Ok(text.to_owned())
}

/// Parses a claim's name or a path of names.
pub(super) fn claim_path(text: &str) -> Result<String, Wrong> {
    if text.contains(char::is_whitespace) || text.split('.').any(str::is_empty) {
        let remedy = "write such as groups or realm_access.roles";
        return Err(Wrong::new(
            "is not the name of a claim or a path of names",
            remedy,
        ));
    }
    Ok(text.to_owned())
}

/// Parses the values that give the role of a user.
pub(super) fn role_values(text: &str) -> Result<Vec<String>, Wrong> {
    let values = values::value_list(text)?;
    if values.is_empty() {
        return Err(Wrong::new(
            "names no value",
            "write values of the claim, or take this away",
        ));
    }
    Ok(values)
}

/// Parses the values that give the role of an admin.
pub(super) fn admin_values(text: &str) -> Result<Vec<String>, Wrong> {
    let values = role_values(text)?;
    if values.iter().any(|value| value == "*") {
        let remedy = "name the groups or roles of your admins; * is for OIDC_ROLE_USER";
        return Err(Wrong::new("would make everybody an admin", remedy));
    }
    Ok(values)
}

/// Parses the policy for equal emails.
pub(super) fn link_by_email(text: &str) -> Result<LinkByEmail, Wrong> {
    let words = [
        ("confirm", LinkByEmail::Confirm),
        ("verified", LinkByEmail::Verified),
        ("never", LinkByEmail::Never),
    ];
    values::one_of(&words, text)
}

/// Parses how the secret is sent to the OP.
pub(super) fn token_auth_method(text: &str) -> Result<TokenAuthMethod, Wrong> {
    let words = [
        ("client_secret_basic", TokenAuthMethod::ClientSecretBasic),
        ("client_secret_post", TokenAuthMethod::ClientSecretPost),
    ];
    values::one_of(&words, text)
}

/// Parses an allow-list of signature algorithms.
pub(super) fn id_token_algs(text: &str) -> Result<Vec<String>, Wrong> {
    let mut algs: Vec<String> = Vec::new();
    let names = text.split(|c: char| c == ',' || c.is_whitespace());
    for name in names.filter(|name| !name.is_empty()) {
        if name.eq_ignore_ascii_case("none") {
            let problem = "names none, with which anybody could write a login for anybody";
            return Err(Wrong::new(problem, "leave it out; it is never accepted"));
        }
        let Some(alg) = ALGORITHMS.iter().find(|alg| alg.eq_ignore_ascii_case(name)) else {
            return Err(Wrong::new(
                format!("names {name:?}, which is not an algorithm known here"),
                format!("choose from {}", ALGORITHMS.join(", ")),
            ));
        };
        if !algs.iter().any(|known| known == alg) {
            algs.push((*alg).to_owned());
        }
    }
    if algs.is_empty() {
        return Err(Wrong::new(
            "names no algorithm",
            "write such as RS256, or take this away",
        ));
    }
    Ok(algs)
}
