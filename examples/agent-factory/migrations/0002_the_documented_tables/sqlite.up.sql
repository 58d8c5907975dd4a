-- 0002_the_documented_tables, up, for sqlite. Made by `migrate new`; it may be edited until it is applied.
--
-- Edited: what the new tables have no place for is parked in tables `ennead_parked_…`, which belong to no schema, so that the way
-- down brings it back. And what an earlier way down parked comes back here, less what refers to rows that have gone since.

-- ennead:no-transaction
PRAGMA foreign_keys = OFF;

CREATE TABLE "ennead_parked_workflows" AS SELECT "id", "description" FROM "workflows";

-- Each text id of an audit log has a number, given in the order of the events, and keeps it for good.
CREATE TABLE IF NOT EXISTS "ennead_parked_audit_logs" (
    "text_id" TEXT NOT NULL PRIMARY KEY,
    "id" INTEGER NOT NULL UNIQUE,
    "ip_address" TEXT
) STRICT;

INSERT INTO "ennead_parked_audit_logs" ("text_id", "id")
SELECT
    a."id",
    (SELECT coalesce(max(p."id"), 0) FROM "ennead_parked_audit_logs" AS p)
        + row_number() OVER (ORDER BY a."created_at", a."id")
FROM "audit_logs" AS a
WHERE a."id" NOT IN (SELECT p."text_id" FROM "ennead_parked_audit_logs" AS p);

-- is incompatible: programs that know the earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "agents" RENAME COLUMN "user_id" TO "created_by";

-- is incompatible: programs that know the earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "audit_logs" RENAME COLUMN "metadata" TO "details";

-- is incompatible: programs that know the earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "type" TO "execution_type";

-- is incompatible: programs that know the earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "entity_id" TO "resource_id";

-- is incompatible: programs that know the earlier name fail
-- ennead:allow rename-column the programs are stopped while it runs
ALTER TABLE "executions" RENAME COLUMN "result" TO "output_data";

CREATE TABLE "plans"
-- Billing plan definitions.
(
    -- Unique plan identifier
    "id" TEXT NOT NULL,
    -- Plan display name
    "name" TEXT NOT NULL,
    -- Which of the tiers it is
    "plan_type" TEXT NOT NULL,
    -- Monthly price
    "price_monthly" REAL NOT NULL,
    -- Yearly price
    "price_yearly" REAL NOT NULL,
    -- Currency code
    "currency" TEXT NOT NULL DEFAULT 'USD',
    -- Feature flags
    "features" TEXT NOT NULL,
    -- Resource limits
    "limits" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_plans" PRIMARY KEY ("id"),
    CONSTRAINT "ck_plans_plan_type_type" CHECK ("plan_type" IN ('free', 'pro', 'enterprise')),
    CONSTRAINT "ck_plans_features_type" CHECK (json_valid("features")),
    CONSTRAINT "ck_plans_limits_type" CHECK (json_valid("limits")),
    CONSTRAINT "ck_plans_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "projects"
-- Project/App containers for organizing resources.
(
    -- Unique project identifier
    "id" TEXT NOT NULL,
    -- Project display name
    "name" TEXT NOT NULL,
    -- `saas_app`, `blueprint_deployment`; the list is open
    "project_type" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Project configuration
    "config" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_projects" PRIMARY KEY ("id"),
    CONSTRAINT "fk_projects_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_projects_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_projects_config_type" CHECK (json_valid("config")),
    CONSTRAINT "ck_projects_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "subscriptions"
-- Tenant subscription records.
(
    -- Unique subscription identifier
    "id" TEXT NOT NULL,
    -- Subscriber tenant
    "tenant_id" TEXT NOT NULL,
    -- Subscribed plan
    "plan_id" TEXT NOT NULL,
    -- Whether it runs
    "status" TEXT NOT NULL DEFAULT 'active',
    -- How often it is billed
    "billing_cycle" TEXT NOT NULL,
    -- Current billing period start
    "current_period_start" TEXT NOT NULL,
    -- Current billing period end
    "current_period_end" TEXT NOT NULL,
    -- Stripe subscription ID
    "stripe_subscription_id" TEXT,
    -- Stripe customer ID
    "stripe_customer_id" TEXT,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_subscriptions" PRIMARY KEY ("id"),
    CONSTRAINT "uq_subscriptions_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "fk_subscriptions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_subscriptions_plan_id" FOREIGN KEY ("plan_id") REFERENCES "plans" ("id"),
    CONSTRAINT "ck_subscriptions_status_type" CHECK ("status" IN ('active', 'cancelled', 'expired')),
    CONSTRAINT "ck_subscriptions_billing_cycle_type" CHECK ("billing_cycle" IN ('monthly', 'yearly'))
) STRICT;

CREATE TABLE "usage_records"
-- Usage tracking for billing and analytics.
(
    -- Unique record identifier
    "id" TEXT NOT NULL,
    -- Tenant
    "tenant_id" TEXT NOT NULL,
    -- Associated subscription
    "subscription_id" TEXT NOT NULL,
    -- `agent_run`, `workflow_run`, `token`; the list is open
    "billing_unit" TEXT NOT NULL,
    -- Usage quantity
    "quantity" REAL NOT NULL,
    -- Price per unit
    "unit_price" REAL NOT NULL,
    -- Total cost
    "total_cost" REAL NOT NULL,
    -- Currency code
    "currency" TEXT NOT NULL DEFAULT 'USD',
    -- Billing period start
    "period_start" TEXT NOT NULL,
    -- Billing period end
    "period_end" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    CONSTRAINT "pk_usage_records" PRIMARY KEY ("id"),
    CONSTRAINT "fk_usage_records_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_usage_records_tenant_id_subscription_id" FOREIGN KEY ("tenant_id", "subscription_id") REFERENCES "subscriptions" ("tenant_id", "id")
) STRICT;

CREATE TABLE "ennead_new_agents"
-- AI agent definitions.
(
    -- Unique agent identifier
    "id" TEXT NOT NULL,
    -- Agent display name
    "name" TEXT NOT NULL,
    -- Agent system instructions
    "instructions" TEXT NOT NULL,
    -- LLM model (e.g., "gpt-4o")
    "model" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_agents" PRIMARY KEY ("id"),
    CONSTRAINT "fk_agents_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_agents_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id")
) STRICT;

-- locks: all of agents is written anew
INSERT INTO "ennead_new_agents" ("id", "name", "instructions", "model", "tenant_id", "created_by", "created_at", "updated_at") SELECT "id", "name", "instructions", "model", "tenant_id", "created_by", "created_at", "updated_at" FROM "agents";

DROP TABLE "agents";

ALTER TABLE "ennead_new_agents" RENAME TO "agents";

CREATE TABLE "ennead_new_audit_logs"
-- Security and compliance audit trail.
--
-- An event belongs to the tenant of its user.
(
    -- Unique log identifier
    "id" INTEGER NOT NULL CONSTRAINT "pk_audit_logs" PRIMARY KEY AUTOINCREMENT,
    -- Event type
    "event_type" TEXT NOT NULL,
    -- User who triggered event
    "user_id" TEXT NOT NULL,
    -- Resource type (e.g., "agent")
    "resource_type" TEXT NOT NULL,
    -- Resource identifier
    "resource_id" TEXT NOT NULL,
    -- Action performed
    "action" TEXT NOT NULL,
    -- Success status
    "success" INTEGER NOT NULL,
    -- Additional event data
    "details" TEXT NOT NULL,
    -- Client IP address
    "ip_address" TEXT,
    -- Event timestamp
    "created_at" TEXT NOT NULL,
    CONSTRAINT "fk_audit_logs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_audit_logs_success_type" CHECK ("success" IN (0, 1)),
    CONSTRAINT "ck_audit_logs_details_type" CHECK (json_valid("details"))
) STRICT;

-- locks: all of audit_logs is written anew
INSERT INTO "ennead_new_audit_logs" ("id", "event_type", "user_id", "resource_type", "resource_id", "action", "success", "details", "ip_address", "created_at") SELECT p."id", "event_type", "user_id", "resource_type", "resource_id", "action", "success", "details", p."ip_address", "created_at" FROM "audit_logs" AS a JOIN "ennead_parked_audit_logs" AS p ON p."text_id" = a."id";

-- ennead:allow drop-column its text ids are parked, and the way down brings them back
-- ennead:allow delete-rows each event was given a number above
DROP TABLE "audit_logs";

ALTER TABLE "ennead_new_audit_logs" RENAME TO "audit_logs";

-- It counts on behind the numbers of events that are gone, too.
DELETE FROM "sqlite_sequence" WHERE "name" = 'audit_logs';

INSERT INTO "sqlite_sequence" ("name", "seq") SELECT 'audit_logs', coalesce(max("id"), 0) FROM "ennead_parked_audit_logs";

CREATE TABLE "ennead_new_blueprints"
-- Reusable agent/workflow templates (marketplace items).
--
-- They have no tenant of their own: they belong to their publisher's.
(
    -- Unique blueprint identifier
    "id" TEXT NOT NULL,
    -- Blueprint display name
    "name" TEXT NOT NULL,
    -- Blueprint description
    "description" TEXT NOT NULL,
    -- Version string
    "version" TEXT NOT NULL,
    -- Blueprint configuration
    "definition" TEXT NOT NULL,
    -- What it costs, and how often
    "pricing_model" TEXT NOT NULL DEFAULT 'free',
    -- Price amount
    "price" REAL NOT NULL DEFAULT 0.0,
    -- Publisher user
    "publisher_id" TEXT NOT NULL,
    -- Public visibility
    "is_public" INTEGER NOT NULL DEFAULT 0,
    -- Download count
    "downloads" INTEGER NOT NULL DEFAULT 0,
    -- Average rating
    "rating" REAL NOT NULL DEFAULT 0.0,
    -- Number of reviews
    "reviews_count" INTEGER NOT NULL DEFAULT 0,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_blueprints" PRIMARY KEY ("id"),
    CONSTRAINT "fk_blueprints_publisher_id" FOREIGN KEY ("publisher_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_blueprints_definition_type" CHECK (json_valid("definition")),
    CONSTRAINT "ck_blueprints_pricing_model_type" CHECK ("pricing_model" IN ('free', 'one-time', 'subscription')),
    CONSTRAINT "ck_blueprints_is_public_type" CHECK ("is_public" IN (0, 1))
) STRICT;

-- Nobody wrote down who published them, so it is the first superuser; where there is none, the migration fails.
-- locks: all of blueprints is written anew
-- ennead:allow new-foreign-key the publisher is a user, or the migration fails and nothing is done
INSERT INTO "ennead_new_blueprints" ("id", "name", "description", "version", "definition", "publisher_id", "created_at", "updated_at") SELECT "id", "name", "description", "version", "definition", (SELECT id FROM users WHERE is_superuser ORDER BY created_at, id LIMIT 1), "created_at", "updated_at" FROM "blueprints";

DROP TABLE "blueprints";

ALTER TABLE "ennead_new_blueprints" RENAME TO "blueprints";

CREATE TABLE IF NOT EXISTS "ennead_parked_blueprints" AS
SELECT "id", "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "blueprints" WHERE false;

UPDATE "blueprints" SET ("pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count") = (
    SELECT "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "ennead_parked_blueprints" AS p WHERE p."id" = "blueprints"."id"
)
WHERE "id" IN (
    SELECT p."id" FROM "ennead_parked_blueprints" AS p WHERE p."publisher_id" IN (SELECT u."id" FROM "users" AS u)
);

DROP TABLE "ennead_parked_blueprints";

CREATE TABLE "ennead_new_executions"
-- Execution records for agents and workflows.
(
    -- Unique execution identifier
    "id" TEXT NOT NULL,
    -- What was executed
    "execution_type" TEXT NOT NULL,
    -- ID of agent or workflow
    "resource_id" TEXT NOT NULL,
    -- How far it came
    "status" TEXT NOT NULL DEFAULT 'pending',
    -- Input parameters
    "input_data" TEXT NOT NULL,
    -- Output/result data
    "output_data" TEXT,
    -- Error message (if failed)
    "error" TEXT,
    -- Duration in seconds
    "execution_time" REAL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Completion timestamp
    "completed_at" TEXT,
    CONSTRAINT "pk_executions" PRIMARY KEY ("id"),
    CONSTRAINT "fk_executions_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_executions_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_executions_execution_type_type" CHECK ("execution_type" IN ('agent', 'workflow')),
    CONSTRAINT "ck_executions_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed')),
    CONSTRAINT "ck_executions_input_data_type" CHECK (json_valid("input_data")),
    CONSTRAINT "ck_executions_output_data_type" CHECK ("output_data" IS NULL OR json_valid("output_data"))
) STRICT;

-- locks: all of executions is written anew
INSERT INTO "ennead_new_executions" ("id", "execution_type", "resource_id", "status", "input_data", "output_data", "error", "execution_time", "tenant_id", "created_by", "created_at", "completed_at") SELECT "id", "execution_type", "resource_id", "status", "input_data", "output_data", "error", "execution_time", "tenant_id", "created_by", "created_at", "completed_at" FROM "executions";

DROP TABLE "executions";

ALTER TABLE "ennead_new_executions" RENAME TO "executions";

CREATE TABLE "ennead_new_workflows"
-- Workflow/orchestration definitions.
(
    -- Unique workflow identifier
    "id" TEXT NOT NULL,
    -- Workflow display name
    "name" TEXT NOT NULL,
    -- Workflow structure (nodes, edges, etc.)
    "definition" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Creator user
    "created_by" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_workflows" PRIMARY KEY ("id"),
    CONSTRAINT "fk_workflows_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_workflows_tenant_id_created_by" FOREIGN KEY ("tenant_id", "created_by") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_workflows_definition_type" CHECK (json_valid("definition"))
) STRICT;

-- locks: all of workflows is written anew
INSERT INTO "ennead_new_workflows" ("id", "name", "definition", "tenant_id", "created_by", "created_at", "updated_at") SELECT "id", "name", "definition", "tenant_id", "created_by", "created_at", "updated_at" FROM "workflows";

-- Parked above.
-- ennead:allow drop-column its values are parked, and the way down brings them back
DROP TABLE "workflows";

ALTER TABLE "ennead_new_workflows" RENAME TO "workflows";

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_created_by" ON "agents" ("tenant_id", "created_by");

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

CREATE INDEX "ix_blueprints_publisher_id" ON "blueprints" ("publisher_id");

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

CREATE INDEX "ix_projects_tenant_id" ON "projects" ("tenant_id");

CREATE INDEX "ix_projects_tenant_id_created_by" ON "projects" ("tenant_id", "created_by");

CREATE INDEX "ix_subscriptions_tenant_id" ON "subscriptions" ("tenant_id");

CREATE INDEX "ix_subscriptions_tenant_id_plan_id" ON "subscriptions" ("tenant_id", "plan_id");

CREATE INDEX "ix_usage_records_tenant_id" ON "usage_records" ("tenant_id");

CREATE INDEX "ix_usage_records_tenant_id_subscription_id" ON "usage_records" ("tenant_id", "subscription_id");

CREATE INDEX "ix_workflows_tenant_id" ON "workflows" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id_created_by" ON "workflows" ("tenant_id", "created_by");

CREATE TABLE IF NOT EXISTS "ennead_parked_plans" AS SELECT * FROM "plans" WHERE false;

INSERT INTO "plans" SELECT * FROM "ennead_parked_plans";

DROP TABLE "ennead_parked_plans";

CREATE TABLE IF NOT EXISTS "ennead_parked_projects" AS SELECT * FROM "projects" WHERE false;

INSERT INTO "projects" SELECT * FROM "ennead_parked_projects"
WHERE ("tenant_id", "created_by") IN (SELECT "tenant_id", "id" FROM "users");

DROP TABLE "ennead_parked_projects";

CREATE TABLE IF NOT EXISTS "ennead_parked_subscriptions" AS SELECT * FROM "subscriptions" WHERE false;

INSERT INTO "subscriptions" SELECT * FROM "ennead_parked_subscriptions"
WHERE "tenant_id" IN (SELECT "id" FROM "tenants");

DROP TABLE "ennead_parked_subscriptions";

CREATE TABLE IF NOT EXISTS "ennead_parked_usage_records" AS SELECT * FROM "usage_records" WHERE false;

INSERT INTO "usage_records" SELECT * FROM "ennead_parked_usage_records"
WHERE ("tenant_id", "subscription_id") IN (SELECT "tenant_id", "id" FROM "subscriptions");

DROP TABLE "ennead_parked_usage_records";

-- ennead:nothing
PRAGMA foreign_key_check;

-- ennead:no-transaction
PRAGMA foreign_keys = ON;
