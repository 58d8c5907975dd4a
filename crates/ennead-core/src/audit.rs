//! Who acts.

/// Who acts, as the audit records it: `db.tenant(id)?.actor(Actor::user("user-7"))`.
///
/// ```
/// use ennead_core::Actor;
/// let actor = Actor { email: Some("jo@acme.com".into()), ..Actor::user("user-7") };
/// assert_eq!(actor.kind, "user");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actor {
    /// What it is: `user`, `api_key`, `system`.
    pub kind: String,
    /// Its id.
    pub id: Option<String>,
    /// Its email.
    pub email: Option<String>,
    /// The address that it calls from.
    pub ip: Option<String>,
    /// What ties its call to the logs: the id of a request or of a trace.
    pub trace: Option<String>,
}

impl Actor {
    /// Somebody or something with an id.
    #[must_use]
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: Some(id.into()), ..Self::default() }
    }

    /// A user.
    #[must_use]
    pub fn user(id: impl Into<String>) -> Self {
        Self::new("user", id)
    }

    /// The application itself.
    #[must_use]
    pub fn system() -> Self {
        Self { kind: "system".into(), ..Self::default() }
    }
}
