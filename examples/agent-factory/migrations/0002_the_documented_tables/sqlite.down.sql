-- 0002_the_documented_tables, down, for sqlite. Made by `migrate new`; it may be edited until it is applied.
--
-- Edited: what the older tables have no place for is parked in tables `ennead_parked_…`, which belong to no schema, so that the
-- way up brings it back. And what the way up parked comes back here.

-- ennead:no-transaction
PRAGMA foreign_keys = OFF;

CREATE TABLE "ennead_parked_plans" AS SELECT * FROM "plans";

CREATE TABLE "ennead_parked_projects" AS SELECT * FROM "projects";

CREATE TABLE "ennead_parked_subscriptions" AS SELECT * FROM "subscriptions";

CREATE TABLE "ennead_parked_usage_records" AS SELECT * FROM "usage_records";

CREATE TABLE "ennead_parked_blueprints" AS
SELECT "id", "pricing_model", "price", "publisher_id", "is_public", "downloads", "rating", "reviews_count" FROM "blueprints";

-- Events since then get their number as their text.
INSERT INTO "ennead_parked_audit_logs" ("text_id", "id")
SELECT CAST(a."id" AS text), a."id"
FROM "audit_logs" AS a
WHERE a."id" NOT IN (SELECT p."id" FROM "ennead_parked_audit_logs" AS p);

UPDATE "ennead_parked_audit_logs" SET "ip_address" = (
    SELECT a."ip_address" FROM "audit_logs" AS a WHERE a."id" = "ennead_parked_audit_logs"."id"
);

-- is incompatible: programs that know the earlier name fail
ALTER TABLE "agents" RENAME COLUMN "created_by" TO "user_id";

-- is incompatible: programs that know the earlier name fail
ALTER TABLE "audit_logs" RENAME COLUMN "details" TO "metadata";

-- is incompatible: programs that know the earlier name fail
ALTER TABLE "executions" RENAME COLUMN "execution_type" TO "type";

-- is incompatible: programs that know the earlier name fail
ALTER TABLE "executions" RENAME COLUMN "resource_id" TO "entity_id";

-- is incompatible: programs that know the earlier name fail
ALTER TABLE "executions" RENAME COLUMN "output_data" TO "result";

-- deletes data: all rows of plans are gone
DROP TABLE "plans";

-- deletes data: all rows of projects are gone
DROP TABLE "projects";

-- deletes data: all rows of subscriptions are gone
DROP TABLE "subscriptions";

-- deletes data: all rows of usage_records are gone
DROP TABLE "usage_records";

ALTER TABLE "workflows" ADD COLUMN "description" TEXT;

UPDATE "workflows" SET "description" = (
    SELECT p."description" FROM "ennead_parked_workflows" AS p WHERE p."id" = "workflows"."id"
);

DROP TABLE "ennead_parked_workflows";

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
    "user_id" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_agents" PRIMARY KEY ("id"),
    CONSTRAINT "fk_agents_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_agents_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id")
) STRICT;

-- locks: all of agents is written anew
INSERT INTO "ennead_new_agents" ("id", "name", "instructions", "model", "tenant_id", "user_id", "created_at", "updated_at") SELECT "id", "name", "instructions", "model", "tenant_id", "user_id", "created_at", "updated_at" FROM "agents";

DROP TABLE "agents";

ALTER TABLE "ennead_new_agents" RENAME TO "agents";

CREATE TABLE "ennead_new_audit_logs"
-- Security and compliance audit trail.
(
    -- Unique log identifier
    "id" TEXT NOT NULL,
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
    "metadata" TEXT NOT NULL,
    -- Event timestamp
    "created_at" TEXT NOT NULL,
    CONSTRAINT "pk_audit_logs" PRIMARY KEY ("id"),
    CONSTRAINT "fk_audit_logs_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id"),
    CONSTRAINT "ck_audit_logs_success_type" CHECK ("success" IN (0, 1)),
    CONSTRAINT "ck_audit_logs_metadata_type" CHECK (json_valid("metadata"))
) STRICT;

-- locks: all of audit_logs is written anew
INSERT INTO "ennead_new_audit_logs" ("id", "event_type", "user_id", "resource_type", "resource_id", "action", "success", "metadata", "created_at") SELECT p."text_id", "event_type", "user_id", "resource_type", "resource_id", "action", "success", "metadata", "created_at" FROM "audit_logs" AS a JOIN "ennead_parked_audit_logs" AS p ON p."id" = a."id";

-- deletes data: all values of ip_address in audit_logs are gone
DROP TABLE "audit_logs";

ALTER TABLE "ennead_new_audit_logs" RENAME TO "audit_logs";

CREATE TABLE "ennead_new_blueprints"
-- Reusable agent/workflow templates (marketplace items).
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
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_blueprints" PRIMARY KEY ("id"),
    CONSTRAINT "ck_blueprints_definition_type" CHECK (json_valid("definition"))
) STRICT;

-- locks: all of blueprints is written anew
INSERT INTO "ennead_new_blueprints" ("id", "name", "description", "version", "definition", "created_at", "updated_at") SELECT "id", "name", "description", "version", "definition", "created_at", "updated_at" FROM "blueprints";

-- deletes data: all values of pricing_model, price, publisher_id, is_public, downloads, rating, reviews_count in blueprints are gone
DROP TABLE "blueprints";

ALTER TABLE "ennead_new_blueprints" RENAME TO "blueprints";

CREATE TABLE "ennead_new_executions"
-- Execution records for agents and workflows.
(
    -- Unique execution identifier
    "id" TEXT NOT NULL,
    -- What was executed
    "type" TEXT NOT NULL,
    -- ID of agent or workflow
    "entity_id" TEXT NOT NULL,
    -- How far it came
    "status" TEXT NOT NULL DEFAULT 'pending',
    -- Input parameters
    "input_data" TEXT NOT NULL,
    -- Output/result data
    "result" TEXT,
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
    CONSTRAINT "ck_executions_type_type" CHECK ("type" IN ('agent', 'workflow')),
    CONSTRAINT "ck_executions_status_type" CHECK ("status" IN ('pending', 'running', 'completed', 'failed')),
    CONSTRAINT "ck_executions_input_data_type" CHECK (json_valid("input_data")),
    CONSTRAINT "ck_executions_result_type" CHECK ("result" IS NULL OR json_valid("result"))
) STRICT;

-- locks: all of executions is written anew
INSERT INTO "ennead_new_executions" ("id", "type", "entity_id", "status", "input_data", "result", "error", "execution_time", "tenant_id", "created_by", "created_at", "completed_at") SELECT "id", "type", "entity_id", "status", "input_data", "result", "error", "execution_time", "tenant_id", "created_by", "created_at", "completed_at" FROM "executions";

DROP TABLE "executions";

ALTER TABLE "ennead_new_executions" RENAME TO "executions";

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_user_id" ON "agents" ("tenant_id", "user_id");

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

-- ennead:nothing
PRAGMA foreign_key_check;

-- ennead:no-transaction
PRAGMA foreign_keys = ON;
