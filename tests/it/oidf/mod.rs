//! The modules of the OpenID Foundation's conformance suite for RPs, those of the code flow, each
//! as a test under the module's own name. `README.md` beside this file is their list; what the
//! suite has no module for is in the folder `lies`.

mod basic;
mod form_post;
mod config;
mod comprehensive;
mod dynamic;
mod rp_initiated_logout;
mod backchannel_logout;
mod frontchannel_logout;
mod third_party_initiated;
mod modules;

/// The userinfo endpoint of the OP.
const USERINFO: &str = "/application/o/userinfo/";
/// Its JWK Set.
const JWKS: &str = "/application/o/postern/jwks/";
/// Its token endpoint.
const TOKEN: &str = "/application/o/token/";
