//! A page before the login is the same before the wasm is there, or without it, and after: the server's
//! copy (`http/page/static_page/`) and the app's views have the same elements.

use anyhow::{Context as _, Result, ensure};
use shared::failure::FailureCode;
use shared::routes;
use tests::database::DatabaseKind::Sqlite;
use tests::op::OpKind::Demo;
use tests::stage::{ADMIN, Stage, on_stage, on_stage_with};

use crate::browser::users::make_users;

/// Returns what an element is, and all in it, one a line: its tag, its attributes and its own text.
/// Left out is what only one side can have: buttons that need scripts, values that only a plain form
/// sends, the code of a link, which scripts read themselves, and what says that scripts are missing;
/// of the attributes, those by which a plain form is sent and checked.
const OUTLINE: &str = r"
    const skipped = 'button[type=button], input[type=hidden], form:not(#setup-form) .field:has(#token), '
        + 'input.unseen, noscript, [data-wasm-failed]';
    const plain = ['method', 'action', 'required', 'minlength', 'maxlength', 'data-autofocus'];
    const outline = (element, depth) => {
        if (element.matches(skipped)) return [];
        const attributes = [...element.attributes].filter(({ name }) => !plain.includes(name))
            .map(({ name, value }) => ` ${name}=${value}`).sort().join('');
        const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
            .map((node) => node.data).join(' ').replace(/\s+/g, ' ').trim();
        return [`${' '.repeat(depth)}${element.localName}${attributes} ${own}`.trimEnd()]
            .concat(...[...element.children].map((child) => outline(child, depth + 1)));
    };
    return outline(document.querySelector(SELECTOR), 0).join('\n')";

/// Returns the outline of the element that matches.
async fn outline(stage: &Stage, css: &str) -> Result<String> {
    let script = OUTLINE.replace("SELECTOR", &format!("{css:?}"));
    let outline = stage.browser.script(&script).await?;
    Ok(outline.as_str().context("a text")?.to_owned())
}

/// Opens a page whose wasm does not come yet, then lets it through, and compares an element of the
/// page that the server wrote with the app's.
async fn compare(stage: &Stage, path: &str, servers: &str, apps: &str) -> Result<()> {
    let browser = &stage.browser;
    browser.hold_back("*.wasm").await?;
    browser.open(&format!("{}{path}", stage.origin)).await?;
    browser.wait_for("#static").await?;
    let before = outline(stage, servers).await?;
    browser.let_through().await?;
    browser
        .wait_for("body[data-app=ready]:not(:has(#static))")
        .await?;
    let after = outline(stage, apps).await?;
    ensure!(
        before == after,
        "{path} is two pages. The server's:\n{before}\nThe app's:\n{after}"
    );
    Ok(())
}

/// The same for the whole card.
async fn is_one_page(stage: &Stage, path: &str) -> Result<()> {
    compare(stage, path, "#static main", "#app main").await
}

/// The same for the page of a link, whose code only scripts can read: for its form.
async fn is_one_form(stage: &Stage, link: &str) -> Result<()> {
    let path = link.strip_prefix(&stage.origin).context("a link of ours")?;
    compare(stage, path, "#static [data-wasm-failed] form", "#app form").await
}

/// Returns a new link of each kind: to choose the password of an account, and to log in.
async fn links(stage: &Stage) -> Result<[String; 2]> {
    make_users(stage, &["carol".to_owned()]).await?;
    let script = "return (async () => {
        const { users } = await (await fetch('/api/users?search=carol')).json();
        const path = `/api/users/${users[0].id}/welcome-link`;
        return (await (await fetch(path, { method: 'POST' })).json()).url;
    })()";
    let welcome = stage.browser.script(script).await?;
    let login = stage.server.run(&["login-link", "--user", ADMIN])?;
    let welcome = welcome.as_str().context("a link")?.to_owned();
    Ok([welcome, String::from_utf8(login.stdout)?.trim().to_owned()])
}

#[tokio::test]
#[ignore = "needs Chromium; cargo xtask test runs it"]
async fn every_page_before_the_login_is_one_with_wasm_and_without() -> Result<()> {
    on_stage(Demo, Sqlite, async |stage| {
        let alice = stage.op.admin();
        is_one_page(stage, routes::SETUP).await?;
        is_one_page(stage, "/setup?error=email_taken").await?;
        is_one_page(stage, "/login?logged_out=1").await?;

        stage.set_up_admin().await?;
        is_one_page(stage, routes::SETUP).await?;
        is_one_page(stage, "/login?error=link_conflict&ref=k3v9q2").await?;
        stage.save_email(alice.email).await?;
        let [welcome, login] = links(stage).await?;
        stage.log_out().await?;

        is_one_form(stage, &welcome).await?;
        is_one_form(stage, &login).await?;
        is_one_page(stage, routes::LINK).await?;
        is_one_page(stage, "/link?error=link_expired").await?;
        is_one_page(stage, "/link?error=link_conflict").await?;
        is_one_page(stage, routes::LOGIN).await?;
        is_one_page(stage, "/login?next=/profile%3Fa%3Db").await?;
        is_one_page(stage, "/login?logged_out=here").await?;
        is_one_page(stage, "/login?error=no_such_code").await?;
        for code in FailureCode::ON_LOGIN_PAGE.iter().map(|code| code.as_str()) {
            is_one_page(stage, &format!("/login?error={code}&ref=k3v9q2")).await?;
        }

        stage.log_in_at_op(&alice).await?;
        stage.wait_for_page(routes::LINK).await?;
        is_one_page(stage, routes::LINK).await?;
        is_one_page(stage, "/link?error=invalid_credentials").await?;
        is_one_page(stage, "/login?language=ar").await?;

        // The provider comes first where most people use it.
        let newcomer = stage.op.newcomer();
        for _ in 0..6 {
            stage.browser.forget_cookies().await?;
            stage.log_in_at_op(&newcomer).await?;
            stage.wait_for_page(routes::HOME).await?;
        }
        stage.browser.forget_cookies().await?;
        is_one_page(stage, routes::LOGIN).await?;
        ensure!(
            stage.browser.has(".other-way").await?,
            "the form comes first"
        );
        is_one_page(stage, "/login?error=invalid_credentials").await
    })
    .await?;
    // Without passwords, nobody could administer this server, which has to be allowed.
    let without_passwords = [
        ("DISABLE_USERPASS_LOGIN", "true"),
        ("POSTERN_BREAK_GLASS", "true"),
    ];
    for settings in [&[("OIDC_ENABLED", "false")][..], &without_passwords] {
        on_stage_with(Demo, Sqlite, settings, async |stage| {
            is_one_page(stage, routes::SETUP).await?;
            is_one_page(stage, "/login?logged_out=1").await
        })
        .await?;
    }
    Ok(())
}
