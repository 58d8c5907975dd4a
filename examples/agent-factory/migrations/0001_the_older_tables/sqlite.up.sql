-- 0001_the_older_tables, up, for sqlite. Made by `migrate new`; it may be edited until it is applied.

CREATE TABLE "blueprints"
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

CREATE TABLE "tenants"
-- Multi-tenant organization container.
(
    -- Unique tenant identifier
    "id" TEXT NOT NULL,
    -- Tenant/organization name
    "name" TEXT NOT NULL,
    -- URL-friendly identifier
    "slug" TEXT NOT NULL,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Current plan
    "plan" TEXT NOT NULL DEFAULT 'free',
    -- Resource limits (e.g., `{"agents": 10}`)
    "resource_quota" TEXT NOT NULL,
    -- Current usage (e.g., `{"agents": 3}`)
    "usage" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_tenants" PRIMARY KEY ("id"),
    CONSTRAINT "ix_tenants_slug" UNIQUE ("slug"),
    CONSTRAINT "ck_tenants_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_tenants_plan_type" CHECK ("plan" IN ('free', 'pro', 'enterprise')),
    CONSTRAINT "ck_tenants_resource_quota_type" CHECK (json_valid("resource_quota")),
    CONSTRAINT "ck_tenants_usage_type" CHECK (json_valid("usage"))
) STRICT;

CREATE TABLE "users"
-- User accounts within tenants.
(
    -- Unique user identifier
    "id" TEXT NOT NULL,
    -- User email address
    "email" TEXT NOT NULL,
    -- Bcrypt-hashed password
    "hashed_password" TEXT NOT NULL,
    -- Account active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Admin privileges
    "is_superuser" INTEGER NOT NULL DEFAULT 0,
    -- Associated tenant
    "tenant_id" TEXT NOT NULL,
    -- User roles array
    "roles" TEXT NOT NULL,
    -- User permissions array
    "permissions" TEXT NOT NULL,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id"),
    CONSTRAINT "ix_users_email" UNIQUE ("email"),
    CONSTRAINT "uq_users_tenant_id_id" UNIQUE ("tenant_id", "id"),
    CONSTRAINT "fk_users_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "ck_users_is_active_type" CHECK ("is_active" IN (0, 1)),
    CONSTRAINT "ck_users_is_superuser_type" CHECK ("is_superuser" IN (0, 1)),
    CONSTRAINT "ck_users_roles_type" CHECK (json_valid("roles")),
    CONSTRAINT "ck_users_permissions_type" CHECK (json_valid("permissions"))
) STRICT;

CREATE TABLE "agents"
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

CREATE TABLE "api_keys"
-- API authentication keys for programmatic access.
(
    -- Unique key identifier
    "id" TEXT NOT NULL,
    -- Hashed API key
    "key_hash" TEXT NOT NULL,
    -- Key display name
    "name" TEXT NOT NULL,
    -- Owner tenant
    "tenant_id" TEXT NOT NULL,
    -- Owner user
    "user_id" TEXT NOT NULL,
    -- Permissions array
    "permissions" TEXT NOT NULL,
    -- Last usage timestamp
    "last_used_at" TEXT,
    -- Expiration timestamp
    "expires_at" TEXT,
    -- Active status
    "is_active" INTEGER NOT NULL DEFAULT 1,
    -- Creation timestamp
    "created_at" TEXT NOT NULL,
    -- Last update timestamp
    "updated_at" TEXT NOT NULL,
    CONSTRAINT "pk_api_keys" PRIMARY KEY ("id"),
    CONSTRAINT "ix_api_keys_key_hash" UNIQUE ("key_hash"),
    CONSTRAINT "fk_api_keys_tenant_id" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id"),
    CONSTRAINT "fk_api_keys_tenant_id_user_id" FOREIGN KEY ("tenant_id", "user_id") REFERENCES "users" ("tenant_id", "id"),
    CONSTRAINT "ck_api_keys_permissions_type" CHECK (json_valid("permissions")),
    CONSTRAINT "ck_api_keys_is_active_type" CHECK ("is_active" IN (0, 1))
) STRICT;

CREATE TABLE "audit_logs"
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

CREATE TABLE "executions"
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

CREATE TABLE "workflows"
-- Workflow/orchestration definitions.
(
    -- Unique workflow identifier
    "id" TEXT NOT NULL,
    -- Workflow display name
    "name" TEXT NOT NULL,
    -- What it is for
    "description" TEXT,
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

CREATE INDEX "ix_agents_tenant_id" ON "agents" ("tenant_id");

CREATE INDEX "ix_agents_tenant_id_user_id" ON "agents" ("tenant_id", "user_id");

CREATE INDEX "ix_api_keys_tenant_id" ON "api_keys" ("tenant_id");

CREATE INDEX "ix_api_keys_tenant_id_user_id" ON "api_keys" ("tenant_id", "user_id");

CREATE INDEX "ix_audit_logs_created_at" ON "audit_logs" ("created_at");

CREATE INDEX "ix_audit_logs_user_id" ON "audit_logs" ("user_id");

CREATE INDEX "ix_executions_tenant_id" ON "executions" ("tenant_id");

CREATE INDEX "ix_executions_tenant_id_created_by" ON "executions" ("tenant_id", "created_by");

CREATE INDEX "ix_users_tenant_id" ON "users" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id" ON "workflows" ("tenant_id");

CREATE INDEX "ix_workflows_tenant_id_created_by" ON "workflows" ("tenant_id", "created_by");
