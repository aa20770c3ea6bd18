//! Endpoints of the API as types, with method, path, body and answer. [`api`] lists them; the
//! server registers its handlers by these types, and the page sends its requests by them.
//!
//! [`api`]: crate::api

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ErrorCode;

/// An endpoint. A value holds the path parameters of one request.
pub trait Endpoint: DeserializeOwned + Send + Sync + 'static {
    /// The HTTP method.
    const METHOD: Method;
    /// The path, with its parameters in braces: `/api/users/{id}`.
    const PATH: &'static str;
    /// The status of a success.
    const STATUS: u16;
    /// True if it also takes the body as a plain form, and then answers with a redirect.
    const TAKES_FORM: bool;
    /// Its description for documents. Only the server and tests use it, so that the page, which is
    /// downloaded, does not contain it.
    const DESCRIPTION: Description;

    /// Who may call it.
    type Caller: Caller;
    /// The query parameters; `()` for none.
    type Query: Query;
    /// The JSON body; `()` for none.
    type Body: Serialize + DeserializeOwned + Send;
    /// The JSON answer; `()` for none, [`Untyped`] if it is not JSON.
    type Answer: Send;

    /// Returns the path of one request.
    fn path(&self) -> String;
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names say all")]
pub enum Method {
    GET,
    HEAD,
    POST,
    PATCH,
    DELETE,
}

impl Method {
    /// Returns its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GET => "GET",
            Self::HEAD => "HEAD",
            Self::POST => "POST",
            Self::PATCH => "PATCH",
            Self::DELETE => "DELETE",
        }
    }
}

/// The description of an endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// The type's name, which is also the operation's name in the machine-readable description.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// The names of the query's parameters.
    pub query: &'static [&'static str],
    /// Who may call it.
    pub caller: &'static str,
    /// What it does. Markdown.
    pub summary: &'static str,
    /// The name of the body's type; `()` for none.
    pub body: &'static str,
    /// True if it also takes a plain form.
    pub takes_form: bool,
    /// The status of a success.
    pub status: u16,
    /// The name of the answer's type; `()` for none.
    pub answer: &'static str,
    /// Its own errors, in addition to those of [`Caller::ERRORS`] and [`COMMON_ERRORS`].
    pub errors: &'static [ErrorCode],
    /// The errors of its callers.
    pub caller_errors: &'static [ErrorCode],
    /// Returns the schemas of its body and its answer.
    #[cfg(feature = "schema")]
    pub schemas: Schemas,
}

/// Returns the JSON schema of a body, made by the first generator, and that of an answer, made by
/// the second: a field may be optional in one of them alone.
#[cfg(feature = "schema")]
pub type Schemas = fn([&mut schemars::SchemaGenerator; 2]) -> [schemars::Schema; 2];

/// The errors that any endpoint may answer with.
pub const COMMON_ERRORS: &[ErrorCode] = &[
    ErrorCode::CrossSite,
    ErrorCode::WrongAddress,
    ErrorCode::JsonRequired,
    ErrorCode::BadRequest,
    ErrorCode::TooLarge,
    ErrorCode::Unavailable,
    ErrorCode::Internal,
];

/// Who may call an endpoint.
pub trait Caller {
    /// The caller's description for documents.
    const NAME: &'static str;
    /// The errors for anybody else.
    const ERRORS: &'static [ErrorCode];
}

macro_rules! callers {
    ($($(#[$doc:meta])* $caller:ident = $name:literal [$($error:ident),*];)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $caller {}

            impl Caller for $caller {
                const NAME: &'static str = $name;
                const ERRORS: &'static [ErrorCode] = &[$(ErrorCode::$error),*];
            }
        )*
    };
}

callers! {
    /// Anyone.
    Anyone = "anyone" [];
    /// Somebody who has a session.
    LoggedIn = "session" [Unauthenticated];
    /// Somebody who logged in, or confirmed that it is them, less than ten minutes ago.
    Confirmed = "session, confirmed" [Unauthenticated, ReauthRequired];
    /// An admin.
    Admin = "admin" [Unauthenticated, Forbidden];
    /// An admin who logged in, or confirmed that it is them, less than ten minutes ago.
    ConfirmedAdmin = "admin, confirmed" [Unauthenticated, Forbidden, ReauthRequired];
    /// The browser that the OP sends back.
    OpRedirect = "the OP's redirect" [];
    /// A reverse proxy of the settings.
    ReverseProxy = "a reverse proxy" [];
    /// The OP itself.
    Op = "the OP" [];
    /// Somebody who came back from the OP, with a pending link.
    LinkCandidate = "who came back from the OP" [];
    /// Somebody who has a welcome link or a login link.
    LinkHolder = "who has the link" [];
    /// Somebody who has the setup token.
    SetupTokenHolder = "setup token" [];
    /// The doctor, who proves it with the secret key.
    Doctor = "the doctor" [];
}

/// The parameters of a query.
pub trait Query: Default + Send {
    /// Their names.
    const NAMES: &'static [&'static str];

    /// Parses them. An unknown name is ignored; the last one of a name counts.
    fn set(&mut self, name: &str, value: String);

    /// Returns the present ones.
    fn pairs(&self) -> Vec<(&'static str, &str)>;
}

impl Query for () {
    const NAMES: &'static [&'static str] = &[];

    fn set(&mut self, _: &str, _: String) {}

    fn pairs(&self) -> Vec<(&'static str, &str)> {
        Vec::new()
    }
}

/// Declares the parameters of a query: each is a text, or absent.
macro_rules! query {
    ($(#[$doc:meta])* $query:ident { $($(#[$field_doc:meta])* $field:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $query {
            $($(#[$field_doc])* pub $field: Option<String>,)*
        }

        impl $crate::endpoint::Query for $query {
            const NAMES: &'static [&'static str] = &[$($name),*];

            fn set(&mut self, name: &str, value: String) {
                match name {
                    $($name => self.$field = Some(value),)*
                    _ => {}
                }
            }

            fn pairs(&self) -> Vec<(&'static str, &str)> {
                let all = [$(($name, self.$field.as_deref())),*];
                all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
            }
        }
    };
}

/// An answer that is not JSON of a type here: a redirect, or what the summary says.
#[derive(Debug)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Untyped {}

/// Declares endpoints, and `ENDPOINTS`, which describes all of them. A row is
///
/// ```text
/// /// what it does
/// METHOD "/path/" {parameter} ? Query, Caller: Name(Body | form) -> STATUS Answer, [errors];
/// ```
///
/// `? Query` and `| form` are optional.
macro_rules! endpoints {
    ($(
        $(#[doc = $summary:literal])+
        $method:ident $head:literal $({$param:ident} $($tail:literal)?)* $(? $query:ident)?,
        $caller:ident: $name:ident($body:ty $(| $form:ident)?) -> $status:literal $answer:ty
        $(, [$($error:ident),+])?;
    )*) => {
        /// Every endpoint, in the order of the table.
        pub const ENDPOINTS: &[Description] = &[$($name::DESCRIPTION),*];

        $(
            $(#[doc = $summary])+
            #[derive(Debug, Clone, serde::Deserialize)]
            pub struct $name {
                $(
                    #[doc = concat!("`{", stringify!($param), "}` of the path.")]
                    pub $param: String,
                )*
            }

            impl Endpoint for $name {
                const METHOD: Method = Method::$method;
                const PATH: &'static str =
                    concat!($head $(, "{", stringify!($param), "}" $(, $tail)?)*);
                const STATUS: u16 = $status;
                const TAKES_FORM: bool = endpoints!(@is $($form)?);
                const DESCRIPTION: Description = Description {
                    name: stringify!($name),
                    method: Self::METHOD,
                    path: Self::PATH,
                    query: <Self::Query as Query>::NAMES,
                    caller: $caller::NAME,
                    summary: concat!($($summary),+),
                    body: stringify!($body),
                    takes_form: Self::TAKES_FORM,
                    status: $status,
                    answer: stringify!($answer),
                    errors: &[$($(ErrorCode::$error),+)?],
                    caller_errors: $caller::ERRORS,
                    #[cfg(feature = "schema")]
                    schemas: |[body, answer]| {
                        [body.subschema_for::<$body>(), answer.subschema_for::<$answer>()]
                    },
                };

                type Caller = $caller;
                type Query = endpoints!(@or_unit $($query)?);
                type Body = $body;
                type Answer = $answer;

                fn path(&self) -> String {
                    [$head $(, &self.$param $(, $tail)?)*].concat()
                }
            }
        )*
    };
    (@is) => { false };
    (@is form) => { true };
    (@or_unit) => { () };
    (@or_unit $query:ident) => { $query };
}

pub(crate) use {endpoints, query};
