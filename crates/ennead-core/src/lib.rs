//! The pure data of `ennead`: what a model is, what an operation asks for, and whose rows it concerns.
//!
//! This crate does no I/O and names no macro crate, SQL builder or driver. Applications depend on `ennead`, which
//! re-exports what they need.

mod admit;
mod aggregate;
mod audit;
pub mod codec;
mod column;
mod condition;
pub mod constraints;
mod declare;
mod def;
pub mod diff;
mod encrypted;
mod error;
mod field;
mod fill;
mod filter;
mod id;
mod kind;
mod lifecycle;
mod loose;
mod model;
pub mod naming;
mod operation;
mod paths;
mod relation;
mod row;
mod rule;
mod scope;
pub mod snapshot;
mod tenant_id;
mod value;
mod value_reader;
mod version;

pub use admit::{MAX_JSON_DEPTH, admit, admit_operand, check};
pub use aggregate::{Aggregates, Figure, GroupKeys, IntoRanking, Measured, Ranking, admit_aggregate, count};
pub use audit::{Actor, Audit, AuditEntry, AuditOperation, NO_TENANT};
pub use column::{
    Column, Columns, CreateAccess, IntoValue, JsonPath, Never, OnCreate, UpdateAccess, Writable, escape_like,
};
#[doc(hidden)]
pub use declare::decimal;
pub use def::{
    Action, CheckDef, DefaultDef, Dialect, FieldDef, IndexDef, IndexMethod, IndexPart, IndexTarget, KeyDef,
    KeyGeneration, Literal, ModelDef, Nulls, ReferenceDef, Role, SoftDelete, Tenancy, Uniqueness,
};
#[doc(hidden)]
pub use encrypted::Held;
pub use encrypted::{Concealed, Encrypted, Plaintext};
pub use error::{Error, ErrorKind};
pub use field::{ArrayElement, DbEnum, FieldType, Json, JsonShape, class};
pub use fill::{
    admit_filter, admit_operation, admit_target, always_set, check_assignments, fill_assignments,
    fill_conflict, fill_insert, refuse_duplicates, refuse_duplicates_of,
};
pub use filter::{
    Compare, Expr, Filter, MAX_FILTER_DEPTH, MAX_FILTER_NODES, Operand, Order, OrderBy, Orders,
};
pub use id::{Clock, IdGenerator, Sources, SystemClock, UuidV7, generate_id, generate_ulid};
pub use kind::{EnumDef, Kind, Precision};
pub use lifecycle::{hard_delete_refused, is_deletable, is_restore, marks_rows};
#[doc(hidden)]
pub use loose::{LooseKind, LooseReference, LooseTarget, Unnamed, keys_in};
pub use model::{
    DeletableModel, Embed, GlobalModel, IntoKey, KeyType, Model, MutableModel, OwnedModel, RemovableModel,
    TenantModel, Values,
};
pub use operation::{
    Aggregate, Assignment, Conflict, ConflictAction, Count, Delete, Deleted, Each, Insert, Measure, ModelRef,
    Operation, Rank, RankBy, RowLock, RowUpdate, Select, Target, Update, UpdateEach,
};
pub use paths::JsonAmount;
#[doc(hidden)]
pub use paths::{
    MAX_PATH_PART, MAX_PATH_PARTS, Unfit, add_at, apply_changes, changes_paths, check_changes, remove_at,
    set_at, unfit, unfit_mark,
};
pub use relation::{
    Back, Cardinality, Hop, Leads, MAX_RELATION_HOPS, Related, Relation, ToEach, ToMany, ToOne, ToUnique,
};
pub use row::{Row, RowReader, decode_error};
pub use rule::{Rule, Violation};
#[doc(hidden)]
pub use rule::{check_value, custom, in_request, rules_fit};
pub use scope::{Guard, MAX_HOPS, ParentCheck, Place, Scope, Scoped, Shared, is_composite};
pub use tenant_id::{IntoTenantId, TenantId};
pub use value::{Value, json_type_name};
pub use value_reader::ValueReader;
pub use version::{VersionConflict, changed_meanwhile, expected_version, has_version, version_column};
