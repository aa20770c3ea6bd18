"""Holds what Postern sends to Authentik against the published client of Authentik's API.

    check.py MODELS < REQUESTS

MODELS is the folder with the package `authentik_client` of one version. REQUESTS is JSON:
`{"requests": [{"method", "path", "query", "body"}], "blueprints": [YAML]}`. Prints what is wrong,
and ends with 1 where anything is.
"""

import functools
import importlib
import inspect
import json
import re
import sys
import types
import uuid
from pathlib import Path
from urllib.parse import parse_qsl

import yaml

CLIENT = "authentik_client"
FAULTS = []

# The client's own lists would load all of its thousand models; the few in question take a quarter
# of the time.
for package in (CLIENT, f"{CLIENT}.api", f"{CLIENT}.models"):
    sys.modules[package] = types.ModuleType(package)
    sys.modules[package].__path__ = [str(Path(sys.argv[1], *package.split(".")))]


def loaded(folder, name):
    """Returns a class of the client from the module that is named after it."""
    module = re.sub("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    return getattr(importlib.import_module(f"{CLIENT}.{folder}.{module}"), name)


api_class = functools.partial(loaded, "api")
model_class = functools.partial(loaded, "models")

# Where the objects are: the API class, its function that lists, the models of a whole and of a
# partial request, the model of an answer, and the fields of that which Postern reads.
KINDS = {
    "flows/instances/": (
        api_class("FlowsApi"), "flows_instances_list", None, None,
        model_class("Flow"), ["pk", "slug", "designation"],
    ),
    "crypto/certificatekeypairs/": (
        api_class("CryptoApi"), "crypto_certificatekeypairs_list", None, None,
        model_class("CertificateKeyPair"), ["pk", "name"],
    ),
    "propertymappings/provider/scope/": (
        api_class("PropertymappingsApi"), "propertymappings_provider_scope_list",
        model_class("ScopeMappingRequest"), model_class("PatchedScopeMappingRequest"),
        model_class("ScopeMapping"), ["pk", "name", "scope_name", "managed", "expression"],
    ),
    "providers/oauth2/": (
        api_class("ProvidersApi"), "providers_oauth2_list",
        model_class("OAuth2ProviderRequest"), model_class("PatchedOAuth2ProviderRequest"),
        model_class("OAuth2Provider"),
        ["pk", "name", "assigned_application_slug", "client_id", "client_secret",
         "property_mappings", "redirect_uris", "sub_mode"],
    ),
    "core/applications/": (
        api_class("CoreApi"), "core_applications_list",
        model_class("ApplicationRequest"), model_class("PatchedApplicationRequest"),
        model_class("Application"), ["name", "slug", "provider", "provider_obj"],
    ),
}

# What the API calls the id in a path.
KEYS = {
    "propertymappings/provider/scope/": "pm_uuid",
    "providers/oauth2/": "id",
    "core/applications/": "slug",
}

# The bodies by the names that blueprints use.
BLUEPRINT_MODELS = {
    "authentik_providers_oauth2.scopemapping": model_class("ScopeMappingRequest"),
    "authentik_providers_oauth2.oauth2provider": model_class("OAuth2ProviderRequest"),
    "authentik_core.application": model_class("ApplicationRequest"),
}
LOOKED_UP = {
    "authentik_flows.flow": model_class("Flow"),
    "authentik_crypto.certificatekeypair": model_class("CertificateKeyPair"),
    "authentik_providers_oauth2.scopemapping": model_class("ScopeMapping"),
}


def fault(where, what):
    FAULTS.append(f"{where}: {what}")


def names(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def check_body(where, model, body):
    for name in set(body) - names(model):
        fault(where, f"{model.__name__} has no field {name}")
    for entry in body.get("redirect_uris") or []:
        for name in set(entry) - names(model_class("RedirectURIRequest")):
            fault(where, f"RedirectURIRequest has no field {name}")
    # Some fields may be null only in an answer; the model of a request says which.
    try:
        model.from_dict(body)
    except Exception as error:
        fault(where, error)


@functools.cache
def source_of(api):
    """Returns the text that has all paths of an API."""
    return inspect.getsource(sys.modules[api.__module__])


def check_request(request):
    method, path = request["method"], request["path"]
    where = f"{method} {path}"
    if path == "admin/version/":
        api, template = api_class("AdminApi"), "/admin/version/"
    else:
        kind = next((kind for kind in KINDS if path.startswith(kind)), None)
        if kind is None:
            return fault(where, "no such path")
        api = KINDS[kind][0]
        template = "/" + kind + (f"{{{KEYS[kind]}}}/" if path != kind else "")
        if request["query"]:
            known = inspect.signature(getattr(api, KINDS[kind][1])).parameters
            for name, _ in parse_qsl(request["query"]):
                if name not in known:
                    fault(where, f"no query parameter {name}")
        whole, partial = KINDS[kind][2:4]
        model = {"POST": whole, "PATCH": partial}.get(method)
        if method != "GET" and model is None:
            fault(where, "nothing to be written")
        elif method != "GET":
            check_body(where, model, request["body"])
    source = source_of(api)
    if f"resource_path='{template}'" not in source or f"method='{method}'" not in source:
        fault(where, "no such operation")


class Tag:
    def __init__(self, name, value):
        self.name, self.value = name, value


class Loader(yaml.SafeLoader):
    pass


def construct(name):
    def tag(loader, node):
        if isinstance(node, yaml.ScalarNode):
            return Tag(name, node.value)
        return Tag(name, loader.construct_sequence(node, deep=True))
    return tag


for tag_name in ("Find", "KeyOf", "Context", "Env"):
    Loader.add_constructor(f"!{tag_name}", construct(tag_name))


def resolve(where, value, blueprint, made, field):
    """Puts in the place of a tag what Authentik would find there."""
    if isinstance(value, list):
        return [resolve(where, item, blueprint, made, field) for item in value]
    if isinstance(value, dict):
        return {name: resolve(where, item, blueprint, made, name) for name, item in value.items()}
    if not isinstance(value, Tag):
        return value
    if value.name == "Env":
        return "a secret"
    if value.name == "Context":
        if value.value not in blueprint["context"]:
            fault(where, f"no context {value.value}")
        return blueprint["context"].get(value.value)
    if value.name == "KeyOf":
        if value.value not in made:
            fault(where, f"nothing above has the id {value.value}")
        return 1 if field == "provider" else str(uuid.uuid4())
    model, condition = value.value
    if model not in LOOKED_UP or condition[0] not in names(LOOKED_UP[model]):
        fault(where, f"nothing to find by {value.value}")
    text = resolve(where, condition[1], blueprint, made, None)
    if not isinstance(text, str) or not text:
        fault(where, f"{value.value} finds nothing")
    return str(uuid.uuid4())


def check_blueprint(text):
    blueprint = yaml.load(text, Loader)
    if blueprint["version"] != 1 or set(blueprint) - {"version", "metadata", "context", "entries"}:
        fault("blueprint", "the frame is wrong")
    if not isinstance(blueprint["metadata"]["name"], str):
        fault("blueprint", "no name")
    made, kinds = set(), []
    for entry in blueprint["entries"]:
        where = entry["model"]
        for name in set(entry) - {"model", "id", "state", "conditions", "identifiers", "attrs"}:
            fault(where, f"an entry has no {name}")
        if where == "authentik_blueprints.metaapplyblueprint":
            if set(entry["attrs"]) != {"identifiers", "required"}:
                fault(where, "wrong attributes")
            continue
        resolve(where, entry.get("conditions", []), blueprint, made, None)
        body = {**entry["attrs"], **entry["identifiers"]}
        check_body(where, BLUEPRINT_MODELS[where], resolve(where, body, blueprint, made, None))
        made.add(entry.get("id"))
        kinds.append(where)
    if set(kinds) - set(BLUEPRINT_MODELS) or len(kinds) < 2:
        fault("blueprint", f"it makes {kinds}")


def main():
    given = json.load(sys.stdin)
    for kind, (*_, model, fields) in KINDS.items():
        for name in set(fields) - names(model):
            fault(kind, f"{model.__name__} has no field {name}")
    for request in given["requests"]:
        check_request(request)
    for blueprint in given["blueprints"]:
        check_blueprint(blueprint)
    for line in FAULTS:
        print(line)
    print(f"{len(given['requests'])} requests, {len(given['blueprints'])} blueprints, "
          f"{len(FAULTS)} faults")
    sys.exit(1 if FAULTS else 0)


main()
