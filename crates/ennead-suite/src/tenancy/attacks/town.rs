//! Two tenants with rows of every sort, for the attacks.
#![allow(unreachable_pub, reason = "models as an application writes them")]

use chrono::{DateTime, Utc};
use ennead::prelude::*;

use crate::Bed;
use crate::tenancy::stage::told;

#[model(tenant_root)]
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    #[key]
    pub id: String,
    pub name: String,
    #[unique]
    pub slug: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(table = "users")]
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    #[key]
    pub id: String,
    #[tenant]
    #[references(Organization)]
    pub organization_id: String,
    #[unique]
    pub email: String,
    pub name: String,
    #[hidden]
    pub password_hash: Option<String>,
    #[references(User, on_delete = set_null)]
    pub manager_id: Option<String>,
    #[default(0)]
    pub logins: i64,
    pub data: Option<serde_json::Value>,
}

/// Soft-deleted, with a unique over all tenants.
#[model(unique(board_no, seat_no))]
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(User, on_delete = cascade)]
    pub user_id: Option<String>,
    #[unique(global)]
    pub number: String,
    pub title: String,
    #[default(0)]
    pub board_no: i64,
    pub seat_no: Option<i64>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(key = "global", table = "boards")]
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    pub name: String,
    #[default(0)]
    pub views: i64,
}

/// The tables of `key = "global"` that a composite foreign key leans on.
#[model(table = "stars")]
#[derive(Debug, Clone, PartialEq)]
pub struct Star {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[references(User, inverse = stars)]
    pub user_id: String,
    #[references(Board, on_delete = cascade)]
    pub board_id: String,
}

#[model(tenant(via = board_id), table = "widgets")]
#[derive(Debug, Clone, PartialEq)]
pub struct Widget {
    #[key]
    pub id: String,
    #[references(Board, inverse = widgets)]
    pub board_id: String,
    #[references(Board, inverse = sources)]
    pub source_id: Option<String>,
    #[references(Widget)]
    pub above_id: Option<String>,
    pub title: String,
    pub data: Option<serde_json::Value>,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

#[model(tenant(via = widget_id), table = "pins")]
#[derive(Debug, Clone, PartialEq)]
pub struct Pin {
    #[key]
    pub id: String,
    #[references(Widget)]
    pub widget_id: String,
    #[references(Board)]
    pub source_id: Option<String>,
    #[unique]
    pub label: String,
}

/// Counted keys, which are global.
#[model(table = "shelves")]
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    #[key(auto, all_tenants)]
    pub id: i64,
    #[tenant]
    pub organization_id: String,
    pub name: String,
}

#[model(tenant(via = shelf_id), table = "books")]
#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    #[key]
    pub id: String,
    #[references(Shelf)]
    pub shelf_id: i64,
    #[default(0)]
    pub pages: i64,
}

#[model(global, table = "plans")]
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    #[key(assigned)]
    pub id: String,
    pub name: String,
}

#[model(shared_when = "is_public", table = "templates", key = "global")]
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    #[key]
    pub id: String,
    #[tenant]
    pub organization_id: String,
    #[default(false)]
    pub is_public: bool,
    pub body: String,
    #[deleted_at]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// Of a template that may be shared.
#[model(tenant(via = template_id), table = "lines")]
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    #[key]
    pub id: String,
    #[references(Template, inverse = lines)]
    pub template_id: String,
    pub text: String,
}

pub fn schema() -> Schema {
    ennead::schema![Organization, User, Ticket, Board, Star, Widget, Pin, Shelf, Book, Plan, Template, Line]
}

/// The database, the attacker `a`, the victim `b`, and what only the victim may see.
pub struct Town {
    pub db: Db,
    pub a: Tenant,
    pub b: Tenant,
    pub across: AcrossTenants,
    pub canary: String,
}

pub fn user(email: &str, name: &str) -> NewUser {
    NewUser { email: email.into(), name: name.into() }
}

pub fn widget(board: &str, title: &str) -> NewWidget {
    NewWidget { board_id: board.into(), title: title.into() }
}

impl Town {
    pub async fn new(bed: &Bed) -> Self {
        Self::with(bed, crate::bed::quick(bed.kind())).await
    }

    pub async fn with(bed: &Bed, builder: ennead::DbBuilder) -> Self {
        let db = bed.db_with(&schema(), builder).await;
        let across = db.across_tenants("a town with two tenants");
        let canary = format!("canary{}", uuid::Uuid::new_v4().simple());
        let town = Self { a: db.tenant("acme").unwrap(), b: db.tenant("bravo").unwrap(), db, across, canary };
        for (tenant, prefix, text) in [(&town.a, "a", "plain"), (&town.b, "b", town.canary.as_str())] {
            town.fill(tenant, prefix, text).await.unwrap();
        }
        town
    }

    async fn fill(&self, tenant: &Tenant, prefix: &str, text: &str) -> Result<(), Error> {
        let id = |what: &str| format!("{prefix}-{what}");
        Organization::create(NewOrganization { name: text.into(), slug: id("slug") })
            .set(Organization::ID, tenant.id().to_string())
            .run(&self.across)
            .await?;
        for key in [id("user"), "same-user".into()] {
            User::create(user(&format!("{key}@{prefix}.com"), text))
                .set(User::ID, key)
                .set(User::PASSWORD_HASH, Some(text.to_owned()))
                .set(User::DATA, Some(serde_json::json!({ "n": text, "k": 1 })))
                .run(tenant)
                .await?;
        }
        Ticket::create(NewTicket { number: id("number"), title: text.into() })
            .set(Ticket::ID, id("ticket"))
            .set(Ticket::USER_ID, Some(id("user")))
            .run(tenant)
            .await?;
        for board in [id("board"), id("board-2")] {
            Board::create(NewBoard { name: text.into() }).set(Board::ID, board).run(tenant).await?;
        }
        Widget::create(widget(&id("board"), text))
            .set(Widget::ID, id("widget"))
            .set(Widget::DATA, Some(serde_json::json!({ "n": text, "z": 0 })))
            .run(tenant)
            .await?;
        Pin::create(NewPin { widget_id: id("widget"), label: id("label") })
            .set(Pin::ID, id("pin"))
            .run(tenant)
            .await?;
        let shelf = Shelf::create(NewShelf { name: text.into() }).run(tenant).await?;
        Book::create(NewBook { shelf_id: shelf.id }).set(Book::ID, id("book")).run(tenant).await?;
        Template::create(NewTemplate { body: text.into() })
            .set(Template::ID, id("template"))
            .run(tenant)
            .await?;
        Line::create(NewLine { template_id: id("template"), text: text.into() })
            .set(Line::ID, id("line"))
            .run(tenant)
            .await?;
        Ok(())
    }

    /// Everything of the victim's, read around the walls.
    pub async fn victim(&self) -> String {
        let across = &self.across;
        let mut all = String::new();
        macro_rules! dump {
            ($($model:ident),*) => {$(
                let mut rows = $model::list().with_deleted().in_tenant(self.b.id()).run(across).await.unwrap();
                rows.sort_by_key(|row| row.id.clone());
                all.push_str(&format!("{rows:?}\n"));
            )*};
        }
        dump!(Organization, User, Ticket, Board, Star, Widget, Pin, Shelf, Book, Template, Line);
        all
    }

    /// An outcome in which nothing of the victim's stands.
    pub fn safe<T: std::fmt::Debug>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        let text = match &outcome {
            Ok(value) => format!("{value:?}"),
            Err(error) => told::<(), _>(Err(copy(error))),
        };
        assert!(!text.contains(&self.canary), "it tells the canary: {text}");
        outcome
    }

    /// The error of an outcome that must be one.
    pub fn refused<T: std::fmt::Debug>(&self, outcome: Result<T, Error>) -> Error {
        self.safe(outcome).expect_err("it had to be refused")
    }
}

fn copy(error: &Error) -> Error {
    Error::new(error.kind(), format!("{error} {error:?}"))
}

/// What an error shows of itself: the same for a row of another tenant and for none.
pub fn shown(error: &Error) -> String {
    told::<(), _>(Err(Error::new(error.kind(), error.to_string())
        .with_fields(error.fields().to_vec())
        .with_constraint(error.constraint().unwrap_or_default())))
}
