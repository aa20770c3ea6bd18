//! Reads the settings about the OP. `parse.rs` parses each text.

use oidc::settings::Settings;
use secrecy::SecretString;
use shared::text::Text;
use url::Url;

use crate::config::faults::{Weight, Wrong};
use crate::config::oidc::parse;
use crate::config::oidc::policy::{LinkByEmail, OidcConfig, ProviderName, RoleValues};
use crate::config::source::Reader;
use crate::config::table::VARIABLES;
use crate::config::urls;
use crate::config::values;
use crate::message::say;
use crate::public_url::PublicUrl;

/// The scope that the recheck needs.
const OFFLINE_ACCESS: &str = "offline_access";

/// Reads whether the OP is enabled, and its settings if it is; `None` with `true` means that faults
/// were recorded.
pub(crate) fn read(reader: &mut Reader) -> (bool, Option<OidcConfig>) {
    let others: Vec<&'static str> = VARIABLES
        .iter()
        .map(|variable| variable.name)
        .filter(|name| name.starts_with("OIDC_") && *name != "OIDC_ENABLED")
        .filter(|name| reader.is_set(name))
        .collect();
    let stated = reader.get("OIDC_ENABLED", values::boolean);
    // A value that is no boolean is already a fault; the other settings show what was meant.
    let meant = reader.is_set("OIDC_ENABLED") && stated.is_none() && !others.is_empty();
    if stated.unwrap_or(meant) {
        return (true, read_enabled(reader));
    }
    if !others.is_empty() {
        let (weight, text) = match stated {
            Some(_) => (Weight::Info, Text::NOTICE_OFF_FALSE),
            None => (Weight::Warning, Text::NOTICE_OFF_UNSET),
        };
        let message = say(text).with("others", others.join(", "));
        reader.notice(weight, "OIDC_ENABLED", message);
    }
    (false, None)
}

/// Reads every setting of the OP before it gives up, so that all faults are reported.
fn read_enabled(reader: &mut Reader) -> Option<OidcConfig> {
    let required = read_required(reader);
    let metadata_url = reader.get("OIDC_SERVER_METADATA_URL", urls::endpoint_url);
    let ca_certificates = reader.get("OIDC_TLS_CACERTFILE", parse::ca_bundle);
    let mut scopes = reader.get_or_default("OIDC_SCOPES", parse::scopes);
    let recheck = reader.get("OIDC_RECHECK_SECONDS", values::seconds(60, 2_592_000));
    // This scope gives a refresh token (Core §11).
    if recheck.is_some() && !scopes.list.iter().any(|scope| scope == OFFLINE_ACCESS) {
        scopes.list.push(OFFLINE_ACCESS.to_owned());
    }
    let username_claim = reader.get_or_default("OIDC_USERNAME_ATTRIBUTE", parse::claim);
    let allow_registration = reader.get_or_default("OIDC_ALLOW_REGISTRATION", values::boolean);
    let link_by_email = reader.get_or_default("OIDC_LINK_BY_EMAIL", parse::link_by_email);
    let trust_unverified_email =
        reader.get_or_default("OIDC_TRUST_UNVERIFIED_EMAIL", values::boolean);
    let (role_claim, roles) = read_roles(reader);
    let autologin = reader.get_or_default("OIDC_AUTOLOGIN", values::boolean);
    let rp_initiated_logout = reader.get_or_default("OIDC_RP_INITIATED_LOGOUT", values::boolean);
    let end_session_endpoint = reader.get("OIDC_END_SESSION_ENDPOINT", urls::endpoint_url);
    let token_auth_method = reader.get("OIDC_TOKEN_AUTH_METHOD", parse::token_auth_method);
    let id_token_algs = reader.get("OIDC_ID_TOKEN_ALGS", parse::id_token_algs);
    let clock_skew = reader.get_or_default("OIDC_CLOCK_SKEW_SECONDS", values::seconds(0, 600));

    let Required {
        provider,
        client_id,
        client_secret,
        redirect_uri,
        application_url,
    } = required?;
    let config = OidcConfig {
        rp: Settings {
            client_id,
            client_secret,
            redirect_uri: redirect_uri.verbatim,
            application_url,
            metadata_url,
            ca_certificates,
            scopes: scopes.list,
            username_claim,
            role_claim,
            trust_unverified_email,
            end_session_endpoint,
            token_auth_method,
            id_token_algs,
            clock_skew,
        },
        provider,
        origin: redirect_uri.origin,
        allow_registration,
        link_by_email,
        roles,
        autologin,
        rp_initiated_logout,
        recheck,
    };
    if scopes.openid_was_missing {
        reader.notice(Weight::Warning, "OIDC_SCOPES", Text::NOTICE_SCOPES);
    }
    notice_oddities(&config, reader);
    Some(config)
}

/// The required settings.
struct Required {
    provider: ProviderName,
    client_id: String,
    client_secret: SecretString,
    redirect_uri: parse::RedirectUri,
    application_url: Url,
}

/// Reads the required settings; `None` if a URL among them has a fault.
fn read_required(reader: &mut Reader) -> Option<Required> {
    let provider = reader.require(
        "OIDC_PROVIDER",
        "write the OP's name, such as authentik",
        parse::provider,
    );
    let client_id = reader.require(
        "OIDC_CLIENT_ID",
        "copy the client id from the application at the OP",
        parse::client_id,
    );
    let client_secret = reader.require(
        "OIDC_CLIENT_SECRET",
        "copy the client secret from the application at the OP",
        |text| Ok(SecretString::from(text)),
    );
    let redirect_uri = reader.require(
        "OIDC_REDIRECT_URI",
        "write https://your.host/api/oauth/openid, here and at the OP",
        parse::redirect_uri,
    );
    let application_url = reader.require(
        "OIDC_SERVER_APPLICATION_URL",
        "write the application's URL at the OP, such as \
         https://auth.example.com/application/o/postern",
        parse::application_url,
    );
    if let Some(application) = &application_url {
        for forgiven in &application.forgiven {
            reader.notice(Weight::Info, "OIDC_SERVER_APPLICATION_URL", *forgiven);
        }
    }
    // The server does not run with faults. If the OP's address is known, the doctor can still
    // examine it.
    let no_secret = SecretString::from("");
    Some(Required {
        provider: provider.unwrap_or(ProviderName("openid".to_owned())),
        client_id: client_id.unwrap_or_default(),
        client_secret: client_secret.unwrap_or(no_secret),
        redirect_uri: redirect_uri?,
        application_url: application_url?.url,
    })
}

/// Reads the claim that has roles and groups, and the values that give roles here. Without the values,
/// the claim only tells applications of groups.
fn read_roles(reader: &mut Reader) -> (Option<String>, Option<RoleValues>) {
    let claim = reader.get("OIDC_CLAIM_ROLES", parse::claim_path);
    let admin = reader.get("OIDC_ROLE_ADMIN", parse::admin_values);
    let user = reader.get("OIDC_ROLE_USER", parse::role_values);
    let is_set = reader.is_set("OIDC_CLAIM_ROLES");
    for name in ["OIDC_ROLE_ADMIN", "OIDC_ROLE_USER"] {
        if !is_set && reader.is_set(name) {
            let problem = "means nothing while OIDC_CLAIM_ROLES is not set";
            let remedy = "name the claim in OIDC_CLAIM_ROLES, often groups, or take this away";
            reader.fault(name, Wrong::new(problem, remedy));
        }
    }
    let roles = (admin.is_some() || user.is_some()).then(|| RoleValues {
        admin: admin.unwrap_or_default(),
        user: user.unwrap_or_default(),
    });
    let roles = roles.filter(|_| claim.is_some());
    (claim, roles)
}

/// Warns about allowed combinations that are usually mistakes.
fn notice_oddities(config: &OidcConfig, reader: &mut Reader) {
    const APPLICATION: &str = "OIDC_SERVER_APPLICATION_URL";
    let is_authentik = config.provider.as_str() == "authentik";
    if is_authentik
        && config.rp.metadata_url.is_none()
        && !config.rp.application_url.path().contains("/application/o/")
    {
        reader.notice(Weight::Warning, APPLICATION, Text::NOTICE_AUTHENTIK_PATH);
    }
    if PublicUrl::of(&config.rp.application_url).is_some_and(|op| op == config.origin) {
        let setting = "OIDC_REDIRECT_URI";
        reader.notice(Weight::Warning, setting, Text::NOTICE_OWN_ORIGIN);
    }
    let urls = [
        (APPLICATION, Some(&config.rp.application_url)),
        ("OIDC_SERVER_METADATA_URL", config.rp.metadata_url.as_ref()),
    ];
    for (name, url) in urls {
        if url.is_some_and(urls::is_clear_text) {
            reader.notice(Weight::Warning, name, Text::NOTICE_OP_HTTP);
        }
    }
    if is_authentik
        && config.link_by_email == LinkByEmail::Verified
        && !config.rp.trust_unverified_email
    {
        reader.notice(Weight::Info, "OIDC_LINK_BY_EMAIL", Text::NOTICE_VERIFIED);
    }
}
