//! Which certificates of the OP are trusted.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Trusts the certificates of the system's authorities, those of further ones, and each of the
/// further certificates itself if it is byte for byte the server's. `openssl req -x509` makes one
/// that calls itself an authority, which no client takes for a server's otherwise.
#[derive(Debug)]
pub struct Trust {
    /// `None` on a machine without any root certificates.
    authorities: Option<Arc<dyn ServerCertVerifier>>,
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl Trust {
    /// Trusts the system's authorities and those in `extra_roots` (PEM).
    #[must_use]
    pub fn new(extra_roots: Option<&[u8]>) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificates = extra_roots
            .into_iter()
            .flat_map(CertificateDer::pem_slice_iter);
        let extra: Vec<_> = certificates.filter_map(Result::ok).collect();
        let verifier = Verifier::new_with_extra_roots(extra.clone(), Arc::clone(&provider));
        Self {
            authorities: match verifier {
                Ok(verifier) => Some(Arc::new(verifier)),
                Err(_) => extra_alone(&extra, &provider),
            },
            extra,
            provider,
        }
    }

    /// Does this machine trust nobody at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.authorities.is_none()
    }
}

/// Trusts the extra roots, on a machine that has no others; `None` if there are none.
fn extra_alone(
    extra: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Option<Arc<dyn ServerCertVerifier>> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(extra.iter().cloned());
    let builder = rustls::client::WebPkiServerVerifier::builder_with_provider(
        Arc::new(roots),
        Arc::clone(provider),
    );
    Some(builder.build().ok()?)
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = match &self.authorities {
            Some(authorities) => authorities.verify_server_cert(
                end_entity,
                intermediates,
                server_name,
                ocsp_response,
                now,
            ),
            None => Err(CertificateError::UnknownIssuer.into()),
        };
        let is_pinned = || self.extra.iter().any(|extra| extra == end_entity);
        match verdict {
            Err(fault) if !is_out_of_date(&fault) && is_pinned() => {
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// Has the certificate expired, or is it of the future? Then it is refused whoever named it.
fn is_out_of_date(fault: &Error) -> bool {
    matches!(
        fault,
        Error::InvalidCertificate(
            CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. }
        )
    )
}
