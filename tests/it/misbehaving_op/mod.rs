//! An OP that misbehaves, in every way that the checks of an identity must notice, and in some
//! that they must bear. What the conformance suite has modules for is in the folder `oidf`.

mod claims;
mod signature;
mod keys;
mod token_endpoint;
mod userinfo;
mod discovery;
mod answer;

use demo_op::Lie;
use serde_json::Value;
use tests::site::Site;
use tests::trial::Trial;

/// Each lie, alone and at a site of its own, ends on the error page with this code.
async fn each_is_refused(lies: &[Lie], code: &str) {
    for lie in lies {
        let trial = Trial::under(std::slice::from_ref(lie)).await;
        trial.assert_refused(code).await;
    }
}

/// Under each lie the login succeeds.
async fn each_is_accepted(lies: &[Lie]) {
    for lie in lies {
        let trial = Trial::under(std::slice::from_ref(lie)).await;
        trial.assert_accepted().await;
    }
}

/// A claim of the ID token.
fn claim(name: &str, value: Value) -> Lie {
    Lie::Claim(name.to_owned(), value)
}

/// A member of its header.
fn header(name: &str, value: Value) -> Lie {
    Lie::Header(name.to_owned(), value)
}

/// Returns true if any target of a lie was requested.
fn was_led_astray(site: &Site) -> bool {
    let requests = site.op.requests();
    requests
        .iter()
        .any(|request| request.path.starts_with("/foreign/"))
}
