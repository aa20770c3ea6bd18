//! Values from files.

use std::fs;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::ExposeSecret as _;
use tempfile::TempDir;

use super::{PUBLIC_URL, UPSTREAM, WIKI_URL, config, read, said};

/// A certificate authority created for these tests.
const CA: &str = include_str!("ca.pem");

/// Writes a file, and returns its path.
fn file(folder: &TempDir, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_value_can_come_from_a_file() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "secret", "from the file\r\n");
    let changes = [
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_CLIENT_SECRET_FILE", path.as_str()),
    ];

    let secret = config(&changes).oidc.unwrap().rp.client_secret;

    assert_eq!(secret.expose_secret(), "from the file");
    assert_eq!(said(&changes), "");
}

#[test]
fn every_variable_has_a_file_twin() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "value", "a\u{7}b");
    for variable in super::super::VARIABLES {
        let name = variable.name.replace("<NAME>", "WIKI");
        let twin = format!("{name}_FILE");
        let said = said(&[PUBLIC_URL, WIKI_URL, UPSTREAM, (&name, ""), (&twin, &path)]);

        assert!(said.contains(&twin), "{said}");
        assert!(
            said.contains("holds a line break or another control character"),
            "{said}"
        );
    }
}

#[test]
fn both_is_refused() {
    let said = said(&[("OIDC_CLIENT_SECRET_FILE", "/run/secrets/oidc")]);

    assert_eq!(
        said,
        "OIDC_CLIENT_SECRET is set, and OIDC_CLIENT_SECRET_FILE is set as well. Fix: keep \
         OIDC_CLIENT_SECRET or OIDC_CLIENT_SECRET_FILE, whichever you meant."
    );
}

#[test]
fn unusable_files_are_named_with_the_cause() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing").to_str().unwrap().to_owned();
    for (path, cause) in [
        (missing, "cannot be read: No such file or directory"),
        (
            folder.path().to_str().unwrap().to_owned(),
            "cannot be read: Is a directory",
        ),
        (
            file(&folder, "long", vec![b'a'; 70_000]),
            "is longer than 65536 bytes",
        ),
        (file(&folder, "latin", b"\xe9"), "is not text in UTF-8"),
    ] {
        let said = said(&[
            ("OIDC_CLIENT_SECRET", ""),
            ("OIDC_CLIENT_SECRET_FILE", &path),
        ]);

        let start = format!("OIDC_CLIENT_SECRET_FILE names {path:?}, which {cause}");
        assert!(said.starts_with(&start), "{said}");
        assert_eq!(said.lines().count(), 1, "it is not missing as well: {said}");
    }
    let empty = file(&folder, "empty", "\n");
    let said = said(&[("POSTERN_SECRET_KEY_FILE", &empty)]);
    assert!(
        said.starts_with("POSTERN_SECRET_KEY_FILE names a file that is empty."),
        "{said}"
    );
}

#[test]
fn a_secret_in_the_place_of_its_path_is_not_shown() {
    let said = said(&[
        ("OIDC_CLIENT_SECRET", ""),
        ("OIDC_CLIENT_SECRET_FILE", "s3cr3t-itself"),
    ]);

    assert_eq!(
        said,
        "OIDC_CLIENT_SECRET_FILE is not an absolute path, and not shown here. Fix: write the \
         file's path, beginning with /, or set OIDC_CLIENT_SECRET instead."
    );
}

#[test]
fn certificate_authorities_are_read_and_checked() {
    let folder = TempDir::new().unwrap();
    let good = file(&folder, "ca.pem", format!("A comment.\n{CA}{CA}"));

    let bundle = config(&[("OIDC_TLS_CACERTFILE", &good)])
        .oidc
        .unwrap()
        .rp
        .ca_certificates
        .unwrap();
    assert_eq!(bundle.path.to_str().unwrap(), good);
    assert!(String::from_utf8(bundle.pem).unwrap().ends_with(CA));

    let der = CertificateDer::from_pem_slice(CA.as_bytes()).unwrap();
    let marked = format!("\u{feff}{CA}");
    for content in [marked.as_bytes(), der.as_ref()] {
        let path = folder.path().join("other.pem");
        std::fs::write(&path, content).unwrap();
        let read = config(&[("OIDC_TLS_CACERTFILE", path.to_str().unwrap())]);
        let bundle = read.oidc.unwrap().rp.ca_certificates.unwrap();
        let read = CertificateDer::from_pem_slice(&bundle.pem).unwrap();
        assert_eq!(read, der);
    }
    let pkcs7 = folder.path().join("bad.der");
    std::fs::write(&pkcs7, [0x30, 0x03, 0x02, 0x01, 0x05]).unwrap();
    let wrong = said(&[("OIDC_TLS_CACERTFILE", pkcs7.to_str().unwrap())]);
    assert!(wrong.contains("is DER, and not one certificate"), "{wrong}");
    assert!(wrong.contains("openssl x509 -inform der"), "{wrong}");

    let trusted = CA.replace("CERTIFICATE", "TRUSTED CERTIFICATE");
    let damaged = CA.replacen("MII", "AAA", 1);
    for (content, problem) in [
        ("", "holds no certificate in PEM form"),
        (trusted.as_str(), "holds a TRUSTED CERTIFICATE"),
        (damaged.as_str(), "has a broken certificate, number 1"),
    ] {
        let path = file(&folder, "bad.pem", content);
        let said = said(&[("OIDC_TLS_CACERTFILE", &path)]);

        assert!(
            said.contains(&format!("OIDC_TLS_CACERTFILE={path:?} {problem}")),
            "{said}"
        );
    }
    assert!(said(&[("OIDC_TLS_CACERTFILE", "/nowhere.pem")]).contains("cannot be read: No such"));
}

#[test]
fn a_data_folder_that_is_a_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = file(&folder, "data", "");

    assert!(said(&[("DATA_DIR", &path)]).contains("which is not a folder. Fix: name a folder"));
    assert!(read(&[("DATA_DIR", folder.path().to_str().unwrap())]).is_ok());
}
