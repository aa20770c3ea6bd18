//! A CA for one test, and certificates that are wrong in one way.

use std::fs::write;
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;

/// The name of the CA.
pub const NAME: &str = "Example Family Root CA";

/// A CA that no machine trusts.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A server's certificate.
pub struct Shown {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    /// Creates one.
    ///
    /// # Panics
    /// A key or certificate cannot be created.
    pub fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, NAME);
        let key = KeyPair::generate().expect("a key");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate");
        let folder = TempDir::new().expect("a folder");
        write(folder.path().join("ca.pem"), issuer.pem()).expect("a file");
        Self { issuer, folder }
    }

    /// Returns the file that has its certificate.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Creates a good certificate for this host name.
    pub fn certify(&self, host: &str) -> Shown {
        self.sign(&params(host))
    }

    /// Creates one that ended long ago.
    pub fn certify_in_the_past(&self, host: &str) -> Shown {
        let mut params = params(host);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2020, 2, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Shown {
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        Shown::new(certificate.der().clone(), &key)
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// Creates a self-signed certificate.
///
/// # Panics
/// A key or certificate cannot be created.
pub fn self_signed(host: &str) -> Shown {
    let key = KeyPair::generate().expect("a key");
    let certificate = params(host).self_signed(&key).expect("a certificate");
    Shown::new(certificate.der().clone(), &key)
}

/// Makes one as `openssl req -x509 -subj /CN=HOST` does: it calls itself an authority, and has its
/// host in no place that counts. Returns it as PEM too.
///
/// # Panics
/// No key or certificate can be made.
pub fn self_signed_authority(host: &str) -> (Shown, String) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, host);
    let certificate = params.self_signed(&key).expect("a certificate");
    let pem = certificate.pem();
    (Shown::new(certificate.der().clone(), &key), pem)
}

fn params(host: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec![host.to_owned()]).expect("a host name");
    params.distinguished_name.push(DnType::CommonName, host);
    params
}

impl Shown {
    fn new(certificate: CertificateDer<'static>, key: &KeyPair) -> Self {
        Self {
            chain: vec![certificate],
            key: PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        }
    }

    /// Returns how a server is to speak TLS.
    ///
    /// # Panics
    /// The key does not fit.
    pub fn tls(self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_single_cert(self.chain, self.key)
            .expect("a key that fits");
        Arc::new(config)
    }
}
