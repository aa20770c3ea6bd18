//! An application behind a reverse proxy that asks Postern.

use reqwest::Method;
use tests::places::free_port;
use tests::proxy_program::{ProxyKind, ProxyProgram, Sides};
use tests::site::Site;

use super::super::upstream;
use super::super::visitor::{CHAT, LOGIN, Shown, Visitor};

/// The application's host.
const HOST: &str = "app.localhost";

/// A site, an application, and a reverse proxy in front of it.
pub(super) struct Behind {
    pub(super) site: Site,
    /// The application's public origin.
    pub(super) origin: String,
    proxy: ProxyProgram,
    /// Where the proxy listens.
    address: String,
}

impl Behind {
    /// Starts all three. The application is called `wiki`.
    pub(super) async fn start(kind: ProxyKind, settings: &[(&str, &str)]) -> Self {
        let port = free_port().unwrap();
        let origin = kind.origin(HOST, port);
        let upstream = upstream::start().await;
        let redirect_uri = format!("{LOGIN}/api/oauth/openid");
        let mut all = vec![
            ("OIDC_REDIRECT_URI", redirect_uri.as_str()),
            ("OIDC_CLAIM_ROLES", "groups"),
            ("POSTERN_TRUSTED_PROXIES", "127.0.0.1"),
            ("POSTERN_APP_WIKI_URL", &origin),
            // One that is open to all, for lies about the host.
            ("POSTERN_APP_CHAT_URL", CHAT),
            ("POSTERN_APP_CHAT_PUBLIC", "/*"),
        ];
        all.extend(settings);
        let site = Site::with(&all).await;
        let sides = Sides {
            host: HOST.to_owned(),
            port,
            postern: site.origin().trim_start_matches("http://").to_owned(),
            upstream: upstream.trim_start_matches("http://").to_owned(),
        };
        let proxy = ProxyProgram::start(kind, &sides).await.unwrap();
        let address = kind.origin("127.0.0.1", port);
        Self {
            site,
            origin,
            proxy,
            address,
        }
    }

    /// Returns a browser that finds its way through the proxy.
    pub(super) fn visitor(&self) -> Visitor {
        let mut visitor = Visitor::new(&self.site);
        visitor.lead(&self.origin, &self.address);
        visitor
    }

    /// Returns such a browser that has opened the application, as this user of the OP.
    pub(super) async fn visitor_as(&self, name: &str) -> Visitor {
        let mut visitor = self.visitor();
        let (url, shown) = visitor.log_in_at_op(&self.url("/"), name).await;
        let arrived = (url.as_str(), shown.status);
        assert_eq!(
            arrived,
            (self.url("/").as_str(), 200),
            "{}",
            self.proxy.log()
        );
        visitor
    }

    /// Returns the public address of a path of the application.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// Sends a script's request with these headers.
    pub(super) async fn fetch(
        &self,
        visitor: &mut Visitor,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Shown {
        let mut request = visitor
            .call(Method::GET, &self.url(path))
            .header("sec-fetch-mode", "cors");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        visitor.send(request).await
    }
}
