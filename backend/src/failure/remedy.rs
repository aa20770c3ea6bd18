//! What an admin should do about a failure.

use shared::failure::FailureCode;

use super::cause::Cause;
use crate::presets::{self, Advice};

/// Returns what an admin should do; `provider` is `OIDC_PROVIDER`, empty if no OP is configured.
#[must_use]
#[expect(clippy::too_many_lines, reason = "one line for each cause")]
pub fn remedy(cause: Cause, provider: &str) -> &'static str {
    let at_op = |advice| presets::advice(provider, advice);
    if provider == "authentik"
        && let Some(remedy) = at_authentik(cause)
    {
        return remedy;
    }
    match cause {
        Cause::AccessDenied => at_op(Advice::AccessDenied),
        Cause::OpError => at_op(Advice::OpError),
        Cause::OpUnreachable => at_op(Advice::OpUnreachable),
        Cause::OpMisconfigured => at_op(Advice::OpMisconfigured),
        Cause::OpBlocked => {
            "A firewall (WAF) before the OP answers this server with a page of its own: let requests \
             from this server's address through to the discovery document and to the token, userinfo \
             and JWKS endpoints."
        }
        Cause::OpRateLimited => {
            "The OP, or what stands before it, counts this server's requests (429): exempt this \
             server's address from that limit; all logins come from it."
        }
        Cause::OpChallenged => {
            "Cloudflare or the like wants a browser to pass a test: add a rule that skips it for this \
             server's address, or let this server reach the OP past it."
        }
        Cause::ProxyFailed => {
            "The forward proxy (HTTPS_PROXY, HTTP_PROXY or ALL_PROXY) does not lead to the OP: let it \
             through there, or name the OP's host in NO_PROXY."
        }
        Cause::EmailMissingMoved
        | Cause::EmailUnverifiedMoved
        | Cause::LinkFirstMoved
        | Cause::RegistrationClosedMoved => {
            "The OP seems to have moved: where the issuer that the log line names is the same OP as \
             before, `postern identities remap --from OLD --to NEW` takes all connections along."
        }
        Cause::DiscoveryMissing => at_op(Advice::ApplicationUrl),
        Cause::SigningKeyMissing | Cause::AlgorithmUnfit => at_op(Advice::SigningKey),
        Cause::TokenEncrypted => at_op(Advice::Encryption),
        Cause::ClientRejected => at_op(Advice::ClientRejected),
        Cause::CodeRejected => at_op(Advice::CodeRejected),
        Cause::TokenInvalid => at_op(Advice::TokenInvalid),
        Cause::UserinfoInvalid => at_op(Advice::UserinfoInvalid),
        Cause::EmailMissing => at_op(Advice::EmailMissing),
        Cause::EmailUnverified => at_op(Advice::EmailUnverified),
        Cause::RoleMissing => at_op(Advice::RoleMissing),
        Cause::IssuerDiffers => {
            "Write the issuer that the OP calls itself by into OIDC_SERVER_APPLICATION_URL, to the \
             letter; or let this server and browsers ask the OP under one host name."
        }
        Cause::TokenForeign => {
            "The ID token names another issuer than the discovery document: take both, the client and \
             OIDC_SERVER_APPLICATION_URL, from the same application, and let this server and browsers \
             ask the OP under one host name."
        }
        Cause::EndpointInsecure => {
            "Let the reverse proxy before the OP pass X-Forwarded-Proto on, so that the OP names \
             its endpoints with https."
        }
        Cause::TokenTooLong => {
            "Let the OP put less into the ID token, of which 256 kB are read: leave the groups to \
             userinfo (at Authentik, switch off `Include claims in id_token` in the provider), or \
             let the scope mapping send only the groups that matter here."
        }
        Cause::ClientAuthUnknown => {
            "Let the OP accept client_secret_basic or client_secret_post for this client."
        }
        Cause::RegistrationClosed => {
            "Create an account with the user's email address, or set OIDC_ALLOW_REGISTRATION=true."
        }
        Cause::StateMissing | Cause::StateMismatch => {
            "Browsers must reach this server under the scheme and host of OIDC_REDIRECT_URI, and no other."
        }
        Cause::CallbackEmpty => {
            "Nothing, if somebody opened the address by hand. If it happens at every login: let \
             the OP, and every proxy on the way, keep the query of the redirect URI."
        }
        Cause::CallbackPathDiffers => {
            "Register the redirect URI at the OP exactly as OIDC_REDIRECT_URI has it, and let no \
             proxy add a slash to the path."
        }
        Cause::CookiesBlocked => {
            "Nothing, if one person's browser blocks cookies. If it happens to everybody: let the \
             proxy pass Set-Cookie on, and people use the scheme and host of the public origin."
        }
        Cause::WrongAddress => {
            "Let people reach this server only under its public origin (POSTERN_PUBLIC_URL, or \
             that of OIDC_REDIRECT_URI), redirect http and other names to it, and let the proxy \
             pass Host on unchanged."
        }
        Cause::StateExpired => "Nothing: the person begins again, and takes less than ten minutes.",
        Cause::LinkFirst => {
            "The person logs in by password and connects the account on the profile page; or an \
             admin sets OIDC_LINK_BY_EMAIL=confirm."
        }
        Cause::LinkConfirm => {
            "Nothing: the person logs in through the OP again, and says who they are."
        }
        Cause::LinkConflict => {
            "Disconnect the account's other identity, on the page of accounts, if the new one \
             should take its place."
        }
        Cause::AccountDisabled => "Enable the account, if it should be used.",
        Cause::RateLimited => {
            "Wait. If many people share this client.address, it is that of a proxy which \
             POSTERN_TRUSTED_PROXIES does not name."
        }
        Cause::InvalidCredentials | Cause::PasswordWrong => {
            "Nothing, if it was mistyped. If the password is forgotten: create a link that sets \
             another, on the page of accounts."
        }
        Cause::PasswordReplaced => "Nothing: the person logs in with the new password.",
        Cause::PasswordLoginDisabled => {
            "People must log in through the OP, as DISABLE_USERPASS_LOGIN=true says."
        }
        Cause::PasswordUnfit => "Nothing: the person chooses another password.",
        Cause::WelcomeLinkInvalid => "Create another link, on the page of accounts.",
        Cause::SetupTokenWrong => "`postern setup-token` prints the right one.",
        Cause::ServerError | Cause::Unavailable | Cause::Internal => {
            "The cause, or a line before this one with the same ref, says what failed here."
        }
    }
}

/// Returns what to do where Authentik has a cause that other OPs do not have.
fn at_authentik(cause: Cause) -> Option<&'static str> {
    match cause {
        Cause::IssuerDiffers => Some(
            "If the issuer is Authentik's own address without /application/o/SLUG/: open the provider \
             and set Issuer mode to \"Each provider has a different issuer\". If its host is another: \
             Authentik calls itself by the host name that it is asked under, so let this server and \
             browsers use the same one.",
        ),
        Cause::TokenForeign => Some(
            "OIDC_CLIENT_ID is that of another application than the one whose slug is in \
             OIDC_SERVER_APPLICATION_URL: copy client id and secret from that application's provider, \
             or write the slug of theirs. If only the host differs: let this server and browsers use \
             the same one.",
        ),
        Cause::LinkConflict => Some(
            "Disconnect the account's other identity, on the page of accounts, if the new one should \
             take its place. If it happens to many people at once, the provider's Subject mode was \
             changed: put it back.",
        ),
        _ => None,
    }
}

/// Returns the remedy that the error page shows for the user to pass on; `None` if the page's own
/// words are enough.
#[must_use]
pub fn on_page(code: FailureCode, provider: &str) -> Option<&'static str> {
    match code {
        FailureCode::AccessDenied
        | FailureCode::OpError
        | FailureCode::StateMissing
        | FailureCode::StateMismatch
        | FailureCode::OpUnreachable
        | FailureCode::OpMisconfigured
        | FailureCode::ClientRejected
        | FailureCode::CodeRejected
        | FailureCode::TokenInvalid
        | FailureCode::UserinfoInvalid
        | FailureCode::EmailMissing
        | FailureCode::EmailUnverified
        | FailureCode::RegistrationClosed
        | FailureCode::RoleMissing
        | FailureCode::WrongAddress => Some(remedy(code.into(), provider)),
        FailureCode::StateExpired
        | FailureCode::LinkFirst
        | FailureCode::LinkConfirm
        | FailureCode::LinkConflict
        | FailureCode::AccountDisabled
        | FailureCode::RateLimited
        | FailureCode::CookiesBlocked
        | FailureCode::InvalidCredentials
        | FailureCode::PasswordLoginDisabled
        | FailureCode::ServerError
        | FailureCode::PasswordWrong
        | FailureCode::PasswordUnfit
        | FailureCode::WelcomeLinkInvalid
        | FailureCode::SetupTokenWrong
        | FailureCode::Unavailable
        | FailureCode::Internal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, remedy};
    use crate::config::VARIABLES;

    #[test]
    fn remedies_are_sentences_and_name_settings_that_exist() {
        for cause in Cause::ALL {
            let text = remedy(*cause, "");
            assert!(
                text.ends_with('.') && !text.contains("  "),
                "{cause:?}: {text}"
            );
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            for word in
                words.filter(|word| word.starts_with("OIDC_") || word.starts_with("POSTERN_"))
            {
                let is_known = VARIABLES.iter().any(|variable| variable.name == word);
                assert!(is_known, "{cause:?}: {word}");
            }
        }
    }

    #[test]
    fn causes_of_one_code_have_remedies_of_their_own() {
        for provider in ["authentik", "keycloak", ""] {
            let of = |cause| remedy(cause, provider);
            let four = [
                of(Cause::DiscoveryMissing),
                of(Cause::IssuerDiffers),
                of(Cause::SigningKeyMissing),
                of(Cause::TokenEncrypted),
            ];
            for (at, text) in four.iter().enumerate() {
                assert!(!four[..at].contains(text), "{provider}: {text}");
            }
        }
    }
}
