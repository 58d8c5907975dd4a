//! Models written by hand, as the macro would declare them.

use ennead_core::{
    Action, CheckDef, Dialect, EnumDef, FieldDef, IndexDef, IndexMethod, IndexPart, KeyDef, KeyGeneration,
    Kind, Literal, ModelDef, Nulls, Precision, ReferenceDef, Role, Tenancy, Uniqueness,
};

use crate::build::{defaulted, desc, expression, field, index, key, model, on, optional, reference};

pub(crate) static PLAN: EnumDef = EnumDef {
    name: "PlanTier",
    type_name: "plan_tier",
    variants: &["free", "pro", "it's \"big\""],
    native: false,
    doc: "",
};

pub(crate) static MOOD: EnumDef = EnumDef {
    name: "Mood",
    type_name: "Mood of; day",
    variants: &["good", "bad"],
    native: true,
    doc: " How it's going.",
};

/// The tenant column, referencing the table of tenants.
pub(crate) const fn tenant() -> FieldDef {
    FieldDef {
        role: Role::Tenant,
        immutable: true,
        reference: Some(reference(|| &ORGANIZATION)),
        ..field("organization_id", Kind::Text)
    }
}

pub(crate) const TENANT: Tenancy = Tenancy::Column { field: 1, shared: None };

pub(crate) static ORGANIZATION: ModelDef = ModelDef {
    doc: " Top-level tenant.\n\n It's the root; */ and -- end nothing.",
    tenancy: Tenancy::Root,
    ..model(
        "Organization",
        "organizations",
        &[
            FieldDef { doc: " The tenant's id.", ..key("id", Kind::Text) },
            FieldDef { unique: Uniqueness::PerTenant, ..field("slug", Kind::Text) },
            defaulted(field("plan_tier", Kind::Enum(&PLAN)), Literal::Text("it's \"big\"")),
            FieldDef {
                reference: Some(ReferenceDef {
                    deferrable: true,
                    on_delete: Action::SetNull,
                    ..reference(|| &USER)
                }),
                ..optional("created_by", Kind::Text)
            },
        ],
    )
};

pub(crate) static USER: ModelDef = ModelDef {
    tenancy: TENANT,
    indexes: &[
        index(&[on("organization_id"), desc(on("created_at"))]),
        IndexDef { condition: Some("status = 'active'"), ..index(&[on("email")]) },
        index(&[on("last_login_at"), desc(on("seen_at"))]),
        IndexDef {
            name: Some("ix_users_by_lower_email"),
            exact: true,
            ..index(&[expression("lower(email)")])
        },
        IndexDef { unique: true, ..index(&[on("name"), desc(on("created_at"))]) },
        IndexDef { condition: Some("manager_id IS NOT NULL"), ..index(&[on("manager_id")]) },
        IndexDef {
            include: &["name"],
            dialect: Some(Dialect::Postgres),
            name: Some("ix_users_seen"),
            ..index(&[IndexPart { nulls: Some(Nulls::Last), ..on("seen_at") }])
        },
    ],
    ..model(
        "User",
        "users",
        &[
            key("id", Kind::Text),
            tenant(),
            FieldDef {
                unique: Uniqueness::PerTenant,
                doc: " Where mail goes.",
                ..field("email", Kind::Text)
            },
            FieldDef { unique: Uniqueness::Global, ..optional("phone", Kind::Text) },
            field("name", Kind::Text),
            defaulted(field("status", Kind::Text), Literal::Text("active")),
            defaulted(field("mfa_enabled", Kind::Bool), Literal::Bool(false)),
            optional("last_login_at", Kind::DateTime),
            optional("seen_at", Kind::DateTime),
            FieldDef {
                reference: Some(ReferenceDef { on_delete: Action::SetNull, ..reference(|| &USER) }),
                ..optional("manager_id", Kind::Text)
            },
            field("created_at", Kind::DateTime),
        ],
    )
};

/// Soft-deleted, with a global key that others' composite keys lean on.
pub(crate) static PROJECT: ModelDef = ModelDef {
    tenancy: Tenancy::Column { field: 1, shared: Some(4) },
    key: KeyDef { field: 0, generation: KeyGeneration::Auto, global: true },
    indexes: &[IndexDef { unique: true, condition: Some("public OR true"), ..index(&[on("name")]) }],
    ..model(
        "Project",
        "projects",
        &[
            key("id", Kind::I64),
            tenant(),
            FieldDef { unique: Uniqueness::PerTenant, ..field("code", Kind::Text) },
            field("name", Kind::Text),
            defaulted(field("public", Kind::Bool), Literal::Bool(true)),
            FieldDef {
                reference: Some(ReferenceDef {
                    on_delete: Action::SetNull,
                    on_update: Action::Cascade,
                    ..reference(|| &USER)
                }),
                ..optional("owner_id", Kind::Text)
            },
            FieldDef { role: Role::DeletedAt, ..optional("deleted_at", Kind::DateTime) },
        ],
    )
};

pub(crate) static TASK: ModelDef = ModelDef {
    tenancy: TENANT,
    checks: &[
        CheckDef { name: Some("ck_tasks_points"), condition: "points >= 0 AND points <= 100" },
        CheckDef { name: None, condition: "title <> 'it''s;'" },
    ],
    ..model(
        "Task",
        "tasks",
        &[
            key("id", Kind::Uuid),
            tenant(),
            FieldDef {
                reference: Some(ReferenceDef { on_delete: Action::Cascade, ..reference(|| &PROJECT) }),
                ..field("project_id", Kind::I64)
            },
            FieldDef { check: Some("length(title) > 0"), ..field("title", Kind::Text) },
            defaulted(field("points", Kind::I32), Literal::Int(-1)),
            FieldDef { generated: Some("points * 2"), ..field("doubled", Kind::I32) },
        ],
    )
};

/// Belongs to its parent's tenant.
pub(crate) static COMMENT: ModelDef = ModelDef {
    tenancy: Tenancy::Via { field: 1 },
    ..model(
        "Comment",
        "comments",
        &[
            key("id", Kind::Uuid),
            FieldDef {
                reference: Some(ReferenceDef { on_delete: Action::Cascade, ..reference(|| &PROJECT) }),
                ..field("project_id", Kind::I64)
            },
            field("body", Kind::Text),
        ],
    )
};

/// Global, with a row of a tenant named across.
pub(crate) static FEATURE: ModelDef = ModelDef {
    key: KeyDef { field: 0, generation: KeyGeneration::Assigned, global: false },
    ..model(
        "Feature",
        "fea\"ture; --",
        &[
            key("na'me", Kind::Text),
            FieldDef {
                reference: Some(ReferenceDef { cross_tenant: true, ..reference(|| &PROJECT) }),
                ..optional("first \"project\"", Kind::I64)
            },
        ],
    )
};

/// One field of each kind, each with a default that SQL can say.
pub(crate) static EVERYTHING: ModelDef = ModelDef {
    doc: " All kinds.",
    indexes: &[IndexDef {
        method: IndexMethod::Gin,
        dialect: Some(Dialect::Postgres),
        ..index(&[on("json")])
    }],
    ..model(
        "Everything",
        "everything",
        &[
            key("id", Kind::Uuid),
            defaulted(field("text", Kind::Text), Literal::Text("it's\\n \"q\"\nline")),
            defaulted(field("bool", Kind::Bool), Literal::Bool(true)),
            defaulted(field("i16", Kind::I16), Literal::Int(-32_768)),
            defaulted(field("i32", Kind::I32), Literal::Int(7)),
            defaulted(field("i64", Kind::I64), Literal::Int(i64::MIN)),
            defaulted(field("f32", Kind::F32), Literal::Float(0.5)),
            defaulted(field("f64", Kind::F64), Literal::Float(-1e300)),
            defaulted(optional("f64_whole", Kind::F64), Literal::Int(3)),
            defaulted(field("decimal", Kind::Decimal(None)), Literal::Text("12.3400")),
            defaulted(
                field("money", Kind::Decimal(Some(Precision { precision: 18, scale: 4 }))),
                Literal::Text("-12.34"),
            ),
            defaulted(
                field("whole_money", Kind::Decimal(Some(Precision { precision: 5, scale: 2 }))),
                Literal::Int(100),
            ),
            defaulted(field("uuid", Kind::Uuid), Literal::Text("00000000-0000-7000-8000-000000000000")),
            defaulted(field("datetime", Kind::DateTime), Literal::Text("2026-11-20T12:00:00Z")),
            defaulted(field("date", Kind::Date), Literal::Text("2026-11-20")),
            defaulted(field("time", Kind::Time), Literal::Text("12:00:00")),
            defaulted(field("naive", Kind::NaiveDateTime), Literal::Text("2026-11-20T12:00:00")),
            field("bytes", Kind::Bytes),
            defaulted(optional("json", Kind::Json), Literal::Text("it's")),
            defaulted(field("plan", Kind::Enum(&PLAN)), Literal::Text("free")),
            defaulted(field("mood", Kind::Enum(&MOOD)), Literal::Text("good")),
            field("texts", Kind::Array(&Kind::Text)),
            optional("ints", Kind::Array(&Kind::I64)),
            field("moods", Kind::Array(&Kind::Enum(&MOOD))),
            field("a_column_whose_name_is_long_enough_to_make_constraints_be_cut", Kind::Enum(&PLAN)),
        ],
    )
};

pub(crate) static ALL: [&ModelDef; 7] =
    [&TASK, &FEATURE, &COMMENT, &PROJECT, &EVERYTHING, &USER, &ORGANIZATION];
