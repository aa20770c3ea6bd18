//! An Authentik that has only just been started: it is waited for.

use std::time::Duration;

use postern::authentik::api::Api;
use postern::authentik::connect::{End, Job, Patience};
use postern::authentik::wanted::Choice;
use serde_json::Value;
use tests::authentik_api::ApiFault;

use super::Setup;

/// Waits long enough, and looks often.
fn patient(job: &mut Job) {
    job.patience = Patience {
        total: Duration::from_mins(1),
        pause: Duration::from_millis(5),
    };
}

#[tokio::test]
async fn new_authentik_is_waited_for() {
    let setup = Setup::start().await;
    setup.api.be_new(3, 3);

    let ran = setup.run_with(patient).await;

    assert_eq!(ran.end(), End::Done);
    for words in [
        "Authentik is not ready yet: it does not accept the token. Waiting, up to 60 s in all.\n",
        "Authentik is not ready yet: it has no flow default-provider-authorization-implicit-consent",
    ] {
        assert_eq!(ran.out.matches(words).count(), 1, "{words}: {}", ran.out);
    }
}

#[tokio::test]
async fn starting_authentik_that_answers_503_is_waited_for() {
    let setup = Setup::start().await;
    setup.api.fail(ApiFault {
        method: "GET",
        path: "admin/",
        status: 503,
        body: Value::Null,
        is_late: false,
    });

    let ran = setup.run_with(patient).await;

    assert_eq!(ran.end(), End::Done);
    assert!(
        ran.out.contains("not ready yet: it answers 503"),
        "{}",
        ran.out
    );
}

#[tokio::test]
async fn what_waiting_does_not_mend_is_told_at_once() {
    let setup = Setup::start().await;
    let url: url::Url = setup.api.origin().parse().unwrap();

    let token = setup
        .run_with(|job| {
            patient(job);
            job.api = Api::new(url, "wrong".into(), None).unwrap();
        })
        .await;
    let flow = setup
        .run_with(|job| {
            patient(job);
            job.wanted.invalidation_flow = Choice::new(Some("mine".to_owned()), String::new);
        })
        .await;

    assert!(token.trouble().contains("does not accept the token"));
    assert!(flow.trouble().contains("no invalidation flow \"mine\""));
    for ran in [token, flow] {
        assert!(!ran.out.contains("not ready"), "{}", ran.out);
    }
}

#[tokio::test]
async fn authentik_that_never_gets_ready_is_told_by_what_it_lacks() {
    let setup = Setup::start().await;
    setup.api.be_new(0, usize::MAX);

    let ran = setup
        .run_with(|job| {
            patient(job);
            // Long enough for one look on a busy machine.
            job.patience.total = Duration::from_secs(3);
        })
        .await;

    assert!(ran.out.contains("is not ready yet"), "{}", ran.out);
    assert!(ran.trouble().contains("has no authorization flow"));
    assert!(setup.api.writes().is_empty());
}
