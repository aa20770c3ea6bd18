//! The doctor's log lines when a server starts.

use demo_op::Lie;
use postern::doctor::log_at_start;
use tests::log::Log;
use tests::site::{CLIENT_SECRET, Site, admin};

/// Returns the lines of the doctor.
fn lines() -> Vec<String> {
    let text = Log::text();
    let lines = text.lines().filter(|line| line.contains("doctor: "));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn what_is_not_well_has_a_line_with_the_remedy() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.op.lies(Lie::JwksEmpty);
    Log::begin_as_by_default();

    log_at_start(site.app.clone()).await;

    let lines = lines();
    let [keys, sum] = &lines[..] else {
        panic!("{lines:#?}")
    };
    assert!(
        keys.contains("ERROR") && keys.contains("Signing keys: The JWK Set is {}"),
        "{keys}"
    );
    assert!(keys.contains("select a “Signing Key”"), "{keys}");
    assert!(sum.contains("INFO") && sum.contains("1 failed"), "{sum}");
    assert!(!Log::text().contains(CLIENT_SECRET));
}

#[tokio::test]
async fn op_that_is_down_has_one_line() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    site.op.pause().await;
    Log::begin_as_by_default();

    log_at_start(site.app.clone()).await;

    let lines = lines();
    let failed = lines.iter().filter(|line| line.contains("ERROR"));
    assert_eq!(failed.count(), 1, "{lines:#?}");
}

#[tokio::test]
async fn at_the_start_nothing_is_tried_that_looks_like_an_attack() {
    let site = Site::start().await;
    site.op.forget_requests();

    log_at_start(site.app.clone()).await;

    let tried = site.op.requests_to("/application/o/token/");
    let [request] = &tried[..] else {
        panic!("{tried:?}")
    };
    let secret = request.basic().map(|(_, secret)| secret);
    assert_eq!(secret.as_deref(), Some(CLIENT_SECRET));
}
