//! The stand-in's objects, and how it answers.

use std::collections::BTreeMap;

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::request::{ApiFault, Request};
use super::schema::{Version, complaints};

/// Where flows are.
const FLOWS: &str = "flows/instances/";
/// Where keys are.
const KEYS: &str = "crypto/certificatekeypairs/";
/// Where scope mappings are.
const MAPPINGS: &str = "propertymappings/provider/scope/";
/// Where providers of OAuth2/OpenID are.
const PROVIDERS: &str = "providers/oauth2/";
/// Where applications are.
const APPLICATIONS: &str = "core/applications/";
/// Where anybody may see the brand, and by it whether Authentik has its own flows.
pub(super) const BRAND: &str = "core/brands/current/";

/// Query parameters of the lists that Postern asks for, besides those of paging.
const FILTERS: [(&str, &[&str]); 5] = [
    (FLOWS, &["designation", "slug", "search"]),
    (KEYS, &["has_key", "name", "search"]),
    (MAPPINGS, &["scope_name", "managed", "name", "search"]),
    (PROVIDERS, &["name", "client_id", "search"]),
    (APPLICATIONS, &["name", "slug", "search"]),
];

/// All objects, and what shall happen.
pub(super) struct World {
    version_text: String,
    version: Version,
    objects: BTreeMap<&'static str, Vec<Value>>,
    next_id: u64,
    pub(super) requests: Vec<Request>,
    pub(super) faults: Vec<ApiFault>,
    pub(super) page_limit: usize,
    /// How many requests are still refused as if the token were none.
    pub(super) refusals: usize,
    /// How many questions for the version come before the blueprints are applied.
    pub(super) looks_without_blueprints: usize,
    /// Are the blueprints still to be applied?
    has_no_blueprints: bool,
}

impl World {
    /// Creates a newly installed Authentik.
    pub(super) fn new(version: &str) -> Self {
        let mut parts = version.split('.');
        let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
        let mut world = Self {
            version_text: version.to_owned(),
            version: (number(), u8::try_from(number()).unwrap_or(0)),
            objects: BTreeMap::new(),
            next_id: 1,
            requests: Vec::new(),
            faults: Vec::new(),
            page_limit: 100,
            refusals: 0,
            looks_without_blueprints: 0,
            has_no_blueprints: false,
        };
        for (slug, designation) in [
            ("default-authentication-flow", "authentication"),
            ("default-invalidation-flow", "invalidation"),
            ("default-provider-invalidation-flow", "invalidation"),
            (
                "default-provider-authorization-explicit-consent",
                "authorization",
            ),
            (
                "default-provider-authorization-implicit-consent",
                "authorization",
            ),
            ("default-user-settings-flow", "stage_configuration"),
        ] {
            let flow = json!({ "slug": slug, "name": slug, "designation": designation });
            world.add(FLOWS, flow);
        }
        let key = json!({ "name": "authentik Self-signed Certificate" });
        world.add(KEYS, key);
        for scope in [
            "openid",
            "email",
            "profile",
            "offline_access",
            "entitlements",
        ] {
            world.add(
                MAPPINGS,
                json!({
                    "name": format!("authentik default OAuth Mapping: OpenID '{scope}'"),
                    "scope_name": scope,
                    "managed": format!("goauthentik.io/providers/oauth2/scope-{scope}"),
                    "expression": "return {}",
                }),
            );
        }
        world
    }

    /// Adds an object, and returns its id.
    pub(super) fn add(&mut self, path: &str, mut object: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let pk = match path {
            PROVIDERS => json!(id),
            _ => json!(format!("{id:08x}-1111-4222-8333-444455556666")),
        };
        object["pk"] = pk.clone();
        if path == PROVIDERS {
            // Defaults of Authentik.
            for (field, value) in [
                ("client_id", json!(format!("clientid{id:032x}"))),
                ("client_secret", json!(format!("secret{id:0122x}"))),
                ("client_type", json!("confidential")),
                ("property_mappings", json!([])),
                ("sub_mode", json!("hashed_user_id")),
                ("issuer_mode", json!("per_provider")),
                ("signing_key", Value::Null),
                ("encryption_key", Value::Null),
                ("authentication_flow", Value::Null),
                ("access_token_validity", json!("hours=1")),
                ("refresh_token_validity", json!("days=30")),
            ] {
                if object.get(field).is_none() {
                    object[field] = value;
                }
            }
        }
        self.list(path).push(object);
        pk
    }

    /// Changes fields of an object.
    pub(super) fn edit(&mut self, path: &str, name: &str, fields: &Value) {
        let mut objects = self.list(path).iter_mut();
        let object = objects
            .find(|object| object["name"] == name || object["slug"] == name)
            .unwrap_or_else(|| panic!("no {name}"));
        merge(object, fields);
    }

    /// Removes an object.
    pub(super) fn remove(&mut self, path: &str, name: &str) {
        self.list(path)
            .retain(|object| object["name"] != name && object["slug"] != name);
    }

    /// Returns the objects of a path as they are answered.
    pub(super) fn shown(&self, path: &str) -> Vec<Value> {
        let objects = self.objects.get(path).into_iter().flatten();
        objects.map(|object| self.show(path, object)).collect()
    }

    fn list(&mut self, path: &str) -> &mut Vec<Value> {
        let (known, _) = FILTERS
            .iter()
            .find(|(known, _)| *known == path)
            .unwrap_or_else(|| panic!("no {path}"));
        self.objects.entry(known).or_default()
    }

    /// Answers a request; `None` is a page that says that nothing is there.
    pub(super) fn respond(&mut self, request: &Request) -> Option<(u16, Value)> {
        let path = request.path.as_str();
        if path == BRAND && request.method == Method::GET {
            let flow = (self.refusals == 0 && !self.has_no_blueprints)
                .then_some("default-authentication-flow");
            let brand = json!({
                "matched_domain": "authentik-default", "branding_title": "authentik",
                "flow_authentication": flow,
            });
            return Some((200, brand));
        }
        if path == "admin/version/" && request.method == Method::GET {
            self.has_no_blueprints = self.looks_without_blueprints > 0;
            self.looks_without_blueprints = self.looks_without_blueprints.saturating_sub(1);
            let version = json!({
                "version_current": self.version_text,
                "version_latest": self.version_text,
                "version_latest_valid": true,
                "build_hash": "",
                "outdated": false,
                "outpost_outdated": false,
            });
            return Some((200, version));
        }
        let (kind, filters) = *FILTERS.iter().find(|(kind, _)| path.starts_with(kind))?;
        let id = path[kind.len()..].strip_suffix('/');
        match (&request.method, id) {
            (&Method::GET, None) => Some(self.respond_list(kind, filters, &request.query)),
            (&Method::POST, None) => Some(self.respond_make(kind, &request.body)),
            (&Method::GET, Some(id)) => Some(match self.position(kind, id) {
                Some(index) => (200, self.show(kind, &self.objects[kind][index])),
                None => nothing(),
            }),
            (&Method::PATCH, Some(id)) => Some(match self.position(kind, id) {
                Some(index) => self.respond_change(kind, index, &request.body),
                None => nothing(),
            }),
            _ => None,
        }
    }

    /// Finds an object by the id that its URL has: an application's slug, else `pk`.
    fn position(&self, kind: &str, id: &str) -> Option<usize> {
        let is_it = |object: &Value| match kind {
            APPLICATIONS => object["slug"] == id,
            PROVIDERS => id.parse::<u64>().is_ok_and(|id| object["pk"] == id),
            _ => object["pk"] == id,
        };
        self.objects.get(kind)?.iter().position(is_it)
    }

    /// Lists objects, a page of them.
    fn respond_list(&self, kind: &str, filters: &[&str], query: &str) -> (u16, Value) {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let mut objects = self.shown(kind);
        if self.has_no_blueprints && [FLOWS, MAPPINGS].contains(&kind) {
            objects.clear();
        }
        let (mut page, mut size) = (1, self.page_limit);
        for (name, value) in &pairs {
            match (name.as_str(), value.parse::<usize>()) {
                ("page", Ok(number)) if number > 0 => page = number,
                ("page_size", Ok(number)) if number > 0 => size = number.min(self.page_limit),
                // Every key here has its private half.
                ("has_key", _) if filters.contains(&"has_key") => {}
                (name, _) if filters.contains(&name) => {
                    objects.retain(|object| object[name] == *value);
                }
                (name, _) => return (400, json!({ name: ["No such parameter."] })),
            }
        }
        let (count, first) = (objects.len(), (page - 1) * size);
        if first > 0 && first >= count {
            return (404, json!({ "detail": "Invalid page." }));
        }
        let last = (first + size).min(count);
        let next = if last < count { page + 1 } else { 0 };
        let pagination = json!({
            "next": next, "previous": page - 1, "count": count, "current": page,
            "total_pages": count.div_ceil(size).max(1), "start_index": first + 1, "end_index": last,
        });
        let body = json!({ "pagination": pagination, "results": objects[first..last] });
        (200, body)
    }

    /// Creates an object.
    fn respond_make(&mut self, kind: &str, body: &Value) -> (u16, Value) {
        let mut wrong = complaints(kind, self.version, body, false);
        self.check_relations(kind, None, body, &mut wrong);
        if !wrong.is_empty() {
            return (400, wrong.into());
        }
        self.add(kind, body.clone());
        let made = self.objects[kind].last().cloned().unwrap_or_default();
        (201, self.show(kind, &made))
    }

    /// Changes an object.
    fn respond_change(&mut self, kind: &str, index: usize, body: &Value) -> (u16, Value) {
        let mut wrong = complaints(kind, self.version, body, true);
        self.check_relations(kind, Some(index), body, &mut wrong);
        if !wrong.is_empty() {
            return (400, wrong.into());
        }
        merge(&mut self.list(kind)[index], body);
        (200, self.show(kind, &self.objects[kind][index]))
    }

    /// Refuses names that are taken, and ids of nothing.
    fn check_relations(
        &self,
        kind: &str,
        index: Option<usize>,
        body: &Value,
        wrong: &mut Map<String, Value>,
    ) {
        let unique: &[&str] = match kind {
            APPLICATIONS => &["slug", "provider"],
            PROVIDERS => &["name", "client_id"],
            _ => &["name"],
        };
        for (other, object) in self.objects.get(kind).into_iter().flatten().enumerate() {
            for field in unique {
                let given = &body[*field];
                if Some(other) != index && !given.is_null() && object[*field] == *given {
                    let text = format!("{} with this {field} already exists.", kind_name(kind));
                    wrong.insert((*field).to_owned(), json!([text]));
                }
            }
        }
        let relations = [
            ("authorization_flow", FLOWS),
            ("invalidation_flow", FLOWS),
            ("authentication_flow", FLOWS),
            ("signing_key", KEYS),
            ("property_mappings", MAPPINGS),
            ("provider", PROVIDERS),
        ];
        for (field, target) in relations {
            let ids = match &body[field] {
                Value::Array(list) => list.clone(),
                Value::Null => continue,
                one => vec![one.clone()],
            };
            let known = |id: &Value| {
                let mut targets = self.objects.get(target).into_iter().flatten();
                targets.any(|object| object["pk"] == *id)
            };
            if let Some(id) = ids.iter().find(|id| !known(id)) {
                let text = format!("Invalid pk {id} - object does not exist.");
                wrong.insert(field.to_owned(), json!([text]));
            }
        }
    }

    /// Returns an object as it is answered, with what its relations bring.
    fn show(&self, kind: &str, object: &Value) -> Value {
        let mut shown = object.clone();
        let all = |kind: &str| self.objects.get(kind).into_iter().flatten();
        if kind == PROVIDERS {
            let application = all(APPLICATIONS).find(|it| it["provider"] == object["pk"]);
            let of = |field: &str| application.map_or(Value::Null, |it| it[field].clone());
            shown["assigned_application_slug"] = of("slug");
            shown["assigned_application_name"] = of("name");
            shown["verbose_name"] = json!("OAuth2/OpenID Provider");
        }
        if kind == APPLICATIONS && shown.get("provider_obj").is_none() {
            let provider = all(PROVIDERS).find(|it| it["pk"] == object["provider"]);
            shown["provider_obj"] = provider.map_or(Value::Null, |it| {
                json!({
                    "pk": it["pk"], "name": it["name"],
                    "verbose_name": "OAuth2/OpenID Provider",
                })
            });
        }
        shown
    }
}

/// Lays fields over an object.
fn merge(object: &mut Value, fields: &Value) {
    for (field, value) in fields.as_object().into_iter().flatten() {
        object[field] = value.clone();
    }
}

/// Says that there is no such object.
fn nothing() -> (u16, Value) {
    (
        404,
        json!({ "detail": "No object matches the given query." }),
    )
}

/// Returns what Authentik calls an object of that kind in its complaints.
fn kind_name(kind: &str) -> &'static str {
    match kind {
        APPLICATIONS => "application",
        PROVIDERS => "provider",
        _ => "property mapping",
    }
}
