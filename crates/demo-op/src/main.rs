//! `demo-op`: the demo OP as its own process.

use std::io::Write;
use std::net::SocketAddr;

use anyhow::Context;
use clap::{Parser, ValueEnum};
use demo_op::{Algorithm, Client, Invalidation, Op, Settings, Version};

/// A small OpenID Provider for demos and tests. Nothing it stores is secret or lasts.
#[derive(Parser)]
#[command(name = "demo-op")]
struct Command {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "DEMO_OP_LISTEN", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,
    /// Slug of the application, part of the issuer.
    #[arg(long, env = "DEMO_OP_SLUG", default_value = "postern")]
    slug: String,
    /// Client id to register.
    #[arg(long, env = "DEMO_OP_CLIENT_ID", default_value = "postern")]
    client_id: String,
    /// Client secret to register; only for demos, since others can read a command line.
    #[arg(long, env = "DEMO_OP_CLIENT_SECRET", hide_env_values = true)]
    client_secret: String,
    /// Redirect URI to register; can be given several times.
    #[arg(
        long = "redirect-uri",
        env = "DEMO_OP_REDIRECT_URI",
        value_delimiter = ' ',
        required = true
    )]
    redirect_uris: Vec<String>,
    /// Post-logout redirect URI to register; can be given several times.
    #[arg(
        long = "post-logout-uri",
        env = "DEMO_OP_POST_LOGOUT_URI",
        value_delimiter = ' '
    )]
    post_logout_uris: Vec<String>,
    /// Where logout tokens are posted; plain http only.
    #[arg(long, env = "DEMO_OP_BACKCHANNEL_LOGOUT_URI")]
    backchannel_logout_uri: Option<String>,
    /// Which users exist; more can be created at `/demo/users/NAME`.
    #[arg(long, env = "DEMO_OP_USERS", value_enum, default_value = "demo")]
    users: Users,
    /// Signing algorithm of ID tokens.
    #[arg(long, env = "DEMO_OP_ALGORITHM", default_value = "RS256")]
    algorithm: Algorithm,
    /// Release of Authentik to imitate: 2024.12, 2025.8, 2025.12, 2026.2 or main.
    #[arg(long, env = "DEMO_OP_VERSION", default_value = "2025.12")]
    imitate: Version,
    /// End the OP's session at a logout, as `default-invalidation-flow` does.
    #[arg(long)]
    end_session: bool,
}

/// Sets of users.
#[derive(Clone, Copy, ValueEnum)]
enum Users {
    /// Alice, Bob and Carol; the login page shows their passwords.
    Demo,
    /// Nobody.
    None,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let command = Command::parse();
    let users = match command.users {
        Users::Demo => Settings::demo(),
        Users::None => Settings::default(),
    };
    let client = Client {
        id: command.client_id,
        secret: command.client_secret,
        redirect_uris: command.redirect_uris,
        post_logout_uris: command.post_logout_uris,
        backchannel_logout_uri: command.backchannel_logout_uri,
    };
    let op = Op::start(Settings {
        listen: command.listen,
        slug: command.slug,
        clients: vec![client],
        algorithm: command.algorithm,
        version: command.imitate,
        invalidation: if command.end_session {
            Invalidation::Session
        } else {
            Invalidation::Page
        },
        ..users
    })
    .await?;
    // The process that started this one waits for the line, so it must not stay in a buffer.
    let mut stdout = std::io::stdout();
    writeln!(stdout, "demo OP ready: {}", op.issuer()).context("telling that all is ready")?;
    if matches!(command.users, Users::Demo) {
        for (username, password) in demo_op::demo_accounts() {
            writeln!(stdout, "account: {username}, password: {password}")
                .context("telling the accounts")?;
        }
    }
    stdout.flush().context("telling that all is ready")?;
    tokio::signal::ctrl_c()
        .await
        .context("waiting for the end")?;
    op.stop().await;
    Ok(())
}
