//! `/metrics`: what is counted, in which format, and that no client can make it grow.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::Value;
use shared::failure::FailureCode;
use sqlx::{Connection as _, Executor as _};
use tests::database::{Database, DatabaseKind};
use tests::http_browser::until_limited;
use tests::places::workspace;
use tests::site::{PASSWORD, Site, user};
use tests::web;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Prometheus's view of the metrics.
struct Scrape {
    media_type: String,
    body: String,
}

impl Scrape {
    async fn of(ops: &str) -> Self {
        Self::accepting(ops, "*/*").await
    }

    async fn accepting(ops: &str, accept: &str) -> Self {
        let client = web::client(Duration::from_secs(30)).expect("a client");
        let request = client
            .get(format!("{ops}/metrics"))
            .header("accept", accept);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200);
        let media_type = answer.headers()["content-type"]
            .to_str()
            .expect("a media type")
            .to_owned();
        let body = answer.text().await.expect("a body");
        Self { media_type, body }
    }

    /// Returns the series with their values; each is there once.
    fn series(&self) -> BTreeMap<&str, &str> {
        let mut series = BTreeMap::new();
        for line in self.body.lines().filter(|line| !line.starts_with('#')) {
            let (name, value) = line.rsplit_once(' ').expect("name and value");
            assert!(value.parse::<f64>().is_ok(), "{line}");
            assert!(series.insert(name, value).is_none(), "twice: {line}");
        }
        series
    }

    /// Returns a value as it is written.
    fn text(&self, series: &str) -> &str {
        let value = self.series().get(series).copied();
        value.unwrap_or_else(|| panic!("{series} is not in\n{}", self.body))
    }

    fn value(&self, series: &str) -> f64 {
        self.text(series).parse().expect("a number")
    }

    /// Returns a value that counts something.
    fn count(&self, series: &str) -> u64 {
        whole(self.text(series))
    }

    /// Returns the names of the metrics, as they stand in queries but for what a histogram adds.
    fn names(&self) -> BTreeSet<&str> {
        let types = self.body.lines();
        let types = types.filter_map(|line| line.strip_prefix("# TYPE "));
        types.filter_map(|rest| rest.split(' ').next()).collect()
    }
}

/// Reads a whole number, which some formats write as `1.0`.
fn whole(text: &str) -> u64 {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{text} is no whole number"))
}

fn login(method: &str, outcome: &str) -> String {
    format!("postern_logins_total{{method=\"{method}\",outcome=\"{outcome}\"}}")
}

#[tokio::test]
async fn each_login_is_counted_once_by_method_and_outcome() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let ops = site.serve_ops().await;
    let before = Scrape::of(&ops).await;
    assert_eq!(before.count(&login("openid", "ok")), 0);

    site.logged_in("alice").await;
    site.browser().log_in("alice", "a wrong password").await;
    site.browser().log_in("nobody", PASSWORD).await;
    site.browser().log_in_as("bob").await;
    let start = site.browser().get("/api/login/openid").await;
    let browser = site.browser();
    let cancelled = browser.cancel_at_op(start.location()).await;
    // Begins anew by itself, which is no end.
    browser.get(&cancelled).await;

    let after = Scrape::of(&ops).await;
    for (series, count) in [
        (login("password", "ok"), 1),
        (login("password", "invalid_credentials"), 2),
        (login("openid", "ok"), 1),
    ] {
        assert_eq!(after.count(&series), count, "{series}");
    }
    let all = after.series();
    let logins = all
        .iter()
        .filter(|(name, _)| name.starts_with("postern_logins_total"));
    assert_eq!(
        logins.map(|(_, count)| whole(count)).sum::<u64>(),
        5,
        "{all:?}"
    );
    assert_eq!(
        after.count("postern_accounts"),
        1,
        "for ten seconds it is not counted anew"
    );
}

#[tokio::test]
async fn each_failure_at_the_op_has_its_series_from_the_beginning() {
    let site = Site::start().await;
    let ops = site.serve_ops().await;

    let scrape = Scrape::of(&ops).await;

    for code in FailureCode::ON_LOGIN_PAGE {
        if !matches!(
            code,
            FailureCode::InvalidCredentials | FailureCode::PasswordLoginDisabled
        ) {
            assert_eq!(scrape.count(&login("openid", code.as_str())), 0);
        }
    }
}

#[tokio::test]
async fn op_sessions_passwords_and_limits_are_measured() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let ops = site.serve_ops().await;
    site.logged_in("alice").await;
    site.browser().log_in_as("bob").await;
    let guesser = site.browser();
    until_limited(async || guesser.log_in("alice", "a wrong password").await).await;

    let scrape = Scrape::of(&ops).await;

    let token = "postern_op_request_duration_seconds_count{endpoint=\"token\",outcome=\"ok\"}";
    let route = "postern_http_request_duration_seconds_count{route=\"/api/oauth/openid\"}";
    for (series, value) in [
        ("postern_op_reachable", 1),
        ("postern_database_up", 1),
        ("postern_sessions", 2),
        ("postern_accounts", 2),
        ("postern_rate_limited_total{kind=\"password\"}", 1),
        (token, 1),
        (route, 1),
        ("postern_password_hashes_running", 0),
        ("postern_password_hashes_waiting", 0),
    ] {
        assert_eq!(scrape.count(series), value, "{series}");
    }
    assert!(scrape.value("postern_password_hash_duration_seconds_count") > 5.0);
    assert!(scrape.value("postern_password_hash_duration_seconds_sum") > 0.0);
    assert!(scrape.value("postern_http_connections") >= 1.0);
    assert!(scrape.value("process_resident_memory_bytes") > 1e6);
    assert!(scrape.value("process_open_fds") > 3.0);
    let began = "process_start_time_seconds";
    assert_eq!(scrape.count(began), 1_750_000_000);
}

#[tokio::test]
async fn op_that_is_down_is_told() {
    let site = Site::start().await;
    let ops = site.serve_ops().await;
    site.op.pause().await;
    site.forget_metadata();
    site.browser().get("/api/login/openid").await;

    let scrape = Scrape::of(&ops).await;

    assert_eq!(scrape.count("postern_op_reachable"), 0);
    assert_eq!(scrape.count(&login("openid", "op_unreachable")), 1);
    let unreachable =
        "postern_op_request_duration_seconds_count{endpoint=\"discovery\",outcome=\"unreachable\"}";
    assert!(scrape.value(unreachable) >= 1.0);
}

#[tokio::test]
async fn nothing_that_a_client_sends_makes_another_series() {
    let site = Site::start().await;
    let ops = site.serve_ops().await;
    let browser = site.browser();
    let use_it = async |n: u32| {
        browser.get(&format!("/a-page-{n}")).await;
        browser.get(&format!("/api/nowhere/{n}")).await;
        browser.delete(&format!("/api/users/{n}")).await;
        browser
            .log_in(&format!("name-{n}"), "a wrong password")
            .await;
        let method = Method::from_bytes(format!("BREW{n}").as_bytes()).unwrap();
        browser.send(browser.call(method, "/api/session")).await;
        browser.get(&format!("/api/login/openid?iss={n}")).await;
    };
    use_it(0).await;
    let before = Scrape::of(&ops).await;

    for n in 1..6 {
        use_it(n).await;
    }

    let after = Scrape::of(&ops).await;
    let names = |scrape: &Scrape| -> BTreeSet<String> {
        scrape
            .series()
            .keys()
            .map(|name| (*name).to_owned())
            .collect()
    };
    assert_eq!(names(&before), names(&after));
    for word in ["a-page", "nowhere", "name-", "BREW"] {
        assert!(!after.body.contains(word), "{word}");
    }
    let route =
        "postern_http_requests_total{route=\"/api/users/{id}\",method=\"DELETE\",status=\"4xx\"}";
    assert_eq!(after.count(route), 6);
}

#[tokio::test]
async fn both_formats_are_well_formed() {
    let site = Site::start().await;
    let ops = site.serve_ops().await;
    site.browser().log_in_as("bob").await;

    let text = Scrape::of(&ops).await;
    let openmetrics = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2";
    let openmetrics = Scrape::accepting(&ops, openmetrics).await;

    assert_eq!(text.media_type, TEXT);
    assert!(!text.body.contains("# EOF") && text.body.ends_with('\n'));
    assert_eq!(openmetrics.media_type, OPENMETRICS);
    assert!(openmetrics.body.ends_with("\n# EOF\n"));
    for scrape in [text, openmetrics] {
        assert_histograms_add_up(&scrape);
    }
}

/// Each histogram's buckets grow up to its count, and the last has no bound.
fn assert_histograms_add_up(scrape: &Scrape) {
    // By name and labels: what the last bucket had, and whether it was the last of all.
    let mut last: BTreeMap<String, (u64, bool)> = BTreeMap::new();
    for line in scrape.body.lines().filter(|line| line.contains("_bucket{")) {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let series = series.trim_end_matches('}').split_once("_bucket{");
        let (name, labels) = series.expect("the labels of a bucket");
        let (bounds, labels): (Vec<_>, Vec<_>) = labels
            .split(',')
            .partition(|label| label.starts_with("le="));
        let labels = labels.join(",");
        let count = if labels.is_empty() {
            format!("{name}_count")
        } else {
            format!("{name}_count{{{labels}}}")
        };
        let value = whole(value);
        let (before, _) = last.get(&count).copied().unwrap_or_default();
        assert!(value >= before, "{line}");
        last.insert(count, (value, bounds == ["le=\"+Inf\""]));
    }
    assert!(last.len() >= 5, "{last:?}");
    for (count, (value, is_unbounded)) in last {
        assert!(is_unbounded, "{count}");
        assert_eq!(scrape.count(&count), value, "{count}");
    }
}

#[tokio::test]
async fn ops_listener_serves_that_alone_and_nothing_is_written_there() {
    let site = Site::start().await;
    let ops = site.serve_ops().await;
    let client = web::client(Duration::from_secs(10)).unwrap();
    let status = async |method: Method, url: String| {
        let answer = client.request(method, url).send().await.unwrap();
        answer.status().as_u16()
    };

    for (method, path, expected) in [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/readyz", 200),
        (Method::HEAD, "/metrics", 200),
        (Method::POST, "/metrics", 405),
        (Method::DELETE, "/readyz", 405),
        (Method::GET, "/", 404),
        (Method::GET, "/api/session", 404),
        (Method::POST, "/api/login", 404),
    ] {
        assert_eq!(
            status(method.clone(), format!("{ops}{path}")).await,
            expected,
            "{method} {path}"
        );
    }
    let on_main = site.browser().get("/metrics").await;
    assert!(!on_main.body.contains("postern_logins"), "{}", on_main.body);
}

#[tokio::test]
#[ignore = "needs PostgreSQL; cargo xtask test runs it"]
async fn database_that_hangs_does_not_hang_the_scrape() -> anyhow::Result<()> {
    let database = Database::create(DatabaseKind::Postgres).await?;
    let url = database.url().unwrap().to_owned();
    let site = Site::with(&[("DATABASE_URL", &url)]).await;
    let ops = site.serve_ops().await;
    let mut other = sqlx::PgConnection::connect(&url).await?;
    other
        .execute("begin; lock table account in access exclusive mode")
        .await?;

    let began = Instant::now();
    let scrapes = tokio::join!(Scrape::of(&ops), Scrape::of(&ops));

    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    for scrape in [scrapes.0, scrapes.1] {
        assert_eq!(scrape.count("postern_database_up"), 0);
        assert!(!scrape.series().contains_key("postern_accounts"));
        assert_eq!(scrape.count("postern_op_reachable"), 1);
    }
    other.close().await?;
    Ok(())
}

/// Returns the metrics of ours that a text names, without what histograms add.
fn named(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    let words = text.split(|c: char| !is_part(c));
    let ours = words.filter(|word| word.starts_with("postern_") || word.starts_with("process_"));
    ours.map(|word| {
        let mut bare = ["_bucket", "_count", "_sum"].iter();
        let bare = bare.find_map(|ending| word.strip_suffix(ending));
        bare.filter(|bare| bare.ends_with("_seconds"))
            .unwrap_or(word)
            .to_owned()
    })
    .collect()
}

/// Returns every query of a dashboard, at any depth.
fn queries(value: &Value) -> Vec<String> {
    match value {
        Value::Object(object) => {
            let own = ["expr", "definition"]
                .iter()
                .filter_map(|name| object.get(*name)?.as_str());
            let own: Vec<String> = own.map(str::to_owned).collect();
            own.into_iter()
                .chain(object.values().flat_map(queries))
                .collect()
        }
        Value::Array(values) => values.iter().flat_map(queries).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn dashboard_has_every_metric_and_no_other() {
    let site = Site::start().await;
    let scrape = Scrape::of(&site.serve_ops().await).await;
    let exported: BTreeSet<String> = scrape
        .names()
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    let read = |name: &str| {
        std::fs::read_to_string(workspace().join("deploy/grafana").join(name)).unwrap()
    };
    let dashboard: Value = serde_json::from_str(&read("postern.json")).unwrap();

    let shown = named(&queries(&dashboard).join(" "));
    let alerts = named(&read("alerts.yml"));

    assert_eq!(shown, exported);
    assert!(alerts.is_subset(&exported), "{alerts:?}");
    assert!(alerts.len() > 4, "{alerts:?}");
}

#[test]
fn dashboard_can_be_imported_into_any_grafana() {
    let path = workspace().join("deploy/grafana/postern.json");
    let dashboard: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());

    assert!(dashboard["id"].is_null() && dashboard["schemaVersion"].as_i64() >= Some(36));
    assert_eq!(variables[0]["type"], "datasource");
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let place = |name: &str| panel["gridPos"][name].as_u64().unwrap();
        assert!(place("x") + place("w") <= 24, "{panel}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(places.insert((x, y)), "panels overlap: {panel}");
            }
        }
        if panel["type"] == "row" {
            continue;
        }
        assert_eq!(panel["datasource"]["uid"], "${datasource}");
        let targets = panel["targets"].as_array().unwrap();
        assert!(!targets.is_empty(), "{panel}");
        let mut refs = BTreeSet::new();
        for target in targets {
            assert!(refs.insert(target["refId"].as_str().unwrap()), "{panel}");
            let query = target["expr"].as_str().unwrap();
            for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
                assert_eq!(
                    query.matches(open).count(),
                    query.matches(close).count(),
                    "{query}"
                );
            }
        }
    }
}
