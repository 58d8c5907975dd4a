//! The README and the guide, compiled and run.

#[doc = include_str!("../../../README.md")]
struct Readme;

#[doc = include_str!("../../../docs/guide/models.md")]
struct Models;

#[doc = include_str!("../../../docs/guide/operations.md")]
struct Operations;

#[doc = include_str!("../../../docs/guide/relations.md")]
struct Relations;

#[doc = include_str!("../../../docs/guide/tenancy.md")]
struct Tenancy;

#[doc = include_str!("../../../docs/guide/transactions.md")]
struct Transactions;

#[doc = include_str!("../../../docs/guide/validation.md")]
struct Validation;

#[doc = include_str!("../../../docs/guide/audit.md")]
struct Audit;

#[doc = include_str!("../../../docs/guide/outbox.md")]
struct Outbox;

#[doc = include_str!("../../../docs/guide/encryption.md")]
struct Encryption;

#[doc = include_str!("../../../docs/guide/api-keys.md")]
struct ApiKeys;

#[doc = include_str!("../../../docs/guide/errors.md")]
struct Errors;

#[doc = include_str!("../../../docs/guide/databases.md")]
struct Databases;

#[doc = include_str!("../../../docs/guide/nodes.md")]
struct Nodes;

#[doc = include_str!("../../../docs/guide/workflows.md")]
struct Workflows;

#[doc = include_str!("../../../docs/guide/migrations.md")]
struct Migrations;

#[cfg(feature = "http")]
#[doc = include_str!("../../../docs/guide/serving.md")]
struct Serving;
