//! The certificate of the OP. A separate TLS handshake checks it as the HTTP client does, and keeps
//! what the OP sent, so that a refusal can name it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use shared::text::Text;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::config::OidcConfig;
use crate::doctor::finding::Finding;
use crate::doctor::subject::CERTIFICATE;
use crate::message::say;
use oidc::client::SELF_SIGNED;
use oidc::for_log;
use oidc::tls::Trust;

/// How long the handshake may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// A certificate that expires sooner than this gets a warning.
const SOON: Duration = Duration::from_secs(7 * 24 * 3600);

/// Checks as the HTTP client does. Keeps what the OP sent and why it was refused.
struct Witness {
    inner: Trust,
    seen: Mutex<Seen>,
}

#[derive(Default, Clone)]
struct Seen {
    /// What the OP sent, its own certificate first.
    chain: Vec<CertificateDer<'static>>,
    fault: Option<Error>,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness")
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let chain = std::iter::once(end_entity).chain(intermediates);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Seen {
            chain: chain
                .map(|certificate| certificate.clone().into_owned())
                .collect(),
            fault: verdict.as_ref().err().cloned(),
        };
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Does a TLS handshake with the OP over this connection.
pub(super) async fn examine(
    name: &str,
    stream: TcpStream,
    config: &OidcConfig,
    names: &mut Vec<String>,
) -> Finding {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = Trust::new(config.rp.extra_roots());
    if trust.is_empty() {
        return CERTIFICATE.fail(Text::FOUND_TLS_NO_ROOTS, Text::FIX_TLS_NO_ROOTS);
    }
    let witness = Arc::new(Witness {
        inner: trust,
        seen: Mutex::default(),
    });
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let (Ok(builder), Ok(server)) = (versions, ServerName::try_from(name.to_owned())) else {
        return CERTIFICATE.skip(say(Text::SKIP_TLS_NAME).with("name", name));
    };
    let verifier: Arc<dyn ServerCertVerifier> = Arc::clone(&witness) as Arc<dyn ServerCertVerifier>;
    let tls = builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    let connecting = TlsConnector::from(Arc::new(tls)).connect(server, stream);
    let outcome = timeout(TIMEOUT, connecting).await;
    let seen = witness
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let chain: Vec<Certificate> = seen
        .chain
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
    names.extend(chain.iter().flat_map(|certificate| {
        [subject(certificate), issuer(certificate)].map(|name| for_log(&name))
    }));
    match (outcome, seen.fault) {
        (Ok(Ok(_)), _) => good(&chain),
        (_, Some(fault)) => refused(name, &fault, &chain),
        (Ok(Err(error)), None) => no_tls(&error),
        (Err(_), _) => CERTIFICATE.fail(
            say(Text::FOUND_TLS_SLOW).with("seconds", TIMEOUT.as_secs()),
            Text::FIX_TLS_SLOW,
        ),
    }
}

fn no_tls(error: &std::io::Error) -> Finding {
    let text = error.to_string();
    let remedy = if text.contains("InvalidContentType") || text.contains("corrupt") {
        Text::FIX_TLS_NONE
    } else {
        Text::FIX_TLS_FAILS
    };
    let found = say(Text::FOUND_TLS_FAILS).with("error", for_log(&text));
    CERTIFICATE.fail(found, remedy)
}

fn subject(certificate: &Certificate) -> String {
    certificate.tbs_certificate.subject.to_string()
}

fn issuer(certificate: &Certificate) -> String {
    certificate.tbs_certificate.issuer.to_string()
}

/// Returns when a certificate expires, since 1970.
fn end(certificate: &Certificate) -> Duration {
    let validity = certificate.tbs_certificate.validity;
    validity.not_after.to_unix_duration()
}

/// Writes a time as HTTP does, with its time zone.
fn date(since_1970: Duration) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + since_1970)
}

fn good(chain: &[Certificate]) -> Finding {
    let Some(own) = chain.first() else {
        return CERTIFICATE.pass(Text::FOUND_TLS_TRUSTED);
    };
    let until = end(own);
    let found = say(Text::FOUND_TLS_GOOD)
        .with("issuer", for_log(&issuer(own)))
        .with("date", date(until));
    let left = until.saturating_sub(UNIX_EPOCH.elapsed().unwrap_or_default());
    if left < SOON {
        return CERTIFICATE.warn(found, Text::FIX_TLS_SOON);
    }
    CERTIFICATE.pass(found)
}

/// Says why the certificate is refused.
fn refused(name: &str, fault: &Error, chain: &[Certificate]) -> Finding {
    let of_name = |text| say(text).with("name", name);
    let Error::InvalidCertificate(fault) = fault else {
        let found = of_name(Text::FOUND_TLS_REFUSED).with("error", for_log(&fault.to_string()));
        return CERTIFICATE.fail(found, Text::FIX_TLS_REFUSED);
    };
    match fault {
        CertificateError::UnknownIssuer => unknown_issuer(chain),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            let until = chain.first().map(end).map(date).unwrap_or_default();
            let found = of_name(Text::FOUND_TLS_EXPIRED).with("date", until);
            CERTIFICATE.fail(found, Text::FIX_TLS_EXPIRED)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CERTIFICATE.fail(of_name(Text::FOUND_TLS_EARLY), Text::FIX_TLS_EARLY)
        }
        CertificateError::NotValidForName => wrong_name(name, &[]),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(name, presented),
        CertificateError::Revoked => {
            CERTIFICATE.fail(of_name(Text::FOUND_TLS_REVOKED), Text::FIX_TLS_REVOKED)
        }
        other => unusual(name, other, chain),
    }
}

fn wrong_name(name: &str, presented: &[String]) -> Finding {
    let found = if presented.is_empty() {
        say(Text::FOUND_TLS_OTHER_NAME)
    } else {
        let names = presented.iter().map(|name| bare(name));
        let names = for_log(&names.collect::<Vec<_>>().join(", "));
        say(Text::FOUND_TLS_WRONG_NAME).with("names", names)
    };
    CERTIFICATE.fail(found.with("name", name), Text::FIX_TLS_WRONG_NAME)
}

/// Returns the name in `DnsName("NAME")`.
fn bare(presented: &str) -> &str {
    let quoted = presented.split_once('"').map(|(_, rest)| rest);
    quoted
        .and_then(|rest| rest.rsplit_once('"'))
        .map_or(presented, |(name, _)| name)
}

/// Names the missing CA: the issuer of the topmost certificate that was sent.
fn unknown_issuer(chain: &[Certificate]) -> Finding {
    let Some(top) = chain.last() else {
        return CERTIFICATE.fail(Text::FOUND_TLS_NOBODY, Text::FIX_TLS_NOBODY);
    };
    let by = for_log(&issuer(top));
    let by_issuer = |text| say(text).with("issuer", &by);
    if chain.len() == 1 && subject(top) == issuer(top) {
        let found = by_issuer(Text::FOUND_TLS_SELF_SIGNED);
        return CERTIFICATE.fail(found, Text::FIX_TLS_SELF_SIGNED);
    }
    let found = by_issuer(if chain.len() == 1 {
        Text::FOUND_TLS_PRIVATE
    } else {
        Text::FOUND_TLS_UNTRUSTED
    });
    CERTIFICATE.fail(found, by_issuer(Text::FIX_TLS_UNTRUSTED))
}

/// Handles all other faults, such as a CA certificate that is used as a server certificate.
fn unusual(name: &str, fault: &CertificateError, chain: &[Certificate]) -> Finding {
    let error = for_log(&fault.to_string());
    let is_self_signed = chain.first().is_some_and(|own| subject(own) == issuer(own));
    if is_self_signed && chain.len() == 1 {
        let by = chain.first().map(issuer).unwrap_or_default();
        let found = say(Text::FOUND_TLS_UNUSABLE)
            .with("issuer", for_log(&by))
            .with("error", error);
        let remedy = say(Text::FIX_TLS_UNUSABLE).with("command", SELF_SIGNED);
        return CERTIFICATE.fail(found, remedy);
    }
    let found = say(Text::FOUND_TLS_REFUSED).with("name", name);
    CERTIFICATE.fail(found.with("error", error), Text::FIX_TLS_REFUSED)
}
