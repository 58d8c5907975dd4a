-- The schema for sqlite, made from the models: change those, not this.

CREATE TABLE "ennead_audit"
-- One record of the audit: a row of the table `ennead_audit`, which every schema has in which a model is `audited`.
--
-- The library alone writes it; nobody changes or deletes its rows. A tenant reads its own: by
-- [`history`](crate::ModelExt::history), by `AuditRecord::list()`, and by name as `ListAuditRecordNode`. Records of models that
-- belong to no tenant are read on the [`Db`](crate::Db) itself, by `history` and by name.
(
    -- Counts the records. Those of one row are in the order of its writes.
    "id" INTEGER NOT NULL CONSTRAINT "pk_ennead_audit" PRIMARY KEY AUTOINCREMENT,
    -- The tenant whose row it is, as text; empty where it belongs to none.
    "tenant" TEXT NOT NULL,
    -- The model.
    "model" TEXT NOT NULL,
    -- The row's key, as text; none for an attempt that names no single row.
    "row_key" TEXT,
    -- What happened: `create`, `update`, `soft_delete`, `restore`, `delete`.
    "operation" TEXT NOT NULL,
    -- What acted: `user`, `api_key`, `system`; none where the scope named nobody.
    "actor_kind" TEXT,
    -- Its id.
    "actor_id" TEXT,
    -- Its email.
    "actor_email" TEXT,
    -- The address that it called from.
    "actor_ip" TEXT,
    -- What ties the call to the logs.
    "trace" TEXT,
    -- When it happened.
    "at" TEXT NOT NULL,
    -- The row as it was, by the names of its fields, without the hidden ones.
    "before" TEXT,
    -- The row as it is, likewise.
    "after" TEXT,
    -- The names of the fields that changed, hidden ones too.
    "changed" TEXT NOT NULL,
    -- Of an attempt that failed, the kind of its error: `UniqueViolation`.
    "error" TEXT,
    -- The run of the workflow that it was part of.
    "run" TEXT,
    CONSTRAINT "ck_ennead_audit_before_type" CHECK ("before" IS NULL OR json_valid("before")),
    CONSTRAINT "ck_ennead_audit_after_type" CHECK ("after" IS NULL OR json_valid("after")),
    CONSTRAINT "ck_ennead_audit_changed_type" CHECK (json_valid("changed"))
) STRICT;

CREATE INDEX "ix_ennead_audit_tenant_model_row_key_id" ON "ennead_audit" ("tenant", "model", "row_key", "id");

CREATE INDEX "ix_ennead_audit_tenant_at" ON "ennead_audit" ("tenant", "at");

CREATE TABLE "graphs"
-- A graph database. It is the tenant: credits, subscriptions, usage, backups and connections belong to one.
(
    "graph_id" TEXT NOT NULL,
    "graph_name" TEXT NOT NULL,
    "graph_type" TEXT NOT NULL,
    "graph_tier" TEXT NOT NULL DEFAULT 'standard',
    "status" TEXT NOT NULL DEFAULT 'active',
    "base_schema" TEXT,
    "schema_extensions" TEXT NOT NULL,
    "instance_id" TEXT NOT NULL,
    "cluster_region" TEXT,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_graphs" PRIMARY KEY ("graph_id"),
    CONSTRAINT "ck_graphs_graph_type_type" CHECK ("graph_type" IN ('entity', 'generic')),
    CONSTRAINT "ck_graphs_graph_tier_type" CHECK ("graph_tier" IN ('standard', 'enterprise', 'premium')),
    CONSTRAINT "ck_graphs_status_type" CHECK ("status" IN ('active', 'read_only', 'archived')),
    CONSTRAINT "ck_graphs_schema_extensions_type" CHECK (json_valid("schema_extensions") AND json_type("schema_extensions") = 'array'),
    CONSTRAINT "ck_graphs_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_graphs_graph_id_length" CHECK (length("graph_id") >= 3 AND length("graph_id") <= 60),
    CONSTRAINT "ck_graphs_graph_name_length" CHECK (length("graph_name") >= 1 AND length("graph_name") <= 255)
) STRICT;

CREATE INDEX "ix_graphs_graph_type_graph_tier" ON "graphs" ("graph_type", "graph_tier");

CREATE INDEX "ix_graphs_status" ON "graphs" ("status") WHERE deleted_at IS NULL;

CREATE TABLE "graph_usage_tracking"
-- What a graph was used for on a day, counted by upserts that add.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "usage_date" TEXT NOT NULL,
    "event_type" TEXT NOT NULL,
    "events" INTEGER NOT NULL,
    "credits_used" INTEGER NOT NULL DEFAULT 0,
    "storage_bytes" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_graph_usage_tracking" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "uq_graph_usage_tracking_graph_id_usage_date_event_type" UNIQUE ("graph_id", "usage_date", "event_type"),
    CONSTRAINT "fk_graph_usage_tracking_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id"),
    CONSTRAINT "ck_graph_usage_tracking_event_type_type" CHECK ("event_type" IN ('query', 'import', 'export', 'backup', 'agent_call')),
    CONSTRAINT "ck_graph_usage_tracking_credits_used_type" CHECK ("credits_used" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "graph_usage_counts_up" CHECK (events > 0 AND credits_used >= 0 AND storage_bytes >= 0)
) STRICT;

CREATE TABLE "plans"
-- A plan that can be subscribed to.
(
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "monthly_price" INTEGER NOT NULL,
    "monthly_credits" INTEGER NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_plans" PRIMARY KEY ("id"),
    CONSTRAINT "uq_plans_name" UNIQUE ("name"),
    CONSTRAINT "ck_plans_tier_type" CHECK ("tier" IN ('standard', 'enterprise', 'premium')),
    CONSTRAINT "ck_plans_monthly_price_type" CHECK ("monthly_price" BETWEEN -9999999999 AND 9999999999),
    CONSTRAINT "ck_plans_monthly_credits_type" CHECK ("monthly_credits" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_plans_name_length" CHECK (length("name") >= 1 AND length("name") <= 60),
    CONSTRAINT "ck_plans_monthly_price_range" CHECK ("monthly_price" >= 0),
    CONSTRAINT "ck_plans_monthly_credits_range" CHECK ("monthly_credits" >= 0)
) STRICT;

CREATE TABLE "users"
-- A person with an account. Users are of no graph: they own and join many.
(
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "email_verified" INTEGER NOT NULL DEFAULT 0,
    "last_login_at" TEXT,
    -- The language that the user reads, as in `en-GB`.
    "locale" TEXT,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    -- A deleted user stays, since ledgers name them; the e-mail address is free again.
    "deleted_at" TEXT,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "ck_users_status_type" CHECK ("status" IN ('active', 'suspended')),
    CONSTRAINT "ck_users_email_verified_type" CHECK ("email_verified" IN (0, 1)),
    CONSTRAINT "ck_users_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_users_email_length" CHECK (length("email") <= 255),
    CONSTRAINT "ck_users_name_length" CHECK (length("name") >= 1 AND length("name") <= 255),
    CONSTRAINT "ck_users_locale_length" CHECK (length("locale") >= 2 AND length("locale") <= 35)
) STRICT;

CREATE UNIQUE INDEX "uq_users_email" ON "users" ("email") WHERE "deleted_at" IS NULL;

CREATE INDEX "ix_users_name" ON "users" ("name") WHERE deleted_at IS NULL;

CREATE TABLE "connection_credentials"
-- What a connection of a graph signs in with. The application encrypts it; here are its bytes.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "encrypted_credentials" BLOB NOT NULL,
    "expires_at" TEXT,
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_connection_credentials" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "fk_connection_credentials_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id") ON DELETE CASCADE,
    CONSTRAINT "fk_connection_credentials_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_connection_credentials_provider_type" CHECK ("provider" IN ('quickbooks', 'plaid', 'sec')),
    CONSTRAINT "ck_connection_credentials_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_connection_credentials_connection_id_length" CHECK (length("connection_id") >= 1 AND length("connection_id") <= 100)
) STRICT;

CREATE UNIQUE INDEX "uq_connection_credentials_active" ON "connection_credentials" ("graph_id", "connection_id") WHERE (is_active = true) AND "deleted_at" IS NULL;

CREATE INDEX "ix_connection_credentials_graph_id_user_id_provider" ON "connection_credentials" ("graph_id", "user_id", "provider") WHERE is_active = true AND deleted_at IS NULL;

CREATE INDEX "ix_connection_credentials_graph_id_user_id" ON "connection_credentials" ("graph_id", "user_id");

CREATE TABLE "graph_backups"
-- A copy of a graph.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "backup_type" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending',
    "object_key" TEXT NOT NULL,
    "size_bytes" INTEGER NOT NULL DEFAULT 0,
    "node_count" INTEGER NOT NULL DEFAULT 0,
    "checksum" TEXT,
    "completed_at" TEXT,
    "expires_at" TEXT,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_graph_backups" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "fk_graph_backups_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id") ON DELETE CASCADE,
    CONSTRAINT "fk_graph_backups_created_by" FOREIGN KEY ("created_by") REFERENCES "users" ("id"),
    CONSTRAINT "ck_graph_backups_backup_type_type" CHECK ("backup_type" IN ('full', 'incremental')),
    CONSTRAINT "ck_graph_backups_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed')),
    CONSTRAINT "ck_graph_backups_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_graph_backups_object_key_length" CHECK (length("object_key") >= 1 AND length("object_key") <= 500),
    CONSTRAINT "ck_graph_backups_checksum_length" CHECK (length("checksum") >= 64 AND length("checksum") <= 64),
    CONSTRAINT "graph_backups_sizes" CHECK (size_bytes >= 0 AND node_count >= 0),
    CONSTRAINT "graph_backups_completed" CHECK (status <> 'completed' OR (completed_at IS NOT NULL AND checksum IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX "uq_graph_backups_graph_id_object_key" ON "graph_backups" ("graph_id", "object_key") WHERE "deleted_at" IS NULL;

CREATE INDEX "ix_graph_backups_graph_id_status_expires_at" ON "graph_backups" ("graph_id", "status", "expires_at") WHERE deleted_at IS NULL;

CREATE INDEX "ix_graph_backups_graph_id_created_by" ON "graph_backups" ("graph_id", "created_by");

CREATE TABLE "graph_credits"
-- The credits of a graph: what it has, and how much of that is put aside for operations under way. The CHECKs are the last wall:
-- reservations do not come to it.
(
    -- `gc_` and the id of the graph.
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    -- Who pays.
    "billing_admin_id" TEXT NOT NULL,
    "current_balance" INTEGER NOT NULL DEFAULT 0,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    -- What can be reserved.
    "available" INTEGER NOT NULL GENERATED ALWAYS AS (current_balance - reserved) STORED,
    "monthly_allocation" INTEGER NOT NULL,
    "last_allocation_at" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_graph_credits" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "uq_graph_credits_graph_id" UNIQUE ("graph_id"),
    CONSTRAINT "fk_graph_credits_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id"),
    CONSTRAINT "fk_graph_credits_billing_admin_id" FOREIGN KEY ("billing_admin_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_graph_credits_current_balance_type" CHECK ("current_balance" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credits_reserved_type" CHECK ("reserved" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credits_available_type" CHECK ("available" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credits_monthly_allocation_type" CHECK ("monthly_allocation" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credits_monthly_allocation_range" CHECK ("monthly_allocation" >= 0),
    CONSTRAINT "graph_credits_one_a_graph" CHECK (id = 'gc_' || graph_id),
    CONSTRAINT "graph_credits_never_below_zero" CHECK (current_balance >= 0),
    CONSTRAINT "graph_credits_reserved_within_balance" CHECK (reserved >= 0 AND reserved <= current_balance)
) STRICT;

CREATE INDEX "ix_graph_credits_graph_id_billing_admin_id" ON "graph_credits" ("graph_id", "billing_admin_id");

CREATE TABLE "graph_credit_transactions"
-- An entry of a graph's ledger. Entries are made and read, and never changed: the sum of `amount` is the balance, the sum of
-- `reserved` is what is put aside.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "graph_credits_id" TEXT NOT NULL,
    "transaction_type" TEXT NOT NULL,
    -- By how much the balance changed.
    "amount" INTEGER NOT NULL,
    -- By how much changed what is put aside.
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "description" TEXT NOT NULL,
    "operation_type" TEXT,
    "reservation_id" TEXT,
    -- What makes the same step asked for twice one entry.
    "idempotency_key" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    CONSTRAINT "pk_graph_credit_transactions" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "uq_graph_credit_transactions_graph_id_idempotency_key" UNIQUE ("graph_id", "idempotency_key"),
    CONSTRAINT "fk_graph_credit_transactions_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id"),
    CONSTRAINT "fk_graph_credit_transactions_graph_id_graph_credits_id" FOREIGN KEY ("graph_id", "graph_credits_id") REFERENCES "graph_credits" ("graph_id", "id") ON DELETE RESTRICT,
    CONSTRAINT "ck_graph_credit_transactions_transaction_type_type" CHECK ("transaction_type" IN ('allocation', 'bonus', 'refund', 'expiration', 'reservation', 'consumption', 'cancellation')),
    CONSTRAINT "ck_graph_credit_transactions_amount_type" CHECK ("amount" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credit_transactions_reserved_type" CHECK ("reserved" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_graph_credit_transactions_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_graph_credit_transactions_description_length" CHECK (length("description") >= 1 AND length("description") <= 500),
    CONSTRAINT "ck_graph_credit_transactions_operation_type_length" CHECK (length("operation_type") >= 1 AND length("operation_type") <= 60),
    CONSTRAINT "ck_graph_credit_transactions_reservation_id_length" CHECK (length("reservation_id") >= 1 AND length("reservation_id") <= 100),
    CONSTRAINT "ck_graph_credit_transactions_idempotency_key_length" CHECK (length("idempotency_key") >= 1 AND length("idempotency_key") <= 120),
    CONSTRAINT "graph_credit_transactions_add_up" CHECK (CASE transaction_type WHEN 'reservation' THEN amount = 0 AND reserved > 0 AND reservation_id IS NOT NULL WHEN 'consumption' THEN amount < 0 AND reserved = amount AND reservation_id IS NOT NULL WHEN 'cancellation' THEN amount = 0 AND reserved < 0 AND reservation_id IS NOT NULL WHEN 'expiration' THEN amount < 0 AND reserved = 0 AND reservation_id IS NULL ELSE amount > 0 AND reserved = 0 AND reservation_id IS NULL END)
) STRICT;

CREATE INDEX "ix_graph_credit_transactions_graph_id_graph_credits_id_912c2163" ON "graph_credit_transactions" ("graph_id", "graph_credits_id", "transaction_type", "created_at" DESC);

CREATE INDEX "ix_graph_credit_transactions_graph_id_created_at" ON "graph_credit_transactions" ("graph_id", "created_at" DESC);

CREATE INDEX "ix_graph_credit_transactions_graph_id_reservation_id" ON "graph_credit_transactions" ("graph_id", "reservation_id") WHERE reservation_id IS NOT NULL;

CREATE TABLE "graph_subscriptions"
-- A subscription of a graph to a plan; one of them at most is active.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "current_period_start" TEXT NOT NULL,
    "current_period_end" TEXT NOT NULL,
    "canceled_at" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_graph_subscriptions" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "fk_graph_subscriptions_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id"),
    CONSTRAINT "fk_graph_subscriptions_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "fk_graph_subscriptions_plan_id" FOREIGN KEY ("plan_id") REFERENCES "plans" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_graph_subscriptions_status_type" CHECK ("status" IN ('active', 'past_due', 'canceled', 'unpaid')),
    CONSTRAINT "graph_subscriptions_period" CHECK (current_period_end > current_period_start)
) STRICT;

CREATE UNIQUE INDEX "uq_graph_subscriptions_active" ON "graph_subscriptions" ("graph_id") WHERE status = 'active';

CREATE INDEX "ix_graph_subscriptions_current_period_end" ON "graph_subscriptions" ("current_period_end") WHERE status = 'active';

CREATE INDEX "ix_graph_subscriptions_graph_id_user_id" ON "graph_subscriptions" ("graph_id", "user_id");

CREATE INDEX "ix_graph_subscriptions_graph_id_plan_id" ON "graph_subscriptions" ("graph_id", "plan_id");

CREATE TABLE "user_api_keys"
-- A key of a user. The key itself is told once, when it is made; here is its hash.
(
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    -- The beginning of the key, so that its owner can tell it from others.
    "prefix" TEXT NOT NULL,
    "key_hash" TEXT NOT NULL,
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "expires_at" TEXT,
    "last_used_at" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_user_api_keys" PRIMARY KEY ("id"),
    CONSTRAINT "fk_user_api_keys_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_user_api_keys_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_user_api_keys_name_length" CHECK (length("name") >= 1 AND length("name") <= 100),
    CONSTRAINT "ck_user_api_keys_prefix_length" CHECK (length("prefix") <= 12)
) STRICT;

CREATE UNIQUE INDEX "uq_user_api_keys_key_hash" ON "user_api_keys" ("key_hash") WHERE "deleted_at" IS NULL;

CREATE INDEX "ix_user_api_keys_user_id_name" ON "user_api_keys" ("user_id", "name") WHERE is_active = true AND deleted_at IS NULL;

CREATE INDEX "ix_user_api_keys_expires_at" ON "user_api_keys" ("expires_at") WHERE is_active = true AND expires_at IS NOT NULL;

CREATE INDEX "ix_user_api_keys_user_id" ON "user_api_keys" ("user_id");

CREATE TABLE "user_graphs"
-- A user's part in a graph.
(
    "id" TEXT NOT NULL,
    "graph_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'member',
    -- The entity of the graph that the user stands for.
    "entity_id" TEXT,
    -- The graph that the user is looking at; one at most.
    "is_selected" INTEGER NOT NULL DEFAULT 0,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_user_graphs" PRIMARY KEY ("graph_id", "id"),
    CONSTRAINT "fk_user_graphs_graph_id" FOREIGN KEY ("graph_id") REFERENCES "graphs" ("graph_id") ON DELETE CASCADE,
    CONSTRAINT "fk_user_graphs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_user_graphs_role_type" CHECK ("role" IN ('admin', 'member', 'viewer')),
    CONSTRAINT "ck_user_graphs_is_selected_type" CHECK ("is_selected" IN (0, 1)),
    CONSTRAINT "ck_user_graphs_entity_id_length" CHECK (length("entity_id") >= 1 AND length("entity_id") <= 60)
) STRICT;

CREATE UNIQUE INDEX "uq_user_graphs_graph_id_user_id" ON "user_graphs" ("graph_id", "user_id") WHERE "deleted_at" IS NULL;

CREATE UNIQUE INDEX "uq_user_graphs_selected" ON "user_graphs" ("user_id") WHERE (is_selected = true) AND "deleted_at" IS NULL;

CREATE INDEX "ix_user_graphs_user_id_role" ON "user_graphs" ("user_id", "role") WHERE deleted_at IS NULL;

CREATE INDEX "ix_user_graphs_graph_id_user_id" ON "user_graphs" ("graph_id", "user_id");

CREATE TABLE "user_limits"
-- The limits of a user: one row for each, so its key is the user's. The CHECK is what holds the number of graphs, however many
-- make one at the same moment.
(
    "user_id" TEXT NOT NULL,
    "max_graphs" INTEGER NOT NULL DEFAULT 5,
    "graphs_used" INTEGER NOT NULL DEFAULT 0,
    "api_calls_per_hour" INTEGER NOT NULL DEFAULT 1000,
    "sec_imports_per_day" INTEGER NOT NULL DEFAULT 10,
    "data_exports_per_day" INTEGER NOT NULL DEFAULT 50,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    "deleted_at" TEXT,
    CONSTRAINT "pk_user_limits" PRIMARY KEY ("user_id"),
    CONSTRAINT "fk_user_limits_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "ck_user_limits_max_graphs_range" CHECK ("max_graphs" >= 0 AND "max_graphs" <= 10000),
    CONSTRAINT "ck_user_limits_api_calls_per_hour_range" CHECK ("api_calls_per_hour" >= 0),
    CONSTRAINT "ck_user_limits_sec_imports_per_day_range" CHECK ("sec_imports_per_day" >= 0),
    CONSTRAINT "ck_user_limits_data_exports_per_day_range" CHECK ("data_exports_per_day" >= 0),
    CONSTRAINT "user_graphs_within_limit" CHECK (graphs_used >= 0 AND graphs_used <= max_graphs)
) STRICT;

CREATE TABLE "user_repositories"
-- A user's access to a shared repository. A shared repository is of no graph, so neither is this.
(
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "repository_type" TEXT NOT NULL,
    "repository_name" TEXT NOT NULL,
    "access_level" TEXT NOT NULL DEFAULT 'read',
    "repository_plan" TEXT NOT NULL DEFAULT 'starter',
    "is_active" INTEGER NOT NULL DEFAULT 1,
    "expires_at" TEXT,
    "monthly_price" INTEGER NOT NULL,
    "granted_by" TEXT,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_user_repositories" PRIMARY KEY ("id"),
    CONSTRAINT "uq_user_repositories_user_id_repository_type_repository_name" UNIQUE ("user_id", "repository_type", "repository_name"),
    CONSTRAINT "fk_user_repositories_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "fk_user_repositories_granted_by" FOREIGN KEY ("granted_by") REFERENCES "users" ("id"),
    CONSTRAINT "ck_user_repositories_repository_type_type" CHECK ("repository_type" IN ('sec', 'industry', 'economic')),
    CONSTRAINT "ck_user_repositories_access_level_type" CHECK ("access_level" IN ('read', 'write', 'admin')),
    CONSTRAINT "ck_user_repositories_repository_plan_type" CHECK ("repository_plan" IN ('starter', 'advanced', 'unlimited')),
    CONSTRAINT "ck_user_repositories_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_user_repositories_monthly_price_type" CHECK ("monthly_price" BETWEEN -9999999999 AND 9999999999),
    CONSTRAINT "ck_user_repositories_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_user_repositories_repository_name_length" CHECK (length("repository_name") >= 1 AND length("repository_name") <= 60),
    CONSTRAINT "ck_user_repositories_monthly_price_range" CHECK ("monthly_price" >= 0)
) STRICT;

CREATE INDEX "ix_user_repositories_repository_type_access_level" ON "user_repositories" ("repository_type", "access_level") WHERE is_active = true;

CREATE INDEX "ix_user_repositories_expires_at" ON "user_repositories" ("expires_at") WHERE is_active = true AND expires_at IS NOT NULL;

CREATE INDEX "ix_user_repositories_granted_by" ON "user_repositories" ("granted_by");

CREATE TABLE "user_repository_credits"
-- The credits of a user for a shared repository.
(
    -- `urc_` and the id of the user's access to the repository.
    "id" TEXT NOT NULL,
    "user_repository_id" TEXT NOT NULL,
    "current_balance" INTEGER NOT NULL DEFAULT 0,
    "reserved" INTEGER NOT NULL DEFAULT 0,
    -- What can be reserved.
    "available" INTEGER NOT NULL GENERATED ALWAYS AS (current_balance - reserved) STORED,
    "monthly_allocation" INTEGER NOT NULL,
    "last_allocation_at" TEXT,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_user_repository_credits" PRIMARY KEY ("id"),
    CONSTRAINT "uq_user_repository_credits_user_repository_id" UNIQUE ("user_repository_id"),
    CONSTRAINT "fk_user_repository_credits_user_repository_id" FOREIGN KEY ("user_repository_id") REFERENCES "user_repositories" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_user_repository_credits_current_balance_type" CHECK ("current_balance" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credits_reserved_type" CHECK ("reserved" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credits_available_type" CHECK ("available" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credits_monthly_allocation_type" CHECK ("monthly_allocation" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credits_monthly_allocation_range" CHECK ("monthly_allocation" >= 0),
    CONSTRAINT "user_repository_credits_one_each" CHECK (id = 'urc_' || user_repository_id),
    CONSTRAINT "user_repository_credits_never_below_zero" CHECK (current_balance >= 0),
    CONSTRAINT "user_repository_credits_reserved_within_balance" CHECK (reserved >= 0 AND reserved <= current_balance)
) STRICT;

CREATE TABLE "user_repository_credit_transactions"
-- An entry of the ledger of a user's credits for a repository.
(
    "id" TEXT NOT NULL,
    "user_repository_credits_id" TEXT NOT NULL,
    "transaction_type" TEXT NOT NULL,
    -- By how much the balance changed.
    "amount" INTEGER NOT NULL,
    -- By how much changed what is put aside.
    "reserved" INTEGER NOT NULL DEFAULT 0,
    "description" TEXT NOT NULL,
    "operation_type" TEXT,
    "reservation_id" TEXT,
    -- What makes the same step asked for twice one entry.
    "idempotency_key" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "created_at" TEXT NOT NULL,
    CONSTRAINT "pk_user_repository_credit_transactions" PRIMARY KEY ("id"),
    CONSTRAINT "uq_user_repository_credit_transactions_step" UNIQUE ("user_repository_credits_id", "idempotency_key"),
    CONSTRAINT "fk_user_repository_credit_transactions_user_repository_fae1351d" FOREIGN KEY ("user_repository_credits_id") REFERENCES "user_repository_credits" ("id") ON DELETE RESTRICT,
    CONSTRAINT "ck_user_repository_credit_transactions_transaction_type_type" CHECK ("transaction_type" IN ('allocation', 'bonus', 'refund', 'expiration', 'reservation', 'consumption', 'cancellation')),
    CONSTRAINT "ck_user_repository_credit_transactions_amount_type" CHECK ("amount" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credit_transactions_reserved_type" CHECK ("reserved" BETWEEN -999999999999 AND 999999999999),
    CONSTRAINT "ck_user_repository_credit_transactions_metadata_type" CHECK (json_valid("metadata")),
    CONSTRAINT "ck_user_repository_credit_transactions_description_length" CHECK (length("description") >= 1 AND length("description") <= 500),
    CONSTRAINT "ck_user_repository_credit_transactions_operation_type_length" CHECK (length("operation_type") >= 1 AND length("operation_type") <= 60),
    CONSTRAINT "ck_user_repository_credit_transactions_reservation_id_length" CHECK (length("reservation_id") >= 1 AND length("reservation_id") <= 100),
    CONSTRAINT "ck_user_repository_credit_transactions_idempotency_key_length" CHECK (length("idempotency_key") >= 1 AND length("idempotency_key") <= 120),
    CONSTRAINT "user_repository_credit_transactions_add_up" CHECK (CASE transaction_type WHEN 'reservation' THEN amount = 0 AND reserved > 0 AND reservation_id IS NOT NULL WHEN 'consumption' THEN amount < 0 AND reserved = amount AND reservation_id IS NOT NULL WHEN 'cancellation' THEN amount = 0 AND reserved < 0 AND reservation_id IS NOT NULL WHEN 'expiration' THEN amount < 0 AND reserved = 0 AND reservation_id IS NULL ELSE amount > 0 AND reserved = 0 AND reservation_id IS NULL END)
) STRICT;

CREATE INDEX "ix_user_repository_credit_transactions_history" ON "user_repository_credit_transactions" ("user_repository_credits_id", "transaction_type", "created_at" DESC);

CREATE TABLE "user_usage_tracking"
-- How often a user did something within an hour or a day. It is counted by an upsert that adds; the CHECK refuses what would
-- pass the limit, so that no two callers can take the last one.
(
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "usage_type" TEXT NOT NULL,
    -- The beginning of the hour or day.
    "window_start" TEXT NOT NULL,
    "used" INTEGER NOT NULL,
    -- The user's limit when it was last counted.
    "allowed" INTEGER NOT NULL,
    "created_at" TEXT NOT NULL,
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_user_usage_tracking" PRIMARY KEY ("id"),
    CONSTRAINT "uq_user_usage_tracking_user_id_usage_type_window_start" UNIQUE ("user_id", "usage_type", "window_start"),
    CONSTRAINT "fk_user_usage_tracking_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_user_usage_tracking_usage_type_type" CHECK ("usage_type" IN ('api_call', 'sec_import', 'data_export')),
    CONSTRAINT "user_usage_within_limit" CHECK (used >= 0 AND used <= allowed)
) STRICT;

CREATE INDEX "ix_user_usage_tracking_usage_type_window_start" ON "user_usage_tracking" ("usage_type", "window_start" DESC);

CREATE TRIGGER "tr_ennead_audit_append_only_delete" BEFORE DELETE ON "ennead_audit" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;

CREATE TRIGGER "tr_ennead_audit_append_only_update" BEFORE UPDATE ON "ennead_audit" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;

CREATE TRIGGER "tr_graph_credit_transactions_append_only_delete" BEFORE DELETE ON "graph_credit_transactions" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;

CREATE TRIGGER "tr_graph_credit_transactions_append_only_update" BEFORE UPDATE ON "graph_credit_transactions" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;

CREATE TRIGGER "tr_user_repository_credit_transactions_append_only_delete" BEFORE DELETE ON "user_repository_credit_transactions" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;

CREATE TRIGGER "tr_user_repository_credit_transactions_append_only_update" BEFORE UPDATE ON "user_repository_credit_transactions" FOR EACH ROW
BEGIN
    SELECT RAISE(ABORT, 'ennead append-only: no row of this table is changed or deleted');
END;
