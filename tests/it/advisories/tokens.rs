//! ID tokens that others believed.

use demo_op::Lie;
use tests::site::Site;

/// Such an ID token logs nobody in, and creates no account.
async fn assert_makes_nobody(site: &Site, lies: &[Lie]) {
    for lie in lies {
        site.op.lies(lie.clone());
        let browser = site.browser();
        let callback = browser.log_in_as("bob").await.callback;
        assert_eq!(callback.code(), "token_invalid", "{lie:?}");
        assert_eq!(browser.who().await, None, "{lie:?}");
        let made = site.app.store.account_by_username("bob").await;
        assert!(made.expect("the store answers").is_none(), "{lie:?}");
        site.op.speaks_true();
    }
    let browser = site.browser();
    browser.log_in_as("bob").await;
    assert!(browser.who().await.is_some(), "an honest one is believed");
}

#[tokio::test]
async fn cve_2026_33322_algorithm_is_the_keys_and_never_the_tokens_choice() {
    let lies = [
        Lie::HmacWithPublicKey,
        Lie::HmacWithSecret,
        Lie::AlgNone,
        Lie::SignatureMissing,
        Lie::AlgUnlisted,
    ];

    assert_makes_nobody(&Site::start().await, &lies).await;
}

#[tokio::test]
async fn cve_2026_33322_public_key_is_no_secret_even_where_hs256_is_allowed() {
    let site = Site::with(&[("OIDC_ID_TOKEN_ALGS", "RS256,HS256")]).await;

    assert_makes_nobody(&site, &[Lie::HmacWithPublicKey, Lie::AlgNone]).await;
}

#[tokio::test]
async fn cve_2026_40946_token_for_another_client_is_refused() {
    let lies = [
        Lie::AudWrong,
        Lie::AudEmpty,
        Lie::AudSeveral,
        Lie::AudType,
        Lie::AzpWrong,
    ];

    assert_makes_nobody(&Site::start().await, &lies).await;
}

#[tokio::test]
async fn ghsa_wcvh_g65p_v576_token_without_a_claim_is_refused() {
    let required = ["iss", "sub", "aud", "exp", "iat", "nonce"];
    let lies = required.map(|claim| Lie::ClaimMissing(claim.to_owned()));

    assert_makes_nobody(&Site::start().await, &lies).await;
    assert_makes_nobody(&Site::start().await, &[Lie::IssWrong, Lie::ExpWrong]).await;
}
