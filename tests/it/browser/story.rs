//! The whole story in Chromium: from an empty server to a login through the OP that stays the
//! same account, against three OPs and on both databases.

use anyhow::{Context, Result, ensure};
use shared::routes;
use tests::database::DatabaseKind::{Postgres, Sqlite};
use tests::op::OpKind::{Canaille, Demo, OidcProvider, OidcProviderWithPar};
use tests::op::Person;
use tests::stage::{ADMIN, PASSWORD, Stage, on_stage};

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_the_demo_op_on_sqlite() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| story(stage).await).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_the_demo_op_on_postgres() -> Result<()> {
    on_stage(Demo, Postgres, async |stage| story(stage).await).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_oidc_provider_on_sqlite() -> Result<()> {
    on_stage(OidcProvider, Sqlite, async |stage| story(stage).await).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_oidc_provider_on_postgres() -> Result<()> {
    on_stage(OidcProvider, Postgres, async |stage| story(stage).await).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_pushed_authorization_requests() -> Result<()> {
    on_stage(OidcProviderWithPar, Sqlite, async |stage| {
        story(stage).await
    })
    .await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_canaille_on_sqlite() -> Result<()> {
    on_stage(Canaille, Sqlite, async |stage| story(stage).await).await
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn story_with_canaille_on_postgres() -> Result<()> {
    on_stage(Canaille, Postgres, async |stage| story(stage).await).await
}

/// The story, chapter by chapter.
async fn story(stage: &Stage) -> Result<()> {
    let alice = stage.op.admin();
    let account = first_admin_comes_back_by_password(stage)
        .await
        .context("the first admin")?;
    email_ties_the_account_to_the_op(stage, &alice)
        .await
        .context("the email")?;
    let linked = stage.account_id().await?;
    ensure!(
        linked == account,
        "the OP led to the account {linked}, not to {account}"
    );
    identity_is_shown(stage, alice.email)
        .await
        .context("the identity")?;

    stage.op.change_email(&alice, "alice@moved.example").await?;
    stage.log_out().await?;
    later_logins_go_straight_in(stage, &alice, &account)
        .await
        .context("the changed email")?;
    identity_is_shown(stage, "alice@moved.example")
        .await
        .context("the changed email")?;

    stage.browser.forget_cookies().await?;
    newcomer_gets_an_account(stage, &account)
        .await
        .context("the second user")
}

/// Fresh server, setup token, first admin, log out, log in. Returns the account's id.
async fn first_admin_comes_back_by_password(stage: &Stage) -> Result<String> {
    stage.set_up_admin().await?;
    stage.log_out().await?;
    stage.log_in_by_password().await?;
    stage.account_id().await
}

/// Sets the email to the OP's, and logs in there; asked for the password once where the OP does
/// not vouch for the email.
async fn email_ties_the_account_to_the_op(stage: &Stage, alice: &Person) -> Result<()> {
    stage.save_email(alice.email).await?;
    stage.log_out().await?;
    stage.choose_provider().await?;
    stage.op.wait_for_login_page(&stage.browser).await?;
    stage.op.log_in(&stage.browser, alice).await?;
    if !alice.is_verified {
        stage.agree_to_link(alice, PASSWORD).await?;
    }
    stage.wait_for_home_of(ADMIN).await
}

/// The profile page shows the identity with this email.
async fn identity_is_shown(stage: &Stage, email: &str) -> Result<()> {
    stage.visit(routes::PROFILE).await?;
    stage
        .browser
        .wait_for_text("#identities [data-identity]", email)
        .await
}

/// No question is asked any more, and the account's own email is what its owner made it.
async fn later_logins_go_straight_in(stage: &Stage, alice: &Person, account: &str) -> Result<()> {
    stage.log_in_at_op(alice).await?;
    stage.wait_for_home_of(ADMIN).await?;
    let same = stage.account_id().await?;
    ensure!(
        same == account,
        "the OP led to the account {same}, not to {account}"
    );
    stage.visit(routes::PROFILE).await?;
    stage.browser.wait_for("[data-edit=email]").await?;
    let email = stage.browser.value("#email-form [name=email]").await?;
    ensure!(email == alice.email, "the account's email is {email} now");
    Ok(())
}

/// Somebody whom the server does not know logs in through the OP.
async fn newcomer_gets_an_account(stage: &Stage, admin: &str) -> Result<()> {
    let bob = stage.op.newcomer();
    stage.log_in_at_op(&bob).await?;
    stage.wait_for_home_of(bob.name).await?;
    ensure!(
        stage.account_id().await? != admin,
        "it is the admin's account"
    );
    identity_is_shown(stage, bob.email).await
}
