"""Holds what Postern sends to Authentik against the published client of Authentik's API.

    check.py MODELS < REQUESTS

MODELS is the folder with the package `authentik_client` of one version. REQUESTS is JSON:
`{"requests": [{"method", "path", "query", "body"}], "blueprints": [YAML]}`. Prints what is wrong,
and ends with 1 where anything is.
"""

import functools
import inspect
import json
import sys
import uuid
from urllib.parse import parse_qsl

import yaml

sys.path.insert(0, sys.argv[1])

import authentik_client  # noqa: E402
from authentik_client import models  # noqa: E402

FAULTS = []

# Where the objects are: the API class, its function that lists, the models of a whole and of a
# partial request, the model of an answer, and the fields of that which Postern reads.
KINDS = {
    "flows/instances/": (
        authentik_client.FlowsApi, "flows_instances_list", None, None,
        models.Flow, ["pk", "slug", "designation"],
    ),
    "crypto/certificatekeypairs/": (
        authentik_client.CryptoApi, "crypto_certificatekeypairs_list", None, None,
        models.CertificateKeyPair, ["pk", "name"],
    ),
    "propertymappings/provider/scope/": (
        authentik_client.PropertymappingsApi, "propertymappings_provider_scope_list",
        models.ScopeMappingRequest, models.PatchedScopeMappingRequest,
        models.ScopeMapping, ["pk", "name", "scope_name", "managed", "expression"],
    ),
    "providers/oauth2/": (
        authentik_client.ProvidersApi, "providers_oauth2_list",
        models.OAuth2ProviderRequest, models.PatchedOAuth2ProviderRequest,
        models.OAuth2Provider,
        ["pk", "name", "assigned_application_slug", "client_id", "client_secret",
         "property_mappings", "redirect_uris", "sub_mode"],
    ),
    "core/applications/": (
        authentik_client.CoreApi, "core_applications_list",
        models.ApplicationRequest, models.PatchedApplicationRequest,
        models.Application, ["name", "slug", "provider", "provider_obj"],
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
    "authentik_providers_oauth2.scopemapping": models.ScopeMappingRequest,
    "authentik_providers_oauth2.oauth2provider": models.OAuth2ProviderRequest,
    "authentik_core.application": models.ApplicationRequest,
}
LOOKED_UP = {
    "authentik_flows.flow": models.Flow,
    "authentik_crypto.certificatekeypair": models.CertificateKeyPair,
    "authentik_providers_oauth2.scopemapping": models.ScopeMapping,
}


def fault(where, what):
    FAULTS.append(f"{where}: {what}")


def names(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def check_body(where, model, body):
    for name in set(body) - names(model):
        fault(where, f"{model.__name__} has no field {name}")
    for entry in body.get("redirect_uris") or []:
        for name in set(entry) - names(models.RedirectURIRequest):
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
        api, template = authentik_client.AdminApi, "/admin/version/"
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
