//! However an OP keeps the doctor waiting, it comes to an end.

use std::time::Duration;

use demo_op::{Fault, Lie};
use shared::doctor::Outcome::{Fail, Warn};
use tests::site::Site;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::{examined, expect};

/// The promised bound.
const A_MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn doctor_ends_within_a_minute_whatever_the_op_does() {
    let mut all = JoinSet::new();
    for fault in [Fault::Hang, Fault::Drip, Fault::Huge] {
        let endpoints: [fn(Fault) -> Lie; 3] = [Lie::Discovery, Lie::Jwks, Lie::Token];
        for (endpoint, name) in endpoints.into_iter().zip(["discovery", "keys", "client"]) {
            let fault = fault.clone();
            all.spawn(async move {
                let site = Site::start().await;
                site.op.lies(endpoint(fault.clone()));
                let began = Instant::now();
                let report = timeout(A_MINUTE, examined(&site)).await;
                (report.ok(), name, fault, began.elapsed())
            });
        }
    }

    while let Some(done) = all.join_next().await {
        let (report, name, fault, took) = done.unwrap();
        let report = report.unwrap_or_else(|| panic!("{name} {fault:?}: {took:?}"));
        let outcome = match (name, &fault) {
            // It says something, only too much.
            ("client", Fault::Huge) => Warn,
            _ => Fail,
        };
        expect(&report, (name, outcome, "", ""), &format!("{fault:?}"));
    }
}

#[tokio::test]
async fn all_endpoints_together_take_no_longer() {
    let site = Site::start().await;
    site.op.lies(Lie::Jwks(Fault::Hang));
    site.op.lies(Lie::Token(Fault::Hang));
    site.op.lies(Lie::ParRequired);
    site.op.lies(Lie::Par(Fault::Hang));

    let report = timeout(A_MINUTE, examined(&site)).await.expect("an end");

    expect(&report, ("keys", Fail, "timed out", "Authentik"), "");
    expect(
        &report,
        ("redirect_uri", Warn, "timed out", "Authentik"),
        "",
    );
}
