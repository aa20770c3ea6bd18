//! The certificate of the OP. A separate TLS handshake checks it as the HTTP client does, and keeps
//! what the OP sent, so that a refusal can name it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use shared::doctor::Step;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use crate::config::OidcConfig;
use crate::doctor::subject::CERTIFICATE;
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
) -> Step {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trust = Trust::new(config.rp.extra_roots());
    if trust.is_empty() {
        let remedy = "install the package ca-certificates, or name the provider's CA in \
                    OIDC_TLS_CACERTFILE";
        return CERTIFICATE.fail("this machine has no root certificates at all", remedy);
    }
    let witness = Arc::new(Witness {
        inner: trust,
        seen: Mutex::default(),
    });
    let versions =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let (Ok(builder), Ok(server)) = (versions, ServerName::try_from(name.to_owned())) else {
        return CERTIFICATE.skip(format!("{name} is no name for a certificate"));
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
            format!("no TLS handshake within {} s", TIMEOUT.as_secs()),
            "see that the port in OIDC_SERVER_APPLICATION_URL is the one for https",
        ),
    }
}

fn no_tls(error: &std::io::Error) -> Step {
    let text = error.to_string();
    let remedy = if text.contains("InvalidContentType") || text.contains("corrupt") {
        "what answers on that port speaks no TLS: write its https port, or http:// where the provider \
         is on this machine"
    } else {
        "see what the provider's reverse proxy is set to speak: TLS 1.2 or 1.3 is needed, and a \
         certificate for this host name"
    };
    CERTIFICATE.fail(
        format!("the TLS handshake fails: {}", for_log(&text)),
        remedy,
    )
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

fn good(chain: &[Certificate]) -> Step {
    let Some(own) = chain.first() else {
        return CERTIFICATE.pass("trusted");
    };
    let until = end(own);
    let found = format!(
        "trusted, by {}, until {}",
        for_log(&issuer(own)),
        date(until)
    );
    let left = until.saturating_sub(UNIX_EPOCH.elapsed().unwrap_or_default());
    if left < SOON {
        return CERTIFICATE.warn(found, "renew it: its end is near");
    }
    CERTIFICATE.pass(found)
}

/// Says why the certificate is refused.
fn refused(name: &str, fault: &Error, chain: &[Certificate]) -> Step {
    let Error::InvalidCertificate(fault) = fault else {
        return CERTIFICATE.fail(
            for_log(&fault.to_string()),
            "see the provider's certificate",
        );
    };
    match fault {
        CertificateError::UnknownIssuer => unknown_issuer(chain),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            let until = chain.first().map(end).map(date).unwrap_or_default();
            CERTIFICATE.fail(
                format!("the certificate of {name} expired on {until}"),
                "renew it at the provider's reverse proxy; if it is fresh, set this machine's clock",
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CERTIFICATE
            .fail(
                format!("the certificate of {name} is not valid yet"),
                "set this machine's clock, or wait",
            ),
        CertificateError::NotValidForName => wrong_name(name, &[]),
        CertificateError::NotValidForNameContext { presented, .. } => wrong_name(name, presented),
        CertificateError::Revoked => CERTIFICATE.fail(
            format!("the certificate of {name} was revoked"),
            "get a new one",
        ),
        other => unusual(name, other, chain),
    }
}

fn wrong_name(name: &str, presented: &[String]) -> Step {
    let for_whom = if presented.is_empty() {
        "another name".to_owned()
    } else {
        let names = presented.iter().map(|name| bare(name));
        for_log(&names.collect::<Vec<_>>().join(", "))
    };
    CERTIFICATE.fail(
        format!("the certificate is for {for_whom}, not for {name}"),
        "write the host name of the certificate into OIDC_SERVER_APPLICATION_URL, or have the \
         provider's reverse proxy show one for this name",
    )
}

/// Returns the name in `DnsName("NAME")`.
fn bare(presented: &str) -> &str {
    let quoted = presented.split_once('"').map(|(_, rest)| rest);
    quoted
        .and_then(|rest| rest.rsplit_once('"'))
        .map_or(presented, |(name, _)| name)
}

/// Names the missing CA: the issuer of the topmost certificate that was sent.
fn unknown_issuer(chain: &[Certificate]) -> Step {
    let Some(top) = chain.last() else {
        return CERTIFICATE.fail(
            "the certificate is by nobody that this machine trusts",
            "name the CA's certificate (PEM) in OIDC_TLS_CACERTFILE",
        );
    };
    let by = for_log(&issuer(top));
    if chain.len() == 1 && subject(top) == issuer(top) {
        return CERTIFICATE.fail(
            format!("the certificate is self-signed: by {by} for itself"),
            "save the provider's certificate as PEM and name the file in OIDC_TLS_CACERTFILE, or \
             give the provider one of a CA",
        );
    }
    let missing = if chain.len() == 1 {
        format!(
            "this machine does not trust {by}, who signed the only certificate that was sent: it is \
             a private CA, or an intermediate certificate that the provider should send as well"
        )
    } else {
        format!("this machine does not trust {by}, the CA of the certificates that were sent")
    };
    CERTIFICATE.fail(
        missing,
        format!(
            "put the certificate of {by} (PEM) into a file and name it in OIDC_TLS_CACERTFILE; for a \
             public CA install the package ca-certificates, and have the provider's reverse proxy \
             send the full chain"
        ),
    )
}

/// Handles all other faults, such as a CA certificate that is used as a server certificate.
fn unusual(name: &str, fault: &CertificateError, chain: &[Certificate]) -> Step {
    let is_self_signed = chain.first().is_some_and(|own| subject(own) == issuer(own));
    if is_self_signed && chain.len() == 1 {
        let by = chain.first().map(issuer).unwrap_or_default();
        return CERTIFICATE.fail(
            format!(
                "the certificate is self-signed, by {}, and no client accepts it as a server's: {}",
                for_log(&by),
                for_log(&fault.to_string())
            ),
            format!(
                "name this very certificate (PEM) in OIDC_TLS_CACERTFILE, or make one that every \
                 client takes: {SELF_SIGNED}"
            ),
        );
    }
    CERTIFICATE.fail(
        format!(
            "the certificate of {name} is refused: {}",
            for_log(&fault.to_string())
        ),
        "give the provider a certificate for this host name that browsers take",
    )
}
